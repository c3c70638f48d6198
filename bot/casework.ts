/** Tickets in the store: read, opened, moved, and what the resident is told of it. Residents and staff alike. */

import { isRestricted } from '../flows/advisor/sight.ts'
import type { AreaTree } from '../flows/roster/areas.ts'
import { type Action, readAction } from '../flows/ticket/actions.ts'
import { DUPLICATE_DAYS, likeTickets } from '../flows/ticket/duplicates.ts'
import { newsOf } from '../flows/ticket/news.ts'
import {
  type Actor,
  type Advanced,
  isOpen,
  readTicket,
  type Stage,
  type Ticket,
} from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { auditSubject, noteBy, type Witness } from './audit.ts'
import { removeCall, settleCall } from './calls.ts'
import { cardsFollow } from './card-updates.ts'
import type { Reply } from './message.ts'
import { PLANNED, planReminders } from './nudge-rows.ts'
import { newOutgoing } from './outgoing.ts'
import { tailAfter, tailOf } from './phone-tails.ts'
import { needsAreas, placedAgain, withArea } from './placing.ts'
import { readRoster } from './roster.ts'
import { readSession, sessionColumns } from './session.ts'
import {
  type Fingerprint,
  type Instant,
  type Job,
  type Reader,
  type Store,
  StoreError,
  type TicketRow,
  type Transaction,
} from './store.ts'
import { insertEvents, nudgeOf } from './ticket-events.ts'
import { dropVisits, handVisits, reached, removeVisits } from './visits.ts'
import { removeWishes } from './wishes.ts'

/** More requests than anybody makes; the newest are what people mean. */
const TICKETS_LIMIT = 100
/** Earlier requests compared with a new one, per trait they share. */
const CANDIDATES_LIMIT = 20
/** Numbers tried before one is taken unseen; the store refuses a second ticket of the same number anyway. */
const NUMBERS_TRIED = 40
/** Stages after which nobody has to be told of what came before. */
const SETTLED: readonly Stage[] = ['withdrawn', 'revisited']
const DAY_MS = 24 * 60 * 60 * 1000

/** A resident's tickets, newest first. */
export async function ticketsOf(reader: Reader, resident: string): Promise<Ticket[]> {
  const newest = { equals: [resident], limit: TICKETS_LIMIT, backwards: true }
  const rows = await reader.list('tickets', 'ofResident', newest)
  return rows.map((row) => readTicket(row.ticket))
}

/** A ticket number nobody has at this moment. */
export async function freshNumber(reader: Reader, randomBelow: (limit: number) => number): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const number = mintNumber(attempt, randomBelow)
    if (attempt >= NUMBERS_TRIED || !(await reader.get('tickets', number))) return number
  }
}

/**
 * Writes a ticket just opened, linked to earlier ones that may be the same.
 *
 * @param seal without it the ticket is found by its telephone's last digits only once {@link sealTails} was there
 * @throws {StoreError} `duplicate` when the number was taken meanwhile
 */
export async function insertTicket(tx: Transaction, opened: Advanced, seal?: Fingerprint): Promise<void> {
  const now = new Date(opened.ticket.openedAt)
  const linked = await withLinks(tx, opened, now)
  const tail = seal ? tailOf(linked.ticket.personal.facts.phone, seal) : ''
  await tx.insert('tickets', rowOf(linked.ticket, now, tail))
  await insertKeys(tx, linked.ticket)
  await insertEvents(tx, linked)
  await nudgeOf(tx, linked, linked.ticket.area)
  await planReminders(tx, null, linked.ticket, now)
}

/**
 * Writes a ticket that moved.
 *
 * @param seq the ticket's `seq` before the move
 * @param options.undoable whether who moved it is offered to take it back: until then nobody is told who could not be
 *   untold
 * @param options.seal needed where it may have got another telephone
 * @throws {StoreError} `duplicate` when somebody else moved it meanwhile
 */
export async function putTicket(
  tx: Transaction,
  seq: number,
  moved: Advanced,
  now: Date,
  { undoable = false, seal }: { undoable?: boolean; seal?: Fingerprint } = {},
): Promise<void> {
  const row = await tx.get('tickets', moved.ticket.number)
  const before = row && readTicket(row.ticket)
  if (!before || before.seq !== seq) {
    throw new StoreError('duplicate', `ticket ${moved.ticket.number} was changed meanwhile`)
  }
  const phone = (ticket: Ticket) => ticket.personal.facts.phone
  const tail = tailAfter({ tail: row.tail, phone: phone(before) }, phone(moved.ticket), seal)
  await tx.put('tickets', rowOf(moved.ticket, now, tail))
  await removeKeys(tx, moved.ticket.number)
  await insertKeys(tx, moved.ticket)
  const kept = new Set(mediaOf(moved.ticket))
  await dropMedia(
    tx,
    mediaOf(before).filter((media) => !kept.has(media)),
    now.toISOString(),
  )
  await insertEvents(tx, moved)
  await nudgeOf(tx, moved, before.area, undoable)
  if (SETTLED.includes(moved.ticket.stage)) await settleCall(tx, moved.ticket.number, now.toISOString())
  const { number, owner, stage } = moved.ticket
  if (owner?.id !== before.owner?.id || isOpen(moved.ticket) !== isOpen(before))
    await cardsFollow(tx, number, `${number}:${moved.ticket.seq}`, now.toISOString())
  if (stage === 'withdrawn') await dropVisits(tx, number, now)
  else if (owner?.id !== before.owner?.id) await handVisits(tx, number, owner?.id ?? '', now)
  await planReminders(tx, row.planned === PLANNED ? before : null, moved.ticket, now)
}

