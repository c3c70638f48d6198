/** What becomes of a deletion that a person must decide: somebody was helped, and the office accounts for that. */
import { isOpen, readTicket } from '../flows/ticket.ts'
import { TicketError } from '../flows/ticket-error.ts'
import { auditSubject, noteBy, type Witness } from './audit.ts'
import { putTicket, tellResident } from './casework.ts'
import { forgetDetails } from './forgetting.ts'
import type { StaffTask, Store, Transaction } from './store.ts'
import { forgetting } from './turns/my-data-turn.ts'
import { erasedLater } from './wording.ts'

/** More than anybody leaves open about one resident. */
const TASKS_LIMIT = 200

/**
 * Staff looked at a request whose resident wants their data deleted: whatever tells who it was about goes, and what
 * was done and given stays as the office's record. The resident is told.
 *
 * @throws {TicketError} when nobody asked for it, or the request is still worked on
 */
export function eraseAsAsked(
  store: Store,
  { number, witness, now, newId }: { number: string; witness: Witness; now: Date; newId: () => string },
): Promise<void> {
  const at = now.toISOString()
  return store.transaction(async (tx) => {
    const row = await tx.get('tickets', number)
    if (!row) throw new TicketError('no-such-ticket', `没有编号是 ${number} 的求助单，请核对编号。`)
    const ticket = readTicket(row.ticket)
    const asked = await erasuresAsked(tx, row.resident, number)
    if (asked.length === 0)
      throw new TicketError('already', '居民没有要求删除这张求助单的信息，或者已经核对过了。')
    if (isOpen(ticket)) throw new TicketError('wrong-stage', '这张求助单还在办，办结或停办以后才能清除。')
    await putTicket(tx, ticket.seq, { ticket: forgetting(ticket), happened: [] }, now)
    await forgetDetails(tx, number, at, null)
    for (const task of asked) await tx.put('tasks', { ...task, state: 'done' })
    await tellResident(
      tx,
      row.resident,
      { text: erasedLater(number), choices: [] },
      `erased:${number}`,
      now,
      newId,
    )
    await noteBy(tx, witness, { at, deed: 'erased', subject: auditSubject(number) })
  })
}

async function erasuresAsked(tx: Transaction, resident: string, number: string): Promise<StaffTask[]> {
  const tasks = await tx.list('tasks', 'ofResident', { equals: [resident, 'open'], limit: TASKS_LIMIT })
  return tasks.filter(({ kind, ticket }) => kind === 'erase' && ticket === number)
}
