/** Tickets that may be the same: shown by the machine, confirmed or dismissed by people, merged by nobody. */
import type { ActionOf } from './actions.ts'
import { happen, type Move } from './move.ts'
import { TicketError } from './ticket-error.ts'

/** The machine shows, a person confirms; what a person has dismissed is not shown again. */
export function link(move: Move, action: ActionOf<'link'>): void {
  const { ticket, by } = move
  if (action.number === ticket.number)
    throw new TicketError('bad-value', '不能和自己关联，请写另一张求助单的编号。')
  const state = by.role === 'assistant' ? 'shown' : 'confirmed'
  const known = ticket.links.find((candidate) => candidate.number === action.number)
  if (known && (known.state === state || by.role === 'assistant'))
    throw new TicketError('already', `和${action.number}的关联已经记过了。`)
  if (known) known.state = state
  else ticket.links.push({ number: action.number, reasons: action.reasons, state })
  happen(move, 'linked', action.why, `可能和${action.number}是同一件事`)
}

export function dismissLink(move: Move, action: ActionOf<'dismiss-link'>): void {
  const known = move.ticket.links.find((candidate) => candidate.number === action.number)
  if (!known) throw new TicketError('no-such-link', `这张求助单没有和${action.number}关联，请刷新后再看。`)
  if (known.state === 'dismissed') throw new TicketError('already', `和${action.number}的关联已经取消了。`)
  known.state = 'dismissed'
  happen(move, 'link-dismissed', action.why, '')
}
