/** The office side: each ticket of the resident on the phone, and buttons to work on it. */
import { type Case, type Deed, doDeed, fetchCase, type Ticket } from './case.ts'
import { askDeed } from './deed.ts'
import { button, find, icon, make } from './element.ts'
import { SendFailed } from './wire.ts'

/** What is left of a time limit is told anew this often, in ms. */
const MINUTE = 60_000

/** Shows one resident's requests in #office. There is one at a time. */
export class Office {
  readonly #resident: string
  readonly #news: () => void
  readonly #timer: ReturnType<typeof setInterval>
  /** Tickets whose rarer moves are unfolded. */
  readonly #unfolded = new Set<string>()
  #shown = ''
  #asking = false
  #again = false
  #closed = false

  /** @param news told when something about the tickets is new */
  constructor(resident: string, news: () => void) {
    this.#resident = resident
    this.#news = news
    this.#show({ held: null, tickets: [] })
    this.#timer = setInterval(() => this.refresh(), MINUTE)
  }

  /** Asks how things stand; whatever it hears while asking makes it ask once more. */
  async refresh(): Promise<void> {
    this.#again = true
    if (this.#asking) return
    this.#asking = true
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        this.#show(await fetchCase(this.#resident))
      } catch (error) {
        // The next event, or the next minute, asks again.
        if (!(error instanceof SendFailed)) throw error
      }
    }
    this.#asking = false
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }

  async #do(deed: Deed): Promise<void> {
    this.#show(await doDeed(this.#resident, deed))
  }

  #show(found: Case): void {
    const drawn = JSON.stringify(found)
    if (this.#closed || drawn === this.#shown) return
    const isNews = this.#shown !== '' && found.tickets.length > 0
    this.#shown = drawn
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['key'] : ''
    const cards = found.tickets.map((ticket) => this.#card(ticket))
    const list = find('cases', HTMLElement)
    const held = found.held === null ? [] : [this.#heldBar(found.held)]
    list.replaceChildren(...held, ...cards)
    const empty = list.childElementCount === 0
    find('office-empty', HTMLElement).hidden = !empty
    list.hidden = empty
    find('say-form', HTMLElement).hidden = empty
    if (focused) list.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus()
    if (isNews) this.#news()
    const [first] = found.tickets
    find('case-news', HTMLElement).textContent = first ? `求助单 ${first.number}：${first.stage}` : ''
  }

  #heldBar(until: string): HTMLElement {
    const back = keyed(
      'hand-back',
      button('act', () => this.#quietly({ do: 'hand-back' }), '交还给助手'),
    )
    return make(
      'div',
      'held',
      make('span', 'held-words', `居民找了人工，助手先不说话，到${until}为止。`),
      back,
    )
  }

  /** A deed without a dialog to show its refusal in. */
  #quietly(deed: Deed): void {
    this.#do(deed).catch(() => this.refresh())
  }

  #card(ticket: Ticket): HTMLElement {
    const title = make('h3', 'case-title', ticket.number)
    const tags = [make('span', 'case-stage', ticket.stage)]
    if (ticket.urgent) tags.unshift(make('span', 'case-urgent', '紧急'))
    const card = make(
      'article',
      'case',
      make('header', 'case-head', icon('ticket'), title, ...tags),
      make('p', 'case-about', ticket.about),
      ...wayOf(ticket),
      make('div', 'moves', ...this.#buttons(ticket, true)),
      ...clocksOf(ticket),
      ...partsOf(ticket),
      ...linesOf('救助', ticket.aid),
      ...linesOf(
        '材料',
        ticket.papers.map(({ name, state }) => `${name}：${state}`),
      ),
      ...linesOf('结果', ticket.outcome),
      ...this.#more(ticket),
    )
    card.setAttribute('aria-label', `求助单 ${ticket.number}`)
    return card
  }

  #buttons({ number, moves }: Ticket, usual: boolean): HTMLButtonElement[] {
    return moves
      .filter((move) => move.usual === usual)
      .map((move) => {
        const key = `${number} ${move.form}`
        const act = () =>
          askDeed(key, move, (values) => this.#do({ do: 'move', number, form: move.form, values }))
        return keyed(key, button(move.next ? 'act main' : 'act', act, move.form))
      })
  }

  #more(ticket: Ticket): HTMLElement[] {
    const rare = this.#buttons(ticket, false)
    if (rare.length === 0) return []
    const more = make('details', 'more-moves', make('summary', '', '更多'), make('div', 'moves', ...rare))
    more.open = this.#unfolded.has(ticket.number)
    more.addEventListener('toggle', () => {
      if (more.open) this.#unfolded.add(ticket.number)
      else this.#unfolded.delete(ticket.number)
    })
    return [more]
  }
}

/** Lets somebody write to the resident as a person. */
export function startSaying(resident: () => string): void {
  const words = find('say-words', HTMLInputElement)
  const fault = find('say-fault', HTMLElement)
  find('say-form', HTMLFormElement).addEventListener('submit', async (event) => {
    event.preventDefault()
    const said = words.value.trim()
    if (said === '') return
    fault.textContent = ''
    try {
      await doDeed(resident(), { do: 'say', words: said })
      words.value = ''
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : '没有发出去。'
    }
  })
}

function keyed<T extends HTMLElement>(key: string, element: T): T {
  element.dataset['key'] = key
  return element
}

function wayOf({ way }: Ticket): HTMLElement[] {
  if (way.length === 0) return []
  const steps = way.map(({ word, state }) => {
    const step = make('li', `step ${state}`, make('span', 'step-word', word))
    if (state === 'now') step.setAttribute('aria-current', 'step')
    return step
  })
  const list = make('ol', 'way', ...steps)
  list.setAttribute('aria-label', '走到哪一步')
  return [list]
}

function clocksOf({ clocks }: Ticket): HTMLElement[] {
  if (clocks.length === 0) return []
  const rows = clocks.map(({ name, left, due, why, overdue }) => {
    const row = make(
      'li',
      overdue ? 'clock overdue' : 'clock',
      icon('clock'),
      make('span', 'clock-words', make('strong', '', `${name}：${left}`), make('span', 'faint', due)),
    )
    row.title = why
    return row
  })
  return [make('ul', 'clocks', ...rows)]
}

function partsOf({ parts }: Ticket): HTMLElement[] {
  if (parts.length === 0) return []
  const rows = parts.map(({ what, to, state, open }) =>
    make(
      'li',
      open ? 'part' : 'part settled',
      make('span', 'part-words', make('strong', '', what), make('span', 'faint', to)),
      make('span', 'part-state', state),
    ),
  )
  return [make('h4', '', '事项'), make('ul', 'parts', ...rows)]
}

function linesOf(title: string, lines: readonly string[]): HTMLElement[] {
  if (lines.length === 0) return []
  return [make('h4', '', title), make('ul', 'lines', ...lines.map((line) => make('li', '', line)))]
}
