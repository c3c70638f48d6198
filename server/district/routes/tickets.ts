/** Requests: what has changed is fetched, new ones are handed in, and a body says how its part goes. */
import { auditSubject, noteBy, type Witness } from '../../../bot/audit.ts'
import { actIn } from '../../../bot/casework.ts'
import { once, type Sent, transactionAgain } from '../../../bot/handed-in.ts'
import { openHandedIn } from '../../../bot/handing-in.ts'
import { changedAfter } from '../../../bot/marks.ts'
import { areaOf } from '../../../bot/placing.ts'
import type { Reader, TicketRow, Transaction } from '../../../bot/store.ts'
import { findArea } from '../../../flows/roster/advisor-sheet.ts'
import type { AreaTree } from '../../../flows/roster/areas.ts'
import { type Action, readAction } from '../../../flows/ticket/actions.ts'
import { promisesOf } from '../../../flows/ticket/promises.ts'
import type { RequestFacts } from '../../../flows/ticket/request.ts'
import { readTicket, type Ticket } from '../../../flows/ticket/ticket.ts'
import { TicketError } from '../../../flows/ticket/ticket-error.ts'
import { readNumber } from '../../../flows/ticket/ticket-number.ts'
import { orRefuse, Refusal } from '../../console/refusal.ts'
import { isWithin } from '../../console/roles.ts'
import type { ApiKey } from '../key.ts'
import { type KeyCall, type KeyRoute, keyRoute } from '../route.ts'
import { mayHear, ticketOut } from '../ticket-out.ts'
import {
  handedInOutput,
  type NewTicket,
  newTicketInput,
  type Progress,
  progressInput,
  type TicketOut,
  ticketInput,
  ticketOutput,
  ticketsInput,
  ticketsOutput,
} from '../wire.ts'

/** Rows looked at for one page, whichever of them are given. */
const PAGE = 100

const NOT_FOUND = '没有找到这张求助单，或者它不在这把密钥的区域。'
const OTHER_CONTENT = '这个 id 送来过别的内容，没有办。同一件事请照原样送，新的事请用新的 id。'

/** Who does it, as the audit log names them. */
const witnessOf = ({ key, desk }: KeyCall): Witness => ({ by: `key:${key.id}`, seal: desk.fingerprint })

/** Two places, `<requests>.<removed>`; the caller keeps it as it is. */
function readPlaces(after: string | undefined): [number, number] {
  const [, tickets, removed] = /^(\d{1,15})\.(\d{1,15})$/.exec(after ?? '0.0') ?? []
  if (tickets === undefined || removed === undefined)
    throw new Refusal('bad-value', 'after 要原样带上一次给的 next；丢了就不带，从头取。')
  return [Number(tickets), Number(removed)]
}

/** One that cannot be read holds up none of the others. */
function ticketIn(row: TicketRow, { log }: KeyCall): Ticket | null {
  try {
    return readTicket(row.ticket)
  } catch (error) {
    if (!(error instanceof TicketError)) throw error
    log.warn({ ticket: row.id }, 'a request that cannot be read is not handed out')
    return null
  }
}

/** Notes that who somebody is was handed out, before it is. */
async function noteHanded(given: readonly TicketOut[], call: KeyCall): Promise<void> {
  const named = given.filter(({ person }) => person !== null)
  if (named.length === 0) return
  const at = call.desk.now().toISOString()
  const detail = { to: call.key.name }
  await call.desk.store.transaction(async (tx) => {
    for (const { number } of named)
      await noteBy(tx, witnessOf(call), { at, deed: 'exported', subject: auditSubject(number), detail })
  })
}

/** @throws {Refusal} `not-found` alike for what is not there and what is none of theirs */
async function ticketFor(
  reader: Pick<Reader, 'get'>,
  written: string,
  key: ApiKey,
  areas: AreaTree,
): Promise<Ticket> {
  const read = readNumber(written)
  const row = read && 'number' in read ? await reader.get('tickets', read.number) : undefined
  const ticket = row && readTicket(row.ticket)
  if (!ticket || !mayHear(key, ticket, areas)) throw new Refusal('not-found', NOT_FOUND)
  return ticket
}

/** Where a request handed in belongs. @throws {Refusal} when that is not where the key may work */
function placeOf({ area, place }: NewTicket, key: ApiKey, areas: AreaTree): string | null {
  const found = area === undefined ? { id: areaOf(place, null, areas) } : findArea(area, areas)
  if ('fault' in found) throw new Refusal('bad-value', `area：${found.fault.replace('…', area ?? '')}。`)
  if (isWithin(key, found.id, areas)) return found.id
  // An address that names none of ours belongs where the key does, if that is one place.
  const [only] = key.areas
  if (found.id === null && only !== undefined && key.areas.length === 1) return only
  throw new Refusal('not-allowed', '这个地方不在这把密钥的区域，没有收。请核对 area 和 place。')
}

const factsOf = (sent: NewTicket): RequestFacts => ({
  who: 'self',
  relation: null,
  difficulties: sent.difficulties,
  story: sent.story,
  needs: sent.needs,
  place: sent.place,
  registeredAt: null,
  name: sent.name,
  phone: sent.phone,
  idNumber: sent.idNumber,
  household: sent.household,
  income: sent.income,
  photos: [],
  proxy: null,
  anonymous: sent.name === null && sent.phone === null,
})

