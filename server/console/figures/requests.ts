/** Counts the requests of a period where an account works: what for, where, how far, how fast, and for how many. */
import { z } from 'zod'
import type { Store, TicketRow } from '../../../bot/store.ts'
import { addDays, chinaDay, endOfDay, isWorkday, startOfDay } from '../../../flows/clocks.ts'
import { NEED_WORDS, NEEDS } from '../../../flows/ticket/request.ts'
import {
  CLOSE_RESULTS,
  FINGERPRINTS,
  OPEN_STAGES,
  STAGE_WORDS,
  STAGES,
} from '../../../flows/ticket/ticket.ts'
import { inPages } from '../../in-pages.ts'
import { monthsOf, type Period } from './period.ts'
import type { RequestFigures } from './wire.ts'

const until = z.object({ from: z.string(), at: z.string() })
/** As much of a ticket as is counted; the rest of it is not even looked at. */
const countedSchema = z.object({
  resident: z.string(),
  stage: z.enum(STAGES),
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  outcome: z.enum(CLOSE_RESULTS).nullable(),
  due: z.object({ aid: until.nullable(), whole: until, revisit: until.nullable() }),
  aid: z.array(z.object({ at: z.string() })),
  fingerprints: z.array(z.object({ kind: z.enum(FINGERPRINTS), value: z.string() })),
  personal: z.object({
    facts: z.object({ who: z.string(), needs: z.array(z.enum(NEEDS)), place: z.string() }),
  }),
})
type Counted = z.infer<typeof countedSchema>

/** Requests of one period that are counted; with more it is said that the newest are missing. */
const LIMIT = 100_000
/** Of what happened to one request after it was closed. */
const EVENTS = 50

export interface Where {
  /** Whether the account works where a row lies. */
  holds: (area: string) => boolean
  /** A known area and those it lies in that the account works in. */
  upFrom: (area: string) => readonly string[]
}

/** How many working days lie after each day's own beginning; from one day to another is their difference. */
function workdayCounter(from: string): (day: string) => number {
  const counted = new Map([[from, 0]])
  let last = from
  let count = 0
  return (day) => {
    while (last < day) {
      last = addDays(last, 1)
      if (isWorkday(last)) count++
      counted.set(last, count)
    }
    return counted.get(day) ?? 0
  }
}

/** Whole numbers by how often each came. */
type Spread = Map<number, number>
const rise = <K>(map: Map<K, number>, key: K, by = 1) => map.set(key, (map.get(key) ?? 0) + by)

/** The smallest value that at least this share does not exceed (nearest rank); null of none. */
export function atShare(spread: Spread, share: number): number | null {
  const values = [...spread].sort(([one], [other]) => one - other)
  const wanted = values.reduce((sum, [, count]) => sum + count, 0) * share
  let sum = 0
  for (const [value, count] of values) {
    sum += count
    if (sum >= wanted) return value
  }
  return null
}

