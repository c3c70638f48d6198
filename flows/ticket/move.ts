/** One move of a ticket while it is made: the draft, who moves it and when, and what has happened so far. */
import type { Actor, EventKind, Part, Ticket, TicketEvent } from './ticket.ts'
import { TicketError } from './ticket-error.ts'

export interface Move {
  /** A copy that may be changed; the caller's ticket stays as it is. */
  ticket: Ticket
  by: Actor
  now: Date
  happened: TicketEvent[]
}

/** Writes down what happened: in people's words where they gave any, otherwise in ours. */
export function happen(
  move: Move,
  kind: EventKind,
  said: string,
  ours: string,
  part: string | null = null,
): void {
  const { ticket } = move
  ticket.seq++
  if (said !== '') ticket.personal.words.push({ seq: ticket.seq, kind, part, text: said })
  move.happened.push({
    ticket: ticket.number,
    seq: ticket.seq,
    kind,
    at: move.now.toISOString(),
    by: move.by,
    why: said === '' ? ours : said,
    stage: ticket.stage,
    part,
  })
}

/**
 * The part an actor may act on.
 *
 * @throws {TicketError} `no-such-part`, or `not-yours` when a partner reaches for another body's part
 */
export function partFor(move: Move, id: string): Part {
  const part = move.ticket.parts.find((candidate) => candidate.id === id)
  if (!part)
    throw new TicketError(
      'no-such-part',
      `求助单${move.ticket.number}没有「${id}」这一项，请刷新后从列表里选。`,
    )
  if (move.by.role === 'partner' && part.to.id !== move.by.body)
    throw new TicketError(
      'not-yours',
      `这一项现在由${part.to.name}办理，别的单位不能改。要接手，请联系救助顾问转办。`,
    )
  return part
}
