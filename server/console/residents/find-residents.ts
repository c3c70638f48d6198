/**
 * Residents as an account finds them: through those of their requests it may look into. One who never made a request
 * is shown to nobody, nor is one whose every request could harm them if more were shown.
 */
import type { Fingerprint, TicketRow } from '../../../bot/store.ts'
import { isForgotten } from '../../../bot/turns/my-data-turn.ts'
import { readPhone } from '../../../flows/facts.ts'
import { readNumber } from '../../../flows/ticket/ticket-number.ts'
import { Refusal } from '../refusal.ts'
import {
  type FoundTicket,
  filterOf,
  LOOKED,
  PAGE,
  type Place,
  rowsOf,
  seen,
  ticketFor,
} from '../requests/find.ts'
import { MORE, missedByTail, withPhoneNumber, withTail } from '../requests/search.ts'
import { can } from '../roles.ts'

/** A resident by their requests: those this account may look into, the newest first; never none. */
export interface FoundResident {
  /** The id in the store. */
  resident: string
  found: readonly [FoundTicket, ...FoundTicket[]]
}

/** Requests of one resident looked at; more than anybody makes. */
const TICKETS_LIMIT = 100

/** Null when this account may look into none of their requests. */
async function residentSeen(place: Place, resident: string): Promise<FoundResident | null> {
  const newest = { equals: [resident], limit: TICKETS_LIMIT, backwards: true }
  const rows = await place.store.list('tickets', 'ofResident', newest)
  const [first, ...others] = rows.flatMap((row) => lookedInto(place, row) ?? [])
  return first ? { resident, found: [first, ...others] } : null
}

/** What could harm somebody leads nobody on to who they are. */
function lookedInto(place: Place, row: TicketRow): FoundTicket | null {
  const found = seen(place, row)
  return found && found.look.sight !== 'shut' && !isForgotten(found.ticket) ? found : null
}

/**
 * The resident of a request.
 *
 * @throws {Refusal} `not-found` alike for what is not there and what is none of theirs
 */
export async function residentFor(place: Place, number: string): Promise<FoundResident> {
  const { ticket } = await ticketFor(place, number)
  const found = await residentSeen(place, ticket.resident)
  if (!found?.found.some((one) => one.ticket.number === ticket.number))
    throw new Refusal('not-found', '这张求助单里没有能看的居民信息：可能已经删除，或者只给负责人看。')
  return found
}

/** @returns a page of residents, whoever asked last first, and where the next begins */
export async function findResidents(
  place: Place,
  asked: { area?: string | undefined; cursor?: string | undefined },
): Promise<{ found: FoundResident[]; next: string | null }> {
  const wanted = { view: 'all', ...asked } as const
  const { areas } = place.roster
  const { area } = asked
  const inArea = (one: string | null) =>
    area === undefined || (area === 'none' ? !areas.get(one ?? '') : areas.isWithin(one ?? '', area))
  const fits = filterOf(place, wanted)
  const found: FoundResident[] = []
  let looked = 0
  let last: string | null = null
  const isFull = () => found.length > PAGE || looked >= LOOKED
  for await (const { row, cursor } of rowsOf(place, wanted, { unopened: true })) {
    // One more is looked for, so that there is a next page only where somebody is on it.
    if (isFull()) break
    looked++
    if (fits(row)) {
      const resident = await residentSeen(place, row.resident)
      // Each stands where their newest request does.
      const newest = resident?.found.find(({ ticket }) => inArea(ticket.area))
      if (resident && newest?.ticket.number === row.id) found.push(resident)
    }
    if (found.length <= PAGE) last = cursor
  }
  const more = isFull()
  return { found: found.slice(0, PAGE), next: more ? last : null }
}

/** What a search finds: by telephone only whoever may see who it is; `note` says what it did not give. */
export async function searchResidents(
  place: Place,
  words: string,
  fingerprint: Fingerprint,
): Promise<{ found: FoundResident[]; byPhone: boolean; note: string }> {
  const plain = words.trim()
  const read = readNumber(plain)
  if (read && 'number' in read) {
    const row = await place.store.get('tickets', read.number)
    const found = row && lookedInto(place, row) && (await residentSeen(place, row.resident))
    return { found: found ? [found] : [], byPhone: false, note: '' }
  }
  const mayUnmask = can(place.account, 'unmask')
  const phone = mayUnmask ? readPhone(plain)?.phone : undefined
  const isTail = mayUnmask && /^\d{4}$/.test(plain)
  if (phone === undefined && !isTail) throw new Refusal('bad-value', mayUnmask ? UNSEARCHABLE : BY_NUMBER)
  const ids = new Set<string>()
  if (phone === undefined)
    for await (const { ticket } of withTail(place, plain, fingerprint)) {
      if (!isForgotten(ticket)) ids.add(ticket.resident)
      if (ids.size > PAGE) break
    }
  else
    for (const row of await withPhoneNumber(place.store, phone, fingerprint))
      if (lookedInto(place, row)?.look.sight === 'full') ids.add(row.resident)
  const found = await Promise.all([...ids].slice(0, PAGE).map((id) => residentSeen(place, id)))
  const missed = phone === undefined ? await missedByTail(place.store) : ''
  return {
    found: found.flatMap((one) => one ?? []),
    byPhone: true,
    note: missed || (ids.size > PAGE ? MORE : ''),
  }
}
const UNSEARCHABLE = '可以搜求助编号（像 Q-0412-6）、完整的电话号码，或者电话的末四位。'
const BY_NUMBER = '可以搜求助编号，像 Q-0412-6。'
