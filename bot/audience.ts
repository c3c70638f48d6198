/** Whom a nudge goes to now, and by which ways: the people it is for, others on duty, else their group. */

import { audiencesOf, type Urgency } from '../flows/nudges/nudges.ts'
import { type Advisor, leaveOf, type Roster } from '../flows/roster/advisors.ts'
import { AUDIENCES, type Audience, recipientsOf } from '../flows/roster/routing.ts'
import type { AdvisorChannels, Way } from './channels/advisor-channel.ts'
import type { Stands } from './standing.ts'
import type { Nudge } from './store.ts'
import type { Fare, Ways } from './ways.ts'

/** One way a nudge is to go. */
export interface Target {
  way: Way
  /** The person it leads to; null for a group. */
  advisor: string | null
  /** Whose phones ring in the group. */
  mentions: readonly string[]
  fare: Fare
  /** For whom it counts as told. */
  audiences: string[]
}

interface Parts {
  channels: AdvisorChannels
  roster: Roster
  ways: Ways
  now: Date
}

/** In danger an area's group hears of it besides the people. */
const GROUP = 'group'

/**
 * The ways a nudge still has to go: one entry a way, empty when everybody it is for was told, null when nothing
 * leads to anybody.
 */
export async function targetsOf(nudge: Nudge, stands: Stands, parts: Parts): Promise<Target[] | null> {
  const audiences: readonly string[] =
    nudge.kind === 'morning' ? ['morning'] : audiencesOf(nudge, stands.standing, parts.now)
  const targets = new Map<string, Target>()
  let reached = 0
  let lost = 0
  for (const audience of nudge.kind === 'danger' ? [GROUP, ...audiences] : audiences) {
    const found = await slotOf(audience, nudge, stands, parts)
    if (found.length === 0) lost++
    for (const target of found) {
      if (isTold(nudge, target)) {
        reached++
        continue
      }
      const known = targets.get(target.way.key)
      if (known) known.mentions = [...new Set([...known.mentions, ...target.mentions])]
      if (known) known.audiences.push(audience)
      else targets.set(target.way.key, target)
    }
  }
  const open = [...targets.values()]
  if (open.length === 0 && reached === 0 && lost > 0) return null
  // Who fails while another of the same audience was told need not be waited for.
  return open.filter(({ fare, audiences: of }) => !(fare.failing && of.every((one) => isHeard(nudge, one))))
}

const isHeard = ({ told }: Nudge, audience: string) => told.some((one) => one.audience === audience)
const isTold = ({ told }: Nudge, { way, advisor }: Target) =>
  told.some((one) => one.way === way.key && (advisor === null || one.to.includes(advisor)))

async function slotOf(audience: string, nudge: Nudge, { concern }: Stands, parts: Parts): Promise<Target[]> {
  const { roster, now } = parts
  const { urgency } = nudge
  if (audience === 'morning') {
    const advisor = roster.advisors.get(nudge.advisor ?? '')
    return advisor ? wayTo([advisor], advisor.areas[0] ?? null, audience, urgency, parts) : []
  }
  const missed = new Set(nudge.missed)
  const among = (wanted: Audience) => {
    const { area, advisors } = recipientsOf(wanted, concern, roster, now)
    return { area: area?.id ?? null, advisors: advisors.filter(({ id }) => !missed.has(id)) }
  }
  const way = roster.areas.upFrom(concern.area)
  const here = way[0]?.id ?? among('duty').area
  if (audience === GROUP) return group(here, [], audience, urgency, parts)
  const wanted = AUDIENCES.find((one) => one === audience) ?? 'duty'
  const first = among(wanted)
  const second = first.advisors.length === 0 && wanted === 'owner' ? among('duty') : first
  const { advisors } = second
  // Where nobody is on duty, the group nearest to it hears of it.
  const street = way.find(({ level }) => level === 'street')?.id ?? here
  const nearest = wanted === 'district' ? second.area : wanted === 'street' ? street : here
  const area = advisors.length > 0 ? second.area : nearest
  const found = await wayTo(advisors, area, audience, urgency, parts)
  if (found.some(({ fare }) => !fare.gone)) return found
  // Where no group hears of it, somebody who works there does, on duty or not.
  for (const { id: at } of roster.areas.upFrom(area)) {
    const there = [...roster.advisors.values()].filter(
      (one) => one.areas.includes(at) && !leaveOf(one, now) && !missed.has(one.id),
    )
    const others = await peopleAt(there, audience, urgency, parts)
    if (others.some(({ fare }) => !fare.gone)) return others
  }
  return found
}

/** People where they are reached themselves, else their group with their names called; what is gone comes last. */
async function wayTo(
  advisors: readonly Advisor[],
  area: string | null,
  audience: string,
  urgency: Urgency,
  parts: Parts,
): Promise<Target[]> {
  const own = await peopleAt(advisors, audience, urgency, parts)
  const sound = own.filter(({ fare }) => !fare.gone)
  if (sound.length > 0) return sound
  const ids = advisors.map(({ id }) => id)
  const together = await group(area, ids, audience, urgency, parts)
  return together.some(({ fare }) => !fare.gone) || own.length === 0 ? together : own
}

async function peopleAt(
  advisors: readonly Advisor[],
  audience: string,
  urgency: Urgency,
  parts: Parts,
): Promise<Target[]> {
  const own: Target[] = []
  for (const { id } of advisors) {
    const way = parts.channels.to({ kind: 'person', advisor: id })
    if (way) own.push(await target(way, id, [], audience, urgency, parts))
  }
  return own
}

async function group(
  area: string | null,
  mentions: readonly string[],
  audience: string,
  urgency: Urgency,
  parts: Parts,
): Promise<Target[]> {
  const way = parts.channels.to({ kind: 'group', area })
  return way ? [await target(way, null, mentions, audience, urgency, parts)] : []
}

async function target(
  way: Way,
  advisor: string | null,
  mentions: readonly string[],
  audience: string,
  urgency: Urgency,
  { ways }: Parts,
): Promise<Target> {
  return { way, advisor, mentions, fare: await ways.fare(way, urgency), audiences: [audience] }
}
