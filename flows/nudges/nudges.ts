/**
 * Nudges: what advisors are told, how pressing it is, and when it no longer needs saying.
 *
 * They are read in a group, so nothing in them tells who somebody is: no name, phone, number of a paper, address
 * or word of the resident's. What is told is a kind, a ticket's number, a street or community, a date.
 */

import { chinaDay, isQuiet, sayMoment } from '../clocks.ts'
import { DIFFICULTIES } from '../difficulties.ts'
import type { Audience } from '../roster/routing.ts'
import { isAidAwaited } from '../ticket/aid.ts'
import { sayDue } from '../ticket/limits.ts'
import { NEED_WORDS, type RequestFacts } from '../ticket/request.ts'
import { isOpen, type Stage, type Ticket, type TicketEvent } from '../ticket/ticket.ts'
import { type Owing, sayReminder } from './reminder-words.ts'
import { rungNow } from './reminders.ts'

/** Most urgent first; the urgent is said before everything else. */
export const URGENCIES = ['danger', 'urgent', 'normal'] as const
export type Urgency = (typeof URGENCIES)[number]

/** What a resident told of, as advisors read it. */
export const DANGER_WORDS = {
  self_harm: '想伤害自己',
  domestic_violence: '家里有人打人',
  child_danger: '孩子有危险',
  starvation: '断粮挨饿',
  medical_emergency: '急病、重伤',
  disaster_fire: '火灾、水灾、燃气等险情',
} as const
export type DangerKind = keyof typeof DANGER_WORDS

/** What a resident did to a request somebody works on, as whoever works on it reads it. */
const OWN_MOVES = {
  'ticket-supplemented': '居民补了照片或说明，在求助单页面上看',
  'ticket-corrected': '居民更正了自己的信息，联系前看一下求助单',
  'ticket-withdrawn': '居民不再要求帮助，不用再办',
} as const
export type OwnMove = keyof typeof OWN_MOVES

/** What happened that somebody must hear of. */
export type Happening =
  | { kind: 'danger'; danger: DangerKind }
  /** A person is to answer. */
  | { kind: 'human-asked' }
  /** The resident said something to the person who is to answer. */
  | { kind: 'said-while-held' }
  /** A person was asked for in the quiet hours, when none answers: told in the morning. */
  | { kind: 'asked-at-night' }
  | {
      kind: 'ticket-opened' | 'ticket-reopened' | 'ticket-raised' | 'ticket-assigned'
      ticket: string
      urgent: boolean
    }
  | { kind: OwnMove; ticket: string }
/** Besides what happened: that something is owed (flows/nudges/reminders.ts), and what a day holds (flows/nudges/morning.ts). */
export type NudgeKind = Happening['kind'] | 'reminder' | 'morning'

/** A nudge as it was kept when it happened. */
export interface KeptNudge {
  kind: NudgeKind
  danger: DangerKind | null
  ticket: string | null
  /** When it first happened. */
  at: string
  /** How often it happened before anybody was told. */
  times: number
}

/** How things stand at the moment of telling. */
export interface Standing {
  /** The ticket it is about; null when there is none or it is gone. */
  ticket: Ticket | 'unreadable' | null
  /** The ticket that has a phone number for the resident; null when none has. */
  reach: Ticket | null
  /** Until when a person holds the conversation; null when nobody does. */
  heldUntil: string | null
  /** Where it happens, as the office names the area; null when that is not known. */
  place: string | null
  /** What a reminder is of; null for other nudges, and when it is owed no more. */
  owed: Owing | null
}

const MINUTE_MS = 60_000

/** How pressing it is. */
export function urgencyOf(happening: Happening): Urgency {
  switch (happening.kind) {
    case 'danger':
      return 'danger'
    case 'human-asked':
    case 'asked-at-night':
    case 'ticket-raised':
      return 'urgent'
    case 'said-while-held':
    case 'ticket-supplemented':
    case 'ticket-corrected':
    case 'ticket-withdrawn':
      return 'normal'
    case 'ticket-opened':
    case 'ticket-reopened':
    case 'ticket-assigned':
      return happening.urgent ? 'urgent' : 'normal'
  }
}

/** Whom it is for; those of a reminder stand on its rung. */
export function audiencesOf(
  { kind }: Pick<KeptNudge, 'kind'>,
  { owed }: Standing,
  now: Date,
): readonly Audience[] {
  switch (kind) {
    case 'danger':
      return ['owner', 'duty']
    case 'ticket-opened':
      return ['duty']
    case 'reminder':
      return owed?.ladder.rungs[rungNow(owed.ladder, now) ?? 0]?.audiences ?? ['owner']
    default:
      return ['owner']
  }
}

/** Whether it may be told now: at night only danger is. */
export const maySay = (urgency: Urgency, now: Date): boolean => urgency === 'danger' || !isQuiet(now)

/** The longest that {@link apart} keeps two nudges of one resident from each other, in ms. */
export const LONGEST_APART_MS = 3 * MINUTE_MS

/**
 * How long after an earlier nudge of the same resident a new one may follow, in ms. Another danger is told at
 * once; the same one, repeated, a minute later; what is said to a person in hold, and photo after photo, every few
 * minutes.
 */
