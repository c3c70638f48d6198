/** Keeps what was counted for a few minutes, and counts one thing at a time, so that nobody's clicking wears the store out. */

const KEPT_MS = 3 * 60 * 1000
/** Names kept; with more the first goes. */
const ENTRIES = 50

/** Gives what was counted under a name, counted now unless it was lately. */
export type Kept<T> = (name: string, count: () => Promise<T>) => Promise<T>

/** @param clock the wall clock @returns makes one kind of count; of all kinds together one is counted at a time */
export function createKept(clock: () => Date): <T>() => Kept<T> {
  let before: Promise<unknown> = Promise.resolve()
  return <T>(): Kept<T> => {
    const entries = new Map<string, { since: number; counted: Promise<T> }>()
    return (name, count) => {
      const now = clock().getTime()
      for (const [key, { since }] of entries) if (now - since >= KEPT_MS || now < since) entries.delete(key)
      const known = entries.get(name)
      if (known) return known.counted
      const counted = before.then(count)
      const entry = { since: now, counted }
      // What failed is counted again when it is next asked for.
      before = counted.catch(() => {
        if (entries.get(name) === entry) entries.delete(name)
      })
      const [oldest] = entries.keys()
      if (entries.size >= ENTRIES && oldest !== undefined) entries.delete(oldest)
      entries.set(name, entry)
      return counted
    }
  }
}
