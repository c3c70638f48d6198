/**
 * Tells advisors what is due: the urgent first, never more than their platforms take, many merged into one.
 *
 * Every try is written down before it is made, so that neither a restart nor a second process can send more
 * than allowed. Whoever dies between the platform's acceptance and the record tells it once more when the lease
 * ends; nothing is lost, and nothing is written down as told that no platform took.
 */

import { afterQuiet } from '../flows/clocks.ts'
import { type Held, isFree, isMorningOver, sayMorning, worksOn } from '../flows/nudges/morning.ts'
import {
  isMoot,
  maySay,
  type Said,
  sayAlone,
  sayDigest,
  sayNudge,
  URGENCIES,
} from '../flows/nudges/nudges.ts'
import { rungNow } from '../flows/nudges/reminders.ts'
import type { Roster } from '../flows/roster/advisors.ts'
import { type Target, targetsOf } from './audience.ts'
import { keepCard } from './card-updates.ts'
import { cardOf, carriesCard } from './cards.ts'
import type { AdvisorChannel, AdvisorChannels, Notice, Way } from './channels/advisor-channel.ts'
import { ChannelError } from './channels/channel.ts'
import { heldBy, planMornings } from './morning.ts'
import { climb } from './nudge-rows.ts'
import { type Stands, standsOf } from './standing.ts'
import type { Nudge, Reader, Store, Transaction } from './store.ts'
import { Ways } from './ways.ts'

/** Well above what one message takes, in ms. */
const LEASE_MS = 30_000
/** At most this many are looked at in one go, and so many messages leave at once; the rest follow. */
const LOOKED_AT = 120
const AT_ONCE = 16
/** So many are read about at the same time, and written down in one transaction. */
const TOGETHER = 15
/** As many come to a person one by one; more are merged. */
const ONE_BY_ONE = 3
/** How long what leads to nobody waits until it is looked at again, in ms. */
const NOBODY_MS = 600_000

export interface TellingParts {
  store: Store
  /** The ways to advisors as they are now. */
  channels: () => Promise<AdvisorChannels>
  /** Who there is now. */
  roster: () => Promise<Roster>
  now: () => Date
  newId: () => string
  /** Where a ticket's page is; null without a public address. */
  ticketUrl?: (number: string) => string | null
  /** Told how each message went, for logs, metrics and open pages. */
  onOutcome?: (outcome: TellingOutcome) => void
}

export interface TellingOutcome {
  /** The channel's name, and whose minute it counted in; see bot/channels/advisor-channel.ts. */
  channel: AdvisorChannel['name']
  way: string
  state: 'accepted' | 'unreachable' | ChannelError['outcome']
  code: string
  /** How many it held. */
  nudges: number
  /** Whom they are about, by their ids in the store; not for logs. */
  residents: readonly string[]
  hint: string
}

/** A nudge that is due, and the ways it has to go. */
interface Waiting {
  row: Nudge
  stands: Stands
  said: Said
  targets: Target[]
  /** What the day holds, of a morning digest. */
  held: Held | null
}

/** A message written down as tried. */
interface Message {
  ways: Way[]
  notice: Notice
  items: { waiting: Waiting; targets: Target[] }[]
}

/** What is still to be written down of one round. */
interface Records {
  /** Messages under way, by nudge. */
  left: Map<string, number>
  done: Promise<void>
}

/**
 * Tells what is most urgent now, a message a way.
 *
 * What to say is thought out beside all transactions, for it takes reading about each nudge; only then is it written
 * down, in short ones that take nothing which somebody else changed meanwhile. So it neither waits for those who write
 * nor makes them wait, however many they are.
 *
 * @returns how many nudges were dealt with; 0 when nothing is due
 * @throws whatever a channel throws besides {@link ChannelError}; the nudges are tried again
 */
