/**
 * Tells advisors what is due: the urgent first, never more than their platform takes, many merged into one.
 *
 * Every try is written down before it is made, so that neither a restart nor a second process can send more
 * than allowed. Whoever dies between the platform's acceptance and the record tells it once more when the lease
 * ends; nothing is lost.
 */
import {
  type Digest,
  isMoot,
  type Said,
  type Standing,
  sayAlone,
  sayDigest,
  sayNudge,
  URGENCIES,
  type Urgency,
} from '../flows/nudges.ts'
import { readTicket, type Ticket } from '../flows/ticket.ts'
import { TicketError } from '../flows/ticket-error.ts'
import { ticketsOf } from './casework.ts'
import { type AdvisorChannel, type AdvisorChannels, TOO_OFTEN } from './channels/advisor-channel.ts'
import { ChannelError } from './channels/channel.ts'
import { heldUntil } from './hold-turn.ts'
import { readSession } from './session.ts'
import { type Nudge, type Reader, type Store, StoreError, type Transaction } from './store.ts'

/** The platform's minute and a little more, as a message may take its time to arrive. */
const WINDOW_MS = 65_000
/** Well above what one message takes, in ms. */
const LEASE_MS = 30_000
/**
 * The last messages of a minute are kept apart by this much and carry all that waits: so a danger is told within
 * 10 s however much else there is. As many as fit into the window are kept back for this.
 */
const PACE_MS = 7000
const PACED = Math.floor(WINDOW_MS / PACE_MS)
/** At most this many are looked at for one message; the rest follow with the next. */
const LOOKED_AT = 60
/** Pauses after a failed try, in ms, by attempt; the last one from there on. Danger is tried again sooner. */
const PAUSES: Record<Urgency, readonly number[]> = {
  danger: [5_000, 10_000, 30_000],
  urgent: [5_000, 30_000, 120_000],
  normal: [5_000, 30_000, 120_000, 600_000],
}

export interface TellingParts {
  store: Store
  /** The ways to advisors as they are now. */
  channels: () => Promise<AdvisorChannels>
  now: () => Date
  newId: () => string
  /** Told how each message went, for logs, metrics and open pages. */
  onOutcome?: (outcome: TellingOutcome) => void
}

export interface TellingOutcome {
  /** The channel's name, and whose minute it counted in; see bot/channels/advisor-channel.ts. */
  channel: AdvisorChannel['name']
  way: string
  state: 'accepted' | ChannelError['outcome']
  code: string
  /** How many it held. */
  nudges: number
  /** Whom they are about, by their ids in the store; not for logs. */
  residents: readonly string[]
  hint: string
}

/** A message written down as tried. */
interface Telling {
  text: string
  rows: Nudge[]
}

/**
 * Tells what is most urgent now, in one message.
 *
 * @returns how many nudges it was about; 0 when nothing is due, or nothing may be sent yet
 * @throws whatever a channel throws besides {@link ChannelError}; the nudges are tried again
 */
export async function tellDue(parts: TellingParts): Promise<number> {
  const { store, now, onOutcome } = parts
  const way = (await parts.channels()).to({ kind: 'group', area: null })
  if (way === null) return 0
  const { channel } = way
  const telling = await store.transaction((tx) => begin(tx, channel, parts))
  if (telling === null) return 0
  const { text, rows } = telling
  const end = async (state: TellingOutcome['state'], code = '', hint = '') => {
    const residents = [...new Set(rows.map(({ resident }) => resident))]
    await settle(store, rows, state, code, now())
    onOutcome?.({ channel: channel.name, way: way.key, state, code, nudges: rows.length, residents, hint })
  }
  try {
    await channel.tell({ text, callsAll: rows[0]?.urgency === 'danger', mentions: [], card: null }, way.to)
  } catch (error) {
    if (error instanceof ChannelError) {
      await end(error.outcome, error.code, error.operatorHint)
      return rows.length
    }
    await end('retry', 'internal')
    throw error
  }
  await end('accepted')
  return rows.length
}

