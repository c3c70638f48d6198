/** A ticket as whoever works on it is shown it: where it stands, what is due, what may be done now. Names nobody. */

import { chinaDay, sayMoment } from '../flows/clocks.ts'
import type { ActionKind } from '../flows/ticket/actions.ts'
import { type Field, FORMS, OWED_LIST } from '../flows/ticket/forms.ts'
import { isOverdue, sayDue, sayLeft } from '../flows/ticket/limits.ts'
import { PART_STATE_WORDS } from '../flows/ticket/parts.ts'
import { promisesOf } from '../flows/ticket/promises.ts'
import { NEED_WORDS } from '../flows/ticket/request.ts'
import {
  type Actor,
  CLOSE_WORDS,
  HOW_NOW_WORDS,
  isPartOpen,
  PART_RESULT_WORDS,
  RATING_WORDS,
  STAGE_WORDS,
  type Stage,
  type Ticket,
} from '../flows/ticket/ticket.ts'
import { movesOf } from '../flows/ticket/transitions.ts'
import { maskedFacts, PAPER_STATE_WORDS, promiseName } from './desk/view.ts'

export interface TicketView {
  number: string
  urgent: boolean
  /** Whom it is about, masked, and what they need. */
  about: string
  /** The way to go; `now` is where it stands. Empty for one that left the way. */
  way: { word: string; state: 'done' | 'now' | 'ahead' }[]
  stage: string
  clocks: { name: string; left: string; due: string; why: string; overdue: boolean }[]
  parts: PartView[]
  aid: string[]
  papers: { name: string; state: string; open: boolean; left: string; overdue: boolean }[]
  /** How it ended and what was said of it. */
  outcome: string[]
  /** What may be done now, the usual first. */
  moves: MoveView[]
}

/** What was given to one body. */
export interface PartView {
  id: string
  what: string
  to: string
  /** Bodies that had it before. */
  via: string[]
  state: string
  /** A stage of others that it has reached; '' when none was noted. */
  noted: string
  sent: string
  /** Of one that is open: what is left of its time; otherwise ''. */
  left: string
  overdue: boolean
  open: boolean
}

/** One form; see flows/ticket/forms.ts. */
export interface MoveView {
  kind: ActionKind
  form: string
  /** What the ticket waits for. */
  next: boolean
  usual: boolean
  fields: FieldView[]
}

export interface FieldView {
  name: string
  optional: boolean
  choices: { value: string; label: string }[]
  example: string
  /** What stands there to begin with, so that a newcomer need not think of anything. */
  filled: string
}

const WAY: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported', 'closed', 'revisited']
/** Aid before its papers, and with them. */
const AHEAD = '先行救助'
const AFTER = '救助'
/** What a newcomer needs for the whole loop; everything else is behind 更多. */
export const USUAL: readonly ActionKind[] = [
  'screen',
  'refuse',
  'dispatch',
  'report',
  'take',
  'hand-in',
  'close',
  'revisit',
  'reopen',
  'aid',
]

/** What the ticket waits for. */
function nextOf({ stage, papers, owner }: Ticket, { usual }: Worker): ActionKind | null {
  switch (stage) {
    case 'received':
      return owner === null && usual.includes('claim') ? 'claim' : 'screen'
    case 'screened':
      return 'dispatch'
    case 'dispatched':
      return 'report'
    case 'reported':
      return papers.some(({ state }) => state === 'outstanding') ? 'hand-in' : 'close'
    case 'closed':
      return 'revisit'
    default:
      return null
  }
}

/** Whoever looks: what they may do, and which of it they do often, the most usual first. */
export interface Worker {
  actor: Actor
  usual: readonly ActionKind[]
}

