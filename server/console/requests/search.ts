/** Requests found by a number, a telephone number, or four digits of either. */
import { tailOf } from '../../../bot/phone-tails.ts'
import type { Fingerprint, Store, TicketRow } from '../../../bot/store.ts'
import { readPhone } from '../../../flows/facts.ts'
import { OPEN_STAGES, type Stage } from '../../../flows/ticket/ticket.ts'
import { numbersWith, readNumber } from '../../../flows/ticket/ticket-number.ts'
import { Refusal } from '../refusal.ts'
import { can } from '../roles.ts'
import { behindNow, newestFirst } from '../walk.ts'
import { type FoundTicket, filterOf, LOOKED, PAGE, type Place, seen } from './find.ts'

/** Requests with one telephone number, by its keyed hash; the newest are what people look for. */
const WITH_PHONE = 50
const UNSEARCHABLE = '可以搜求助编号（像 Q-0412-6）、完整的电话号码，或者要办的求助单里编号、电话的四位数字。'

export interface Search {
  found: FoundTicket[]
  /** Whether telephones were looked at. */
  byPhone: boolean
  /** What was not looked at, in words; '' when everything was. */
  note: string
}

/** What a search finds: by number whoever may see it, by telephone only whoever may see who it is. */
export async function searchTickets(place: Place, words: string, fingerprint: Fingerprint): Promise<Search> {
  const plain = words.trim()
  const { store, account } = place
  const read = readNumber(plain)
  if (read && 'number' in read) {
    const row = await store.get('tickets', read.number)
    const found = row && seen(place, row)
    return { found: found ? [found] : [], byPhone: false, note: '' }
  }
  const byPhone = can(account, 'unmask')
  const phone = byPhone ? readPhone(plain)?.phone : undefined
  if (phone !== undefined) {
    const rows = await withPhoneNumber(store, phone, fingerprint)
    const found = rows.flatMap((row) => seen(place, row) ?? [])
    return { found: found.filter(({ look }) => look.sight === 'full'), byPhone, note: '' }
  }
  if (!/^\d{4}$/.test(plain)) throw new Refusal('bad-value', UNSEARCHABLE)
  const numbered = await withDigits(place, plain)
  const known = new Set(numbered.map(({ ticket: { number } }) => number))
  const others: FoundTicket[] = []
  if (byPhone)
    for await (const one of withTail(place, plain, fingerprint, OPEN_STAGES)) {
      if (numbered.length + others.length > PAGE) break
      if (!known.has(one.ticket.number)) others.push(one)
    }
  const found = [...numbered, ...others]
  const missed = byPhone ? await missedByTail(store) : ''
  return {
    found: found.slice(0, PAGE),
    byPhone,
    note: missed || (found.length > PAGE ? MORE : ''),
  }
}
export const MORE = `这里只列了${PAGE}条，还有别的。请输完整的电话号码。`

/** Requests at work whose number holds these digits. */
async function withDigits(place: Place, digits: string): Promise<FoundTicket[]> {
  const fits = filterOf(place, { view: 'open' })
  const query = { where: { id: numbersWith(digits) }, limit: LOOKED, unopened: true }
  const rows = await Promise.all(
    OPEN_STAGES.map((stage) => place.store.list('tickets', 'inStage', { equals: [stage], ...query })),
  )
  const found: FoundTicket[] = []
  for (const { id } of rows
    .flat()
    .filter(fits)
    .sort((one, other) => (one.dueAt < other.dueAt ? -1 : 1))) {
    if (found.length >= PAGE) break
    const whole = await place.store.get('tickets', id)
    const one = whole && seen(place, whole)
    if (one) found.push(one)
  }
  return found
}

/**
 * Requests whose telephone ends with four digits, of those whose people this account may see; the newest first.
 *
 * @param stages where they stand; anywhere by default
 */
export async function* withTail(
  place: Place,
  digits: string,
  fingerprint: Fingerprint,
  stages?: readonly Stage[],
): AsyncGenerator<FoundTicket> {
  const { store, now } = place
  const fits = filterOf(place, { view: 'all' })
  const query = {
    equals: [tailOf(digits, fingerprint)],
    unopened: true,
    ...(stages ? { where: { stage: stages } } : {}),
  }
  const rows = newestFirst(
    (piece) => store.list('tickets', 'withTail', { ...query, ...piece }),
    ({ openedAt }) => openedAt,
    behindNow(now),
  )
  for await (const row of rows) {
    const whole = fits(row) ? await store.get('tickets', row.id) : undefined
    const one = whole && seen(place, whole)
    if (one?.look.sight === 'full') yield one
  }
}

/** What a search by four digits did not look at, in words; '' when it looked at everything. */
export async function missedByTail(store: Store): Promise<string> {
  const unsealed = await store.count('tickets', 'withTail', { equals: [''], limit: 1 })
  return unsealed === 0
    ? ''
    : '升级以前的求助单还在整理，这次没有全部比对。请过几分钟再搜，或输完整的电话号码。'
}

/** The requests with a telephone number, recognised by its keyed hash, the newest first. */
export async function withPhoneNumber(
  store: Store,
  phone: string,
  fingerprint: Fingerprint,
): Promise<TicketRow[]> {
  const keys = await store.list('ticket_keys', 'byKey', {
    equals: [`phone:${fingerprint('phone', phone)}`],
    limit: WITH_PHONE,
    backwards: true,
  })
  const rows = await Promise.all(keys.map(({ ticket }) => store.get('tickets', ticket)))
  return rows.flatMap((row) => row ?? [])
}
