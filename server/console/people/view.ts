/** The roster as an account sees it: only what lies where it works. Pure, but for counting what waits. */
import { setImmediate } from 'node:timers/promises'
import type { z } from 'zod'
import { chinaDay, sayDay } from '../../../flows/clocks.ts'
import { readTelephone } from '../../../flows/roster/advisor-sheet.ts'
import {
  ADVISOR_ROLE_WORDS,
  type Advisor,
  actsFor,
  isOnDuty,
  leaveOf,
  type Roster,
} from '../../../flows/roster/advisors.ts'
import { AREA_LEVEL_WORDS, AREA_LEVELS, type Area } from '../../../flows/roster/areas.ts'
import { coversOf, daysAhead, type Lack } from '../../../flows/roster/covers.ts'
import { sayDuty } from '../../../flows/roster/duty.ts'
import { holds, mayChange, sees, type Within } from '../../people/within.ts'
import type { AdvisorLine, AreaLine, advisorsInput, DutyAhead, Presence } from './wire.ts'

/** What somebody looks from. */
export interface Lookout {
  roster: Roster
  within: Within
  now: Date
}

export const PAGE = 30

/** A page of a list, and where the next begins. */
export function pageOf<T>(all: readonly T[], cursor = '0'): { page: T[]; next: string | null } {
  const from = Number(cursor)
  const to = from + PAGE
  return { page: all.slice(from, to), next: to < all.length ? String(to) : null }
}

/** Those who work where an account does, as offices name them: the widest area first, then by their accounts. */
export function advisorsSeen({ roster, within }: Lookout): Advisor[] {
  const { areas } = roster
  const depth = ({ areas: theirs }: Advisor) => Math.min(...theirs.map((id) => areas.upFrom(id).length || 9))
  return [...roster.advisors.values()]
    .filter((advisor) => sees(within, advisor, areas))
    .sort((one, other) => depth(one) - depth(other))
}

type Wanted = z.output<typeof advisorsInput>

export function findAdvisors(from: Lookout, { search, role, area, presence }: Wanted): Advisor[] {
  const words = search?.trim().toLowerCase() ?? ''
  const phone = readTelephone(words)
  const { areas } = from.roster
  return advisorsSeen(from).filter(
    (advisor) =>
      (words === '' ||
        advisor.name.toLowerCase().includes(words) ||
        advisor.id.toLowerCase().includes(words) ||
        (phone !== '' && phone !== null && advisor.phone === phone)) &&
      (role === undefined || advisor.role === role) &&
      (area === undefined || advisor.areas.some((one) => areas.isWithin(one, area))) &&
      (presence === undefined || presenceOf(advisor, from.now) === presence),
  )
}

export function presenceOf(advisor: Advisor, now: Date): Presence {
  if (leaveOf(advisor, now)) return 'leave'
  return isOnDuty(advisor, now) ? 'on-duty' : 'off-duty'
}

const nameOf = (id: string, { advisors }: Roster): string => advisors.get(id)?.name ?? id

/** Who acts during a leave, in words. */
export const sayStandIn = (standIn: string | null, roster: Roster): string =>
  standIn === null ? '没有人代班' : `${nameOf(standIn, roster)}代班`

/** Where somebody works; what lies elsewhere only as that. */
export function sayAreas(
  ids: readonly string[],
  { roster: { areas }, within }: Omit<Lookout, 'now'>,
): string[] {
  const said = ids.map((id) => (holds(within, id, areas) ? areas.say(id) || id : '别的区域'))
  return [...new Set(said)]
}

export function lineOf(
  advisor: Advisor,
  { roster, within, now }: Lookout,
  work: Pick<AdvisorLine, 'open' | 'overdue' | 'more'>,
): AdvisorLine {
  const { id, name, role, areas, duty } = advisor
  const leave = leaveOf(advisor, now)
  const presence = presenceOf(advisor, now)
  return {
    id,
    name,
    role: ADVISOR_ROLE_WORDS[role],
    areas: sayAreas(areas, { roster, within }),
    duty: sayDuty(duty),
    presence,
    says: leave
      ? `请假到${sayDay(leave.to, chinaDay(now))}，${sayStandIn(leave.standIn, roster)}`
      : presence === 'on-duty'
        ? '值班中'
        : '不在班',
    ...work,
  }
}

/** `138******78`; '' when there is none. */
export const maskPhone = (phone: string | null): string =>
  phone === null ? '' : phone.replace(/^(\d{3})\d+(\d{2})$/, (_, head, tail) => `${head}******${tail}`)

/** The leave that has not ended, the next one first. */
export function leaveAhead(advisor: Advisor, { roster, now }: Lookout) {
  const today = chinaDay(now)
  return advisor.leave
    .filter(({ to }) => to >= today)
    .map(({ from, to, standIn }) => ({
      from,
      to,
      standIn: standIn === null ? null : nameOf(standIn, roster),
      says: `${from === to ? sayDay(from, today) : `${sayDay(from, today)} 至 ${sayDay(to, today)}`}，${sayStandIn(standIn, roster)}`,
      now: from <= today,
    }))
}

