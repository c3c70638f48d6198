/** Who answers for each area: whoever works there, or in an area it lies in below the district. */

import { addDays, clockOn, isWorkday } from '../clocks.ts'
import { type Advisor, isOnDuty, type Roster } from './advisors.ts'

/** What an area may lack, the worst first. */
export const LACKS = ['nobody', 'nobody-on-duty', 'one-person'] as const
export type Lack = (typeof LACKS)[number]

export interface Cover {
  /** Those who work in exactly this area. */
  here: readonly Advisor[]
  /** Everybody who answers for it. */
  people: readonly Advisor[]
  /** Those of them who are there now. */
  onDuty: readonly Advisor[]
  /** The worst thing it lacks now; null when nothing. */
  lack: Lack | null
}

/** Who answers for an area now. For a district everybody within it does. */
export function coversOf(roster: Roster, now: Date): (area: string) => Cover {
  const answering = answeringFor(roster)
  const onDuty = new Set(
    [...roster.advisors.values()].filter((advisor) => isOnDuty(advisor, now)).map(({ id }) => id),
  )
  return (area) => {
    const { here, people } = answering(area)
    const there = people.filter(({ id }) => onDuty.has(id))
    const lack: Lack | null = people.length === 0 ? 'nobody' : there.length === 0 ? 'nobody-on-duty' : null
    return { here, people, onDuty: there, lack: lack ?? (people.length === 1 ? 'one-person' : null) }
  }
}

function answeringFor({ areas, advisors }: Roster) {
  const working = new Map<string, Advisor[]>()
  for (const advisor of advisors.values())
    for (const id of advisor.areas) working.set(id, [...(working.get(id) ?? []), advisor])
  return (area: string): Pick<Cover, 'here' | 'people'> => {
    const here = working.get(area) ?? []
    const [itself, ...above] = areas.upFrom(area)
    if (itself?.level === 'district') {
      const within = [...advisors.values()].filter((one) => one.areas.some((id) => areas.isWithin(id, area)))
      return { here, people: within }
    }
    const people = new Set(here)
    for (const { id, level } of above)
      if (level !== 'district') for (const advisor of working.get(id) ?? []) people.add(advisor)
    return { here, people: [...people] }
  }
}

/** A day ahead, as the roster has it. */
export interface DutyDay {
  day: string
  workday: boolean
  /** Who is there at some hour of it. */
  there: readonly Advisor[]
  away: readonly { advisor: Advisor; leave: Advisor['leave'][number] }[]
  /** Ids of areas that have people, none of whom is there at any hour of it. */
  empty: readonly string[]
}

/**
 * The coming days, the first one included.
 *
 * @param who whose days are asked for
 * @param where ids of the areas that are looked at for whether anybody is there
 */
export function daysAhead(
  roster: Roster,
  {
    first,
    count,
    who,
    where,
  }: { first: string; count: number; who: readonly Advisor[]; where: readonly string[] },
): DutyDay[] {
  const answering = answeringFor(roster)
  const answers = where
    .map((id) => ({ id, people: answering(id).people }))
    .filter(({ people }) => people.length > 0)
  return Array.from({ length: count }, (_, place) => {
    const day = addDays(first, place)
    const isThere = (advisor: Advisor) => worksOn(advisor, day)
    return {
      day,
      workday: isWorkday(day),
      there: who.filter(isThere),
      away: who.flatMap((advisor) => {
        const leave = advisor.leave.find(({ from, to }) => from <= day && day <= to)
        return leave ? [{ advisor, leave }] : []
      }),
      empty: answers.filter(({ people }) => !people.some(isThere)).map(({ id }) => id),
    }
  })
}

/** Whether somebody is on duty at some moment of a day: a shift of it, or one of the night before. */
function worksOn(advisor: Advisor, day: string): boolean {
  return (
    advisor.duty.some(({ from }) => isOnDuty(advisor, clockOn(day, from))) ||
    isOnDuty(advisor, clockOn(day, '00:00'))
  )
}
