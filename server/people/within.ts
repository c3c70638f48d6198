/** Where somebody sees and changes the roster: an account within its areas, a command everywhere. Pure. */
import type { Advisor } from '../../flows/roster/advisors.ts'
import type { AreaTree } from '../../flows/roster/areas.ts'
import { isWithin } from '../console/roles.ts'

export interface Within {
  /** Ids of areas, everything in and below each; none at all is everywhere. */
  areas: readonly string[]
}

export const EVERYWHERE: Within = { areas: [] }

/** Whether an area lies where they work. */
export const holds = (within: Within, area: string | null, tree: AreaTree): boolean =>
  isWithin(within, area, tree)

/** Whether an area is the top of what is theirs: they change its name, and not where it lies. */
export function isTop({ areas }: Within, area: string, tree: AreaTree): boolean {
  if (!areas.includes(area)) return false
  const [, above] = tree.upFrom(area)
  return !above || !areas.some((one) => tree.isWithin(above.id, one))
}

/** Whether an advisor works anywhere in it. */
export const sees = (within: Within, { areas }: Pick<Advisor, 'areas'>, tree: AreaTree): boolean =>
  areas.some((area) => holds(within, area, tree))

/** Whether all an advisor works in lies there; who works elsewhere, too, is changed by whoever is there for both. */
export const mayChange = (within: Within, { areas }: Pick<Advisor, 'areas'>, tree: AreaTree): boolean =>
  areas.every((area) => holds(within, area, tree))