/** @throws {Refusal} where something else was sent under its number before */
async function onlyOnce(
  tx: Transaction,
  sent: Sent,
  call: KeyCall,
  work: () => Promise<string>,
): Promise<string> {
  const { fingerprint, now } = call.desk
  const { number, other } = await once(tx, sent, { fingerprint, now: now() }, work)
  if (other) throw new Refusal('other-content', OTHER_CONTENT)
  return number
}

/** What a body does with its part. @throws {TicketError} when something is missing */
function actionOf({ part, what, result, stage, words: why }: Progress): Action {
  switch (what) {
    case 'taken':
      return readAction({ kind: 'take', part, why })
    case 'noted':
      return readAction({ kind: 'note', part, stage, why })
    case 'reported':
      return readAction({ kind: 'report', part, result, why })
    case 'declined':
      return readAction({ kind: 'decline', part, why })
  }
}

export const ticketRoutes: readonly KeyRoute[] = [
  keyRoute({
    method: 'GET',
    path: '/tickets',
    needs: 'read-tickets',
    says: `上次以后变过的求助单，一次最多看 ${PAGE} 张；涉及人身安全的不给，划到别的区域的不再给`,
    input: ticketsInput,
    output: ticketsOutput,
    handle: async ({ after }, call) => {
      const { desk, key, roster } = call
      const [from, removedFrom] = readPlaces(after)
      const { areas } = await roster()
      const now = desk.now()
      const changed = await changedAfter(desk.store, 'tickets', from, PAGE)
      const removed = await changedAfter(desk.store, 'removed_tickets', removedFrom, PAGE)
      const tickets = changed.rows
        .map((row) => ticketIn(row, call))
        .filter((ticket) => ticket !== null)
        .filter((ticket) => mayHear(key, ticket, areas))
        .map((ticket) => ticketOut(ticket, key, areas, now))
      await noteHanded(tickets, call)
      const gone: string[] = []
      for (const { id, area } of removed.rows) {
        const theirs = isWithin(key, area, areas)
        // Its number may be somebody else's by now.
        if (theirs && !(await desk.store.get('tickets', id))) gone.push(id)
      }
      return {
        tickets,
        removed: gone,
        next: `${changed.place}.${removed.place}`,
        more: changed.more || removed.more,
      }
    },
  }),
  keyRoute({
    method: 'GET',
    path: '/tickets/:number',
    needs: 'read-tickets',
    says: '一张求助单现在的样子',
    input: ticketInput,
    output: ticketOutput,
    handle: async ({ number }, call) => {
      const { areas } = await call.roster()
      const ticket = await ticketFor(call.desk.store, number, call.key, areas)
      const out = ticketOut(ticket, call.key, areas, call.desk.now())
      await noteHanded([out], call)
      return out
    },
  }),
  keyRoute({
    method: 'POST',
    path: '/tickets',
    needs: 'hand-in-tickets',
    says: '送来一件求助，和居民自己求助一样登记、计时、提醒顾问；送来以前要告诉本人，或有法定职责',
    input: newTicketInput,
    output: handedInOutput,
    handle: async (sent, call) => {
      const { desk, key, knowledge, randomBelow } = call
      const { areas } = await call.roster()
      const area = placeOf(sent, key, areas)
      const urgent = sent.urgent || knowledge.danger(sent.story) !== null
      const number = await orRefuse(
        transactionAgain(desk.store, (tx) =>
          onlyOnce(tx, { key: key.id, kind: 'ticket', ref: sent.id, content: sent }, call, async () => {
            const source = { key: key.id, name: key.name, ref: sent.id }
            const now = desk.now()
            const opened = { facts: factsOf(sent), area, urgent, reason: sent.reason, source }
            const made = await openHandedIn(tx, opened, { fingerprint: desk.fingerprint, randomBelow, now })
            const line = { at: now.toISOString(), deed: 'received', subject: auditSubject(made) } as const
            await noteBy(tx, witnessOf(call), line)
            return made
          }),
        ),
      )
      const row = await desk.store.get('tickets', number)
      const ticket = row ? readTicket(row.ticket) : null
      if (ticket) desk.onChanged?.(ticket.resident)
      return {
        number,
        areaName: ticket?.area ? areas.say(ticket.area) : '',
        dueAt: ticket ? (promisesOf(ticket)[0]?.due.at ?? null) : null,
      }
    },
  }),
  keyRoute({
    method: 'POST',
    path: '/tickets/:number/progress',
    needs: 'report-progress',
    says: '反馈分给本单位的一项：接办、进展、办好或没办成、退回；会告诉居民的和承办单位在后台写的一样',
    input: progressInput,
    output: ticketOutput,
    handle: async (sent, call) => {
      const { desk, key } = call
      const { areas } = await call.roster()
      const now = desk.now()
      const found = await ticketFor(desk.store, sent.number, key, areas)
      if (!found.parts.some(({ to }) => to.id === key.body)) throw new Refusal('not-found', NOT_FOUND)
      const action = await orRefuse(Promise.resolve().then(() => actionOf(sent)))
      const actor = { role: 'partner', id: key.name, body: key.body } as const
      await orRefuse(
        transactionAgain(desk.store, (tx) =>
          onlyOnce(tx, { key: key.id, kind: 'progress', ref: sent.id, content: sent }, call, async () => {
            const { newId } = desk
            const witness = witnessOf(call)
            await actIn(tx, { number: found.number, actions: [action], actor, witness, now, newId })
            return found.number
          }),
        ),
      )
      desk.onChanged?.(found.resident)
      const out = ticketOut(await ticketFor(desk.store, found.number, key, areas), key, areas, now)
      await noteHanded([out], call)
      return out
    },
  }),
]
