/** A ticket's parts, each with one body: 分办 splits, 转办 sends one on, and every one is answered before 办结. */
import type { ActionOf } from './actions.ts'
import { dueAfter, limitOf } from './limits.ts'
import { happen, type Move, partFor } from './move.ts'
import { isPartOpen, type Part } from './ticket.ts'
import { TicketError } from './ticket-error.ts'

/** A part's state as residents and staff read it. */
export const PART_STATE_WORDS: Readonly<Record<Part['state'], string>> = {
  sent: '已转办',
  taken: '办理中',
  reported: '已反馈',
  declined: '已退回',
  dropped: '不再办',
}

function mustBe(part: Part, states: readonly Part['state'][], doing: string): void {
  if (states.includes(part.state)) return
  const needed = states.map((state) => PART_STATE_WORDS[state]).join('、')
  throw new TicketError(
    'wrong-part-state',
    `「${part.what}」现在是「${PART_STATE_WORDS[part.state]}」，「${needed}」时才能${doing}。请刷新后再看。`,
  )
}

/** 转办 as long as a part is open, 反馈 once none is. */
function settle(move: Move): void {
  move.ticket.stage = move.ticket.parts.some(isPartOpen) ? 'dispatched' : 'reported'
}

export function dispatch(move: Move, action: ActionOf<'dispatch'>): void {
  const { ticket, now } = move
  ticket.stage = 'dispatched'
  for (const asked of action.parts) {
    const id = `p${ticket.parts.length + 1}`
    ticket.parts.push({
      id,
      ...asked,
      via: [],
      state: 'sent',
      result: null,
      sentAt: now.toISOString(),
      settledAt: null,
      due: dueAfter(limitOf(asked.policy), now),
    })
    happen(move, 'dispatched', action.why, `「${asked.what}」分给${asked.to.name}办理`, id)
  }
}

export function forward(move: Move, action: ActionOf<'forward'>): void {
  const part = partFor(move, action.part)
  mustBe(part, ['sent', 'taken', 'declined'], '转办')
  if (part.to.id === action.to.id)
    throw new TicketError('already', `「${part.what}」已经在${part.to.name}，请选另一个单位。`)
  part.via.push(part.to)
  part.to = action.to
  part.state = 'sent'
  happen(move, 'forwarded', action.why, '', part.id)
}

export function take(move: Move, action: ActionOf<'take'>): void {
  const part = partFor(move, action.part)
  mustBe(part, ['sent'], '接办')
  part.state = 'taken'
  happen(move, 'taken', action.why, `${part.to.name}已接办`, part.id)
}

export function report(move: Move, action: ActionOf<'report'>): void {
  const part = partFor(move, action.part)
  mustBe(part, ['sent', 'taken'], '反馈')
  part.state = 'reported'
  part.result = action.result
  part.settledAt = move.now.toISOString()
  settle(move)
  happen(move, 'reported', action.why, '', part.id)
}

export function decline(move: Move, action: ActionOf<'decline'>): void {
  const part = partFor(move, action.part)
  mustBe(part, ['sent', 'taken'], '退回')
  part.state = 'declined'
  happen(move, 'declined', action.why, '', part.id)
}

export function drop(move: Move, action: ActionOf<'drop'>): void {
  const part = partFor(move, action.part)
  mustBe(part, ['sent', 'taken', 'declined'], '停办')
  dropPart(move, part)
  settle(move)
  happen(move, 'dropped', action.why, '', part.id)
}

/** 撤回: whoever still works on a part is told to stop. */
export function withdraw(move: Move, action: ActionOf<'withdraw'>): void {
  const { ticket } = move
  ticket.stage = 'withdrawn'
  for (const part of ticket.parts.filter(isPartOpen)) {
    dropPart(move, part)
    happen(move, 'dropped', '', '居民撤回了求助，请停止办理', part.id)
  }
  happen(move, 'withdrawn', action.why, '')
}

function dropPart(move: Move, part: Part): void {
  part.state = 'dropped'
  part.settledAt = move.now.toISOString()
}
