/**
 * 撤销: takes the last move of a ticket back, for a minute. Only moves of which no resident is told stand here: what
 * somebody has read cannot be unsaid. That it was taken back is an event of its own; nothing is struck out.
 */
import { z } from 'zod'
import { happen, type Move } from './move.ts'
import {
  type Actor,
  type Advanced,
  actorSchema,
  EVENT_WORDS,
  type EventKind,
  type Ticket,
  type TicketEvent,
  ticketSchema,
} from './ticket.ts'
import { TicketError } from './ticket-error.ts'

/** How long a move may be taken back, in ms. */
export const UNDO_MS = 60_000

const { owner, outside, parts, area, papers } = ticketSchema.shape
/** As a ticket was before a move, as far as the move changed it. */
export const beforeSchema = z.strictObject({
  owner: owner.exactOptional(),
  outside: outside.exactOptional(),
  parts: parts.exactOptional(),
  area: area.exactOptional(),
  // Not the ticket's own, whose default would stand in where nothing was kept.
  placedBy: actorSchema.nullable().exactOptional(),
  papers: papers.exactOptional(),
})
export type Before = z.infer<typeof beforeSchema>

/** What each of these moves changes, and nothing else. */
const CHANGES: Partial<Record<EventKind, (ticket: Ticket) => Before>> = {
  claimed: ({ owner }) => ({ owner }),
  assigned: ({ owner }) => ({ owner }),
  noted: ({ outside }) => ({ outside }),
  taken: ({ parts }) => ({ parts }),
  placed: ({ area, placedBy }) => ({ area, placedBy }),
  'paper-handed-in': ({ papers }) => ({ papers }),
  'paper-waived': ({ papers }) => ({ papers }),
}

/** What must be kept of a ticket to take a move back; undefined where it cannot be. */
export function beforeOf(ticket: Ticket, happened: readonly TicketEvent[]): Before | undefined {
  const [event, ...more] = happened
  return event && more.length === 0 ? CHANGES[event.kind]?.(ticket) : undefined
}

/** A move as it was kept. */
export type LastMove = Pick<TicketEvent, 'seq' | 'kind' | 'at'> & { by: string; before: Before }

/** How long a move may still be taken back by somebody, in ms; 0 when it may not. */
export function undoableFor(ticket: Ticket, last: LastMove, { role, id }: Actor, now: Date): number {
  if (ticket.seq !== last.seq || last.by !== `${role}:${id}`) return 0
  return Math.max(0, Date.parse(last.at) + UNDO_MS - now.getTime())
}

/**
 * Takes the last move back.
 *
 * @throws {TicketError} `already` when it is too late, when it is somebody else's, or when something happened since
 */
export function undo(ticket: Ticket, last: LastMove, actor: Actor, now: Date): Advanced {
  if (undoableFor(ticket, last, actor, now) === 0)
    throw new TicketError('already', '这一步不能撤销了：过了一分钟，或者后面又办了别的。请另外办一步来改。')
  const move: Move = { ticket: { ...structuredClone(ticket), ...last.before }, by: actor, now, happened: [] }
  happen(move, 'undone', '', `撤销了「${EVENT_WORDS[last.kind]}」`)
  return { ticket: move.ticket, happened: move.happened }
}
