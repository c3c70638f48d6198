/** What advisors have on their hands. */
import type { Store } from '../../bot/store.ts'
import type { Watched } from '../../flows/roster/coverage.ts'
import { OPEN_STAGES } from '../../flows/ticket/ticket.ts'

/** More than anybody has at once; beyond, it is only said that there are more. */
const COUNTED = 1000

export interface Workload {
  open: number
  /** Of those, whose promise has run out. */
  overdue: number
  /** Whether there are more than were counted. */
  more: boolean
}

/** The open requests that somebody has, counted. */
export async function workloadOf(store: Store, id: string, now: Date): Promise<Workload> {
  const stages = await Promise.all(
    OPEN_STAGES.map((stage) => store.list('tickets', 'withOwner', { equals: [id, stage], limit: COUNTED })),
  )
  const rows = stages.flat()
  const at = now.toISOString()
  return {
    open: rows.length,
    overdue: rows.filter(({ dueAt }) => dueAt !== '' && dueAt <= at).length,
    more: stages.some(({ length }) => length >= COUNTED),
  }
}

/** How many households somebody looks after by name. */
export async function householdsOf(store: Store, id: string): Promise<number> {
  return (await store.list('households', 'ofAdvisor', { equals: [id, 'watched'], limit: COUNTED })).length
}

/** All households that are looked after, as far as coverage goes. */
export async function watchedHouseholds(store: Store): Promise<Watched[]> {
  const all: Watched[] = []
  for await (const { area, advisor, state } of store.scan('households'))
    if (state === 'watched') all.push({ area, advisor })
  return all
}