export async function tellDue(parts: TellingParts): Promise<number> {
  const [channels, roster] = await Promise.all([parts.channels(), parts.roster()])
  const { store, now } = parts
  await planMornings(store, roster, now())
  const plan = await look(channels, roster, parts)
  const [messages] = await Promise.all([
    plan.messages.length === 0 ? [] : store.transaction((tx) => begin(tx, plan.messages, now()), 'rows'),
    putDown(store, plan.decided),
  ])
  const left = new Map<string, number>()
  for (const { items } of messages)
    for (const { waiting } of items) left.set(waiting.row.id, (left.get(waiting.row.id) ?? 0) + 1)
  const records: Records = { left, done: Promise.resolve() }
  const told = await Promise.allSettled(messages.map((message) => tell(message, records, parts)))
  for (const one of told) if (one.status === 'rejected') throw one.reason
  return plan.looked
}

/** What came of a look at what is due. */
interface Plan {
  looked: number
  messages: Message[]
  /** What needs no message now: how each is written down. */
  decided: Decided[]
}

interface Decided {
  row: Nudge
  write: (tx: Transaction) => Promise<void>
}

/** Chooses what is told next; changes nothing. */
async function look(channels: AdvisorChannels, roster: Roster, parts: TellingParts): Promise<Plan> {
  const { store } = parts
  const now = parts.now()
  const ways = new Ways(store, now)
  const rows = await dueNow(store, now)
  const waiting: Waiting[] = []
  const decided: Decided[] = []
  const settled = (row: Nudge, state: 'accepted' | 'dropped', stands: Stands) =>
    decided.push({ row, write: (tx) => settle(tx, row, state, stands, now) })
  const later = (row: Nudge, freeAt: number) => {
    // Each a little after the one before, so that they come back in their order.
    const dueAt = new Date(freeAt + decided.length).toISOString()
    decided.push({ row, write: (tx) => tx.put('nudges', { ...row, dueAt }) })
  }
  for (const some of inParts(rows)) {
    const read = await Promise.all(
      some.map(async (row) => {
        const stands = await standsOf(store, row, roster, now)
        const held = row.kind === 'morning' ? await morningHeld(store, row, roster, now) : null
        return { row, stands, held, targets: await targetsOf(row, stands, { channels, roster, ways, now }) }
      }),
    )
    for (const { row, stands, held, targets } of read) {
      const freeAt = Math.min(...(targets ?? []).map(({ fare }) => fare.freeAt))
      if (isMoot(row, stands.standing) || (row.kind === 'morning' && held === null))
        settled(row, 'dropped', stands)
      else if (!maySay(row.urgency, now)) later(row, afterQuiet(now).getTime())
      else if (targets === null) later(row, now.getTime() + NOBODY_MS)
      else if (targets.length === 0) settled(row, 'accepted', stands)
      else if (freeAt > now.getTime()) later(row, freeAt)
      else waiting.push({ row, stands, said: said(row, stands, parts), targets, held })
    }
  }
  const spoken = waiting.filter((one) => !isIdle(one, waiting))
  for (const { row, stands } of waiting.filter((one) => !spoken.includes(one)))
    settled(row, 'dropped', stands)
  return { looked: rows.length, messages: compose(spoken, now, parts), decided }
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += TOGETHER) yield all.slice(at, at + TOGETHER)
}

/** Nobody else has told it, put it off or counted anything in since it was read. */
const isUnchanged = (row: Nudge, now: Nudge | undefined): boolean =>
  now !== undefined &&
  now.state === row.state &&
  now.attempts === row.attempts &&
  now.dueAt === row.dueAt &&
  now.times === row.times

async function putDown(store: Store, decided: readonly Decided[]): Promise<void> {
  for (const some of inParts(decided)) {
    await store.transaction(async (tx) => {
      const rows = await Promise.all(some.map(({ row }) => tx.get('nudges', row.id)))
      for (const [place, { row, write }] of some.entries()) if (isUnchanged(row, rows[place])) await write(tx)
    }, 'rows')
  }
}

/**
 * Writes messages down as tried.
 *
 * @returns those that may be sent: nobody else has told of any of it meanwhile, or used its way up
 */
