/** Sorting what is long, in slices. */
import type { Slices } from './slices.ts'

/** So many are sorted at once, or put together between two looks at the clock. */
const RUN = 2048

/**
 * The items as `items.sort(compare)` puts them, letting others run in between.
 *
 * @param items nobody changes them meanwhile
 */
export async function sortedInSlices<T extends {}>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  slices: Slices,
): Promise<T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare))
    if (slices.isOver) await slices.rest()
  }
  while (runs.length > 1) {
    const longer: T[][] = []
    for (let at = 0; at < runs.length; at += 2)
      longer.push(await together(runs[at] ?? [], runs[at + 1] ?? [], compare, slices))
    runs = longer
  }
  return runs[0] ?? []
}

/** Two sorted lists as one; of equals the first list's come first. */
async function together<T extends {}>(
  ones: readonly T[],
  others: readonly T[],
  compare: (a: T, b: T) => number,
  slices: Slices,
): Promise<T[]> {
  const all: T[] = []
  let next = 0
  for (const one of ones) {
    for (let other = others[next]; other !== undefined && compare(other, one) < 0; other = others[++next])
      all.push(other)
    all.push(one)
    if (all.length % RUN === 0 && slices.isOver) await slices.rest()
  }
  for (const other of others.slice(next)) all.push(other)
  return all
}
