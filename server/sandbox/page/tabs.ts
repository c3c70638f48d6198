/** On a narrow screen, the phone and the group are two tabs. On a wide one both show and there are no tabs. */
import { find } from './element.ts'

/** Wires up the tabs. Returns how to say that something new is on the phone, or in the group. */
export function startTabs(): { news(side: 'phone' | 'group'): void } {
  const sides = { phone: find('tab-phone', HTMLButtonElement), group: find('tab-group', HTMLButtonElement) }
  const tabs = [sides.phone, sides.group]
  const choose = (chosen: HTMLButtonElement): void => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen))
      tab.tabIndex = tab === chosen ? 0 : -1
    }
    chosen.classList.remove('news')
    document.body.classList.toggle('group-shown', chosen.id === 'tab-group')
  }
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab))
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
      const other = tabs[1 - index]
      if (!other) return
      choose(other)
      other.focus()
    })
  }
  return {
    news(side) {
      const shown = document.body.classList.contains('group-shown') ? 'group' : 'phone'
      if (side !== shown) sides[side].classList.add('news')
    },
  }
}
