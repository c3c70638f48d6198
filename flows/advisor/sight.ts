/** What an advisor gets to see of a request: whoever has it everything, others by their role and their areas. */
import { type Advisor, actingFor, type Roster } from '../roster/advisors.ts'
import type { Ticket } from '../ticket/ticket.ts'

/**
 * `full`: who it is, how to reach them, what they told. `masked`: neither name, phone, address nor words.
 * `shut`: only that it is there, since knowing more could harm somebody.
 */
export type Sight = 'full' | 'masked' | 'shut'

/** Difficulties that only the owner and backbone advisors see (anchors A21: 家暴 is restricted). */
const RESTRICTED: readonly string[] = ['家暴']

/** Whether a kind of difficulty is one of them. */
export const isRestrictedKind = (difficulty: string): boolean => RESTRICTED.includes(difficulty)

/** Whether somebody could be harmed when more people know of it. */
export const isRestricted = ({ personal: { facts } }: Pick<Ticket, 'personal'>): boolean =>
  facts.difficulties.some(isRestrictedKind)

/** Whether they have the ticket, or act for who has it while they are away. */
export function isTheirs(
  advisor: Advisor,
  { owner }: Pick<Ticket, 'owner'>,
  roster: Roster,
  now: Date,
): boolean {
  return owner !== null && (owner.id === advisor.id || actingFor(owner.id, roster, now)?.id === advisor.id)
}

/** How much of a ticket an advisor sees now; null when it is none of theirs. */
export function sightOf(advisor: Advisor, ticket: Ticket, roster: Roster, now: Date): Sight | null {
  if (isTheirs(advisor, ticket, roster, now)) return 'full'
  if (!isNear(advisor, ticket.area, roster)) return null
  const { role } = advisor
  if (isRestricted(ticket)) return role === 'backbone' ? 'full' : 'shut'
  return role === 'backbone' || role === 'community' ? 'full' : 'masked'
}

/**
 * Whether a ticket lies where they work. One that belongs to no area we know is the district's; where nobody
 * works for the whole district it is every backbone advisor's.
 */
export function isNear(
  { areas: worksIn, role }: Advisor,
  area: string | null,
  { areas, advisors }: Roster,
): boolean {
  if (area !== null && areas.get(area)) return worksIn.some((one) => areas.isWithin(area, one))
  const isDistrict = (id: string) => areas.get(id)?.level === 'district'
  if (worksIn.some(isDistrict)) return true
  return role === 'backbone' && ![...advisors.values()].some((one) => one.areas.some(isDistrict))
}
