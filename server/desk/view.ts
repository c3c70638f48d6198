/** One ticket as its workers read it; without `full`, nobody's name, number, address or story is in it. */

import { readSession } from '../../bot/session.ts'
import type { Store, TicketEvent } from '../../bot/store.ts'
import { sayTold, toldOf } from '../../bot/told.ts'
import { heldUntil } from '../../bot/turns/hold-turn.ts'
import { chinaDay, sayMoment } from '../../flows/clocks.ts'
import type { AreaTree } from '../../flows/roster/areas.ts'
import type { ActionKind } from '../../flows/ticket/actions.ts'
import { FORMS } from '../../flows/ticket/forms.ts'
import { type Due, sayLeft } from '../../flows/ticket/limits.ts'
import { PART_STATE_WORDS } from '../../flows/ticket/parts.ts'
import { maskName, progressOf, withoutPeople } from '../../flows/ticket/progress.ts'
import { type Promised, promisesOf } from '../../flows/ticket/promises.ts'
import { CORRECTABLE_WORDS, NEED_WORDS } from '../../flows/ticket/request.ts'
import {
  CLOSE_WORDS,
  EVENT_KINDS,
  EVENT_WORDS,
  HOW_NOW_WORDS,
  isOpen,
  PART_RESULT_WORDS,
  type Paper,
  RATING_WORDS,
  ROLE_WORDS,
  ROLES,
  STAGE_WORDS,
  type Ticket,
} from '../../flows/ticket/ticket.ts'
import { ALL_TIMES, inPages } from '../in-pages.ts'

interface Look {
  full: boolean
  now: Date
}

/** Words told while a person holds the conversation; more than anybody reads. */
const LINES_LIMIT = 200

/** Of one moment, the first said first: an event's id ends in its number. */
const seqOf = ({ id }: TicketEvent): number => Number(id.slice(id.lastIndexOf(':') + 1))
const bySeq = (one: TicketEvent, other: TicketEvent): number => seqOf(one) - seqOf(other)

/** What a promise is about. */
export function promiseName(ticket: Ticket, { what, id }: Promised): string {
  switch (what) {
    case 'aid':
      return '先行救助'
    case 'whole':
      return '整件事'
    case 'revisit':
      return '回访'
    case 'part':
      return ticket.parts.find((part) => part.id === id)?.what ?? ''
    case 'paper':
      return `补${ticket.papers.find((paper) => paper.id === id)?.name ?? ''}`
  }
}

export const PAPER_STATE_WORDS: Readonly<Record<Paper['state'], string>> = {
  outstanding: '还没交',
  'handed-in': '交了',
  waived: '免交',
}

/** Where the ticket stands, a line each: the request, its clocks, parts, aid, papers, links. */
export async function showTicket(
  store: Store,
  ticket: Ticket,
  look: Look & { areas: AreaTree },
): Promise<string[]> {
  const { now } = look
  const { facts } = ticket.personal
  const urgent = ticket.urgency === 'urgent' ? '（紧急）' : ''
  const [head = '', ...more] = progressOf(ticket, now).head
  return [
    `${isOpen(ticket) ? head : `求助编号${ticket.number}:${STAGE_WORDS[ticket.stage]}`}${urgent}`,
    ...(isOpen(ticket) ? more : []),
    `区域：${ticket.area === null ? '未分区域，先到区里；用「划区」来分' : look.areas.say(ticket.area) || ticket.area}`,
    `负责人：${ticket.owner?.name ?? '还没有指定'}`,
    ...(look.full ? factLines(ticket) : [maskedFacts(ticket)]),
    ...section(
      '时限',
      promisesOf(ticket).map((promised) => `${promiseName(ticket, promised)}：${clock(promised.due, now)}`),
    ),
    ...section('事项', partLines(ticket, now)),
    ...section(
      '救助',
      ticket.aid.map(({ kind, what, amount, source, givenBy, ahead, at }) =>
        [
          `${ahead ? '先行救助' : '救助'} ${NEED_WORDS[kind]} ${what}`,
          ...(amount === null ? [] : [`${amount}元`]),
          `来源${source}`,
          `经手${givenBy}`,
          said(at, now),
        ].join('，'),
      ),
    ),
    ...section(
      '材料',
      ticket.papers.map(({ id, name, state, due }) =>
        state === 'outstanding'
          ? `${id} ${name}：还没交，${sayLeft(due, now)}`
          : `${id} ${name}：${PAPER_STATE_WORDS[state]}`,
      ),
    ),
    ...section(
      '可能重复',
      ticket.links.map(
        ({ number, state }) =>
          `${number} ${state === 'confirmed' ? '已确认' : state === 'dismissed' ? '不是重复' : '等人确认'}`,
      ),
    ),
    ...outcomeLines(ticket),
    ...(await toldLines(store, ticket, now)),
    ...(await talkLines(store, ticket, look)),
    ...(look.full || facts.anonymous ? [] : ['姓名、电话、住址和经过没有显示，加 --full 才显示。']),
  ]
}

