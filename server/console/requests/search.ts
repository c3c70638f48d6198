/** Requests found by a number, a telephone number, or four digits of either. */
import { z } from 'zod'
import type { Store, TicketRow } from '../../../bot/store.ts'
import { readPhone } from '../../../flows/facts.ts'
import { OPEN_STAGES } from '../../../flows/ticket/ticket.ts'
import { numbersWith, readNumber } from '../../../flows/ticket/ticket-number.ts'
import { Refusal } from '../refusal.ts'
import { can } from '../roles.ts'
import { type FoundTicket, filterOf, LOOKED, PAGE, type Place, rowsOf, seen } from './find.ts'

/** Requests with one telephone number, by its keyed hash. */
const WITH_PHONE = 50
/** Requests at work whose telephone is compared with four digits, the first due first: each must be opened for it. */
const OPENED = 1500
const UNSEARCHABLE = '可以搜求助编号（像 Q-0412-6）、完整的电话号码，或者要办的求助单里编号、电话的四位数字。'

export interface Search {
  found: FoundTicket[]
  /** Whether telephones were looked at. */
  byPhone: boolean
  /** What was not looked at, in words; '' when everything was. */
  note: string
}

/** What a search finds: by number whoever may see it, by telephone only whoever may see who it is. */
export async function searchTickets(
  place: Place,
  words: string,
  fingerprint: (kind: string, value: string) => string,
): Promise<Search> {
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
  const tailed = byPhone ? await withTail(place, plain) : { found: [], cut: false }
  const known = new Set(numbered.map(({ ticket: { number } }) => number))
  const others = tailed.found.filter(({ ticket: { number } }) => !known.has(number))
  return {
    found: [...numbered, ...others].slice(0, PAGE),
    byPhone,
    note: tailed.cut ? `电话只比对了最先到期的 ${OPENED} 张要办的求助单。没有的话，请输完整的电话号码。` : '',
  }
}

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

/** Requests at work whose telephone ends so, of those whose people this account may see. */
async function withTail(place: Place, tail: string): Promise<{ found: FoundTicket[]; cut: boolean }> {
  const fits = filterOf(place, { view: 'open' })
  const found: FoundTicket[] = []
  let looked = 0
  for await (const { row } of rowsOf(place, { view: 'open' })) {
    if (found.length >= PAGE) break
    if (++looked > OPENED) return { found, cut: true }
    if (!fits(row) || tailOf(row) !== tail) continue
    const one = seen(place, row)
    if (one?.look.sight === 'full') found.push(one)
  }
  return { found, cut: false }
}

/** The requests with a telephone number, recognised by its keyed hash. */
export async function withPhoneNumber(
  store: Store,
  phone: string,
  fingerprint: (kind: string, value: string) => string,
): Promise<TicketRow[]> {
  const keys = await store.list('ticket_keys', 'byKey', {
    equals: [`phone:${fingerprint('phone', phone)}`],
    limit: WITH_PHONE,
  })
  const rows = await Promise.all(keys.map(({ ticket }) => store.get('tickets', ticket)))
  return rows.flatMap((row) => row ?? [])
}

/** As much of a ticket as a search by telephone reads of each; the whole is read of what is found. */
const withPhone = z.object({ personal: z.object({ facts: z.object({ phone: z.string().nullable() }) }) })
/** The last four digits of its telephone number. */
export function tailOf({ ticket }: TicketRow): string | undefined {
  const read = withPhone.safeParse(ticket)
  return read.success ? read.data.personal.facts.phone?.slice(-4) : undefined
}