async function begin(tx: Transaction, messages: readonly Message[], now: Date): Promise<Message[]> {
  const ways = new Ways(tx, now)
  const isOurs = await Promise.all(
    messages.map(async ({ ways: used, items }) => {
      const [rows, fares] = await Promise.all([
        Promise.all(items.map(({ waiting: { row } }) => tx.get('nudges', row.id))),
        Promise.all(used.map((way) => ways.fare(way, items[0]?.waiting.row.urgency ?? 'normal'))),
      ])
      return (
        items.every(({ waiting: { row } }, place) => isUnchanged(row, rows[place])) &&
        fares.every(({ freeAt }) => freeAt <= now.getTime())
      )
    }),
  )
  const ours = messages.filter((_, place) => isOurs[place])
  const leased = await leaseAll(tx, ours, now)
  for (const { ways: used } of ours) for (const way of used) await ways.try(tx, way)
  return leased
}

/** What is due, the most urgent first, then the oldest; of danger nothing is kept waiting by what else there is. */
async function dueNow(reader: Reader, now: Date): Promise<Nudge[]> {
  const rows: Nudge[] = []
  for (const urgency of URGENCIES) {
    if (rows.some((row) => row.urgency === 'danger')) break
    const limit = LOOKED_AT - rows.length
    if (limit <= 0) break
    rows.push(
      ...(await reader.list('nudges', 'due', { equals: ['pending', urgency], to: now.toISOString(), limit })),
    )
  }
  return rows
}

/** What today's digest of an advisor holds; null when it is over. */
async function morningHeld(reader: Reader, row: Nudge, roster: Roster, now: Date): Promise<Held | null> {
  const advisor = roster.advisors.get(row.advisor ?? '')
  if (!advisor || !worksOn(advisor, now) || isMorningOver(row.at, now)) return null
  return heldBy(reader, advisor, roster, now)
}

function said(row: Nudge, { standing }: Stands, { now, ticketUrl }: TellingParts): Said {
  const said = sayNudge(row, standing, now())
  const url = row.ticket === null ? null : (ticketUrl?.(row.ticket) ?? null)
  return { ...said, more: url === null ? said.more : [...said.more, url] }
}

/** A morning on which there is nothing to say, and nothing else waits to be said to them. */
function isIdle({ held, targets }: Waiting, all: readonly Waiting[]): boolean {
  if (held === null || !isFree(held)) return false
  const own = targets.flatMap(({ way, advisor }) => (advisor === null ? [] : [way.key]))
  return !all.some(
    (other) =>
      other.held === null &&
      other.targets.some(({ way }) => own.includes(way.key) && !isCarded(other.row, way)),
  )
}

/** One message for each way that is free, in the order of what waits most; the same words to several as one. */
function compose(waiting: readonly Waiting[], now: Date, parts: TellingParts): Message[] {
  const byWay = new Map<string, Message['items']>()
  for (const one of waiting) {
    for (const target of one.targets) {
      if (target.fare.freeAt > now.getTime()) continue
      const items = byWay.get(target.way.key) ?? []
      byWay.set(target.way.key, [...items, { waiting: one, targets: [target] }])
    }
  }
  const messages: Message[] = []
  const alone = new Map<string, Message>()
  for (const items of byWay.values()) {
    const [first] = items
    const [target] = first?.targets ?? []
    if (!first || !target) continue
    const { way, advisor, fare } = target
    const morning = items.find(({ waiting: { held } }) => held !== null)
    if (morning && (advisor === null ? morning === first : first.waiting.row.urgency !== 'danger')) {
      if (messages.length < AT_ONCE) messages.push(digest(way, morning, advisor === null ? [] : items, now))
      continue
    }
    if (items.length > 1 && (!fare.roomy || (advisor !== null && items.length > ONE_BY_ONE))) {
      if (messages.length < AT_ONCE) messages.push(merged(way, items))
      continue
    }
    // A card or a text that goes to several people is one message.
    const key = `${first.waiting.row.id} ${way.channel.name}`
    const same = advisor === null ? undefined : alone.get(key)
    if (same && same.ways[0]?.channel === way.channel) {
      same.ways.push(way)
      same.items[0]?.targets.push(target)
    } else if (messages.length < AT_ONCE) {
      const message = single(first.waiting, target, parts)
      messages.push(message)
      if (advisor !== null) alone.set(key, message)
    }
  }
  return messages
}