/** For whom somebody acts now, by name. */
export const standsInFor = (advisor: Advisor, { roster, now }: Lookout): string[] =>
  actsFor(advisor, roster, now)
    .filter((id) => id !== advisor.id)
    .map((id) => nameOf(id, roster))

/** Areas where an account works, each behind what it lies in. */
export function areasSeen({ roster: { areas }, within }: Lookout): Area[] {
  const pathOf = (id: string) =>
    areas
      .upFrom(id)
      .map((area) => area.id)
      .reverse()
      .join('/')
  return areas
    .all()
    .filter(({ id }) => holds(within, id, areas))
    .map((area) => ({ area, path: pathOf(area.id) }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ area }) => area)
}

/** Names shown of who works in an area. */
const NAMED = 6

const LACK_WORDS: Readonly<Record<Lack, (level: Area['level'], only: string) => string>> = {
  nobody: (level) => (level === 'district' ? '全区没有人' : '没有人负责，新求助直接到区里'),
  'nobody-on-duty': () => '现在没有人值班',
  'one-person': (_, only) => `只有${only}一个人，请假就没有人了`,
}

/** What lies directly in an area, or the widest there is, each with who answers for it. */
export async function areasUnder(
  from: Lookout,
  under: string | undefined,
  cursor: string | undefined,
): Promise<{ areas: AreaLine[]; next: string | null }> {
  const seen = areasSeen(from)
  const ids = new Set(seen.map(({ id }) => id))
  const parentOf = ({ parent }: Area) => (parent !== null && ids.has(parent) ? parent : undefined)
  const cover = coversOf(from.roster, from.now)
  const lacking = new Map<string, number>()
  const holding = new Map<string, number>()
  for (const [place, area] of seen.entries()) {
    // A district's grids take a moment; others are answered in between.
    if (place % 500 === 499) await setImmediate()
    const parent = parentOf(area)
    if (parent !== undefined) holding.set(parent, (holding.get(parent) ?? 0) + 1)
    if (cover(area.id).lack === null) continue
    const [, ...above] = from.roster.areas.upFrom(area.id)
    for (const { id } of above) lacking.set(id, (lacking.get(id) ?? 0) + 1)
  }
  const { page, next } = pageOf(
    seen.filter((area) => parentOf(area) === under),
    cursor,
  )
  return {
    next,
    areas: page.map(({ id, name, level }) => {
      const { here, people, onDuty, lack } = cover(id)
      return {
        id,
        name,
        level: AREA_LEVEL_WORDS[level],
        holding: holding.get(id) ?? 0,
        people: here.slice(0, NAMED).map((one) => one.name),
        more: Math.max(0, here.length - NAMED),
        answering: people.length,
        onDuty: onDuty.length,
        lack,
        says: lack === null ? '' : LACK_WORDS[lack](level, people[0]?.name ?? ''),
        lackingBelow: lacking.get(id) ?? 0,
      }
    }),
  }
}

/** Days looked ahead, and what is shown of each. */
const DAYS = 30
const SHOWN = 12
const LEAVES = 100

/** Who is there and who is away in the coming days. */
export function dutyAhead(from: Lookout, area: string | undefined): DutyAhead {
  const { roster, within, now } = from
  const { areas } = roster
  const today = chinaDay(now)
  const who = findAdvisors(from, { area })
  const where = areasSeen(from)
    .filter(({ id, level }) => level !== 'district' && (area === undefined || areas.isWithin(id, area)))
    .sort((one, other) => AREA_LEVELS.indexOf(one.level) - AREA_LEVELS.indexOf(other.level))
    .map(({ id }) => id)
  const days = daysAhead(roster, { first: today, count: DAYS, who, where })
  const last = days.at(-1)?.day ?? today
  const leaves = who
    .flatMap((advisor) =>
      leaveAhead(advisor, from)
        .filter((leave) => leave.from <= last)
        .map(({ from: first, says, standIn }) => ({
          id: advisor.id,
          name: advisor.name,
          from: first,
          says,
          alone: standIn === null,
          mayChange: mayChange(within, advisor, areas),
        })),
    )
    .sort((one, other) => (one.from < other.from ? -1 : 1))
  return {
    leaves: leaves.slice(0, LEAVES),
    leavesMore: Math.max(0, leaves.length - LEAVES),
    days: days.map(({ day, workday, there, away, empty }) => {
      const bare = new Set(empty)
      // Told once, for the widest.
      const widest = empty.filter(
        (id) => !areas.upFrom(id).some((above) => above.id !== id && bare.has(above.id)),
      )
      return {
        day,
        says: day === today ? `今天 ${sayDay(day, today)}` : sayDay(day, today),
        workday,
        there: there.length,
        names: there.slice(0, SHOWN).map(({ name }) => name),
        away: away.slice(0, SHOWN).map(({ advisor: { id, name }, leave: { standIn } }) => ({
          id,
          name,
          says: sayStandIn(standIn, roster),
          alone: standIn === null,
        })),
        awayMore: Math.max(0, away.length - SHOWN),
        empty: widest.slice(0, SHOWN).map((id) => areas.say(id)),
        emptyMore: Math.max(0, widest.length - SHOWN),
      }
    }),
  }
}
