/**
 * The one table of a ticket's moves: which, from which stages, by whom, and where to. Residents, advisors,
 * partners and timers all pass through it, so a move it does not name happens nowhere.
 *
 * Whether aid is approved and paid is decided by others (街镇审批, 区复核, 区统一发放); a ticket only notes it.
 */
import { ACTION_KINDS, type Action, type ActionKind, type ActionOf, readAction } from './actions.ts'
import { askPaper, giveAid, handIn, isAidAwaited, notBefore, waivePaper } from './aid.ts'
import { answerRevisit, close, rate, refuse, reopen, revisit } from './closing.ts'
import { correct } from './corrections.ts'
import { dueAfter, dueOn, LIMITS } from './limits.ts'
import { dismissLink, link } from './links.ts'
import { happen, type Move, partFor } from './move.ts'
import { decline, dispatch, drop, forward, report, take, withdraw } from './parts.ts'
import {
  type Actor,
  type Advanced,
  isPartOpen,
  ROLE_WORDS,
  type Role,
  STAGE_WORDS,
  STAGES,
  type Stage,
  type Ticket,
} from './ticket.ts'
import { TicketError } from './ticket-error.ts'
import { beforeOf } from './undo.ts'

export interface Transition {
  /** As a button says it. */
  says: string
  from: readonly Stage[]
  by: readonly Role[]
  /** The stages it may lead to; empty when it leaves the stage as it is. */
  to: readonly Stage[]
}

const WORKERS = ['advisor', 'staff'] as const
const WORKERS_AND_PARTNER = [...WORKERS, 'partner'] as const
const OPEN = ['received', 'screened', 'dispatched', 'reported'] as const
const AT_WORK = ['screened', 'dispatched', 'reported'] as const
const DONE = ['closed', 'revisited'] as const
const ALIVE = STAGES.filter((stage) => stage !== 'withdrawn')

const row = (
  says: string,
  from: readonly Stage[],
  by: readonly Role[],
  to: readonly Stage[] = [],
): Transition => ({ says, from, by, to })

export const TRANSITIONS: Readonly<Record<ActionKind, Transition>> = {
  screen: row('预审通过', ['received'], WORKERS, ['screened']),
  refuse: row('不予受理', ['received', 'screened'], WORKERS, ['refused']),
  dispatch: row('分办', AT_WORK, WORKERS, ['dispatched']),
  forward: row('转办', ['dispatched'], WORKERS),
  take: row('接办', ['dispatched'], WORKERS_AND_PARTNER),
  report: row('反馈', ['dispatched'], WORKERS_AND_PARTNER, ['dispatched', 'reported']),
  decline: row('退回', ['dispatched'], WORKERS_AND_PARTNER),
  drop: row('停办一项', ['dispatched'], WORKERS, ['dispatched', 'reported']),
  note: row('记录进展', AT_WORK, [...WORKERS_AND_PARTNER, 'assistant']),
  aid: row('登记救助', OPEN, WORKERS_AND_PARTNER),
  'ask-paper': row('记待补材料', OPEN, WORKERS),
  // What was advanced must be settled even when the resident has withdrawn.
  'hand-in': row('补交材料', [...OPEN, 'withdrawn'], ['resident', ...WORKERS]),
  'waive-paper': row('免交材料', [...OPEN, 'withdrawn'], ['staff']),
  contact: row('记录联系', ALIVE, WORKERS_AND_PARTNER),
  close: row('办结', AT_WORK, WORKERS, ['closed']),
  revisit: row('回访', DONE, WORKERS, ['revisited']),
  'answer-revisit': row('说近况', DONE, ['resident']),
  rate: row('评价', ['refused', ...DONE], ['resident']),
  reopen: row('重新办理', ['refused', ...DONE], ['resident', ...WORKERS], ['received', 'screened']),
  withdraw: row('撤回求助', OPEN, ['resident', ...WORKERS], ['withdrawn']),
  correct: row('更正信息', ALIVE, ['resident', ...WORKERS]),
  raise: row('加急', OPEN, ['resident', ...WORKERS, 'assistant']),
  link: row('关联求助单', ALIVE, [...WORKERS, 'assistant']),
  'dismiss-link': row('不是重复', ALIVE, WORKERS),
  claim: row('接单', OPEN, WORKERS),
  assign: row('转给同事', ALIVE, [...WORKERS, 'assistant']),
  promise: row('改办理日期', OPEN, WORKERS),
  place: row('划区', ALIVE, [...WORKERS, 'assistant']),
  share: row('记转交同意', ALIVE, WORKERS),
}

