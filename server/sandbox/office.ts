/** The other half of the sandbox: a resident's tickets as their workers see them, and the moves allowed now. */
import * as z from 'zod'
import { ticketsOf } from '../../bot/casework.ts'
import { heldUntil } from '../../bot/hold-turn.ts'
import { readSession } from '../../bot/session.ts'
import { standingOf } from '../../bot/telling.ts'
import type { ActionKind } from '../../flows/actions.ts'
import { chinaDay, sayMoment } from '../../flows/clocks.ts'
import { type Field, FORMS, OWED_LIST, readForm } from '../../flows/forms.ts'
import { isOverdue, sayDue, sayLeft } from '../../flows/limits.ts'
import { sayNudge } from '../../flows/nudges.ts'
import { PART_STATE_WORDS } from '../../flows/parts.ts'
import { promisesOf } from '../../flows/promises.ts'
import { NEED_WORDS } from '../../flows/request.ts'
import {
  type Actor,
  CLOSE_WORDS,
  isPartOpen,
  PART_RESULT_WORDS,
  RATING_WORDS,
  STAGE_WORDS,
  type Stage,
  type Ticket,
} from '../../flows/ticket.ts'
import { TicketError } from '../../flows/ticket-error.ts'
import { movesOf } from '../../flows/transitions.ts'
import { type Desk, filledSchema, giveBack, move, numberSchema, say, wordsSchema } from '../desk/desk.ts'
import { maskedFacts, PAPER_STATE_WORDS, promiseName } from '../desk/view.ts'

/** What somebody playing the office does. */
export const deed = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('move'), number: numberSchema, ...filledSchema }),
    z.strictObject({ do: z.literal('say'), words: wordsSchema }),
    z.strictObject({ do: z.literal('hand-back') }),
  ],
  '不认识这个动作。',
)
export type Deed = z.infer<typeof deed>

/** What the page shows beside the phone; its own reader is server/sandbox/page/case.ts. */
export interface OfficeView {
  /** Until when a person holds the conversation, in words; null when nobody does. */
  held: string | null
  /** What the advisors' group was told of this resident, the newest first. */
  nudges: NudgeView[]
  tickets: TicketView[]
}

export interface NudgeView {
  danger: boolean
  head: string
  more: string[]
}

export interface TicketView {
  number: string
  urgent: boolean
  /** Whom it is about, masked, and what they need. */
  about: string
  /** The way to go; `now` is where it stands. Empty for one that left the way. */
  way: { word: string; state: 'done' | 'now' | 'ahead' }[]
  stage: string
  clocks: { name: string; left: string; due: string; why: string; overdue: boolean }[]
  parts: { id: string; what: string; to: string; state: string; open: boolean }[]
  aid: string[]
  papers: { name: string; state: string; open: boolean }[]
  /** How it ended and what was said of it. */
  outcome: string[]
  /** What may be done now, the usual first. */
  moves: MoveView[]
}

