/** Counts what was answered, by day and policy, for the office's figures. Counts only: nobody can be found in them. */
import { chinaDay } from '../flows/clocks.ts'
import type { Store, Tally } from './store.ts'
import type { Decision } from './turn.ts'

export interface Tallies {
  /** Counts one answer; nothing is written yet. */
  count(decision: Decision, at: Date): void
  /**
   * Writes what was counted since the last time, in one transaction. What cannot be written is kept for the next
   * time; what a crash takes is at most what was counted since.
   */
  flush(): Promise<void>
}

/** @param store where the rows are; several processes may count into the same ones */
export function createTallies(store: Pick<Store, 'transaction'>): Tallies {
  let counted = new Map<string, Tally>()
  const add = (into: Map<string, Tally>, tally: Tally): void => {
    const count = (into.get(tally.id)?.count ?? 0) + tally.count
    into.set(tally.id, { ...tally, count })
  }
  return {
    count({ kind, policies }, at) {
      const day = chinaDay(at)
      const policy = kind === 'answer' ? (policies[0] ?? '') : ''
      add(counted, { id: `${day} ${kind} ${policy}`, day, decision: kind, policy, count: 1 })
    },
    async flush() {
      const since = counted
      if (since.size === 0) return
      counted = new Map()
      try {
        await store.transaction(async (tx) => {
          for (const tally of since.values()) {
            const before = (await tx.get('tallies', tally.id))?.count ?? 0
            await tx.put('tallies', { ...tally, count: before + tally.count })
          }
        })
      } catch (error) {
        for (const tally of since.values()) add(counted, tally)
        throw error
      }
    },
  }
}
