/** The advisors' group: what the assistant told it, cards to tap, and a line to write as one of them. */
import { button, find, icon, make } from './element.ts'
import type { GroupView, Post, TapCard } from './group-view.ts'
import { doInGroup, fetchGroup } from './group-wire.ts'
import { keep, kept } from './keep.ts'
import { startTime } from './time.ts'
import { SendFailed } from './wire.ts'

/** Told again this often, for the time and what is left of it, in ms. */
const MINUTE = 60_000
/** A pause after which the time is shown again, in ms. */
const PAUSE = 5 * 60_000
/** How far from the end, in pixels, still counts as reading the newest. */
const NEAR = 80

/** Shows the group in #group. There is one. */
export class Group {
  readonly #news: () => void
  readonly #moved: () => void
  readonly #posts = find('posts', HTMLElement)
  readonly #playing = find('playing', HTMLSelectElement)
  readonly #fault = find('line-fault', HTMLElement)
  readonly #time = startTime((state) => {
    this.#show(state)
    this.#moved()
  })
  #shown = ''
  #people = ''
  #newest = ''
  #asking = false
  #again = false

  /**
   * @param news told when something new is there
   * @param moved told when the time is another
   */
  constructor(news: () => void, moved: () => void) {
    this.#news = news
    this.#moved = moved
    // Not every browser lets the keyboard into something that merely scrolls.
    this.#posts.tabIndex = 0
    const words = find('line-words', HTMLInputElement)
    const alone = find('line-alone', HTMLInputElement)
    find('line-form', HTMLFormElement).addEventListener('submit', async (event) => {
      event.preventDefault()
      const line = words.value.trim()
      if (line === '') return
      const done = await this.#do({
        do: 'write',
        advisor: this.#playing.value,
        words: line,
        alone: alone.checked,
      })
      if (done) words.value = ''
    })
    this.#playing.addEventListener('change', () => keep('browser', 'playing', this.#playing.value))
    setInterval(() => void this.refresh(), MINUTE)
  }

  /** Asks how things stand; whatever it hears while asking makes it ask once more. */
  async refresh(): Promise<void> {
    this.#again = true
    if (this.#asking) return
    this.#asking = true
    while (this.#again) {
      this.#again = false
      try {
        this.#show(await fetchGroup())
      } catch (error) {
        // The next event, or the next minute, asks again.
        if (!(error instanceof SendFailed)) throw error
      }
    }
    this.#asking = false
  }

  async #do(deed: Parameters<typeof doInGroup>[0]): Promise<boolean> {
    this.#fault.textContent = ''
    try {
      this.#show(await doInGroup(deed))
      return true
    } catch (error) {
      this.#fault.textContent = error instanceof Error ? error.message : '没有办成。'
      return false
    }
  }

  #show(state: GroupView): void {
    this.#time.show(state.time)
    this.#showPeople(state.advisors)
    const drawn = JSON.stringify(state.posts)
    if (drawn === this.#shown) return
    this.#shown = drawn
    const { scrollHeight, scrollTop, clientHeight } = this.#posts
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR
    let lastAt = 0
    const rows = state.posts.flatMap((post) => {
      const pause = Math.abs(post.at - lastAt) > PAUSE
      lastAt = post.at
      return [...(pause ? [make('div', 'time', post.when)] : []), this.#row(post)]
    })
    this.#posts.replaceChildren(...rows)
    find('group-empty', HTMLElement).hidden = rows.length > 0
    const newest = state.posts.at(-1)
    if (atEnd) this.#posts.scrollTop = this.#posts.scrollHeight
    if (newest && newest.id !== this.#newest) {
      this.#newest = newest.id
      this.#news()
    }
  }

  #showPeople(advisors: GroupView['advisors']): void {
    const drawn = JSON.stringify(advisors)
    if (drawn === this.#people) return
    this.#people = drawn
    const chosen = this.#playing.value || kept('browser', 'playing') || ''
    this.#playing.replaceChildren(
      ...advisors.map(({ id, name, what }) => new Option(`${name} ${what}`, id, false, id === chosen)),
    )
  }

  #row(post: Post): HTMLElement {
    const { from, to, danger } = post
    const mine = from !== null
    const row = make('div', `post${mine ? ' advisor' : ''}${danger ? ' danger' : ''}`)
    const avatar = mine ? make('span', 'avatar', from.slice(0, 1)) : make('span', 'avatar', icon('hands'))
    const who = make('span', 'post-who', mine ? from : '救助助手')
    if (to) who.append(make('span', 'post-alone', mine ? '私下' : `只发给${to.join('、')}`))
    row.append(avatar, who)
    row.append(post.card ? this.#card(post, post.card) : make('div', 'post-words', ...this.#words(post)))
    row.setAttribute('role', 'note')
    row.setAttribute('aria-label', mine ? `${from}说` : '群里的提醒')
    return row
  }

  #words({ text, ticket }: Post): (Node | string)[] {
    if (ticket === null) return [text]
    return [text, make('div', 'taps', this.#pageLink(ticket, '打开求助单'))]
  }

  #card(post: Post, card: TapCard): HTMLElement {
    const lines = card.lines.map(({ name, value }) =>
      make('div', 'tap-line', make('span', '', name), make('span', '', value)),
    )
    const taps = card.buttons.map(({ key, text }) =>
      key === 'view' ? this.#pageLink(card.ticket, text) : this.#tap(post, key, text),
    )
    return make(
      'div',
      'tap-card',
      make('p', 'tap-title', card.title),
      ...lines,
      ...(card.state === '' ? [] : [make('p', 'tap-state', card.state)]),
      make('div', 'taps', ...taps),
    )
  }

  #tap(post: Post, key: string, text: string): HTMLElement {
    const act = () => void this.#do({ do: 'tap', advisor: this.#playing.value, post: post.id, key })
    return button(key === 'claim' ? 'tap main' : 'tap', act, text)
  }

  /** The page opens as whoever is played now. */
  #pageLink(ticket: string, words: string): HTMLElement {
    const link = make('a', 'tap', words)
    const address = (): string => `/t/play?as=${encodeURIComponent(this.#playing.value)}&to=${ticket}`
    link.href = address()
    link.target = '_blank'
    link.rel = 'noopener'
    link.addEventListener('click', () => {
      link.href = address()
    })
    return link
  }
}
