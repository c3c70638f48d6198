/** 撤销 in the store: the last move of a ticket is taken back, unless anybody was told of it. */
import { z } from 'zod'
import type { NudgeKind } from '../flows/nudges/nudges.ts'
import { type Actor, EVENT_KINDS, readTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { beforeSchema, type LastMove, undo, undoableFor } from '../flows/ticket/undo.ts'
import { auditSubject, noteBy, type Witness } from './audit.ts'
import { putTicket } from './casework.ts'
import type { Nudge, Reader, Store } from './store.ts'
import { eventId } from './ticket-events.ts'

const kept = z.object({ before: beforeSchema })
/** What moves that can be taken back make advisors hear. */
const NUDGES: readonly NudgeKind[] = ['ticket-assigned', 'ticket-opened']

/** The last move of a ticket; null when it is not one that can be taken back. */
async function lastMoveOf(reader: Reader, { number, seq }: Ticket): Promise<LastMove | null> {
  const row = await reader.get('ticket_events', eventId(number, seq))
  const kind = EVENT_KINDS.find((one) => one === row?.kind)
  const read = kept.safeParse(row?.detail)
  return row && kind && read.success ? { seq, kind, at: row.at, by: row.by, before: read.data.before } : null
}

async function nudgesOf(reader: Reader, { number, seq }: Ticket): Promise<Nudge[]> {
  const rows = await Promise.all(
    NUDGES.map((kind) => reader.get('nudges', `${eventId(number, seq)}:nudge:${kind}`)),
  )
  return rows.filter((row) => row !== undefined)
}
const wasTold = ({ state, attempts }: Nudge): boolean => state !== 'pending' || attempts > 0

/** The move somebody may still take back and for how long, in ms; null when there is none. */
export async function undoable(
  reader: Reader,
  ticket: Ticket,
  actor: Actor,
  now: Date,
): Promise<{ move: LastMove; forMs: number } | null> {
  const move = await lastMoveOf(reader, ticket)
  const forMs = move ? undoableFor(ticket, move, actor, now) : 0
  if (!move || forMs === 0) return null
  const resident = await reader.get('residents', ticket.resident)
  // Who wrote since may have been told how far it has come.
  if (resident && resident.seenAt > move.at) return null
  return (await nudgesOf(reader, ticket)).some(wasTold) ? null : { move, forMs }
}

export interface Undoing {
  number: string
  /** The ticket's `seq` that whoever takes it back was looking at. */
  seq: number
  actor: Actor
  witness: Witness
  now: Date
}

/**
 * Takes the last move back.
 *
 * @throws {TicketError} `changed` or `already` when something happened since, or somebody has heard of it
 */
export function undoLast(store: Store, { number, seq, actor, witness, now }: Undoing): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('tickets', number)
    const ticket = row && readTicket(row.ticket)
    if (ticket?.seq !== seq)
      throw new TicketError('changed', '刚才有人也办了这张求助单，没有撤销。请看看现在是什么样。')
    const last = await undoable(tx, ticket, actor, now)
    if (!last)
      throw new TicketError('already', '这一步不能撤销了：过了一分钟，或者已经有人知道了。请另外办一步来改。')
    for (const { id } of await nudgesOf(tx, ticket)) await tx.remove('nudges', id)
    await putTicket(tx, seq, undo(ticket, last.move, actor, now), now)
    const detail = { actions: 'undo', what: last.move.kind }
    await noteBy(tx, witness, {
      at: now.toISOString(),
      deed: 'changed',
      subject: auditSubject(number),
      detail,
    })
  })
}
