/** What happened to a ticket as rows, and what advisors must hear of it. */
import { nudgeAfter } from '../flows/nudges/nudges.ts'
import type { Advanced, Ticket } from '../flows/ticket/ticket.ts'
import { UNDO_MS } from '../flows/ticket/undo.ts'
import { keepNudge } from './nudge-rows.ts'
import type { Transaction } from './store.ts'

/** The row of a ticket's event. */
export const eventId = (ticket: string, seq: number): string => `${ticket}:${seq}`

/** What happened, a row each. */
export async function insertEvents(tx: Transaction, { happened }: Advanced): Promise<void> {
  for (const { ticket, seq, kind, at, by, why, stage, part, before } of happened) {
    await tx.insert('ticket_events', {
      id: eventId(ticket, seq),
      ticket,
      at,
      kind,
      by: `${by.role}:${by.id}`,
      detail: { why, stage, part, ...(before && { before }) },
    })
  }
}

/**
 * What advisors must hear of it.
 *
 * @param area where it lay before
 * @param undoable see putTicket in casework.ts
 */
export async function nudgeOf(
  tx: Transaction,
  { ticket, happened }: Advanced,
  area: Ticket['area'],
  undoable = false,
): Promise<void> {
  for (const event of happened) {
    const happening = nudgeAfter(event, ticket, area)
    const notBefore = new Date(Date.parse(event.at) + UNDO_MS).toISOString()
    const cause = {
      id: eventId(event.ticket, event.seq),
      resident: ticket.resident,
      at: event.at,
      ...(undoable && event.before && { notBefore }),
    }
    if (happening) await keepNudge(tx, happening, cause)
  }
}
