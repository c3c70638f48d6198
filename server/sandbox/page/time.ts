/** The time in the sandbox, which may be ahead of the clock on the wall, and the bar that moves it. */
import { button, find } from './element.ts'
import type { GroupView } from './group-view.ts'
import { doInGroup } from './group-wire.ts'

let ahead = 0

/** The time in the sandbox, in milliseconds since 1970. */
export const sandboxTime = (): number => Date.now() + ahead

/** Wires up the bar; `moved` is told how the group stands after a jump. */
export function startTime(moved: (state: GroupView) => void): { show(time: GroupView['time']): void } {
  const bar = find('time', HTMLElement)
  const open = find('time-open', HTMLButtonElement)
  const fault = find('time-fault', HTMLElement)
  let shown = ''
  open.addEventListener('click', () => {
    open.setAttribute('aria-expanded', String(bar.classList.toggle('open')))
  })
  const jump = async (key: string): Promise<void> => {
    if (bar.classList.contains('busy')) return
    fault.textContent = ''
    bar.classList.add('busy')
    try {
      moved(await doInGroup({ do: 'jump', jump: key }))
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : '没有调成。'
    }
    bar.classList.remove('busy')
  }
  return {
    show(time) {
      bar.hidden = time === null
      if (!time) return
      ahead = time.at - Date.now()
      find('time-says', HTMLElement).textContent = time.says
      find('time-pretended', HTMLElement).hidden = !time.pretended
      const drawn = JSON.stringify(time.jumps)
      if (drawn === shown) return
      shown = drawn
      const buttons = time.jumps.map(({ key, label }) => button('jump', () => void jump(key), label))
      find('time-jumps', HTMLElement).replaceChildren(...buttons)
    },
  }
}
