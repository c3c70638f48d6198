/** What has been said on this phone, and the sending of it. Knows nothing of how it looks. */
import { keep, kept } from './keep.ts'
import { randomId } from './resident.ts'
import { sandboxTime } from './time.ts'
import {
  type Body,
  isRecord,
  listen,
  parse,
  post,
  type Reply,
  readBody,
  readReply,
  SendFailed,
} from './wire.ts'

/** Something the resident sent. `fault` is why it failed; `picture` is what they see of their photo. */
export interface Sent {
  from: 'resident'
  id: string
  at: number
  body: Body
  state: 'sending' | 'sent' | 'failed'
  fault: string | null
  picture: string | null
}

/** Something the assistant said; `pushed` when it came by itself and not as the answer to a message. */
export interface Said {
  from: 'assistant'
  id: string
  at: number
  reply: Reply
  pushed: boolean
}

export type Entry = Sent | Said

/** What a conversation tells whoever shows it. */
export interface Audience {
  added(entry: Entry): void
  /** A sent message changed its state. */
  changed(entry: Sent): void
  /** Whether an answer is being waited for. */
  waiting(yes: boolean): void
  connected(yes: boolean): void
  /** The resident's requests may stand differently now. */
  stirred(): void
  /** Something was told to the advisors, or written by one. */
  told(): void
}

/** Entries kept for a reload; older ones are forgotten, as no one scrolls back that far in a trial. */
const MAX_KEPT = 200
/** How long a late answer is waited for, in milliseconds. */
const LATE_PATIENCE = 20_000
/** How long the first message waits for the stream, so that a late answer to it finds us listening. */
const STREAM_PATIENCE = 3000

/** One resident's conversation in this tab. Messages go one at a time, in the order they were written. */
export class Conversation {
  readonly resident: string
  readonly entries: Entry[]
  readonly #audience: Audience
  readonly #stopListening: () => void
  readonly #listening: Promise<void>
  #queue: Promise<void> = Promise.resolve()
  #unanswered = 0
  #pushes = 0
  #lateTimer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(resident: string, audience: Audience) {
    this.resident = resident
    this.#audience = audience
    this.entries = restore(resident)
    let heard = (): void => {}
    this.#listening = new Promise((resolve) => {
      heard = resolve
      setTimeout(resolve, STREAM_PATIENCE)
    })
    this.#stopListening = listen(resident, {
      replied: (reply) => {
        this.#pushes++
        this.#stopWaitingForLate()
        this.#say(reply, true)
      },
      connected: (yes) => {
        heard()
        audience.connected(yes)
      },
      stirred: () => audience.stirred(),
      told: () => audience.told(),
    })
  }

  /** Sends something new. */
  send(body: Body, options: { late: boolean; picture?: string | null }): void {
    const entry: Sent = {
      from: 'resident',
      id: randomId(),
      at: sandboxTime(),
      body,
      state: 'sending',
      fault: null,
      picture: options.picture ?? null,
    }
    this.#add(entry)
    this.#deliver(entry, options.late)
  }

  /** Sends a failed message again, under the same id: had it arrived after all, its answer is repeated. */
  retry(entry: Sent, late: boolean): void {
    if (entry.state !== 'failed') return
    entry.state = 'sending'
    entry.fault = null
    this.#change(entry)
    this.#deliver(entry, late)
  }

  /** Hangs up: nothing is heard, shown or kept from here on. */
  close(): void {
    this.#closed = true
    this.#stopListening()
    clearTimeout(this.#lateTimer)
  }

  #deliver(entry: Sent, late: boolean): void {
    this.#unanswered++
    this.#showWaiting()
    this.#queue = this.#queue.then(async () => {
      await this.#listening
      const pushesBefore = this.#pushes
      try {
        const reply = await post(this.resident, entry.id, entry.body, late)
        entry.state = 'sent'
        if (reply) this.#say(reply, false)
        else if (late && this.#pushes === pushesBefore) this.#waitForLate()
      } catch (error) {
        entry.state = 'failed'
        entry.fault = error instanceof SendFailed ? error.message : '没有发出去。'
      }
      this.#unanswered--
      this.#change(entry)
      this.#showWaiting()
    })
  }

  #waitForLate(): void {
    clearTimeout(this.#lateTimer)
    this.#lateTimer = setTimeout(() => this.#stopWaitingForLate(), LATE_PATIENCE)
  }

  #stopWaitingForLate(): void {
    clearTimeout(this.#lateTimer)
    this.#lateTimer = undefined
    this.#showWaiting()
  }

  #showWaiting(): void {
    if (!this.#closed) this.#audience.waiting(this.#unanswered > 0 || this.#lateTimer !== undefined)
  }

  #say(reply: Reply, pushed: boolean): void {
    this.#add({ from: 'assistant', id: randomId(), at: sandboxTime(), reply, pushed })
  }

  #add(entry: Entry): void {
    if (this.#closed) return
    this.entries.push(entry)
    this.#save()
    this.#audience.added(entry)
  }

  #change(entry: Sent): void {
    if (this.#closed) return
    this.#save()
    this.#audience.changed(entry)
  }

  #save(): void {
    const entries = this.entries.slice(-MAX_KEPT)
    if (keep('tab', 'conversation', JSON.stringify({ resident: this.resident, entries }))) return
    // Most likely the photos are too many; the words matter more.
    const words = entries.map((entry) => (entry.from === 'resident' ? { ...entry, picture: null } : entry))
    keep('tab', 'conversation', JSON.stringify({ resident: this.resident, entries: words }))
  }
}

function restore(resident: string): Entry[] {
  const saved = parse(kept('tab', 'conversation') ?? '')
  if (!isRecord(saved) || saved['resident'] !== resident || !Array.isArray(saved['entries'])) return []
  return saved['entries'].map(readEntry).filter((entry) => entry !== null)
}

function readEntry(value: unknown): Entry | null {
  if (!isRecord(value)) return null
  const { id, at, from, state, fault, picture } = value
  if (typeof id !== 'string' || typeof at !== 'number') return null
  if (from === 'assistant') {
    const reply = readReply(value['reply'])
    return reply && { from, id, at, reply, pushed: value['pushed'] === true }
  }
  const body = readBody(value['body'])
  if (from !== 'resident' || !body) return null
  const sent = state === 'sent'
  return {
    from,
    id,
    at,
    body,
    // Whether it arrived before the page was left is unknown; a retry finds out and harms nothing.
    state: sent ? 'sent' : 'failed',
    fault: sent ? null : typeof fault === 'string' ? fault : '页面关闭时还没有收到答复。',
    picture: typeof picture === 'string' && picture.startsWith('data:image/') ? picture : null,
  }
}
