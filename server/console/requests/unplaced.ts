/** Where requests lie that are in no area of the roster: in none at all, or in one that was taken out of it. */
import type { Store } from '../../../bot/store.ts'
import type { Roster } from '../../../flows/roster/advisors.ts'

/** Sorts behind an id and before every other that anybody uses. */
const NEXT = '\u0001'
/** Somebody may open a request in an area by a roster of a moment ago, in another process too. */
const LOOK_AGAIN_MS = 60_000
/** Of each store, by the roster as it was read last. */
const known = new WeakMap<Store, { roster: Roster; at: number; found: Promise<readonly string[]> }>()

/** Ids of areas as requests hold them, '' among them; found by a look at each area that any request lies in. */
export function unplacedAreas(store: Store, roster: Roster, now: Date): Promise<readonly string[]> {
  const before = known.get(store)
  if (before?.roster === roster && Math.abs(now.getTime() - before.at) < LOOK_AGAIN_MS) return before.found
  const found = lookFor(store, roster)
  known.set(store, { roster, at: now.getTime(), found })
  found.catch(() => known.delete(store))
  return found
}

async function lookFor(store: Store, { areas }: Roster): Promise<readonly string[]> {
  const found: string[] = []
  let from = NEXT
  for (;;) {
    const [row] = await store.list('tickets', 'inArea', { equals: [], from, limit: 1, unopened: true })
    if (!row) return ['', ...found]
    if (!areas.get(row.area)) found.push(row.area)
    from = row.area + NEXT
  }
}
