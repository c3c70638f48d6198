/**
 * How the ways to advisors fare: what each may take now, counted from the store, so that neither a restart nor a
 * second process can send more than the platforms allow; and how long one rests that took nothing.
 */
import type { Urgency } from '../flows/nudges/nudges.ts'
import { TOO_OFTEN, type Way } from './channels/advisor-channel.ts'
import type { ChannelError } from './channels/channel.ts'
import type { Reader, Transaction, WayRow } from './store.ts'

/** The platform's minute and a little more, as a message may take its time to arrive. */
const WINDOW_MS = 65_000
/**
 * The last messages of a minute are kept apart by this much and carry all that waits: so a danger is told within
 * 10 s however much else there is. As many as fit into the window are kept back for this.
 */
const PACE_MS = 7000
const PACED = Math.floor(WINDOW_MS / PACE_MS)
/** Pauses after tries that failed, in ms, by how many in a row; the last one from there on. */
const PAUSES: Record<Urgency, readonly number[]> = {
  danger: [5_000, 10_000, 30_000],
  urgent: [5_000, 30_000, 120_000],
  normal: [5_000, 30_000, 120_000, 600_000],
}

/** Whether a way can be used now. */
export interface Fare {
  /** When it takes the next message, in ms; now or before when it takes one now. */
  freeAt: number
  /** There is room for messages of one nudge each; otherwise each carries all that waits. */
  roomy: boolean
  /** It took nothing lately and rests. */
  failing: boolean
  /** Somebody must mend it first, or the person cannot be reached there: another way is taken if there is one. */
  gone: boolean
}

const UNUSED: Omit<WayRow, 'id'> = { tries: [], triedAt: '', failures: 0, error: null, gone: false }

/** The ways as they stood when each was first asked after: in one transaction, or at a look around. */
export class Ways {
  readonly #reader: Reader
  readonly #now: Date
  readonly #rows = new Map<string, Promise<WayRow>>()

  constructor(reader: Reader, now: Date) {
    this.#reader = reader
    this.#now = now
  }

  async fare({ key, channel: { perMinute } }: Way, urgency: Urgency): Promise<Fare> {
    const row = await this.#row(key)
    const now = this.#now.getTime()
    const tried = this.#isPast(row.triedAt) ? Date.parse(row.triedAt) || 0 : 0
    const rest = restUntil(row, tried, urgency)
    const lately = this.#lately(row)
    const room = perMinute - PACED - lately.length
    const paced = Math.max(
      tried + PACE_MS,
      lately.length < perMinute ? 0 : Date.parse(lately[0] ?? '') + WINDOW_MS,
    )
    const rested = now >= rest
    return {
      freeAt: Math.max(rest, room > 0 ? 0 : paced),
      roomy: room > 1 && row.failures === 0,
      failing: row.failures > 0 && !rested,
      gone: row.gone && !rested,
    }
  }

  /** Writes a message down as tried; `tx` is what the ways are read from. */
  async try(tx: Transaction, { key }: Way): Promise<void> {
    const row = await this.#row(key)
    const at = this.#now.toISOString()
    await this.#put(tx, { ...row, tries: [...this.#lately(row), at], triedAt: at })
  }

  /** Writes down what came of it; `unreachable` when the platform took it and could not reach the person. */
  async outcome(
    tx: Transaction,
    key: string,
    state: 'accepted' | 'unreachable' | ChannelError['outcome'],
    code: string,
  ): Promise<void> {
    const row = await this.#row(key)
    // Refused are the words; the way is sound.
    const sound = state === 'accepted' || state === 'refused'
    await this.#put(tx, {
      ...row,
      failures: sound ? 0 : row.failures + 1,
      error: sound ? null : code,
      gone: state === 'waiting' || state === 'unreachable',
    })
  }

  #lately({ tries }: WayRow): string[] {
    const from = new Date(this.#now.getTime() - WINDOW_MS).toISOString()
    return tries.filter((at) => at > from && this.#isPast(at))
  }

  /**
   * Whether a moment is one to count from. What lies further ahead than another process's clock may be was written
   * before the clock was set back, and would keep the way resting until the clock has caught up.
   */
  #isPast(at: string): boolean {
    return at <= new Date(this.#now.getTime() + WINDOW_MS).toISOString()
  }

  #row(key: string): Promise<WayRow> {
    const known = this.#rows.get(key)
    if (known) return known
    const row = this.#reader.get('ways', key).then((found) => found ?? { id: key, ...UNUSED })
    this.#rows.set(key, row)
    return row
  }

  async #put(tx: Transaction, row: WayRow): Promise<void> {
    this.#rows.set(row.id, Promise.resolve(row))
    await tx.put('ways', row)
  }
}

/** Told it was too much, the rest gives the platform a minute; a danger is still tried. */
function restUntil({ failures, error }: WayRow, tried: number, urgency: Urgency): number {
  if (failures === 0) return 0
  if (error === TOO_OFTEN) return tried + (urgency === 'danger' ? PACE_MS : WINDOW_MS)
  const pauses = PAUSES[urgency]
  return tried + (pauses[Math.min(failures, pauses.length) - 1] ?? WINDOW_MS)
}
