/** Forgetting people: what a resident, a request or a household leaves behind, removed with all that belongs to it. */
import { removeAlerts } from './alert-rows.ts'
import { dropMedia, removeTicket } from './casework.ts'
import { removeNudges } from './nudge-rows.ts'
import type { Heard, Instant, Outgoing, Transaction } from './store.ts'
import { removeVisits } from './visits.ts'

/** How many rows of one kind are removed between two looks. */
const ROUND = 200

/** Removes words said to a resident, or such of them as are meant. */
export async function forgetWords(
  tx: Transaction,
  resident: string,
  meant: (row: Outgoing) => boolean,
): Promise<void> {
  for (let from = ''; ; ) {
    const rows = await tx.list('outbox', 'ofResident', { equals: [resident], from, limit: ROUND })
    for (const row of rows) if (meant(row)) await tx.remove('outbox', row.id)
    const next = rows.at(-1)?.createdAt ?? ''
    if (rows.length < ROUND || next === from) return
    from = next
  }
}

/** Removes what a resident said to people, and the pictures they sent with it. */
export async function forgetHeard(tx: Transaction, resident: string, at: Instant): Promise<void> {
  for (;;) {
    const heard = await tx.list('heard', 'ofResident', { equals: [resident], limit: ROUND })
    for (const { id, media } of heard) await forgetSaid(tx, { id, media }, at)
    if (heard.length < ROUND) return
  }
}

/** Removes one thing a resident said to people, with its picture or recording. */
export async function forgetSaid(
  tx: Transaction,
  { id, media }: Pick<Heard, 'id' | 'media'>,
  at: Instant,
): Promise<void> {
  await tx.remove('heard', id)
  if (media !== null) await dropMedia(tx, [media], at)
}

/** Removes what a resident wrote that is not answered yet. */
export async function forgetTaken(tx: Transaction, resident: string): Promise<void> {
  for (;;) {
    const taken = await tx.list('taken', 'ofResident', { equals: [resident], limit: ROUND, unopened: true })
    for (const { id } of taken) await tx.remove('taken', id)
    if (taken.length < ROUND) return
  }
}

/** Removes a request with everything that belongs to it, the words about it included. */
export async function forgetTicket(tx: Transaction, number: string, at: Instant): Promise<void> {
  const row = await tx.get('tickets', number)
  if (!row) return
  await forgetWords(tx, row.resident, ({ ticket }) => ticket === number)
  await removeTicket(tx, number, at)
}

/**
 * Removes what tells whom a request was about from all that belongs to it; the request itself, from which it is gone
 * already, stays as the office's record. What happened stays too, without what was said of it.
 *
 * @param except the turn whose own words, which tell the resident so, stay
 */
export async function forgetDetails(
  tx: Transaction,
  number: string,
  at: Instant,
  except: string | null,
): Promise<void> {
  const row = await tx.get('tickets', number)
  if (!row) return
  for (let from = ''; ; ) {
    const events = await tx.list('ticket_events', 'ofTicket', { equals: [number], from, limit: ROUND })
    for (const event of events) await tx.put('ticket_events', { ...event, detail: null })
    const next = events.at(-1)?.at ?? ''
    if (events.length < ROUND || next === from) break
    from = next
  }
  await dropMedia(tx, await removeVisits(tx, number), at)
  await forgetWords(tx, row.resident, ({ ticket, personal, cause }) =>
    ticket === null ? personal && cause !== except : ticket === number,
  )
}

/** Removes a household nobody looks after any more; what it was recognised by is removed apart. */
export async function forgetHousehold(tx: Transaction, number: string, at: Instant): Promise<void> {
  await dropMedia(tx, await removeVisits(tx, number), at)
  await removeAlerts(tx, number)
  await tx.remove('households', number)
}

/** Removes a resident who left and has no request: who they are to the platform, and where talking with them stood. */
export async function forgetResident(tx: Transaction, resident: string, at: Instant): Promise<void> {
  await forgetWords(tx, resident, () => true)
  await forgetHeard(tx, resident, at)
  await forgetTaken(tx, resident)
  await removeNudges(tx, resident)
  for (const table of ['unfinished', 'sessions', 'residents'] as const) await tx.remove(table, resident)
}
