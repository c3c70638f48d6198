/** Who hears of a request: by where it belongs, who is on duty there, and how long nobody has answered. */
import { type Advisor, actingFor, isOnDuty, type Roster } from './advisors.ts'
import type { Area } from './areas.ts'

/** Whom a nudge is for. */
export const AUDIENCES = ['owner', 'duty', 'next', 'street', 'district'] as const
export type Audience = (typeof AUDIENCES)[number]

/** Where a request belongs and who has it. */
export interface Concern {
  area: string | null
  /** The advisor who took it; null while nobody has. */
  owner: string | null
}

/** People, and the area in whose name they are told; null is the whole district when no area is known. */
export interface Recipients {
  area: Area | null
  advisors: Advisor[]
}

/**
 * Who is told now. The most specific area with somebody on duty comes first; what nobody there can take, or
 * belongs to no known area, goes to the street and then to the district. Nobody on duty anywhere leaves
 * `advisors` empty: then the group of `area` is told.
 */
export function recipientsOf(audience: Audience, concern: Concern, roster: Roster, now: Date): Recipients {
  const way = roster.areas.upFrom(concern.area)
  if (audience === 'owner' && concern.owner !== null) {
    const acting = actingFor(concern.owner, roster, now)
    if (acting) return { area: way[0] ?? null, advisors: [acting] }
  }
  const rungs = way
    .map((area) => ({ area, advisors: onDutyIn(area, roster, now) }))
    .filter(({ area, advisors }) => advisors.length > 0 || area.level === 'district')
  const [first] = rungs
  switch (audience) {
    case 'owner':
    case 'duty':
      return first ?? districts(roster, now)
    case 'next':
      return rungs[1] ?? first ?? districts(roster, now)
    case 'street':
      return rungs.find(({ area }) => area.level === 'street') ?? above(rungs) ?? districts(roster, now)
    case 'district':
      return above(rungs) ?? districts(roster, now)
  }
}

const above = (rungs: readonly Recipients[]): Recipients | undefined =>
  rungs.find(({ area }) => area?.level === 'district')

/** Those who work in exactly this area and are there now; backbone advisors first. */
function onDutyIn(area: Area, { advisors }: Roster, now: Date): Advisor[] {
  return [...advisors.values()]
    .filter((advisor) => advisor.areas.includes(area.id) && isOnDuty(advisor, now))
    .sort((one, other) => rank(one) - rank(other))
}
const rank = ({ role }: Advisor) => (role === 'backbone' ? 0 : role === 'community' ? 1 : 2)

/** Of one district its people; of several, nobody can say which is meant: only their group hears of it. */
function districts(roster: Roster, now: Date): Recipients {
  const all = roster.areas.all().filter(({ level }) => level === 'district')
  const [only] = all
  return all.length === 1 && only
    ? { area: only, advisors: onDutyIn(only, roster, now) }
    : { area: null, advisors: [] }
}
