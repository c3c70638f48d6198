/** Requests as an account finds them: page by page, never more read than a page needs, and one by its number. */
import type { Query, Store, TicketRow } from '../../../bot/store.ts'
import { chinaDay, endOfDay, startOfDay } from '../../../flows/clocks.ts'
import type { Roster } from '../../../flows/roster/advisors.ts'
import { OPEN_STAGES, readTicket, STAGES, type Stage, type Ticket } from '../../../flows/ticket/ticket.ts'
import { readNumber } from '../../../flows/ticket/ticket-number.ts'
import type { Account } from '../accounts/account.ts'
import { type Look, lookAt, ownersOf, scopeOf } from '../look.ts'
import { newestFirst } from '../newest.ts'
import { Refusal } from '../refusal.ts'
import type { SignedCall } from '../route.ts'

export const PAGE = 30
/** Rows looked at for one page by their columns, however few of them are shown. */
export const LOOKED = 3000
/** The same where each must be read to its end. */
const LOOKED_WHOLE = 1000
/** More areas than this are not asked for one by one. */
const STREAMS = 40
/** The first rows taken of each stream; what one stream gives more is asked for when it is needed. */
const FIRST_ROWS = 16
const DAY_MS = 24 * 60 * 60 * 1000

export interface Wanted {
  view: 'open' | 'closed' | 'all'
  stage?: string | undefined
  area?: string | undefined
  owner?: string | undefined
  clock?: 'overdue' | 'today' | 'week' | undefined
  /** Days on which it was opened, both inclusive. */
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
}

export interface FoundTicket {
  ticket: Ticket
  look: Look
}

/** What somebody looks from. `now` is the desk's, which may be a pretended one. */
export interface Place {
  account: Account
  roster: Roster
  store: Store
  now: Date
}

export async function placeOf({ desk, roster, who }: SignedCall): Promise<Place> {
  return { account: who.account, roster: await roster(), store: desk.store, now: desk.now() }
}

/** @throws {Refusal} `not-found` alike for what is not there and what is none of theirs */
export async function ticketFor(place: Place, written: string): Promise<FoundTicket> {
  const read = readNumber(written)
  const row = read && 'number' in read ? await place.store.get('tickets', read.number) : undefined
  const found = row && seen(place, row)
  if (!found) throw new Refusal('not-found', '没有找到这张求助单，或者它不在您负责的区域。')
  return found
}

/** A row as somebody may see it; null where it is none of theirs. */
export function seen({ account, roster, now }: Place, row: TicketRow): FoundTicket | null {
  const ticket = readTicket(row.ticket)
  const look = lookAt(account, ticket, roster, now)
  return look && { ticket, look }
}

/** @returns a page and where the next begins */
export async function findTickets(
  place: Place,
  wanted: Wanted,
  size = PAGE,
): Promise<{ found: FoundTicket[]; next: string | null }> {
  const fits = filterOf(place, wanted)
  const whole = scopeOf(place.account, place.roster, place.now).unsure
  const most = whole ? LOOKED_WHOLE : LOOKED
  const found: FoundTicket[] = []
  let looked = 0
  let last: string | null = null
  for await (const { row, cursor } of rowsOf(place, wanted, { unopened: !whole })) {
    // One more is looked for, so that there is a next page only where something is on it.
    if (found.length > size || looked >= most) break
    looked++
    const one = fits(row) ? await wholly(place, row, whole) : null
    if (one) found.push(one)
    if (found.length <= size) last = cursor
  }
  const more = found.length > size || looked >= most
  return { found: found.slice(0, size), next: more ? last : null }
}

/** A row that was judged by its columns, as somebody may see it. */
async function wholly(place: Place, row: TicketRow, whole: boolean): Promise<FoundTicket | null> {
  const read = whole ? row : await place.store.get('tickets', row.id)
  return read ? seen(place, read) : null
}

