/** 先行救助、后补程序 (row 003-17): aid is recorded at once, and the papers still to come have a due date. */

import { chinaDay } from '../clocks.ts'
import type { ActionOf } from './actions.ts'
import { dueOn } from './limits.ts'
import { happen, type Move, partFor } from './move.ts'
import { isOpen, type Paper, type Ticket } from './ticket.ts'
import { TicketError } from './ticket-error.ts'

export function giveAid(move: Move, action: ActionOf<'aid'>): void {
  const { ticket, by, now } = move
  if (by.role === 'partner' && action.part === null)
    throw new TicketError('not-yours', '承办单位只能在自己那一项里登记救助。请先选一项再登记。')
  const part = action.part === null ? null : partFor(move, action.part)
  if (action.ahead && action.papers.length === 0 && ticket.papers.length === 0)
    throw new TicketError(
      'papers-unnamed',
      '先行救助要写明过后补什么材料、哪天前补齐（至少一份情况说明）。请加上再登记。',
    )
  const { need: kind, what, amount, source, receipt, givenBy, ahead } = action
  const id = `a${ticket.aid.length + 1}`
  ticket.aid.push({ id, kind, what, amount, source, receipt, givenBy, ahead, at: now.toISOString(), by })
  happen(move, 'aid-given', action.why, `${ahead ? '先行救助' : '救助'}：${what}`, part?.id ?? null)
  for (const asked of action.papers) askPaper(move, { ...asked, why: '' })
}

export function askPaper(move: Move, asked: { name: string; day: string; why: string }): void {
  const { ticket, now } = move
  notBefore(asked.day, now)
  if (ticket.papers.some((paper) => paper.name === asked.name && paper.state === 'outstanding'))
    throw new TicketError('already', `「${asked.name}」已经在待补材料里，不用再记。`)
  const due = dueOn(asked.day, now)
  ticket.papers.push({ id: `m${ticket.papers.length + 1}`, name: asked.name, state: 'outstanding', due })
  happen(move, 'paper-asked', asked.why, `待补「${asked.name}」`)
}

export function handIn(move: Move, action: ActionOf<'hand-in'>): void {
  const paper = outstanding(move, action.paper)
  if (move.by.role === 'resident' && action.media === null)
    throw new TicketError('bad-value', `请把「${paper.name}」拍照发来，或交到社区窗口由工作人员登记。`)
  paper.state = 'handed-in'
  if (action.media !== null) move.ticket.personal.facts.photos.push({ kind: paper.name, media: action.media })
  happen(move, 'paper-handed-in', action.why, `补交了「${paper.name}」`)
}

export function waivePaper(move: Move, action: ActionOf<'waive-paper'>): void {
  outstanding(move, action.paper).state = 'waived'
  happen(move, 'paper-waived', action.why, '')
}

/** Whether a ticket's 24 hours still run: it is urgent, at work, and no aid has come since they began. */
export function isAidAwaited(ticket: Ticket): boolean {
  const due = ticket.due.aid
  if (!due || !isOpen(ticket)) return false
  return !ticket.aid.some((aid) => aid.at >= due.from)
}

/** @throws {TicketError} `bad-value` when a day to come is asked for and one gone by is given */
export function notBefore(day: string, now: Date): void {
  if (day < chinaDay(now))
    throw new TicketError('bad-value', `日期${day}已经过了，请写今天（${chinaDay(now)}）或以后的日期。`)
}

function outstanding(move: Move, id: string): Paper {
  const paper = move.ticket.papers.find((candidate) => candidate.id === id)
  if (!paper)
    throw new TicketError('no-such-paper', `求助单${move.ticket.number}没有这份材料，请刷新后从列表里选。`)
  if (paper.state !== 'outstanding')
    throw new TicketError('already', `「${paper.name}」已经${paper.state === 'waived' ? '免交' : '交过'}了。`)
  return paper
}
