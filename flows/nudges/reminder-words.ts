/**
 * What a reminder says: what is owed, of which request, where, how much is left, and the one line that does it.
 * Read in groups too, so nothing anybody typed is in it; a part is named by its place on the ticket.
 */
import { isOverdue, sayLeft } from '../ticket/limits.ts'
import { VISIT_REASON_WORDS, type VisitReason } from '../visits.ts'
import type { Ladder, Owed } from './reminders.ts'

const TITLES: Readonly<Record<Owed, string>> = {
  unclaimed: '没人接单',
  aid: '24小时救助',
  whole: '办理时限',
  part: '等反馈',
  paper: '补材料',
  revisit: '回访',
  visit: '走访',
}

/** What a reminder is of. */
export interface Owing {
  ladder: Ladder
  /** The ticket's or household's number. */
  subject: string
  /** Of a visit: why. Null for a ticket's. */
  visit: VisitReason | null
}

/**
 * A reminder in words.
 *
 * @param place where it is, as the office names it; null when that is not known
 */
export function sayReminder(
  { ladder, subject, visit }: Owing,
  place: string | null,
  now: Date,
): { head: string; more: string[] } {
  const { what, part, due, from, urgent } = ladder
  const about = [
    subject,
    ...(what === 'unclaimed' && urgent ? ['紧急'] : []),
    ...(place === null ? [] : [place]),
    ...(part === null ? [] : [`第${part.replace(/\D/g, '')}${what === 'paper' ? '样' : '项'}`]),
    due === null ? sayWaited(from, now) : sayLeft(due, now),
  ]
  return {
    head: `【${visit === null ? TITLES[what] : VISIT_REASON_WORDS[visit]}】${about.join('，')}`,
    more: [nextStep(what, subject, due !== null && isOverdue(due, now))],
  }
}

/** What to do, and how to say that it is done. */
function nextStep(what: Owed, subject: string, overdue: boolean): string {
  switch (what) {
    case 'unclaimed':
      return `能接请回复「接单 ${subject}」`
    case 'aid':
      return `还没有登记救助。联系上了请回复「已联系 ${subject} 情况」`
    case 'whole':
      return `办完请回复「办结 ${subject} 结果」${overdue ? '，办不完要跟居民说清楚' : ''}`
    case 'part':
      return `请催承办单位，有进展回复「已联系 ${subject} 情况」`
    case 'paper':
      return `请帮居民补齐，联系上了回复「已联系 ${subject} 情况」`
    case 'revisit':
    case 'visit':
      return `去过或打过电话，请回复「走访 ${subject} 情况」`
  }
}

/** `等了35分钟`, `等了2小时`. */
function sayWaited(from: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(from)) / 60_000))
  return `等了${minutes < 60 ? `${minutes}分钟` : `${Math.floor(minutes / 60)}小时`}`
}