/** Households, people and times; the first two are told apart by what they gave. */
class Heads {
  readonly #households = new Set<string>()
  readonly #people = new Set<string>()
  #times = 0
  add(person: string, household: string, times: number): void {
    this.#people.add(person)
    this.#households.add(household)
    this.#times += times
  }
  get counts() {
    return { households: this.#households.size, people: this.#people.size, times: this.#times }
  }
}

/** Who it is for, as far as it can be told: by ID number, else telephone, else name and address. */
function personOf({ fingerprints, resident, personal }: Counted, number: string): string {
  for (const kind of ['id', 'phone', 'household'] as const) {
    const known = fingerprints.find((one) => one.kind === kind)
    if (known) return `${kind}:${known.value}`
  }
  // One who asks for neighbours asks for several.
  return personal.facts.who === 'self' ? `resident:${resident}` : `ticket:${number}`
}

/** An address with a house's number is a household; without one, each person is. */
function householdOf({ personal }: Counted, person: string): { id: string; housed: boolean } {
  const place = personal.facts.place.normalize('NFKC').replace(/[\s,，。;；、]/g, '')
  const housed =
    /\d(?:号|室|户|弄|栋|幢|楼|号楼|单元)?$|[一二三四五六七八九十](?:号|室|户|栋|幢|号楼|单元)$/.test(place)
  return { id: housed ? `place:${place}` : person, housed }
}

/** Whether aid came in the 24 hours of an urgent one. */
function aidOf(ticket: Counted, now: string): 'inTime' | 'late' | 'waiting' | 'none' | null {
  const due = ticket.due.aid
  if (!due) return null
  const first = ticket.aid
    .map(({ at }) => at)
    .filter((at) => at >= due.from)
    .sort()[0]
  if (first !== undefined) return first <= due.at ? 'inTime' : 'late'
  return now <= due.at && ticket.stage !== 'withdrawn' ? 'waiting' : 'none'
}

/** @throws {z.ZodError} of a ticket that cannot be read */
export async function countRequests(
  store: Store,
  period: Period,
  { holds, upFrom }: Where,
  now: Date,
): Promise<RequestFigures> {
  const instant = now.toISOString()
  const workdays = workdayCounter(period.from)
  const needs = new Map<string, number>()
  const stages = new Map<string, number>()
  const areas = new Map<string, number>()
  const months = monthsOf(period).map((month) => ({ month, opened: 0, open: 0, took: new Map() as Spread }))
  const took: Spread = new Map()
  const urgent = { all: 0, inTime: 0, late: 0, waiting: 0, none: 0 }
  const closing = { closed: 0, onTime: 0, open: 0, overdue: 0 }
  const revisits = { closed: 0, revisited: 0, onTime: 0, overdue: 0, waiting: 0 }
  const asked = new Heads()
  const helped = new Heads()
  let all = 0
  let unhoused = 0

  const revisitedAt = async (row: TicketRow, closedAt: string, due: string): Promise<string> => {
    // It was changed when it was revisited: whoever was last changed in time was revisited in time.
    if (row.updatedAt <= due) return row.updatedAt
    const events = await store.list('ticket_events', 'ofTicket', {
      equals: [row.id],
      from: closedAt,
      limit: EVENTS,
    })
    return events.find(({ kind }) => kind === 'revisited')?.at ?? row.updatedAt
  }

  const count = async (row: TicketRow): Promise<void> => {
    const ticket = countedSchema.parse(row.ticket)
    const { stage, closedAt, due } = ticket
    all++
    rise(stages, stage)
    if (ticket.personal.facts.needs.length === 0) rise(needs, 'none')
    for (const need of ticket.personal.facts.needs) rise(needs, need)
    const up = upFrom(row.area)
    for (const area of up.length > 0 ? up : ['none']) rise(areas, area)

    const openedOn = chinaDay(new Date(ticket.openedAt))
    const month = months.find(({ month: { to } }) => openedOn <= to)
    if (month) month.opened++
    if (OPEN_STAGES.some((open) => open === stage)) {
      if (month) month.open++
      closing.open++
      if (due.whole.at < instant) closing.overdue++
    }
    const aid = aidOf(ticket, instant)
    if (aid) {
      urgent.all++
      urgent[aid]++
    }
    if (closedAt !== null) {
      const days = workdays(chinaDay(new Date(closedAt))) - workdays(openedOn)
      rise(took, days)
      if (month) rise(month.took, days)
      closing.closed++
      if (closedAt <= due.whole.at) closing.onTime++
      if (due.revisit) {
        revisits.closed++
        if (stage === 'revisited') {
          revisits.revisited++
          if ((await revisitedAt(row, closedAt, due.revisit.at)) <= due.revisit.at) revisits.onTime++
        } else if (due.revisit.at < instant) revisits.overdue++
        else revisits.waiting++
      }
    }
    const person = personOf(ticket, row.id)
    const household = householdOf(ticket, person)
    if (!household.housed) unhoused++
    asked.add(person, household.id, 1)
    if (ticket.aid.length > 0 || ticket.outcome === 'helped' || ticket.outcome === 'partly')
      helped.add(person, household.id, Math.max(1, ticket.aid.length))
  }

  const span = { from: startOfDay(period.from).toISOString(), to: endOfDay(period.to).toISOString() }
  const pages = inPages(
    (within) => store.list('tickets', 'byOpening', { equals: [], ...within }),
    ({ openedAt }) => openedAt,
    span,
  )
  for await (const rows of pages) {
    if (all >= LIMIT) break
    await Promise.all(rows.filter(({ area }) => holds(area)).map(count))
  }
  return {
    all,
    more: all >= LIMIT,
    needs: [
      ...NEEDS.map((need) => ({ name: NEED_WORDS[need], count: needs.get(need) ?? 0 })),
      { name: '没说要哪一样', count: needs.get('none') ?? 0 },
    ],
    stages: STAGES.map((stage) => ({ stage, name: STAGE_WORDS[stage], count: stages.get(stage) ?? 0 })),
    areas: Object.fromEntries(areas),
    took: { count: closing.closed, median: atShare(took, 0.5), most: atShare(took, 0.9) },
    months: months.map(({ month, opened, open, took: spread }) => ({
      name: month.says,
      from: month.from,
      to: month.to,
      opened,
      open,
      closed: [...spread.values()].reduce((sum, more) => sum + more, 0),
      median: atShare(spread, 0.5),
      most: atShare(spread, 0.9),
    })),
    closing,
    revisits,
    urgent,
    heads: { asked: asked.counts, helped: helped.counts, unhoused },
  }
}