/** One thing that happened to a ticket, in words; `why` is empty where nothing was said. */
export interface Happened {
  /** As it was kept; one of {@link EVENT_KINDS}, or of a version we do not know. */
  kind: string
  at: string
  what: string
  /** The actor's kind and id; {@link whoOf} says it. */
  by: string
  why: string
}

/** What happened, the newest last; without `full`, nobody is named in it. */
export async function happenedTo(store: Store, ticket: Ticket, { full, now }: Look): Promise<Happened[]> {
  const events: TicketEvent[] = []
  const pages = inPages(
    (span) => store.list('ticket_events', 'ofTicket', { equals: [ticket.number], ...span }),
    ({ at }) => at,
    ALL_TIMES,
  )
  for await (const rows of pages) events.push(...rows)
  return events.sort(bySeq).map(({ kind, at, by, detail }) => {
    const word = EVENT_KINDS.find((one) => one === kind)
    const why = textIn(detail, 'why').replace(/\n/g, '；')
    return {
      kind,
      at: said(at, now),
      what: word ? EVENT_WORDS[word] : kind,
      by,
      why: full ? why : maskedWhy(kind, why, ticket),
    }
  })
}

/** The same as lines. */
export async function timelineOf(store: Store, ticket: Ticket, look: Look): Promise<string[]> {
  const happened = await happenedTo(store, ticket, look)
  const lines = happened.map(({ at, what, by, why }) =>
    [at, what, whoOf(by), ...(why === '' ? [] : [why])].join(' '),
  )
  return section('经过', lines)
}