/** Chooses what is told next and writes it down as tried. */
async function begin(
  tx: Transaction,
  channel: AdvisorChannel,
  { now, newId }: TellingParts,
): Promise<Telling | null> {
  const at = now()
  const window = await windowOf(tx, channel, at)
  const room = channel.perMinute - PACED - window.count
  const paced = at.getTime() - window.lastAt >= PACE_MS && window.count < channel.perMinute
  // Told it was too much, the rest gives the platform a minute; a danger is still tried.
  if (window.tooOften ? !paced : room <= 0 && !paced) return null
  const waiting = await waitingNow(tx, window.tooOften ? ['danger'] : URGENCIES, at)
  const said = waiting.map((one) => one.said)
  const [first] = said
  if (first === undefined) return null
  const alone = room > 1 || said.length === 1
  const { text, count }: Digest = alone
    ? { text: sayAlone(first), count: 1 }
    : sayDigest(said, channel.maxBytes)
  const message = newId()
  const rows: Nudge[] = []
  for (const { row } of waiting.slice(0, count)) {
    const tried: Nudge = {
      ...row,
      attempts: row.attempts + 1,
      tries: [...row.tries.filter((one) => isLately(one.at, at)), { message, at: at.toISOString() }],
      triedAt: at.toISOString(),
      dueAt: new Date(at.getTime() + LEASE_MS).toISOString(),
    }
    await tx.put('nudges', tried)
    rows.push(tried)
  }
  return { text, rows }
}

const isLately = (then: string, now: Date) => now.getTime() - Date.parse(then) < WINDOW_MS

/** The messages of the last minute, taken or not. */
async function windowOf(tx: Transaction, { perMinute }: AdvisorChannel, now: Date) {
  const from = new Date(now.getTime() - WINDOW_MS).toISOString()
  const rows = await tx.list('nudges', 'tried', { equals: [], from, limit: perMinute * LOOKED_AT })
  const tries = rows.flatMap((row) => row.tries).filter(({ at }) => isLately(at, now))
  return {
    count: new Set(tries.map(({ message }) => message)).size,
    lastAt: Math.max(0, ...tries.map(({ at }) => Date.parse(at))),
    tooOften: rows.some(({ error, triedAt }) => error === TOO_OFTEN && isLately(triedAt, now)),
  }
}

/** What is due, the most urgent first, then the oldest; what needs no saying any more is settled on the way. */
async function waitingNow(tx: Transaction, urgencies: readonly Urgency[], now: Date) {
  const waiting: { row: Nudge; said: Said }[] = []
  for (const urgency of urgencies) {
    const limit = LOOKED_AT - waiting.length
    if (limit <= 0) break
    const query = { equals: ['pending', urgency], to: now.toISOString(), limit }
    for (const row of await tx.list('nudges', 'due', query)) {
      const standing = await standingOf(tx, row, now)
      if (isMoot(row, standing)) {
        await tx.put('nudges', { ...row, state: 'dropped', settledAt: now.toISOString() })
      } else {
        waiting.push({ row, said: sayNudge(row, standing, now) })
      }
    }
  }
  return waiting
}

/** How things stand with a nudge now. A ticket that cannot be read keeps nobody from being told. */
export async function standingOf(reader: Reader, { resident, ticket }: Nudge, now: Date): Promise<Standing> {
  const about = ticket === null ? null : await readable(ticketAt(reader, ticket))
  const tickets = await readable(ticketsOf(reader, resident))
  const session = await readable(reader.get('sessions', resident))
  return {
    ticket: about,
    reach: tickets === 'unreadable' ? null : (tickets.find(hasPhone) ?? null),
    heldUntil: heldUntil(readSession(session === 'unreadable' ? undefined : session), now),
  }
}

async function ticketAt(reader: Reader, number: string): Promise<Ticket | null> {
  const row = await reader.get('tickets', number)
  return row ? readTicket(row.ticket) : null
}

const hasPhone = ({ personal: { facts } }: Ticket): boolean =>
  facts.phone !== null || (facts.proxy?.phone ?? null) !== null

async function readable<T>(reading: Promise<T>): Promise<T | 'unreadable'> {
  try {
    return await reading
  } catch (error) {
    if ((error instanceof TicketError || error instanceof StoreError) && error.code === 'unreadable')
      return 'unreadable'
    throw error
  }
}

function settle(
  store: Store,
  rows: readonly Nudge[],
  state: TellingOutcome['state'],
  code: string,
  now: Date,
): Promise<void> {
  return store.transaction(async (tx) => {
    for (const { id, attempts } of rows) {
      const row = await tx.get('nudges', id)
      // Taken by another since this lease ran out: every try counts `attempts` up.
      if (row?.state !== 'pending' || row.attempts !== attempts) continue
      if (state === 'accepted' || state === 'refused') {
        const error = state === 'accepted' ? null : code
        await tx.put('nudges', { ...row, state, error, settledAt: now.toISOString() })
      } else {
        const pauses = PAUSES[row.urgency]
        const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? WINDOW_MS
        await tx.put('nudges', {
          ...row,
          error: code,
          dueAt: new Date(now.getTime() + pause).toISOString(),
        })
      }
    }
  })
}