/** Removes a ticket and all that belongs to it. */
export async function removeTicket(tx: Transaction, number: string, at: Instant): Promise<void> {
  const row = await tx.get('tickets', number)
  if (row) {
    const ticket = readTicket(row.ticket)
    await dropMedia(tx, mediaOf(ticket), at)
    await planReminders(tx, ticket, null, new Date(at))
    // Nobody was ever handed one of those that are restricted.
    if (!isRestricted(ticket)) await tx.put('removed_tickets', { id: number, area: row.area, at, mark: '' })
  }
  await removeKeys(tx, number)
  for (;;) {
    const events = await tx.list('ticket_events', 'ofTicket', { equals: [number], limit: TICKETS_LIMIT })
    if (events.length === 0) break
    for (const { id } of events) await tx.remove('ticket_events', id)
  }
  await removeCall(tx, number)
  await removeWishes(tx, number)
  await cardsFollow(tx, number, `${number}:removed`, at)
  await dropMedia(tx, await removeVisits(tx, number), at)
  await tx.remove('tickets', number)
}

/** Work with one medium, at most once a kind. */
export function mediaJob(kind: 'keep-media' | 'drop-media', mediaId: string, at: Instant): Job {
  return {
    id: `${kind}:${mediaId}`,
    kind,
    state: 'pending',
    dueAt: at,
    attempts: 0,
    error: null,
    detail: { mediaId },
  }
}

const mediaOf = (ticket: Ticket): string[] => ticket.personal.facts.photos.map(({ media }) => media)

/** Photos and recordings go from the disk, at once where they were not even fetched. */
export async function dropMedia(tx: Transaction, media: readonly string[], at: Instant): Promise<void> {
  for (const mediaId of media) {
    await tx.remove('jobs', `keep-media:${mediaId}`)
    await tx.put('jobs', mediaJob('drop-media', mediaId, at))
  }
}

/** Whoever acts on a ticket who is not the resident in their own conversation. */
export interface Deed {
  number: string
  /** Checked before anything else. */
  action: unknown
  actor: Actor
  /** Who really acts, for the audit log. */
  witness: Witness
  /** The ticket's `seq` that whoever acts was looking at; without it, whatever it is now. */
  seq?: number
  /** Whoever acts may take it back, see bot/undoing.ts. */
  undoable?: boolean
  now: Date
  newId: () => string
}

/**
 * A staff, advisor or partner action: the ticket moves, the event is kept, and the resident is told, all or
 * nothing.
 *
 * @returns the ticket afterwards; null when there is none of this number
 * @throws {TicketError} when the table does not allow it or something is missing, in words for whoever tried
 */
export async function act(store: Store, { action, ...deed }: Deed): Promise<Ticket | null> {
  const wanted = readAction(action)
  if (!needsAreas(wanted)) return store.transaction((tx) => actIn(tx, { ...deed, actions: [wanted] }))
  const { areas } = (await readRoster(store)).roster
  return store.transaction((tx) => actIn(tx, { ...deed, actions: [withArea(wanted, areas)], areas }))
}

/** Several actions of one person, made one after the other. */
export interface Deeds extends Omit<Deed, 'action'> {
  actions: readonly Action[]
  /** A ticket whose address is put right is placed anew among them. */
  areas?: AreaTree
}

/**
 * {@link act} inside a transaction: all of the actions or, when one is refused, none; the resident hears of them in
 * one message.
 *
 * @throws {TicketError} before anything is written
 */
