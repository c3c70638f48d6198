/**
 * What an advisor reads back: what was done, in a line or two, and what comes next. In a group nothing that people
 * wrote is said again, and nobody is named but colleagues.
 */

import { chinaDay, daysBetween } from '../clocks.ts'
import type { Roster } from '../roster/advisors.ts'
import { recipientsOf } from '../roster/routing.ts'
import { isOverdue, sayDue, sayLeft } from '../ticket/limits.ts'
import { maskName, summaryLine } from '../ticket/progress.ts'
import { promisesOf } from '../ticket/promises.ts'
import { isOpen, isPartOpen, STAGE_WORDS, type Ticket } from '../ticket/ticket.ts'
import { VISIT_REASON_WORDS, VISIT_REASONS } from '../visits.ts'

/** Where something is said: to one advisor, or where others read along. */
export type Place = 'private' | 'group'

/** What the ticket waits for, as a line to write, and its nearest date. */
export function nextHint(ticket: Ticket, place: Place, now: Date): string {
  const [promised] = promisesOf(ticket)
  const by = promised
    ? isOverdue(promised.due, now)
      ? `（${sayLeft(promised.due, now)}）`
      : `，${sayDue(promised.due, now)}`
    : ''
  return `下一步：${nextOf(ticket, place)}${by}。`
}

function nextOf(ticket: Ticket, place: Place): string {
  const { number, stage, parts, papers } = ticket
  const open = parts.filter(isPartOpen)
  switch (stage) {
    case 'received':
      return ticket.contactedAt === null
        ? `联系居民，写“已联系 ${number} 电话 通了”`
        : `写“预审通过 ${number}”，或直接“转办 ${number} 部门 要办的事”`
    case 'screened':
      return `写“转办 ${number} 部门 要办的事”`
    case 'dispatched': {
      const who = place === 'group' ? '承办单位' : [...new Set(open.map(({ to }) => to.name))].join('、')
      return `等${who}反馈，反馈了写“反馈 ${number} 办好了 情况”`
    }
    case 'reported':
      return papers.some(({ state }) => state === 'outstanding')
        ? `收材料，写“收材料 ${number}”`
        : `写“办结 ${number} 帮上了 结果”`
    case 'closed':
      return `回访，写“回访 ${number} 满意”`
    default:
      return '没有要办的了'
  }
}

/** One line of a list: number, stage, initial, area, needs, the next date; see {@link summaryLine}. */
export function lineAbout(ticket: Ticket, roster: Roster, now: Date): string {
  const area = ticket.area !== null && roster.areas.get(ticket.area) ? roster.areas.say(ticket.area) : null
  return summaryLine(ticket, area, now)
}

/** A ticket that is none of theirs: where it is and whom to ask, and nothing else of it. */
export function sayElsewhere(
  concern: { number: string; area: string | null; owner: { id: string; name: string } | null },
  roster: Roster,
  now: Date,
): string {
  const street = roster.areas.upFrom(concern.area).find(({ level }) => level === 'street')
  const where = street ? `在${street.name}` : '由区里管'
  const { advisors } = recipientsOf('duty', { area: concern.area, owner: null }, roster, now)
  const who = concern.owner?.name ?? advisors[0]?.name
  return `${concern.number}${where}，不归您经办。请找${who ?? '那里的救助顾问'}。`
}

/** A reason for a visit, as it is read in a list. */
export const reasonWord = (reason: string): string => {
  const known = VISIT_REASONS.find((one) => one === reason)
  return known ? VISIT_REASON_WORDS[known] : reason
}

/** How a ticket stands, in a few lines. */
export function sayStanding(ticket: Ticket, roster: Roster, place: Place, now: Date): string {
  const owner = ticket.owner ? `负责人：${ticket.owner.name}` : '还没有人接单'
  const more = isOpen(ticket) || ticket.stage === 'closed' ? [nextHint(ticket, place, now)] : []
  return [lineAbout(ticket, roster, now), owner, ...more].join('\n')
}

const daysSince = (at: string, now: Date): number =>
  Math.max(0, daysBetween(chinaDay(new Date(at)), chinaDay(now)))

/** A household in a list: its number, initial, kind, and how long ago somebody was reached. */
export function sayHousehold(
  household: { id: string; category: string; contactedAt: string },
  name: string | null,
  area: string,
  now: Date,
): string {
  return [household.id, maskName(name), household.category, area, sayContact(household.contactedAt, now)]
    .filter((part) => part !== '')
    .join(' ')
}

/** How long ago somebody was reached; '' is never. */
export function sayContact(contactedAt: string, now: Date): string {
  if (contactedAt === '') return '还没有联系上过'
  const days = daysSince(contactedAt, now)
  return days === 0 ? '今天联系过' : `${days}天前联系过`
}
const DAY_MS = 24 * 60 * 60 * 1000

/** The stage a ticket came to, for an answer's first line. */
export const stageWord = ({ stage }: Ticket): string => STAGE_WORDS[stage]
/** The day in China a number of days before now, as an instant that sorts. */
export const daysAgo = (days: number, now: Date): string =>
  new Date(now.getTime() - days * DAY_MS).toISOString()
/** Today in China. */
export const todayOf = (now: Date): string => chinaDay(now)