/**
 * Makes one move of a ticket.
 *
 * Pure: the given ticket stays as it is; the new one and what happened come back, and the caller stores both.
 *
 * @param now the moment of the move; new due dates run from here
 * @throws {TicketError} when the table, the ticket or a value does not allow it, with what to do instead
 */
export function advance(ticket: Ticket, action: Action, actor: Actor, now: Date): Advanced {
  const given = readAction(action)
  mayMove(ticket, given.kind, actor)
  const move: Move = { ticket: structuredClone(ticket), by: actor, now, happened: [] }
  make(move, given.kind, given)
  const { happened } = move
  const before = beforeOf(ticket, happened)
  return { ticket: move.ticket, happened: before ? happened.map((one) => ({ ...one, before })) : happened }
}

/** The kinds of action an actor may try on a ticket now, for buttons; a try may still be refused for a value. */
export function movesOf(ticket: Ticket, actor: Actor): ActionKind[] {
  return ACTION_KINDS.filter((kind) => {
    const { from, by } = TRANSITIONS[kind]
    return from.includes(ticket.stage) && by.includes(actor.role)
  })
}

function mayMove(ticket: Ticket, kind: ActionKind, actor: Actor): void {
  const { says, by, from } = TRANSITIONS[kind]
  if (!by.includes(actor.role)) {
    const who = by.map((role) => ROLE_WORDS[role]).join('、')
    throw new TicketError(
      'wrong-actor',
      `「${says}」要由${who}来做，${ROLE_WORDS[actor.role]}不能做。请联系他们。`,
    )
  }
  if (actor.role === 'resident' && actor.id !== ticket.resident)
    throw new TicketError('not-yours', '这张求助单是别人的，只能由本人来办。请核对求助编号。')
  if (actor.role === 'partner' && !ticket.parts.some((part) => part.to.id === actor.body))
    throw new TicketError('not-yours', '这张求助单没有交给您单位的事项。要参与办理，请联系救助顾问转办。')
  if (!from.includes(ticket.stage)) {
    const stages = from.map((stage) => STAGE_WORDS[stage]).join('、')
    throw new TicketError(
      'wrong-stage',
      `求助单现在是「${STAGE_WORDS[ticket.stage]}」，「${says}」要在「${stages}」时做。请刷新后再看。`,
    )
  }
}

/** How each kind is made; a missing one fails the compiler. */
const MOVES: { readonly [K in ActionKind]: (move: Move, action: ActionOf<K>) => void } = {
  screen: (move, action) => {
    move.ticket.stage = 'screened'
    happen(move, 'screened', action.why, '预审通过，开始办理')
  },
  refuse,
  dispatch,
  forward,
  take,
  report,
  decline,
  drop,
  note,
  aid: giveAid,
  'ask-paper': askPaper,
  'hand-in': handIn,
  'waive-paper': waivePaper,
  contact,
  close,
  revisit,
  'answer-revisit': answerRevisit,
  rate,
  reopen,
  withdraw,
  correct,
  raise,
  link,
  'dismiss-link': dismissLink,
  claim,
  assign,
  promise,
  place,
  share,
}

function make<K extends ActionKind>(move: Move, kind: K, action: ActionOf<K>): void {
  MOVES[kind](move, action)
}

