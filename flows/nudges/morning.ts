/**
 * The morning digest: one message a day for each advisor, of what waits for them and what the day holds. By
 * numbers alone, as it may be read in a group.
 */

import { chinaClock, chinaDay, clockOn, isWorkday, sayDay } from '../clocks.ts'
import { type Advisor, leaveOf } from '../roster/advisors.ts'
import { isOverdue } from '../ticket/limits.ts'
import { promisesOf } from '../ticket/promises.ts'
import { isOpen, type Ticket } from '../ticket/ticket.ts'
import type { Said } from './nudges.ts'
import { MORNING_CLOCK } from './reminders.ts'

/** After this a day's digest is late news; whoever was down until then begins with the next day's. */
const MORNING_UNTIL = '18:00'
/** Nobody reached for so long is looked for (每30天联系一次重点对象; see anchors of casework systems). */
export const SILENT_DAYS = 30
/** Of each kind so many are named, the rest counted. */
const NAMED = 12

const DAY_MS = 24 * 60 * 60 * 1000

/** What a day holds for an advisor, as numbers of requests and households. */
export interface Held {
  overdue: string[]
  today: string[]
  unclaimed: string[]
  visits: string[]
  calls: string[]
  silent: string[]
}

const TITLES: Readonly<Record<keyof Held, string>> = {
  overdue: '已超期',
  today: '今天到期',
  unclaimed: '片区里没人接单',
  visits: '该走访',
  calls: '要打电话告诉居民',
  silent: `${SILENT_DAYS}天没联系上`,
}
const KINDS: readonly (keyof Held)[] = ['overdue', 'today', 'unclaimed', 'visits', 'calls', 'silent']

export const isFree = (held: Held): boolean => KINDS.every((kind) => held[kind].length === 0)

/** The moment a day's digest is told. */
export const morningOf = (day: string): Date => clockOn(day, MORNING_CLOCK)

/** Whether a digest for now is told still, or again: from 8:30 until 18:00. */
export function isMorning(now: Date): boolean {
  const clock = chinaClock(now)
  return clock >= MORNING_CLOCK && clock < MORNING_UNTIL
}

/** Whether the digest of an earlier moment is over. */
export const isMorningOver = (at: string, now: Date): boolean =>
  chinaDay(new Date(at)) !== chinaDay(now) || !isMorning(now)

/** Whether an advisor works on a day, and so gets its digest. */
export const worksOn = (advisor: Advisor, now: Date): boolean =>
  leaveOf(advisor, now) === null &&
  (isWorkday(chinaDay(now)) || advisor.duty.some(({ days }) => days === 'every-day'))

/**
 * Whether nobody has been reached for {@link SILENT_DAYS} days. An attempt does not count; who was never reached is
 * counted from the beginning.
 */
export const isSilent = (since: string, now: Date): boolean =>
  Date.parse(since) <= now.getTime() - SILENT_DAYS * DAY_MS

/** Whether a request that is at work has been silent for so long. */
export const isTicketSilent = (ticket: Ticket, now: Date): boolean =>
  isOpen(ticket) && isSilent(ticket.contactedAt ?? ticket.openedAt, now)

/** Sorts somebody's requests by what is most pressing of each. */
export function dueOf(tickets: readonly Ticket[], now: Date): Pick<Held, 'overdue' | 'today'> {
  const today = chinaDay(now)
  const has = (ticket: Ticket, test: (at: Date) => boolean) =>
    promisesOf(ticket).some(({ due }) => test(new Date(due.at)))
  const overdue = tickets.filter((ticket) => promisesOf(ticket).some(({ due }) => isOverdue(due, now)))
  const due = tickets.filter(
    (ticket) => !overdue.includes(ticket) && has(ticket, (at) => chinaDay(at) === today),
  )
  return { overdue: overdue.map(({ number }) => number), today: due.map(({ number }) => number) }
}

/**
 * The digest in words: what waits, as much as fits beside what the day holds.
 *
 * @param named the numbers that what waits is about; they are not named twice
 */
export function sayMorning(
  held: Held,
  waiting: readonly Said[],
  named: ReadonlySet<string>,
  now: Date,
  maxBytes: number,
): { text: string; count: number } {
  const sections = KINDS.flatMap((kind) => {
    const numbers = held[kind].filter((number) => !named.has(number))
    if (numbers.length === 0) return []
    const more = numbers.length > NAMED ? `等${numbers.length}件` : ''
    return [`${TITLES[kind]}：${numbers.slice(0, NAMED).join('、')}${more}`]
  })
  const title = `【今天要办的】${sayDay(chinaDay(now), chinaDay(now))}`
  const lines: string[] = []
  for (const { head } of waiting) {
    const longer = [title, ...lines, `${lines.length + 1}. ${head}`, ...sections].join('\n')
    if (new TextEncoder().encode(longer).length > maxBytes) break
    lines.push(`${lines.length + 1}. ${head}`)
  }
  return { text: [title, ...lines, ...sections].join('\n'), count: lines.length }
}
