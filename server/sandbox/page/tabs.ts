/** On a narrow screen, the phone and the group are two tabs. On a wide one both show and there are no tabs. */
import { find } from './element.ts'

/** Wires up the tabs. Returns how to say that something new is on the phone. */
export function startTabs(): { news(): void } {
  const tabs = [find('tab-phone', HTMLButtonElement), find('tab-group', HTMLButtonElement)]
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
    news() {
      if (document.body.classList.contains('group-shown')) tabs[0]?.classList.add('news')
    },
  }
}