/** All that {@link findTickets} gives page by page, walked once; opened one by one, so that nobody waits for all. */
export async function* walkTickets(place: Place, wanted: Wanted): AsyncGenerator<FoundTicket, void> {
  const fits = filterOf(place, wanted)
  for await (const { row } of rowsOf(place, wanted, { unopened: true })) {
    const one = fits(row) ? await wholly(place, row, false) : null
    if (one) yield one
  }
}

function stagesOf({ view, stage }: Wanted): readonly Stage[] {
  const within: readonly Stage[] = view === 'open' ? OPEN_STAGES : view === 'closed' ? ['closed'] : STAGES
  return stage === undefined ? within : within.filter((one) => one === stage)
}

/** What the columns alone say of whether a row is wanted. */
export function filterOf({ account, roster, now }: Place, wanted: Wanted): (row: TicketRow) => boolean {
  const stages = stagesOf(wanted)
  const scope = scopeOf(account, roster, now)
  const { area, owner } = wanted
  const own = ownersOf(account)
  const inArea = (row: TicketRow) =>
    area === undefined ||
    (area === 'none' ? !roster.areas.get(row.area) : roster.areas.isWithin(row.area, area))
  const byOwner = (row: TicketRow) =>
    owner === undefined ||
    (owner === 'mine' ? own.includes(row.owner) : row.owner === (owner === 'none' ? '' : owner))
  const { from, to } = spanOf(wanted, now)
  const byClock = ({ dueAt }: TicketRow) => from <= dueAt && (to === undefined || dueAt <= to)
  const opened = openedIn(wanted)
  const byAge = ({ openedAt }: TicketRow) =>
    opened.from <= openedAt && (opened.to === undefined || openedAt <= opened.to)
  return (row) =>
    stages.some((stage) => stage === row.stage) &&
    scope.holds(row) &&
    inArea(row) &&
    byOwner(row) &&
    byClock(row) &&
    byAge(row)
}

interface Walked {
  row: TicketRow
  cursor: string
}
const cursorOf = (at: string, id: string) => `${at}~${id}`
function readCursor(cursor: string | undefined): { at: string; id: string } | null {
  const [at, id] = cursor?.split('~') ?? []
  if (at === undefined || id === undefined) return null
  if (at !== '' && Number.isNaN(Date.parse(at)))
    throw new Refusal('bad-request', '这一页打不开，请回到第一页。')
  return { at, id }
}

type Opening = Pick<Query, 'unopened'>

/** Rows among which all that is wanted stands, in the order of its list. */
export async function* rowsOf(place: Place, wanted: Wanted, opening: Opening = {}): AsyncGenerator<Walked> {
  const after = readCursor(wanted.cursor)
  if (wanted.view === 'all') {
    const { from: first, to } = openedIn(wanted)
    const last = to === undefined ? place.now.getTime() + DAY_MS : Date.parse(to) + 1
    const rows = newestFirst(
      (span) => place.store.list('tickets', 'byAge', { equals: [], ...span, ...opening }),
      ({ openedAt }) => openedAt,
      after ?? { at: new Date(last).toISOString(), id: '' },
    )
    for await (const row of rows) {
      if (row.openedAt < first) return
      yield { row, cursor: cursorOf(row.openedAt, row.id) }
    }
    return
  }
  const { from, to } = spanOf(wanted, place.now)
  const streams = streamsOf(place, wanted).map((stream) =>
    dueFirst(place.store, stream, { from, to, ...opening }, after),
  )
  yield* merged(streams)
}

/** Between which moments it was opened. */
const openedIn = ({ from, to }: Wanted): { from: string; to: string | undefined } => ({
  from: from === undefined ? '' : startOfDay(from).toISOString(),
  to: to === undefined ? undefined : endOfDay(to).toISOString(),
})

/** Between which due dates. */
function spanOf({ clock }: Wanted, now: Date): { from: string; to: string | undefined } {
  const at = now.toISOString()
  // What has no date sorts before every date.
  if (clock === 'overdue') return { from: '0', to: at }
  if (clock === 'today') return { from: at, to: endOfDay(chinaDay(now)).toISOString() }
  if (clock === 'week') return { from: at, to: new Date(now.getTime() + 7 * DAY_MS).toISOString() }
  return { from: '', to: undefined }
}

