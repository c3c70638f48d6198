/** Which of many groups of texts each piece occurs in, and how often: plain arrays, walked without looking anything up. */
import type { Cut } from './pieces.ts'

export interface Example {
  cut: Cut
  /** How much it counts; a resident's own wording 1. */
  weight: number
}

export interface Postings {
  /** Where the groups of each piece begin in the two lists below; one more for where all ends. */
  readonly starts: Int32Array
  /** The groups a piece occurs in, in order. */
  readonly groups: Int32Array
  /** How often in each, each text by its weight; whoever owns the postings may put weights in their place. */
  readonly counts: Float32Array
  /** How much each group holds: all pieces by their texts' weights. */
  readonly sums: Float64Array
}

/** @param size of the vocabulary that cut the texts; pieces numbered later occur in no group */
export function postingsOf(texts: readonly (readonly Example[])[], size: number): Postings {
  const starts = startsOf(texts, size)
  const room = starts[size] ?? 0
  const groups = new Int32Array(room)
  const counts = new Float32Array(room)
  const sums = new Float64Array(texts.length)
  const ends = starts.slice()
  const inGroup = new Float64Array(size)
  const seen = new Int32Array(size)
  for (const [group, examples] of texts.entries()) {
    let different = 0
    for (const { cut, weight } of examples) {
      for (let at = 0; at < cut.length; at++) {
        const piece = cut[at] ?? 0
        const count = inGroup[piece] ?? 0
        if (count === 0) seen[different++] = piece
        inGroup[piece] = count + weight
      }
    }
    let sum = 0
    for (let at = 0; at < different; at++) {
      const piece = seen[at] ?? 0
      const count = inGroup[piece] ?? 0
      inGroup[piece] = 0
      sum += count
      const end = ends[piece] ?? 0
      groups[end] = group
      counts[end] = count
      ends[piece] = end + 1
    }
    sums[group] = sum
  }
  return { starts, groups, counts, sums }
}

/** Where the groups of a piece begin; 0 for one never seen. */
export const beginOf = ({ starts }: Pick<Postings, 'starts'>, piece: number): number =>
  piece + 1 >= starts.length ? 0 : (starts[piece] ?? 0)

/** Where the groups of a piece end; 0 for one never seen. */
export const endOf = ({ starts }: Pick<Postings, 'starts'>, piece: number): number =>
  piece + 1 >= starts.length ? 0 : (starts[piece + 1] ?? 0)

/** Where each piece begins, when it has as much room as it has groups. */
function startsOf(groups: readonly (readonly Example[])[], size: number): Int32Array {
  const starts = new Int32Array(size + 1)
  const last = new Int32Array(size).fill(-1)
  for (const [group, texts] of groups.entries()) {
    for (const { cut } of texts) {
      for (let at = 0; at < cut.length; at++) {
        const piece = cut[at] ?? 0
        if (last[piece] === group) continue
        last[piece] = group
        starts[piece + 1] = (starts[piece + 1] ?? 0) + 1
      }
    }
  }
  for (let piece = 0; piece < size; piece++) {
    starts[piece + 1] = (starts[piece + 1] ?? 0) + (starts[piece] ?? 0)
  }
  return starts
}
