/**
 * Which part is shown where not all have room: on a narrow screen one of three, on a wider one the phone beside one
 * of the other two, on a wide one all and there are no tabs.
 */
import { find } from './element.ts'

export const SIDES = ['phone', 'group', 'office'] as const
export type Side = (typeof SIDES)[number]

/** Wires up the tabs. Returns how to show a part, and how to say that something is new there. */
export function startTabs(): { show(side: Side): void; news(side: Side): void } {
  const tabOf = (side: Side): HTMLButtonElement => find(`tab-${side}`, HTMLButtonElement)
  const show = (chosen: Side): void => {
    for (const side of SIDES) {
      const tab = tabOf(side)
      tab.setAttribute('aria-selected', String(side === chosen))
      tab.tabIndex = side === chosen ? 0 : -1
    }
    tabOf(chosen).classList.remove('news')
    document.body.dataset['shown'] = chosen
  }
  for (const [index, side] of SIDES.entries()) {
    const tab = tabOf(side)
    tab.addEventListener('click', () => show(side))
    tab.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
      const other = SIDES[index + step]
      if (step === 0 || !other) return
      show(other)
      tabOf(other).focus()
    })
  }
  return {
    show,
    news(side) {
      if (side !== document.body.dataset['shown']) tabOf(side).classList.add('news')
    },
  }
}
