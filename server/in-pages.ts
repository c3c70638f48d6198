/** Walks an index forwards, some rows at a time, so that nothing holds a whole table or keeps others waiting. */
import { setImmediate } from 'node:timers/promises'

const ROWS = 500

/** From before the first moment to after the last. */
export const ALL_TIMES = { from: '', to: '9999' } as const

/**
 * Rows between two values of an index's field, both inclusive, in its order, each once.
 *
 * @param list rows from a value on, no more than `limit`
 * @param at a row's value
 */
export async function* inPages<T extends { id: string }>(
  list: (span: { from: string; to: string; limit: number }) => Promise<T[]>,
  at: (row: T) => string,
  { from, to }: { from: string; to: string },
): AsyncGenerator<T[]> {
  let start = from
  let limit = ROWS
  /** Those given already that begin the next page again. */
  let given = new Set<string>()
  for (;;) {
    const rows = await list({ from: start, to, limit })
    const fresh = rows.filter(({ id }) => !given.has(id))
    if (fresh.length > 0) yield fresh
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    // Many of one moment: then more must be read than that.
    if (at(last) === start) limit *= 2
    start = at(last)
    given = new Set(rows.filter((row) => at(row) === start).map(({ id }) => id))
    await setImmediate()
  }
}
