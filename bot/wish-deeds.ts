/** What staff do about what residents wish with their data: enter it for them, hand it over, say why not. */
import { chinaDay, sayDay } from '../flows/clocks.ts'
import { readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { auditSubject, noteBy, type Witness } from './audit.ts'
import { tellResident } from './casework.ts'
import type { Instant, Reader, StaffTask, Store, Transaction } from './store.ts'
import { isForgotten } from './turns/my-data-turn.ts'
import {
  keepWish,
  openWishes,
  readWish,
  WISH_WAY_WORDS,
  WISH_WORDS,
  type Wish,
  type WishKind,
  type WishWay,
  wishDue,
  wishId,
} from './wishes.ts'
import { handedOver, wishDenied, wishEntered } from './wording.ts'

/** Requests of one resident; who asks for others, as a partner does, may have more. */
const MOST_HAVE = 100

/** All of a resident's requests that still tell who they are. */
export async function tellingTickets(reader: Reader, resident: string): Promise<Ticket[]> {
  for (let limit = MOST_HAVE; ; limit *= 4) {
    const rows = await reader.list('tickets', 'ofResident', { equals: [resident], limit })
    if (rows.length === limit) continue
    return rows.map(({ ticket }) => readTicket(ticket)).filter((ticket) => !isForgotten(ticket))
  }
}

/** What staff do about somebody's wish. */
export interface WishDeed {
  kind: WishKind
  /** The requests it is about, all of one resident. */
  numbers: readonly string[]
  witness: Witness
  now: Date
  newId: () => string
}

/**
 * Somebody asked at the counter or by telephone: it is kept for all of their requests, wherever they lie, and they are
 * told in the chat, lest somebody else asked in their name.
 *
 * @returns by which day it is answered
 */
export function enterWish(
  store: Store,
  {
    kind,
    way,
    resident,
    witness,
    now,
    newId,
  }: Omit<WishDeed, 'numbers'> & { way: WishWay; resident: string },
): Promise<string> {
  const { day, dueAt } = wishDue(now)
  const at = now.toISOString()
  return store.transaction(async (tx) => {
    const waiting = new Set(
      (await openWishes(tx, resident)).flatMap((one) => (one.kind === kind ? [one.ticket] : [])),
    )
    const tickets = (await tellingTickets(tx, resident)).filter(({ number }) => !waiting.has(number))
    if (tickets.length === 0) throw new TicketError('already', '已经登记过了，正等着答复，不用再登记。')
    for (const { number } of tickets) {
      await keepWish(tx, { kind, ticket: number, resident, dueAt, way, askedAt: at, enteredBy: witness.by })
      const detail = { what: WISH_WORDS[kind], way: WISH_WAY_WORDS[way] }
      await noteBy(tx, witness, { at, deed: 'wished', subject: auditSubject(number), detail })
    }
    await tell(tx, resident, wishEntered(kind, way, sayDay(day, chinaDay(now))), { now, newId })
    return day
  })
}

/** Words about a wish; whoever has no chat with us heard it where they asked. */
export async function tell(
  tx: Transaction,
  resident: string,
  text: string,
  { now, newId }: Pick<WishDeed, 'now' | 'newId'>,
): Promise<void> {
  if (!(await tx.get('residents', resident))) return
  const id = newId()
  await tellResident(tx, resident, { text, choices: [] }, `wish:${id}`, now, () => id)
}

/**
 * The wishes of this kind that wait about these requests.
 *
 * @throws {TicketError} where one does not
 */
export async function waitingWishes(
  tx: Transaction,
  { kind, numbers }: Pick<WishDeed, 'kind' | 'numbers'>,
): Promise<{ task: StaffTask; wish: Wish; ticket: Ticket }[]> {
  return Promise.all(
    numbers.map(async (number) => {
      const task = await tx.get('tasks', wishId(kind, number))
      const row = await tx.get('tickets', number)
      if (!row) throw new TicketError('no-such-ticket', `没有编号是 ${number} 的求助单，请核对编号。`)
      if (task?.state !== 'open')
        throw new TicketError(
          'already',
          `居民没有要求${WISH_WORDS[kind]}这张求助单的信息，或者已经核对过了。`,
        )
      return { task, wish: readWish(task), ticket: readTicket(row.ticket) }
    }),
  )
}

/** Writes down that a wish was answered. */
export function settleWish(
  tx: Transaction,
  { task, wish, ticket }: { task: StaffTask; wish: Wish; ticket: Pick<Ticket, 'area'> },
  { by, at, why, gone = false }: { by: string; at: Instant; why: string; gone?: boolean },
): Promise<void> {
  const answer = { by, at, why, area: ticket.area ?? '' }
  const detail: Wish = { ...wish, answer }
  // Of whoever is forgotten not even the id on the platform stays.
  const resident = gone ? '' : task.resident
  return tx.put('tasks', { ...task, resident, state: why === '' ? 'done' : 'refused', detail })
}

/**
 * It is not done, for a reason that the resident is told.
 *
 * @throws {TicketError} where nobody waits for it
 */
export function denyWish(
  store: Store,
  { kind, numbers, witness, now, newId }: WishDeed,
  why: string,
): Promise<void> {
  const at = now.toISOString()
  return store.transaction(async (tx) => {
    const waiting = await waitingWishes(tx, { kind, numbers })
    for (const one of waiting) {
      await settleWish(tx, one, { by: witness.by, at, why })
      const detail = { what: WISH_WORDS[kind] }
      await noteBy(tx, witness, { at, deed: 'denied', subject: auditSubject(one.ticket.number), detail })
    }
    const [first] = waiting
    if (first) await tell(tx, first.task.resident, wishDenied(kind, numbers, why), { now, newId })
  })
}

/**
 * The file was handed to the person it is about.
 *
 * @throws {TicketError} where nobody waits for it
 */
export function handOver(
  store: Store,
  { numbers, witness, now, newId }: Omit<WishDeed, 'kind'>,
): Promise<void> {
  const at = now.toISOString()
  return store.transaction(async (tx) => {
    const waiting = await waitingWishes(tx, { kind: 'export', numbers })
    for (const one of waiting) {
      await settleWish(tx, one, { by: witness.by, at, why: '' })
      const detail = { what: '交给本人' }
      await noteBy(tx, witness, { at, deed: 'exported', subject: auditSubject(one.ticket.number), detail })
    }
    const [first] = waiting
    if (first) await tell(tx, first.task.resident, handedOver(numbers), { now, newId })
  })
}