export function apart(happening: Happening, earlier: Pick<KeptNudge, 'kind' | 'danger'>): number {
  switch (happening.kind) {
    case 'danger':
      return earlier.danger === happening.danger ? MINUTE_MS : 0
    case 'human-asked':
      return earlier.kind === 'human-asked' ? LONGEST_APART_MS : 0
    case 'said-while-held':
      return LONGEST_APART_MS
    case 'ticket-supplemented':
      return earlier.kind === 'ticket-supplemented' ? LONGEST_APART_MS : 0
    case 'asked-at-night':
    case 'ticket-corrected':
    case 'ticket-withdrawn':
    case 'ticket-opened':
    case 'ticket-reopened':
    case 'ticket-raised':
    case 'ticket-assigned':
      return 0
  }
}

/**
 * What an event of a ticket makes advisors hear; null for most.
 *
 * @param before the area it lay in until then; null is the whole district
 */
export function nudgeAfter(
  event: TicketEvent,
  ticket: Ticket,
  before: Ticket['area'] = ticket.area,
): Happening | null {
  const about = { ticket: ticket.number, urgent: ticket.urgency === 'urgent' }
  const ownMove = (kind: OwnMove) => (event.by.role === 'resident' ? ownMoveOn(ticket, kind) : null)
  switch (event.kind) {
    case 'opened':
      return { kind: 'ticket-opened', ...about }
    // To those on duty there it is new, as long as nobody has it.
    case 'placed':
      return ticket.owner === null && ticket.area !== before ? { kind: 'ticket-opened', ...about } : null
    case 'reopened':
      return { kind: 'ticket-reopened', ...about }
    // Whoever has it and did it themselves need not hear of it.
    case 'raised':
      return event.by.id === ticket.owner?.id ? null : { kind: 'ticket-raised', ...about }
    case 'assigned':
      return event.by.id === ticket.owner?.id ? null : { kind: 'ticket-assigned', ...about }
    case 'paper-handed-in':
      return ownMove('ticket-supplemented')
    case 'corrected':
      return ownMove('ticket-corrected')
    case 'withdrawn':
      return ownMove('ticket-withdrawn')
    default:
      return null
  }
}

const ownMoveOn = ({ number, owner }: Ticket, kind: OwnMove): Happening | null =>
  owner === null ? null : { kind, ticket: number }

/** That a resident added something to a request; null while nobody works on it: whoever takes it up sees all of it. */
export const supplemented = (ticket: Ticket): Happening | null => ownMoveOn(ticket, 'ticket-supplemented')

/** Whether nobody needs to hear of it any more: the hold ended, the ticket was taken up, withdrawn or deleted. */
export function isMoot(nudge: Pick<KeptNudge, 'kind'>, { ticket, heldUntil, owed }: Standing): boolean {
  switch (nudge.kind) {
    case 'danger':
    case 'asked-at-night':
    case 'morning':
      return false
    case 'reminder':
      return owed === null && ticket !== 'unreadable'
    case 'human-asked':
    case 'said-while-held':
      return heldUntil === null
    case 'ticket-opened':
      return !waitsAt(['received', 'screened'], ticket) || (ticket !== 'unreadable' && ticket?.owner != null)
    case 'ticket-reopened':
      return !waitsAt(['received', 'screened'], ticket)
    case 'ticket-raised':
      return ticket !== 'unreadable' && (ticket === null || !isAidAwaited(ticket))
    case 'ticket-assigned':
      return ticket !== 'unreadable' && (ticket === null || !isOpen(ticket))
    case 'ticket-supplemented':
    case 'ticket-corrected':
      return ticket === null
    case 'ticket-withdrawn':
      return ticket === null || !waitsAt(['withdrawn'], ticket)
  }
}

const waitsAt = (stages: readonly Stage[], ticket: Standing['ticket']): boolean =>
  ticket === 'unreadable' || (ticket !== null && stages.includes(ticket.stage))

/** A nudge in words: `head` says what must be known, in one line; `more` follows where there is room. */
export interface Said {
  head: string
  more: string[]
  /** The same as a card's title and lines, where it can be one. */
  card?: { title: string; lines: { name: string; value: string }[] }
}

