/**
 * Reminders: for each thing a ticket or a visit owes, when somebody is reminded of it and who, rung by rung until
 * it is settled. What stands here is only ours to choose where no rule does; each figure says where it comes from.
 *
 * Told by the day, they come in the morning of a working day: before a holiday rather than in it, after it when
 * the date has gone by.
 */
import { afterQuiet, chinaDay, clockOn, workdayAfter, workdayOnOrBefore, workdaysBefore } from '../clocks.ts'
import type { Audience } from '../roster/routing.ts'
import type { Due } from '../ticket/limits.ts'
import { promisesOf } from '../ticket/promises.ts'
import type { Ticket } from '../ticket/ticket.ts'

/** What can be owed: somebody who takes it, the promises of a ticket, a visit. */
export const OWED = ['unclaimed', 'aid', 'whole', 'part', 'paper', 'revisit', 'visit'] as const
export type Owed = (typeof OWED)[number]

/** One moment on the way up, and who hears of it then. */
export interface Rung {
  at: string
  audiences: readonly Audience[]
}

export interface Ladder {
  /** `<subject>:<what>[-<part's or paper's id>]:<due>`: another date is another ladder. */
  id: string
  what: Owed
  /** The part's or paper's id; null for the subject's own. */
  part: string | null
  /** Hours count: told before what is counted in days. */
  urgent: boolean
  /** When it began to be owed. */
  from: string
  /** The last moment; null for a request that waits to be taken up. */
  due: Due | null
  /** Each later than the one before. */
  rungs: readonly Rung[]
}

/** Day by day everything is told at the time of the morning digest (the office's hours begin then). */
export const MORNING_CLOCK = '08:30'
/**
 * A request nobody takes goes to the next, then the street, then the district, after as many minutes each. Ours:
 * of the systems looked at none escalates by itself; an urgent one must be in somebody's hands well within 2 hours.
 */
const UNCLAIMED_MINUTES = { urgent: 10, normal: 30 } as const
/** Hours after the 24 began, so that 22, 16 and 4 are left; the last hour is the limit itself. Ours. */
const AID_HOURS = [2, 8, 20] as const
/** Working days before a limit of days, so that there is a day to act in. Ours. */
const BEFORE_LIMIT_WORKDAYS = 2
/** Days before papers or a revisit are due: long enough for the resident to fetch them. Ours. */
const BEFORE_PAPER_DAYS = 3
/** Working days after the date has gone by when the district hears of it, if the street could not mend it. Ours. */
const DISTRICT_WORKDAYS = 3
/** A visit due within so many days is told when it is written down; a later one only as its day comes. Ours. */
const VISIT_SOON_DAYS = 7

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const OWNER: readonly Audience[] = ['owner']
const STREET: readonly Audience[] = ['owner', 'street']
const DISTRICT: readonly Audience[] = ['district']

/** One ladder for each thing that is owed now; none of what is settled. */
export function laddersOf(ticket: Ticket): Ladder[] {
  const ladders = promisesOf(ticket).map(({ what, id, due }): Ladder => {
    const rungs =
      what === 'aid'
        ? aidRungs(due)
        : what === 'paper'
          ? byDay(due, dayBefore(due, BEFORE_PAPER_DAYS), OWNER)
          : what === 'revisit'
            ? byDay(due, dayBefore(due, BEFORE_PAPER_DAYS), STREET)
            : limitRungs(due)
    return ladder(ticket.number, what, id, due, what === 'aid', rungs)
  })
  const waits = unclaimed(ticket)
  return waits ? [waits, ...ladders] : ladders
}

/** A visit as it is owed. */
export interface OwedVisit {
  id: string
  at: string
  dueAt: string
}

/** The ladder of a visit somebody must make. */
export function ladderOfVisit({ id, at, dueAt }: OwedVisit): Ladder {
  const due: Due = { from: at, at: dueAt, by: 'day', estimated: false, why: '' }
  const soon = Date.parse(dueAt) - Date.parse(at) <= VISIT_SOON_DAYS * DAY_MS
  const first: Rung[] = soon ? [{ at: awake(new Date(at)), audiences: OWNER }] : []
  const rungs = [...first, ...byDay(due, soon ? null : dayBefore(due, BEFORE_PAPER_DAYS), STREET)]
  return ladder(id, 'visit', null, due, false, rungs)
}

/** The last rung whose moment has come; null while none has. */
export function rungNow({ rungs }: Ladder, now: Date): number | null {
  const at = now.toISOString()
  const passed = rungs.filter((rung) => rung.at <= at).length
  return passed === 0 ? null : passed - 1
}

/**
 * From the opening, or from when it was opened again or made urgent; the night does not count. Whoever has only
 * looked at it (预审) has not taken it.
 */
function unclaimed(ticket: Ticket): Ladder | null {
  if (ticket.owner !== null || !['received', 'screened'].includes(ticket.stage)) return null
  const urgent = ticket.urgency === 'urgent'
  const { aid, whole } = ticket.due
  const from = urgent && aid && aid.from > whole.from ? aid.from : whole.from
  const step = UNCLAIMED_MINUTES[urgent ? 'urgent' : 'normal'] * MINUTE_MS
  let at = afterQuiet(new Date(from))
  const rungs = (['next', 'street', 'district'] as const).map((audience): Rung => {
    at = afterQuiet(new Date(at.getTime() + step))
    return { at: at.toISOString(), audiences: [audience] }
  })
  const id = `${ticket.number}:unclaimed:${from}`
  return { id, what: 'unclaimed', part: null, urgent, from, due: null, rungs }
}

function aidRungs({ from, at }: Due): Rung[] {
  const began = Date.parse(from)
  return [
    ...AID_HOURS.map((hours) => ({ at: awake(new Date(began + hours * HOUR_MS)), audiences: OWNER })),
    { at: awake(new Date(at)), audiences: STREET },
  ]
}

const limitRungs = (due: Due): Rung[] => {
  const last = workdayOnOrBefore(chinaDay(new Date(due.at)))
  const gone = chinaDay(new Date(due.at))
  return [
    ...byDay(due, workdaysBefore(last, BEFORE_LIMIT_WORKDAYS), STREET),
    { at: morningOf(workdayAfter(gone, DISTRICT_WORKDAYS)), audiences: DISTRICT },
  ]
}

/** Beforehand, on the last working day of the limit, and on the first one after it. */
function byDay(due: Due, before: string | null, overdue: readonly Audience[]): Rung[] {
  const day = chinaDay(new Date(due.at))
  return [
    ...(before === null ? [] : [{ at: morningOf(before), audiences: OWNER }]),
    { at: morningOf(workdayOnOrBefore(day)), audiences: OWNER },
    { at: morningOf(workdayAfter(day, 1)), audiences: overdue },
  ]
}

const dayBefore = ({ at }: Due, days: number): string =>
  workdayOnOrBefore(chinaDay(new Date(Date.parse(at) - days * DAY_MS)))

const morningOf = (day: string): string => clockOn(day, MORNING_CLOCK).toISOString()
const awake = (at: Date): string => afterQuiet(at).toISOString()

/** Rungs that were over when it began are left out; of several at one moment the highest stays. */
function ladder(
  subject: string,
  what: Owed,
  part: string | null,
  due: Due,
  urgent: boolean,
  all: readonly Rung[],
): Ladder {
  const rungs = all.filter(({ at }, place) => at >= due.from && all[place + 1]?.at !== at)
  const id = `${subject}:${part === null ? what : `${what}-${part}`}:${due.at}`
  return { id, what, part, urgent, from: due.from, due, rungs }
}