export interface MoveView {
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

/** Residents are named by their address here, as the page knows them. */
export interface Office {
  view(resident: string): Promise<OfficeView>
  /** @throws {TicketError} when it is refused */
  act(resident: string, deed: Deed): Promise<void>
  /** Calls `listener` whenever something may have changed, until the returned function is called. */
  watch(resident: string, listener: () => void): () => void
  /** @param resident their address, or their id in the store */
  changed(resident: string): void
}

/** Whoever presses the buttons of the page. */
const PLAYER: Actor = { role: 'staff', id: '试用' }
const PREFIX = 'sandbox:'
const WAY: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported', 'closed', 'revisited']
/** The newest nudges are shown, for a day. */
const NUDGES_SHOWN = 3
const NUDGES_SHOWN_MS = 24 * 60 * 60 * 1000
/** More than anybody brings about in a day of trying. */
const NUDGES_LIMIT = 500
/** Aid before its papers, and with them. */
const AHEAD = '先行救助'
const AFTER = '救助'
/** What a newcomer needs for the whole loop; everything else is behind 更多. */
const USUAL: readonly ActionKind[] = [
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
function nextOf({ stage, papers }: Ticket): ActionKind | null {
  switch (stage) {
    case 'received':
      return 'screen'
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

export function createOffice(desk: Desk): Office {
  const watchers = new Map<string, Set<() => void>>()
  const changed = (resident: string) => {
    const address = resident.startsWith(PREFIX) ? resident.slice(PREFIX.length) : resident
    for (const listener of [...(watchers.get(address) ?? [])]) listener()
  }
  return {
    changed,
    async view(address) {
      const resident = `${PREFIX}${address}`
      const now = desk.now()
      const tickets = await ticketsOf(desk.store, resident)
      const until = heldUntil(readSession(await desk.store.get('sessions', resident)), now)
      return {
        held: until === null ? null : sayMoment(new Date(until), chinaDay(now)),
        nudges: await nudgesView(desk, resident),
        tickets: tickets.map((ticket) => viewOf(ticket, now)),
      }
    },
    async act(address, done) {
      const resident = `${PREFIX}${address}`
      if (done.do === 'say') return say(desk, resident, done.words, PLAYER)
      if (done.do === 'hand-back') return giveBack(desk, resident)
      const tickets = await ticketsOf(desk.store, resident)
      if (!tickets.some(({ number }) => number === done.number))
        throw new TicketError('no-such-ticket', '这位居民没有这张求助单，请刷新后再看。')
      await move(desk, done.number, readForm(done.form, done.values), PLAYER)
    },
    watch(address, listener) {
      // One entry per call, so that watching twice needs leaving twice.
      const entry = () => listener()
      const listeners = watchers.get(address) ?? new Set()
      watchers.set(address, listeners.add(entry))
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0 && watchers.get(address) === listeners) watchers.delete(address)
      }
    },
  }
}

/** Only what was really told. */
async function nudgesView({ store, now }: Desk, resident: string): Promise<NudgeView[]> {
  const at = now()
  const from = new Date(at.getTime() - NUDGES_SHOWN_MS).toISOString()
  const rows = await store.list('nudges', 'ofResident', { equals: [resident], from, limit: NUDGES_LIMIT })
  const told = rows.filter(({ state }) => state === 'accepted').slice(-NUDGES_SHOWN)
  const views = told.map(async (row) => ({
    danger: row.kind === 'danger',
    ...sayNudge(row, await standingOf(store, row, at), at),
  }))
  return (await Promise.all(views)).reverse()
}

function viewOf(ticket: Ticket, now: Date): TicketView {
  const reached = WAY.indexOf(ticket.stage)
  const { outcome, satisfied, rating } = ticket
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
    parts: ticket.parts.map((part) => ({
      id: part.id,
      what: part.what,
      to: part.to.name,
      state:
        part.result === null
          ? PART_STATE_WORDS[part.state]
          : `${PART_STATE_WORDS[part.state]}，${PART_RESULT_WORDS[part.result]}`,
      open: isPartOpen(part),
    })),
    aid: ticket.aid.map(
      ({ ahead, kind, what, amount, givenBy }) =>
        `${ahead ? '先行救助' : '救助'}（${NEED_WORDS[kind]}）：${what}${amount === null ? '' : `，${amount}元`}，经手${givenBy}`,
    ),
    papers: ticket.papers.map(({ name, state }) => ({
      name,
      state: PAPER_STATE_WORDS[state],
      open: state === 'outstanding',
    })),
    outcome: [
      ...(outcome === null ? [] : [`办理结果：${CLOSE_WORDS[outcome]}`]),
      ...(satisfied === null ? [] : [`回访：${satisfied ? '满意' : '不满意'}`]),
      ...(rating === null ? [] : [`居民评价：${RATING_WORDS[rating]}`]),
    ],
    moves: movesView(ticket, chinaDay(now)),
  }
}

function movesView(ticket: Ticket, today: string): MoveView[] {
  const kinds = movesOf(ticket, PLAYER)
  const next = nextOf(ticket)
  const rank = (kind: ActionKind) =>
    kind === next ? -1 : USUAL.includes(kind) ? USUAL.indexOf(kind) : USUAL.length
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
          form: word,
          next: kind === next,
          usual: USUAL.includes(kind) && word !== AFTER,
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