function single(waiting: Waiting, target: Target, { newId, ticketUrl }: TellingParts): Message {
  const { row, stands, said } = waiting
  const notice: Notice = {
    text: sayAlone(said),
    callsAll: row.urgency === 'danger' && target.advisor === null,
    mentions: target.mentions,
    card: target.way.channel.carriesCards ? cardOf(row, stands.standing, said, newId, ticketUrl) : null,
  }
  return { ways: [target.way], notice, items: [{ waiting, targets: [target] }] }
}

/** A morning digest, with what else waits for that person; a card is left to come by itself. */
function digest(way: Way, morning: Message['items'][number], all: Message['items'], now: Date): Message {
  const others = all.filter(({ waiting }) => waiting.held === null && !isCarded(waiting.row, way))
  const { held } = morning.waiting
  const numbers = new Set(others.flatMap(({ waiting: { row } }) => row.ticket ?? []))
  const said = others.map(({ waiting }) => waiting.said)
  const { text, count } = held
    ? sayMorning(held, said, numbers, now, way.channel.maxBytes)
    : { text: '', count: 0 }
  const mentions = morning.targets.flatMap((one) => one.mentions)
  return {
    ways: [way],
    notice: { text, callsAll: false, mentions, card: null },
    items: [...others.slice(0, count), morning],
  }
}

const isCarded = ({ kind }: Nudge, { channel }: Way): boolean => channel.carriesCards && carriesCard(kind)

function merged(way: Way, waiting: Message['items']): Message {
  // A digest is of one person; in a group it comes by itself.
  const all = waiting.filter(({ waiting: { held } }) => held === null)
  const { text, count } = sayDigest(
    all.map(({ waiting }) => waiting.said),
    way.channel.maxBytes,
  )
  const items = all.slice(0, count)
  const notice: Notice = {
    text,
    callsAll: items.some(({ waiting, targets }) => waiting.row.urgency === 'danger' && !targets[0]?.advisor),
    mentions: [...new Set(items.flatMap(({ targets }) => targets.flatMap(({ mentions }) => mentions)))],
    card: null,
  }
  return { ways: [way], notice, items }
}

/** @returns the messages with their rows as they are written; the work of a transaction may be run again */
async function leaseAll(tx: Transaction, messages: readonly Message[], now: Date): Promise<Message[]> {
  const leased = new Map<Waiting, Waiting>()
  const dueAt = new Date(now.getTime() + LEASE_MS).toISOString()
  for (const { items } of messages) {
    for (const { waiting } of items) {
      if (leased.has(waiting)) continue
      const row: Nudge = { ...waiting.row, attempts: waiting.row.attempts + 1, dueAt }
      leased.set(waiting, { ...waiting, row })
      await tx.put('nudges', row)
    }
  }
  return messages.map((message) => ({
    ...message,
    items: message.items.map((item) => ({ ...item, waiting: leased.get(item.waiting) ?? item.waiting })),
  }))
}

/** Sends one message and writes down what came of it. */
async function tell(message: Message, records: Records, parts: TellingParts): Promise<void> {
  const { ways, notice, items } = message
  const [first] = ways
  if (!first) return
  const to = ways.flatMap((way) => way.to)
  let outcome: Outcome
  let fault: unknown
  try {
    const { unreachable, code } = await first.channel.tell(notice, to)
    const nobody = to.length > 0 && to.every((one) => unreachable.includes(one))
    outcome = {
      state: nobody ? 'unreachable' : 'accepted',
      code: nobody ? 'unreachable' : '',
      hint: nobody ? '企业微信说这些顾问收不到应用消息：请核对成员账号，并把他们加进应用的可见范围' : '',
      unreachable,
      card: code,
    }
  } catch (error) {
    fault = error
    const known = error instanceof ChannelError
    outcome = {
      state: known ? error.outcome : 'retry',
      code: known ? error.code : 'internal',
      hint: known ? error.operatorHint : '',
      unreachable: [],
      card: null,
    }
  }
  const turn = records.done
  const recorded = turn.then(() => {
    // Whoever writes last of a nudge hands it back; so one after the other.
    const last = new Set<string>()
    for (const { waiting } of items) {
      const { id } = waiting.row
      const others = (records.left.get(id) ?? 1) - 1
      records.left.set(id, others)
      if (others === 0) last.add(id)
    }
    return parts.store.transaction((tx) => record(tx, message, outcome, last, parts.now()), 'rows')
  })
  records.done = recorded.catch(() => undefined)
  await recorded
  if (fault !== undefined && !(fault instanceof ChannelError)) throw fault
  const { state, code, hint } = outcome
  parts.onOutcome?.({
    channel: first.channel.name,
    way: first.key,
    state,
    code,
    nudges: items.length,
    residents: [...new Set(items.map(({ waiting }) => waiting.row.resident))],
    hint,
  })
}

