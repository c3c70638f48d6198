/** Requests as an account finds them: page by page, never more read than a page needs, and one by its number. */
import type { Query, TicketRow } from '../../../bot/store.ts'
import { chinaDay, endOfDay, startOfDay } from '../../../flows/clocks.ts'
import { readTicket, type Ticket } from '../../../flows/ticket/ticket.ts'
import { readNumber } from '../../../flows/ticket/ticket-number.ts'
import { type Look, lookAt, ownersOf, scopeOf } from '../look.ts'
import { Refusal } from '../refusal.ts'
import type { SignedCall } from '../route.ts'
import type { Stand } from '../walk.ts'
import { type Place, rowsIn, stagesOf, streamsOf, type Wanted } from './streams.ts'

export type { Place, Wanted } from './streams.ts'

export const PAGE = 30
/** Rows looked at for one page by their columns, however few of them are shown. */
export const LOOKED = 3000
/** The same where each is opened; most of an organisation's may be none of its own. */
const LOOKED_WHOLE = 1000
const DAY_MS = 24 * 60 * 60 * 1000

export interface FoundTicket {
  ticket: Ticket
  look: Look
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
  const found: FoundTicket[] = []
  let looked = 0
  let last: string | null = null
  // Nearly every row that is read is shown, so that each is opened at once.
  for await (const { row, cursor } of rowsOf(place, wanted)) {
    // One more is looked for, so that there is a next page only where something is on it.
    if (found.length > size || looked >= LOOKED_WHOLE) break
    looked++
    const one = fits(row) ? seen(place, row) : null
    if (one) found.push(one)
    if (found.length <= size) last = cursor
  }
  const more = found.length > size || looked >= LOOKED_WHOLE
  return { found: found.slice(0, size), next: more ? last : null }
}

/** All that {@link findTickets} gives page by page, walked once; opened one by one, so that nobody waits for all. */
export async function* walkTickets(place: Place, wanted: Wanted): AsyncGenerator<FoundTicket, void> {
  const fits = filterOf(place, wanted)
  for await (const { row } of rowsOf(place, wanted, { unopened: true })) {
    const whole = fits(row) ? await place.store.get('tickets', row.id) : undefined
    const one = whole && seen(place, whole)
    if (one) yield one
  }
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
  const due = spanOf(wanted, now)
  const opened = openedIn(wanted)
  return (row) =>
    stages.some((stage) => stage === row.stage) &&
    scope.holds(row) &&
    inArea(row) &&
    byOwner(row) &&
    isIn(row.dueAt, due) &&
    isIn(row.openedAt, opened)
}

interface Walked {
  row: TicketRow
  cursor: string
}
const cursorOf = (at: string, id: string) => `${at}~${id}`
function readCursor(cursor: string | undefined): Stand | null {
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
  const { placed, own } = await streamsOf(place, wanted)
  const newest = wanted.view === 'all'
  const at = (row: TicketRow) => (newest ? row.openedAt : row.dueAt)
  const bounds = newest ? openedIn(wanted) : spanOf(wanted, place.now)
  const rows = rowsIn(place.store, [...placed, ...own], at, { ...bounds, after, backwards: newest }, opening)
  for await (const row of rows) yield { row, cursor: cursorOf(at(row), row.id) }
}

/** Both inclusive; undefined is no bound. */
interface Span {
  from: string | undefined
  to: string | undefined
}
const isIn = (at: string, { from, to }: Span) =>
  (from === undefined || from <= at) && (to === undefined || at <= to)

/** Between which moments it was opened. */
const openedIn = ({ from, to }: Wanted): Span => ({
  from: from === undefined ? undefined : startOfDay(from).toISOString(),
  to: to === undefined ? undefined : endOfDay(to).toISOString(),
})

/** Between which due dates. */
function spanOf({ clock }: Wanted, now: Date): Span {
  const at = now.toISOString()
  // What has no date sorts before every date.
  if (clock === 'overdue') return { from: '0', to: at }
  if (clock === 'today') return { from: at, to: endOfDay(chinaDay(now)).toISOString() }
  if (clock === 'week') return { from: at, to: new Date(now.getTime() + 7 * DAY_MS).toISOString() }
  return { from: undefined, to: undefined }
}

/** Counted of one figure; beyond, it is said that there are more. */
const COUNTED = 10_000

/**
 * How many there are, by their columns alone: nobody's words are read for a number, nor are rows of most. Of an
 * organisation's each is opened, as in its list: its parts stand in the request.
 */
export async function countTickets(place: Place, wanted: Wanted): Promise<{ count: number; more: boolean }> {
  const { store, now, account, roster } = place
  if (scopeOf(account, roster, now).unsure) {
    const { found, next } = await findTickets(place, wanted, LOOKED_WHOLE)
    return { count: found.length, more: next !== null }
  }
  const { placed, own, isPlaced } = await streamsOf(place, wanted)
  const { from, to } = spanOf(wanted, now)
  const span = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    limit: COUNTED + 1,
  }
  const counts = await Promise.all(
    placed.map(({ index, ...stream }) => store.count('tickets', index, { ...stream, ...span })),
  )
  let count = counts.reduce((sum, one) => sum + one, 0)
  for (const { index, ...stream } of own) {
    const rows = await store.list('tickets', index, { ...stream, ...span, unopened: true })
    count += rows.filter((row) => !isPlaced(row)).length
  }
  return { count: Math.min(count, COUNTED), more: count > COUNTED }
}