function contact(move: Move, action: ActionOf<'contact'>): void {
  if (action.reached) move.ticket.contactedAt = move.now.toISOString()
  happen(move, 'contacted', action.why, `${action.channel}${action.reached ? '已联系上' : '没联系上'}`)
}

/** 24 hours run once at a time: who is in need again after aid has come has 24 hours again. */
function raise(move: Move, action: ActionOf<'raise'>): void {
  const { ticket, now } = move
  if (isAidAwaited(ticket))
    throw new TicketError('already', '这张求助单已经是紧急的，24小时从头一次算起，不用再加急。')
  ticket.urgency = 'urgent'
  ticket.due.aid = dueAfter(LIMITS['urgent-aid'], now)
  happen(move, 'raised', action.why, '')
}

/** Who was first has it; anybody else is told whom to ask. */
function claim(move: Move, action: ActionOf<'claim'>): void {
  const { ticket, by } = move
  if (ticket.owner)
    throw new TicketError(
      'already',
      ticket.owner.id === by.id
        ? '这张求助单已经由您负责，不用再接。'
        : `这张求助单已经由${ticket.owner.name}接单。要接手，请让${ticket.owner.name}转给您。`,
    )
  ticket.owner = { id: by.id, name: action.name === '' ? by.id : action.name }
  happen(move, 'claimed', action.why, `由${ticket.owner.name}接单`)
}

function assign(move: Move, action: ActionOf<'assign'>): void {
  const { ticket } = move
  if (ticket.owner?.id === action.owner.id)
    throw new TicketError('already', `已经由${ticket.owner.name}负责，不用再转。`)
  ticket.owner = action.owner
  happen(move, 'assigned', action.why, `由${action.owner.name}负责`)
}

function note(move: Move, action: ActionOf<'note'>): void {
  if (move.by.role === 'partner' && action.part === null)
    throw new TicketError('not-yours', '承办单位只能记录自己那一项的进展。请先选一项。')
  const part = action.part === null ? null : partFor(move, action.part).id
  move.ticket.outside.push({ stage: action.stage, part, at: move.now.toISOString() })
  happen(move, 'noted', action.why, `进展：${action.stage}`, part)
}

/** Row 000-11: a nearer date, or a later one with its reason. The 24 hours are nobody's to move. */
function promise(move: Move, action: ActionOf<'promise'>): void {
  const { ticket, now } = move
  notBefore(action.day, now)
  const due = dueOn(action.day, now)
  const part = action.part === null ? null : partFor(move, action.part)
  if (part && !isPartOpen(part))
    throw new TicketError('wrong-part-state', `「${part.what}」已经办完，不用再改日期。`)
  if (part) part.due = due
  else ticket.due.whole = due
  happen(move, 'promised', action.why, '', part?.id ?? null)
}

/** A person's word on where it belongs stands against what is read from an address later. */
function place(move: Move, action: ActionOf<'place'>): void {
  const { ticket, by } = move
  const { area } = action
  const name = area?.name ?? '全区'
  const settled = by.role === 'assistant' || ticket.placedBy !== null
  if (ticket.area === (area?.id ?? null) && settled)
    throw new TicketError('already', `本来就在${name}，不用再划。`)
  ticket.area = area?.id ?? null
  if (by.role !== 'assistant') ticket.placedBy = by
  happen(move, 'placed', action.why, `划到${name}`)
}

/** 个人信息保护法第二十三条: whoever else is to learn who somebody is, they are asked for that alone; they may take it back. */
function share(move: Move, action: ActionOf<'share'>): void {
  const { ticket, by, now } = move
  if (action.agreed === (ticket.sharing !== null))
    throw new TicketError(
      'already',
      action.agreed ? '已经记过居民同意转交。' : '本来就没有同意转交，不用再记。',
    )
  ticket.sharing = action.agreed ? { at: now.toISOString(), by } : null
  happen(move, 'shared', action.why, action.agreed ? '居民同意转交' : '居民不同意转交')
}
