/**
 * By when a thing must be done, where that limit stands, and the sentence that says both.
 *
 * A limit is data with its source. A due date is made once, carries its reason, and stays when a ticket moves.
 */
import { z } from 'zod'
import {
  addDays,
  chinaDay,
  daysBetween,
  endOfDay,
  hoursAfter,
  sayDay,
  sayMoment,
  workingDaysAfter,
} from '../clocks.ts'

/** One stretch of a limit; several follow each other. `days` are calendar days. */
type Span = { hours: number } | { days: number } | { workingDays: number }

export interface Limit {
  /** As people say it: 20个工作日内. */
  says: string
  spans: readonly Span[]
  /** By law a last day on a holiday moves to the first working day after it (Civil Code art. 203). */
  endsOnWorkday: boolean
  /** Where the limit stands, in the words an advisor may repeat. */
  source: string
}

const limit = (says: string, spans: readonly Span[], source: string, endsOnWorkday = false): Limit => ({
  says,
  spans,
  endsOnWorkday,
  source,
})

/** Limits of a ticket's own, whatever it asks for. */
export const LIMITS = {
  /** Row 002-20. The law says aid first, without a number of hours; the hours are a local promise. */
  'urgent-aid': limit(
    '24小时内先行救助',
    [{ hours: 24 }],
    '参照青岛西海岸新区做法；社会救助法第五十条规定紧急的应当先行救助，没有写小时数',
  ),
  /** Row 000-11. */
  request: limit(
    '20个工作日内办理',
    [{ workingDays: 20 }],
    '参照上海长宁惯例；本系统的办理承诺，不是法定期限',
  ),
  /** Row 001-23, the 30-day revisit. */
  revisit: limit('30天内回访', [{ days: 30 }], '参照银川兴庆区30天回访制度'),
} as const satisfies Record<string, Limit>

/** Limits of single policies by their id in the inventory; a policy not named here has the ticket's own. */
export const POLICY_LIMITS: Readonly<Record<string, Limit>> = {
  dibao: limit('30个工作日内', [{ workingDays: 30 }], '最低生活保障审核确认办法（民发〔2021〕57号）'),
  'dibao-single-person': limit(
    '30个工作日内',
    [{ workingDays: 30 }],
    '最低生活保障审核确认办法（民发〔2021〕57号）',
  ),
  'rigid-expenditure': limit('30个工作日内', [{ workingDays: 30 }], '刚性支出困难家庭认定办法'),
  tekun: limit(
    '初审15个工作日、公示7天、确认15个工作日内',
    [{ workingDays: 15 }, { days: 7 }, { workingDays: 15 }],
    '特困人员认定办法',
  ),
  'emergency-assistance': limit(
    '3天内（自然日）',
    [{ days: 3 }],
    '关于进一步健全完善临时救助制度的意见（2026年1月）“小额快救”，一般不超过3天',
  ),
  'legal-aid': limit('7天内审查', [{ days: 7 }], '法律援助法第四十三条', true),
}

/** A due date. `at` is the last moment; `why` is whole as it stands, for staff and in the record. */
export const dueSchema = z.strictObject({
  /** When the limit began to run. */
  from: z.iso.datetime({ precision: 3 }),
  at: z.iso.datetime({ precision: 3 }),
  /** By the hour, or by the end of a day in China. */
  by: z.enum(['hour', 'day']),
  /** Counted over a year whose holidays were not announced then. */
  estimated: z.boolean(),
  why: z.string().min(1),
})
export type Due = z.infer<typeof dueSchema>

export const NOT_ANNOUNCED = '节假日安排未公布，按周末推算'

/** When a limit that runs from a moment ends. Hours count round the clock; of days, the first is not counted. */
export function dueAfter(limit: Limit, from: Date): Due {
  const since = `从${sayMoment(from, chinaDay(from))}起`
  const [first] = limit.spans
  if (first && 'hours' in first) {
    const at = hoursAfter(from, first.hours)
    const why = `${limit.says}，${since}算，${sayMoment(at, chinaDay(from))}前。依据：${limit.source}`
    return { from: from.toISOString(), at: at.toISOString(), by: 'hour', estimated: false, why }
  }
  let day = chinaDay(from)
  let estimated = false
  const count = (workingDays: number) => {
    const counted = workingDaysAfter(day, workingDays)
    day = counted.day
    estimated ||= counted.estimated
  }
  for (const span of limit.spans) {
    if ('workingDays' in span) count(span.workingDays)
    else if ('days' in span) day = addDays(day, span.days)
  }
  if (limit.endsOnWorkday) count(0)
  const until = `${sayDay(day, chinaDay(from))}前${estimated ? `（${NOT_ANNOUNCED}）` : ''}`
  const why = `${limit.says}，${since}，当天不算，${until}。依据：${limit.source}`
  return { from: from.toISOString(), at: endOfDay(day).toISOString(), by: 'day', estimated, why }
}

/** A due date a person set; their reason is in the event. */
export function dueOn(day: string, from: Date): Due {
  const why = `${sayDay(day, chinaDay(from))}前，${sayMoment(from, chinaDay(from))}由经办人约定`
  return { from: from.toISOString(), at: endOfDay(day).toISOString(), by: 'day', estimated: false, why }
}

/** The limit of a part: its policy's own, else the ticket's. */
export function limitOf(policy: string | null): Limit {
  return (policy === null ? undefined : POLICY_LIMITS[policy]) ?? LIMITS.request
}

/** The due date in a resident's words: `12月18日(星期五)前`, and that it is an estimate where it is one. */
export function sayDue(due: Due, now: Date): string {
  const at = new Date(due.at)
  const today = chinaDay(now)
  const until = due.by === 'hour' ? sayMoment(at, today) : sayDay(chinaDay(at), today)
  return `${until}前${due.estimated ? `（${NOT_ANNOUNCED}）` : ''}`
}

/** Whether a due date has passed. */
export function isOverdue(due: Due, now: Date): boolean {
  return now.getTime() > Date.parse(due.at)
}

/** How much is left of it, for those who work on it: `还剩5天`, `今天到期`, `已超期3小时`. */
export function sayLeft(due: Due, now: Date): string {
  const ms = Date.parse(due.at) - now.getTime()
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  const clock = minutes < 60 ? `${minutes}分钟` : `${Math.floor(minutes / 60)}小时`
  if (due.by === 'hour') return ms >= 0 ? `还剩${clock}` : `已超期${clock}`
  const days = daysBetween(chinaDay(now), chinaDay(new Date(due.at)))
  return days > 0 ? `还剩${days}天` : days === 0 ? '今天到期' : `已超期${-days}天`
}
