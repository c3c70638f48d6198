/** The scrolling conversation: rows, times, the dots of somebody writing, and staying at the newest. */
import { rowOf, showState, type Touch } from './bubble.ts'
import type { Entry, Sent } from './conversation.ts'
import { find, make } from './element.ts'

/** A pause after which the time is shown again, in milliseconds; as on WeChat. */
const PAUSE = 5 * 60_000
/** How far from the end, in pixels, still counts as reading the newest. */
const NEAR = 80
/** Space left above words shown from their beginning, in pixels. */
const MARGIN = 14

/** Shows entries in #log, inside #thread. There is one. */
export class Thread {
  readonly #touch: Touch
  readonly #scroller = find('thread', HTMLElement)
  readonly #log = find('log', HTMLElement)
  readonly #typing = find('typing', HTMLElement)
  readonly #more = find('more', HTMLButtonElement)
  readonly #rows = new Map<string, HTMLElement>()
  #lastAt = 0
  #atEnd = true
  #top = 0

  constructor(touch: Touch) {
    this.#touch = touch
    // Not every browser lets the keyboard into something that merely scrolls.
    this.#scroller.tabIndex = 0
    this.#more.addEventListener('click', () => this.toEnd())
    this.#scroller.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#scroller
      if (scrollHeight - scrollTop - clientHeight < NEAR) {
        this.#atEnd = true
        this.#more.hidden = true
      } else if (scrollTop < this.#top) {
        // Only going up is leaving: a photo that loads late also puts the end further off.
        this.#atEnd = false
      }
      this.#top = scrollTop
    })
    // The keyboard of a phone, or a photo that has just loaded, must not hide the newest words.
    const settle = new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd()
    })
    settle.observe(this.#scroller)
    settle.observe(this.#log)
  }

  /** Starts over with these. */
  show(entries: readonly Entry[]): void {
    this.#rows.clear()
    this.#log.replaceChildren()
    this.#lastAt = 0
    for (const entry of entries) this.#append(entry)
    this.toEnd()
  }

  /**
   * Adds the newest. Whoever is reading further up is told, not moved; unless it is their own. Words longer
   * than the screen are shown from where they begin.
   */
  add(entry: Entry): void {
    const follow = this.#atEnd || entry.from === 'resident'
    const row = this.#append(entry)
    row.classList.add('arriving')
    if (!follow) this.#offer('有新消息 ↓')
    else if (row.offsetHeight > this.#scroller.clientHeight - MARGIN) {
      this.#scroller.scrollTop = row.offsetTop - MARGIN
      this.#atEnd = false
      this.#offer('往下看 ↓')
    } else this.toEnd()
  }

  update(entry: Sent): void {
    const row = this.#rows.get(entry.id)
    if (row) showState(row, entry, this.#touch)
    if (this.#atEnd) this.toEnd()
  }

  waiting(yes: boolean): void {
    this.#typing.classList.toggle('on', yes)
    this.#typing.querySelector('.unseen')?.replaceChildren(yes ? '救助顾问正在回复' : '')
    if (this.#atEnd) this.toEnd()
  }

  toEnd(): void {
    this.#atEnd = true
    this.#more.hidden = true
    this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  #offer(words: string): void {
    this.#more.textContent = words
    this.#more.hidden = false
  }

  #append(entry: Entry): HTMLElement {
    if (entry.at - this.#lastAt > PAUSE) this.#log.append(make('div', 'time', timeOf(entry.at)))
    this.#lastAt = entry.at
    const row = rowOf(entry, this.#touch)
    this.#rows.set(entry.id, row)
    this.#log.append(row)
    return row
  }
}

function timeOf(at: number): string {
  const date = new Date(at)
  const time = `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`
  if (date.toDateString() === new Date().toDateString()) return time
  return `${date.getMonth() + 1}月${date.getDate()}日 ${time}`
}