interface Stream {
  index: 'byStage' | 'ofArea' | 'ofOwner'
  equals: readonly string[]
}

/** The narrowest lists that hold all that is wanted. */
function streamsOf({ account, roster, now }: Place, wanted: Wanted): Stream[] {
  const stages = stagesOf(wanted)
  const { areas: tree } = roster
  const { owner, area } = wanted
  const scope = scopeOf(account, roster, now)
  const of = (index: 'ofArea' | 'ofOwner', ids: readonly string[]): Stream[] =>
    [...new Set(ids)].flatMap((id) => stages.map((stage) => ({ index, equals: [id, stage] })))
  if (owner !== undefined && owner !== 'none')
    return of('ofOwner', owner === 'mine' ? ownersOf(account) : [owner])
  const all = stages.map((stage): Stream => ({ index: 'byStage', equals: [stage] }))
  if (area !== undefined && area !== 'none') {
    const within = tree.all().filter(({ id }) => tree.isWithin(id, area))
    return within.length > STREAMS
      ? all
      : of(
          'ofArea',
          within.map(({ id }) => id),
        )
  }
  if (scope.areas === null || scope.areas.length > STREAMS) return all
  return [...of('ofArea', scope.areas), ...of('ofOwner', scope.owners)]
}

async function* dueFirst(
  store: Store,
  { index, equals }: Stream,
  { from, to, ...opening }: { from: string; to: string | undefined } & Opening,
  after: { at: string; id: string } | null,
): AsyncGenerator<TicketRow, void> {
  let start = after && after.at > from ? after.at : from
  let done = after
  let limit = FIRST_ROWS
  for (;;) {
    const rows = await store.list('tickets', index, {
      equals,
      ...(start === '' ? {} : { from: start }),
      ...(to === undefined ? {} : { to }),
      limit,
      ...opening,
    })
    const fresh = rows.filter((row) => !done || order(row, { dueAt: done.at, id: done.id }) > 0)
    yield* fresh
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    // Many are due at the end of one day: then more must be read than were read before.
    limit = last.dueAt === start && fresh.length === 0 ? limit * 4 : Math.min(limit * 2, LOOKED)
    start = last.dueAt
    if (fresh.length > 0) done = { at: last.dueAt, id: last.id }
  }
}

function order(one: Pick<TicketRow, 'dueAt' | 'id'>, other: Pick<TicketRow, 'dueAt' | 'id'>): number {
  if (one.dueAt !== other.dueAt) return one.dueAt < other.dueAt ? -1 : 1
  return one.id === other.id ? 0 : one.id < other.id ? -1 : 1
}

/** Several lists as one, in their order; what stands in two is given once. */
async function* merged(streams: AsyncGenerator<TicketRow, void>[]): AsyncGenerator<Walked> {
  const next = async (stream: AsyncGenerator<TicketRow, void>) => {
    const step = await stream.next()
    return step.done ? null : step.value
  }
  const heads = await Promise.all(streams.map(async (stream) => ({ stream, row: await next(stream) })))
  let last = ''
  for (;;) {
    let first: (typeof heads)[number] | null = null
    for (const head of heads) {
      if (head.row && (!first?.row || order(head.row, first.row) < 0)) first = head
    }
    const row = first?.row
    if (!first || !row) return
    if (row.id !== last) yield { row, cursor: cursorOf(row.dueAt, row.id) }
    last = row.id
    first.row = await next(first.stream)
  }
}

/** Rows looked at for one figure; beyond, it is said that there are more. */
const COUNTED = 1000

/** How many there are; by their columns alone, so that nobody's words are read for a number. */
export async function countTickets(place: Place, wanted: Wanted): Promise<{ count: number; more: boolean }> {
  const fits = filterOf(place, wanted)
  let count = 0
  let looked = 0
  for await (const { row } of rowsOf(place, wanted, { unopened: true })) {
    if (looked++ >= COUNTED) return { count, more: true }
    if (fits(row)) count++
  }
  return { count, more: false }
}