interface Outcome {
  state: TellingOutcome['state']
  code: string
  hint: string
  unreachable: readonly string[]
  card: string | null
}

async function record(
  tx: Transaction,
  { ways, notice, items }: Message,
  { state, code, unreachable, card }: Outcome,
  last: ReadonlySet<string>,
  now: Date,
): Promise<void> {
  const at = now.toISOString()
  const book = new Ways(tx, now)
  for (const { key, to } of ways) {
    const missed = state === 'accepted' && to.some((one) => unreachable.includes(one))
    await book.outcome(tx, key, missed ? 'unreachable' : state, missed ? 'unreachable' : code)
  }
  if (state === 'accepted' && notice.card) {
    const to = ways.flatMap((way) => way.to).filter((one) => !unreachable.includes(one))
    await keepCard(tx, notice.card, { to, code: card, at })
  }
  const rows = await Promise.all(items.map(({ waiting }) => tx.get('nudges', waiting.row.id)))
  for (const [place, { waiting, targets }] of items.entries()) {
    const { id, attempts } = waiting.row
    const row = rows[place]
    // Taken by another since this lease ran out: every try counts `attempts` up.
    if (row?.state !== 'pending' || row.attempts !== attempts) continue
    const after: Nudge = { ...row, error: state === 'accepted' ? null : code }
    if (state === 'accepted' || state === 'unreachable') {
      after.missed = [...new Set([...row.missed, ...targets.flatMap(({ way }) => gone(way, unreachable))])]
      after.told = [...row.told, ...heard(targets, unreachable, at)]
    }
    if (state === 'refused') {
      await settle(tx, after, 'refused', waiting.stands, now)
    } else if (!last.has(id)) {
      await tx.put('nudges', after)
    } else if (isWhole(waiting, after)) {
      await settle(tx, after, 'accepted', waiting.stands, now)
    } else {
      // What is left goes another way, or the same when that is free again.
      await tx.put('nudges', { ...after, dueAt: at })
    }
  }
}

const gone = ({ to }: Way, unreachable: readonly string[]) => to.filter((one) => unreachable.includes(one))

/** Whom it reached, an entry an audience. */
function heard(targets: readonly Target[], unreachable: readonly string[], at: string): Nudge['told'] {
  return targets
    .filter(({ way }) => gone(way, unreachable).length === 0)
    .flatMap(({ way, audiences }) =>
      audiences.map((audience) => ({ audience, way: way.key, to: [...way.to], at })),
    )
}

/** Whether every way it had to go took it. */
const isWhole = ({ targets }: Waiting, { told }: Nudge): boolean =>
  targets.every(({ way }) => told.some((one) => one.way === way.key))

/** Ends a nudge; of a reminder the next rung follows. */
async function settle(
  tx: Transaction,
  row: Nudge,
  state: 'accepted' | 'refused' | 'dropped',
  { standing: { owed } }: Stands,
  now: Date,
): Promise<void> {
  await tx.put('nudges', { ...row, state, settledAt: now.toISOString() })
  if (owed) await climb(tx, owed.ladder, row, Math.max(row.rung, rungNow(owed.ladder, now) ?? 0) + 1)
}