export function viewOf(ticket: Ticket, worker: Worker, now: Date): TicketView {
  const reached = WAY.indexOf(ticket.stage)
  const { outcome, satisfied, rating, howNow } = ticket
  return {
    number: ticket.number,
    urgent: ticket.urgency === 'urgent',
    about: maskedFacts(ticket),
    stage: STAGE_WORDS[ticket.stage],
    way:
      reached < 0
        ? []
        : WAY.map((stage, place) => ({
            word: STAGE_WORDS[stage],
            state: place < reached ? 'done' : place === reached ? 'now' : 'ahead',
          })),
    clocks: promisesOf(ticket).map((promised) => ({
      name: promiseName(ticket, promised),
      left: sayLeft(promised.due, now),
      due: sayDue(promised.due, now),
      why: promised.due.why,
      overdue: isOverdue(promised.due, now),
    })),
    parts: ticket.parts.map((part) => {
      const open = isPartOpen(part)
      return {
        id: part.id,
        what: part.what,
        to: part.to.name,
        via: part.via.map(({ name }) => name),
        state:
          part.result === null
            ? PART_STATE_WORDS[part.state]
            : `${PART_STATE_WORDS[part.state]}，${PART_RESULT_WORDS[part.result]}`,
        noted: ticket.outside.findLast((one) => one.part === part.id || one.part === null)?.stage ?? '',
        sent: sayMoment(new Date(part.sentAt), chinaDay(now)),
        left: open ? sayLeft(part.due, now) : '',
        overdue: open && isOverdue(part.due, now),
        open,
      }
    }),
    aid: aidLines(ticket),
    papers: ticket.papers.map(({ name, state, due }) => {
      const open = state === 'outstanding'
      return {
        name,
        state: PAPER_STATE_WORDS[state],
        open,
        left: open ? sayLeft(due, now) : '',
        overdue: open && isOverdue(due, now),
      }
    }),
    outcome: [
      ...(outcome === null ? [] : [`办理结果：${CLOSE_WORDS[outcome]}`]),
      ...(satisfied === null ? [] : [`回访：${satisfied ? '满意' : '不满意'}`]),
      ...(rating === null ? [] : [`居民评价：${RATING_WORDS[rating]}`]),
      ...(howNow === null ? [] : [`居民说近况：${HOW_NOW_WORDS[howNow]}`]),
    ],
    moves: movesView(ticket, worker, chinaDay(now)),
  }
}

/** What was given, a line each. */
export const aidLines = ({ aid }: Pick<Ticket, 'aid'>): string[] =>
  aid.map(
    ({ ahead, kind, what, amount, givenBy }) =>
      `${ahead ? '先行救助' : '救助'}（${NEED_WORDS[kind]}）：${what}${amount === null ? '' : `，${amount}元`}，经手${givenBy}`,
  )

function movesView(ticket: Ticket, worker: Worker, today: string): MoveView[] {
  const { actor, usual } = worker
  const kinds = movesOf(ticket, actor)
  const next = nextOf(ticket, worker)
  const rank = (kind: ActionKind) =>
    kind === next ? -1 : usual.includes(kind) ? usual.indexOf(kind) : usual.length
  return FORMS.filter(({ kind }) => kinds.includes(kind))
    .sort((one, other) => rank(one.kind) - rank(other.kind))
    .flatMap(({ word, kind, fields }) => {
      const shown = fields.map((field) => ({ field, choices: choicesOf(field, ticket) }))
      // Nothing there to pick: no part to report, no paper to hand in.
      if (shown.some(({ field, choices }) => field.picks && !field.optional && choices.length === 0))
        return []
      const useful = shown.filter(({ field, choices }) => !field.picks || choices.length > 0)
      return [
        {
          kind,
          form: word,
          next: kind === next,
          usual: usual.includes(kind) && word !== AFTER,
          fields: useful.map(({ field, choices }) => ({
            name: field.name,
            optional: field.optional,
            choices,
            example: field.example(today),
            // Aid ahead of its papers must name them, unless the ticket does already.
            filled:
              !field.optional || (field === OWED_LIST && word === AHEAD && ticket.papers.length === 0)
                ? field.example(today)
                : '',
          })),
        },
      ]
    })
}

function choicesOf({ picks, choices }: Field, ticket: Ticket): { value: string; label: string }[] {
  if (picks === 'part')
    return ticket.parts
      .filter(isPartOpen)
      .map(({ id, what, to }) => ({ value: id, label: `${what}（${to.name}）` }))
  if (picks === 'paper')
    return ticket.papers
      .filter(({ state }) => state === 'outstanding')
      .map(({ id, name }) => ({ value: id, label: name }))
  return choices.map((word) => ({ value: word, label: word }))
}
