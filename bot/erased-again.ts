/**
 * What was erased or withdrawn after a backup was taken, done again in the store that was restored from it: nobody
 * comes back because a disk broke.
 */
import { type Advanced, isOpen, readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { note } from './audit.ts'
import { putTicket, removeTicket, ticketsOf } from './casework.ts'
import { applyEffects } from './effects.ts'
import { forgetDetails } from './forgetting.ts'
import type { AuditLine, Event, Fingerprint, Store, Transaction } from './store.ts'
import { forgetting, mayForget } from './turns/my-data-turn.ts'

/** What a later state of the store remembers. */
export interface Erased {
  /** Of kind `erased`: residents who had everything deleted. */
  events: readonly Event[]
  /** Of deed `erased` or `withdrawn`: single requests, by whomever. */
  lines: readonly AuditLine[]
}

interface Again {
  now: Date
  /** The store's fingerprint, which seals the audit log. */
  seal: Fingerprint
}

/** The lines of the audit log it is about. */
export const isErasure = ({ deed, subject }: Pick<AuditLine, 'deed' | 'subject'>): boolean =>
  (deed === 'erased' || deed === 'withdrawn') && subject.startsWith(TICKET)

const TICKET = 'ticket:'
const BY = 'restore'

/** @returns how many residents and single requests were erased again; what the store knows of is left alone */
export async function eraseAgain(
  store: Store,
  { events, lines }: Erased,
  again: Again,
): Promise<{ residents: number; tickets: number }> {
  const count = { residents: 0, tickets: 0 }
  const inOrder = <Dated extends { at: string }>(dated: readonly Dated[]) =>
    dated.toSorted((one, other) => (one.at < other.at ? -1 : 1))
  for (const event of inOrder(events))
    if (await store.transaction((tx) => eraseResident(tx, event, again))) count.residents++
  for (const line of inOrder(lines))
    if (await store.transaction((tx) => eraseTicket(tx, line, again))) count.tickets++
  return count
}

async function eraseResident(tx: Transaction, event: Event, { now, seal }: Again): Promise<boolean> {
  if (await tx.get('events', event.id)) return false
  const resident = await tx.get('residents', event.resident)
  if (!resident) {
    // They first came after the backup: nothing of theirs is here, and the next restore is to know all the same.
    await tx.insert('events', event)
    return false
  }
  const tickets = await ticketsErased(tx, event)
  for (const number of tickets)
    await note(
      tx,
      { at: now.toISOString(), by: BY, deed: 'erased', subject: `${TICKET}${number}`, detail: {} },
      seal,
    )
  const id = event.id.replace(/:erased$/, '')
  await applyEffects(tx, [{ kind: 'erase', tickets }], { resident, id, at: event.at, seal })
  return true
}

/** Which requests went then; a number that is free again may be another's by now. */
async function ticketsErased(tx: Transaction, { resident, detail }: Event): Promise<string[]> {
  const named = detail['tickets']?.split(' ')
  // An older version did not say which.
  if (!named) return (await ticketsOf(tx, resident)).filter(mayForget).map(({ number }) => number)
  const theirs: string[] = []
  for (const number of named)
    if ((await tx.get('tickets', number))?.resident === resident) theirs.push(number)
  return theirs
}

async function eraseTicket(tx: Transaction, line: AuditLine, { now, seal }: Again): Promise<boolean> {
  if ((await tx.get('audit', line.id))?.seal === line.seal) return false
  const number = line.subject.slice(TICKET.length)
  const row = await tx.get('tickets', number)
  if (!row || row.openedAt > line.at) return false
  const ticket = readTicket(row.ticket)
  if (line.deed === 'erased' && mayForget(ticket)) await removeTicket(tx, number, line.at)
  else {
    if (line.deed === 'withdrawn' && !isOpen(ticket)) return false
    const stopped = isOpen(ticket) ? stoppedAt(ticket, line.at) : { ticket, happened: [] }
    // Of what was handled the record stays, and whom it was about goes where staff had taken that out.
    const forgets = line.deed === 'erased' || mayForget(ticket)
    const after = forgets ? { ...stopped, ticket: forgetting(stopped.ticket) } : stopped
    await putTicket(tx, ticket.seq, after, now)
    if (forgets) await forgetDetails(tx, number, line.at, null)
  }
  const { deed, subject } = line
  await note(
    tx,
    { at: now.toISOString(), by: BY, deed: deed === 'erased' ? 'erased' : 'withdrawn', subject, detail: {} },
    seal,
  )
  return true
}

const stoppedAt = (ticket: Ticket, at: string): Advanced =>
  advance(
    ticket,
    { kind: 'withdraw', why: '居民撤回同意' },
    { role: 'resident', id: ticket.resident },
    new Date(at),
  )