export async function actIn(
  tx: Transaction,
  { number, actions, actor, witness, seq, undoable = false, now, newId, areas }: Deeds,
): Promise<Ticket | null> {
  const row = await tx.get('tickets', number)
  if (!row) return null
  const before = readTicket(row.ticket)
  if (seq !== undefined && seq !== before.seq)
    throw new TicketError('changed', '这张求助单刚才有了变化，还没有按您写的办。请看过最新的情况再办。')
  let moved: Advanced = { ticket: before, happened: [] }
  for (const action of actions) {
    const next = advance(moved.ticket, action, actor, now)
    moved = { ticket: next.ticket, happened: [...moved.happened, ...next.happened] }
  }
  if (areas && moved.ticket.personal.facts.place !== before.personal.facts.place) {
    const scene = (await tx.get('residents', before.resident))?.scene ?? null
    const placed = placedAgain(moved.ticket, scene, areas, now)
    moved = { ticket: placed.ticket, happened: [...moved.happened, ...placed.happened] }
  }
  await putTicket(tx, before.seq, moved, now, { undoable, seal: witness.seal })
  await noteBy(tx, witness, {
    at: now.toISOString(),
    deed: actions.some(({ kind }) => kind === 'correct') ? 'corrected' : 'changed',
    subject: auditSubject(number),
    detail: { actions: actions.map(({ kind }) => kind).join(' ') },
  })
  const news = newsOf(moved.ticket, moved.happened, now)
  if (news) {
    const cause = `${number}:${moved.ticket.seq}`
    await tellResident(tx, before.resident, { ...news, personal: true }, cause, now, newId, number)
  }
  // After the news of it: whoever speaks with the resident brings that too.
  for (const action of actions) {
    const spoke = action.kind === 'contact' ? action.reached : action.kind === 'revisit'
    if (!spoke) continue
    await settleCall(tx, number, now.toISOString())
    await reached(tx, number, { channel: action.kind === 'contact' ? action.channel : '电话', at: now })
  }
  return moved.ticket
}

/**
 * Words for a resident that no message of theirs asked for; numbers they answer with choose from `choices`.
 *
 * @param ticket the request they are news of, if they are: then somebody calls when they do not arrive
 */
export async function tellResident(
  tx: Transaction,
  resident: string,
  reply: Reply,
  cause: string,
  now: Date,
  newId: () => string,
  ticket: string | null = null,
): Promise<void> {
  const at = now.toISOString()
  const row = newOutgoing({ id: newId(), resident, reply, cause, ticket, at: now, dueAt: now })
  await tx.insert('outbox', row)
  if (reply.choices.length === 0) return
  const kept = await tx.get('sessions', resident)
  const session = readSession(kept)
  // A running flow asks its own question; its numbers must keep their meaning.
  if (session.flow !== null) return
  await tx.put('sessions', {
    id: resident,
    revision: (kept?.revision ?? 0) + 1,
    ...sessionColumns({ ...session, choices: [...reply.choices] }),
    updatedAt: at,
  })
}

async function withLinks(tx: Transaction, opened: Advanced, now: Date): Promise<Advanced> {
  const from = new Date(now.getTime() - DUPLICATE_DAYS * DAY_MS).toISOString()
  const candidates = new Map<string, Ticket>()
  for (const { kind, value } of opened.ticket.fingerprints) {
    const keys = await tx.list('ticket_keys', 'byKey', {
      equals: [`${kind}:${value}`],
      from,
      limit: CANDIDATES_LIMIT,
      backwards: true,
    })
    for (const { ticket: number } of keys) {
      const row = candidates.has(number) ? undefined : await tx.get('tickets', number)
      if (row) candidates.set(number, readTicket(row.ticket))
    }
  }
  let linked = opened
  const { resident, fingerprints, personal } = opened.ticket
  const request = { resident, fingerprints, facts: personal.facts, at: now }
  for (const { number, reasons, says } of likeTickets(request, [...candidates.values()])) {
    const next = advance(
      linked.ticket,
      { kind: 'link', number, reasons, why: says },
      { role: 'assistant', id: 'assistant' },
      now,
    )
    linked = { ticket: next.ticket, happened: [...linked.happened, ...next.happened] }
  }
  return linked
}

/** What the ticket's person is recognised by when they ask again. */
async function insertKeys(tx: Transaction, { number, openedAt, fingerprints }: Ticket): Promise<void> {
  for (const { kind, value } of fingerprints) {
    await tx.insert('ticket_keys', {
      id: `${number}:${kind}`,
      key: `${kind}:${value}`,
      ticket: number,
      at: openedAt,
    })
    // Two who open for one person at the same moment do not see each other's keys; here they meet, and the second sees.
    await tx.put('ticket_keys', { id: `latest:${kind}:${value}`, key: '', ticket: number, at: openedAt })
  }
}

async function removeKeys(tx: Transaction, number: string): Promise<void> {
  const keys = await tx.list('ticket_keys', 'ofTicket', { equals: [number], limit: TICKETS_LIMIT })
  for (const { id } of keys) await tx.remove('ticket_keys', id)
}

function rowOf(ticket: Ticket, now: Date, tail: string): TicketRow {
  return {
    id: ticket.number,
    resident: ticket.resident,
    stage: ticket.stage,
    area: ticket.area ?? '',
    owner: ticket.owner?.id ?? '',
    openedAt: ticket.openedAt,
    dueAt: isOpen(ticket) ? (ticket.due.aid ?? ticket.due.whole).at : (ticket.due.revisit?.at ?? ''),
    updatedAt: now.toISOString(),
    planned: PLANNED,
    mark: '',
    tail,
    ticket,
  }
}