/** What may be done next, as it is typed. */
export function nextSteps(kinds: readonly ActionKind[]): string {
  const words = FORMS.filter(({ kind }) => kinds.includes(kind)).map(({ word }) => word)
  return `接着可以：${words.join('、')}`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}：`, ...lines.map((line) => `  ${line}`)]

const said = (at: string, now: Date): string => sayMoment(new Date(at), chinaDay(now))

const clock = (due: Due, now: Date): string => `${sayLeft(due, now)}。${due.why}`

/** A correction says the old value and the new. */
const maskedWhy = (kind: string, why: string, ticket: Ticket): string =>
  kind === 'corrected' ? '' : withoutPeople(why, ticket.personal.facts)

/** Who did it, as `by` of an event; `nameOf` knows the names of advisors. */
export function whoOf(by: string, nameOf: (id: string) => string = (id) => id): string {
  const [role = '', ...id] = by.split(':')
  const known = ROLES.find((one) => one === role)
  if (!known) return by
  return known === 'resident' || known === 'assistant'
    ? ROLE_WORDS[known]
    : `${ROLE_WORDS[known]}${nameOf(id.join(':'))}`
}

function textIn(detail: unknown, key: string): string {
  if (typeof detail !== 'object' || detail === null) return ''
  const value: unknown = Reflect.get(detail, key)
  return typeof value === 'string' ? value : ''
}

function partLines({ parts, outside }: Ticket, now: Date): string[] {
  return parts.map((part) => {
    const noted = outside.findLast((stage) => stage.part === part.id || stage.part === null)
    const open = part.state === 'sent' || part.state === 'taken' || part.state === 'declined'
    return [
      `${part.id} ${part.what}（${part.to.name}，${NEED_WORDS[part.need]}）：${PART_STATE_WORDS[part.state]}`,
      ...(part.result === null ? [] : [PART_RESULT_WORDS[part.result]]),
      ...(noted && open ? [noted.stage] : []),
      ...(open ? [sayLeft(part.due, now)] : []),
    ].join('，')
  })
}

export const WHO_WORDS = { self: '本人', family: '家里人', neighbour: '邻居' } as const

/** Whom a ticket is about, without telling who. */
export function maskedFacts({ personal: { facts } }: Ticket): string {
  const name = facts.anonymous ? '匿名' : maskName(facts.name)
  return `求助人：${name}，需要${facts.needs.map((need) => NEED_WORDS[need]).join('、') || '什么还没说'}`
}

function factLines({ resident, personal: { facts }, source, sharing }: Ticket): string[] {
  const kinds = ['registeredAt', 'idNumber', 'household', 'income'] as const
  return [
    `求助人：${facts.anonymous ? '匿名' : (facts.name ?? '没留名')}，电话${facts.phone ?? '没留'}`,
    `给谁：${facts.relation ?? WHO_WORDS[facts.who]}`,
    `住址：${facts.place || '没说'}`,
    `难处：${[...facts.difficulties, facts.story].filter((one) => one !== '').join('；')}`,
    `需要：${facts.needs.map((need) => NEED_WORDS[need]).join('、') || '没说'}`,
    ...kinds.flatMap((kind) => (facts[kind] ? [`${CORRECTABLE_WORDS[kind]}：${facts[kind]}`] : [])),
    ...(facts.photos.length > 0 ? [`照片：${facts.photos.length}张`] : []),
    ...(source ? [`来源：${source.name}，对方的编号是 ${source.ref}`] : []),
    ...(sharing ? ['转交同意：居民同意区里其他系统取姓名、电话、住址'] : []),
    `居民编号：${resident}`,
  ]
}

function outcomeLines({ outcome, satisfied, rating, howNow }: Ticket): string[] {
  return [
    ...(outcome === null ? [] : [`结果：${CLOSE_WORDS[outcome]}`]),
    ...(satisfied === null ? [] : [`回访：${satisfied ? '满意' : '不满意'}`]),
    ...(rating === null ? [] : [`居民评价：${RATING_WORDS[rating]}`]),
    ...(howNow === null ? [] : [`居民说近况：${HOW_NOW_WORDS[howNow]}`]),
  ]
}

/** Whether the resident knows the newest news; nothing when there was none. */
export async function toldLines(store: Store, { resident, number }: Ticket, now: Date): Promise<string[]> {
  const told = await toldOf(store, resident, number)
  return told === null ? [] : [`新消息：${sayTold(told, now)}`]
}

/** Whether a person holds the conversation, and what the resident told them meanwhile. */
async function talkLines(store: Store, { resident }: Ticket, { full, now }: Look): Promise<string[]> {
  const until = heldUntil(readSession(await store.get('sessions', resident)), now)
  const heard = await store.list('heard', 'ofResident', { equals: [resident], limit: LINES_LIMIT })
  return [
    ...(until === null ? [] : [`对话由人接管，到${said(until, now)}为止；「交还」可以早些还给助手。`]),
    ...(heard.length === 0
      ? []
      : full
        ? section(
            '居民的留言',
            heard.map(
              ({ at, words, media }) => `${said(at, now)} ${words}${media === null ? '' : '（照片或语音）'}`,
            ),
          )
        : [`居民在人工接管时留了${heard.length}句话，加 --full 才显示。`]),
  ]
}