/** What advisors read. */
export function sayNudge(nudge: KeptNudge, standing: Standing, now: Date): Said {
  const { reach, heldUntil, owed } = standing
  const today = chinaDay(now)
  const moment = (at: string) => sayMoment(new Date(at), today)
  const again = nudge.times > 1 ? `，说了${nudge.times}次` : ''
  const way = reach ? `电话在求助单 ${reach.number} 上` : '没留电话，到公众号后台会话里回'
  switch (nudge.kind) {
    case 'danger':
      return {
        head: `【危急】居民说到：${DANGER_WORDS[nudge.danger ?? 'self_harm']}，${moment(nudge.at)}${again}。${way}`,
        more: [
          ...(nudge.danger === 'domestic_violence' ? ['联系时当心，动手的人可能就在旁边。'] : []),
          '请马上联系，必要时替居民打110、120、119。',
        ],
      }
    case 'human-asked':
      return {
        head: `【找真人】居民在等救助顾问回话，${moment(nudge.at)}。${way}`,
        more: heldUntil === null ? [] : [`${moment(heldUntil)}前没人回，助手再接着回答。`],
      }
    case 'said-while-held':
      return {
        head: `【在等回话】找真人的居民又说了${nudge.times}次话，${moment(nudge.at)}起。${way}`,
        more: [],
      }
    case 'asked-at-night':
      return { head: `【夜里找真人】居民在等救助顾问回话，${moment(nudge.at)}${again}。${way}`, more: [] }
    case 'reminder':
      return owed
        ? sayReminder(owed, whereOf(standing), now)
        : { head: `【提醒】${nudge.ticket ?? ''}`, more: [] }
    case 'morning':
      return { head: '【今天要办的】', more: [] }
    case 'ticket-supplemented':
    case 'ticket-corrected':
    case 'ticket-withdrawn': {
      const times = nudge.times > 1 ? `（${nudge.times}次）` : ''
      return {
        head: `【居民来信】${nudge.ticket ?? ''}，${moment(nudge.at)}：${OWN_MOVES[nudge.kind]}${times}`,
        more: [],
      }
    }
    case 'ticket-opened':
    case 'ticket-reopened':
    case 'ticket-raised':
    case 'ticket-assigned':
      return sayTicket(nudge, nudge.kind, standing, now)
  }
}

/** The area as the office names it, else as far as it can be told from what the resident wrote. */
function whereOf({ place, ticket }: Standing): string | null {
  return place ?? (ticket === null || ticket === 'unreadable' ? null : placeOf(ticket.personal.facts))
}

const TICKET_TITLES = {
  'ticket-opened': '新求助',
  'ticket-reopened': '重新办理',
  'ticket-raised': '加急',
  'ticket-assigned': '转给您的求助',
} as const

function sayTicket(
  { ticket: number }: KeptNudge,
  kind: keyof typeof TICKET_TITLES,
  standing: Standing,
  now: Date,
): Said {
  const { ticket } = standing
  const title = TICKET_TITLES[kind]
  if (ticket === null || ticket === 'unreadable') return { head: `【${title}】${number}`, more: [] }
  const { facts } = ticket.personal
  const urgent = ticket.urgency === 'urgent' ? '，紧急' : ''
  const due = sayDue(ticket.due.aid && isAidAwaited(ticket) ? ticket.due.aid : ticket.due.whole, now)
  const where = whereOf(standing)
  const kinds = [
    { name: '难处', value: kindsOf(facts) || '看求助单' },
    { name: '需要', value: facts.needs.map((need) => NEED_WORDS[need]).join('、') || '看求助单' },
  ]
  return {
    head: `【${title}】${number}${urgent}，${where ?? '地点看求助单'}，${due}办`,
    more: kinds.map(({ name, value }) => `${name}：${value}`),
    card: {
      title: `【${title}】${number}${urgent}`,
      lines: [{ name: '地点', value: where ?? '看求助单' }, { name: '期限', value: due }, ...kinds],
    },
  }
}

/** Kinds of difficulty that would tell a group about somebody who is to be protected. */
const RESTRICTED = new Set(['家暴'])

/** Only our own words for kinds of difficulty: what people wrote themselves stays in the ticket. */
const kindsOf = ({ difficulties }: RequestFacts): string =>
  DIFFICULTIES.map(({ name }) => name)
    .filter((name) => difficulties.includes(name) && !RESTRICTED.has(name))
    .join('、')

/**
 * Street and community in what somebody wrote as their place. Longer names are left out: a person's name may
 * stand before the street's without a break, and a street's name has at least two characters.
 */
const STREET = /(?:^|[省市区县旗州盟])([\u4e00-\u9fa5]{2,3}(?:街道|镇|乡))([\u4e00-\u9fa5]{2,3}(?:社区|村))?/

/** The street and, where it follows, the community; null when neither can be told from the rest. */
export function placeOf(facts: RequestFacts): string | null {
  const names = [facts.name, facts.proxy?.name ?? null].flatMap((name) => name || [])
  const place = names.reduce((text, name) => text.replaceAll(name, '，'), facts.place)
  const match = STREET.exec(place)
  return match ? `${match[1]}${match[2] ?? ''}` : null
}

/** Several nudges as one message, as many as fit. */
export interface Digest {
  text: string
  /** How many of them it holds, from the first. */
  count: number
}

/**
 * Merges nudges, the first ones first, into one message.
 *
 * @param maxBytes the most the message may have in UTF-8 bytes; the first line always fits below 1,000
 */
export function sayDigest(said: readonly Said[], maxBytes: number): Digest {
  let text = '同时有几件事，一起说：'
  let count = 0
  for (const { head } of said) {
    const longer = `${text}\n${count + 1}. ${head}`
    if (count > 0 && utf8Length(longer) > maxBytes) break
    text = longer
    count++
  }
  return { text, count }
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).length

/** One nudge as a message of its own. */
export const sayAlone = ({ head, more }: Said): string => [head, ...more].join('\n')
