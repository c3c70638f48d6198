/** How a ticket ends and begins again: 不予受理, 办结, 回访, 评价, 重新办理. */
import type { ActionOf } from './actions.ts'
import { dueAfter, LIMITS } from './limits.ts'
import { happen, type Move } from './move.ts'
import { HOW_NOW_WORDS, isPartOpen } from './ticket.ts'
import { TicketError } from './ticket-error.ts'

/** Written, with what else may help (Social Assistance Law art. 45 wants a written reason of every refusal). */
export function refuse(move: Move, action: ActionOf<'refuse'>): void {
  move.ticket.stage = 'refused'
  const line = (text: string) => text.replace(/\s*\n\s*/g, ' ')
  happen(move, 'refused', `理由：${line(action.why)}\n还可以：${line(action.elsewhere)}`, '')
}

/** The parent closes last: after every part (row 004-17) and every paper (row 003-17). */
export function close(move: Move, action: ActionOf<'close'>): void {
  const { ticket, now } = move
  const open = ticket.parts.filter(isPartOpen).map((part) => `${part.to.name}的「${part.what}」`)
  if (open.length > 0)
    throw new TicketError(
      'parts-open',
      `还不能办结：${open.join('、')}还没有反馈。请等反馈，或转办、停办后再办结。`,
    )
  const owed = ticket.papers
    .filter((paper) => paper.state === 'outstanding')
    .map((paper) => `「${paper.name}」`)
  if (owed.length > 0)
    throw new TicketError(
      'papers-outstanding',
      `还不能办结：${owed.join('、')}还没有补。请收齐，或由工作人员写明理由免交。`,
    )
  if (action.result === 'duplicate' && !ticket.links.some((other) => other.state === 'confirmed'))
    throw new TicketError('no-such-link', '要按重复办结，请先确认和哪张求助单重复。')
  ticket.stage = 'closed'
  ticket.outcome = action.result
  ticket.closedAt = now.toISOString()
  ticket.due.revisit = dueAfter(LIMITS.revisit, now)
  happen(move, 'closed', action.why, '')
}

/** The clock of the work starts anew; the 24 hours of an urgent one do not. */
export function reopen(move: Move, action: ActionOf<'reopen'>): void {
  const { ticket, now } = move
  ticket.stage = ticket.stage === 'refused' ? 'received' : 'screened'
  ticket.due.whole = dueAfter(LIMITS.request, now)
  ticket.due.revisit = null
  ticket.closedAt = null
  ticket.outcome = null
  ticket.satisfied = null
  ticket.rating = null
  ticket.howNow = null
  happen(move, 'reopened', action.why, '')
}

export function revisit(move: Move, action: ActionOf<'revisit'>): void {
  move.ticket.stage = 'revisited'
  move.ticket.satisfied = action.satisfied
  happen(move, 'revisited', action.why, '')
}

/** Words of the resident's own; whether anybody has to go there is the advisor's to judge. */
export function answerRevisit(move: Move, action: ActionOf<'answer-revisit'>): void {
  move.ticket.howNow = action.how
  happen(move, 'revisit-answered', action.why, HOW_NOW_WORDS[action.how])
}

export function rate(move: Move, action: ActionOf<'rate'>): void {
  move.ticket.rating = action.rating
  happen(move, 'rated', action.why, '居民评价')
}
