/**
 * A second opinion where the ear for danger is in doubt: are the examples most like a message those of danger, or
 * those that tell of none? Weighing words one by one takes 我刚吃完饭，出来遛弯 for hunger; of all that was ever said
 * like it nothing was.
 */
import type { Cut, Pieces } from './pieces.ts'
import { beginOf, endOf, postingsOf } from './postings.ts'

/** So many of each kind are asked; fewer make it fickle, more change little on held-out examples. */
const NEIGHBOURS = 5
/** What occurs in more examples says nothing of likeness. */
const TOO_COMMON = 500

/** Examples to be near to, as plain data: first those of danger, then those of none. */
export interface NearestKept {
  /** So many of the examples tell of danger. */
  dangers: number
  /** Where the examples of each piece begin in the list below; one more for where all ends. */
  starts: Int32Array
  examples: Int32Array
  /** How long each example is, in the worth of its pieces. */
  lengths: Float64Array
}

export class Nearest {
  readonly kept: NearestKept

  constructor(kept: NearestKept) {
    this.kept = kept
  }

  /**
   * @param danger messages that tell of danger, cut by a vocabulary
   * @param calm messages that tell of none
   * @param size of that vocabulary
   */
  static from(danger: readonly Cut[], calm: readonly Cut[], size: number): Nearest {
    const all = [...danger, ...calm]
    const { starts, groups } = postingsOf(
      all.map((cut) => [{ cut, weight: 1 }]),
      size,
    )
    const squares = new Float64Array(all.length)
    const kept = new Int32Array(starts.length)
    const examples = new Int32Array(groups.length)
    let end = 0
    for (let piece = 0; piece < size; piece++) {
      const from = starts[piece] ?? 0
      const to = starts[piece + 1] ?? 0
      kept[piece] = end
      if (from < to && to - from <= TOO_COMMON) {
        const worth = worthOf(to - from, all.length)
        for (let at = from; at < to; at++) {
          const example = groups[at] ?? 0
          squares[example] = (squares[example] ?? 0) + worth
          examples[end++] = example
        }
      }
    }
    kept[size] = end
    return new Nearest({
      dangers: danger.length,
      starts: kept,
      examples: examples.slice(0, end),
      lengths: squares.map(Math.sqrt),
    })
  }

  /** How much nearer the nearest examples of danger are than the nearest of none: -1 to 1, 0 where nothing is near. */
  leaning({ numbers }: Pieces): number {
    const { dangers, examples, lengths } = this.kept
    const likeness = new Float64Array(lengths.length)
    let square = 0
    for (let each = 0; each < numbers.length; each++) {
      const from = beginOf(this.kept, numbers[each] ?? 0)
      const to = endOf(this.kept, numbers[each] ?? 0)
      const worth = worthOf(to - from, lengths.length)
      square += worth
      for (let at = from; at < to; at++) {
        const example = examples[at] ?? 0
        likeness[example] = (likeness[example] ?? 0) + worth
      }
    }
    if (square === 0) return 0
    for (let example = 0; example < likeness.length; example++) {
      const shared = likeness[example] ?? 0
      if (shared > 0) likeness[example] = shared / (lengths[example] ?? 1)
    }
    const near = meanOfMost(likeness.subarray(0, dangers)) - meanOfMost(likeness.subarray(dangers))
    return near / Math.sqrt(square)
  }
}

/** What sharing a piece is worth that occurs in so many of all examples; of a piece never seen, as if in half a one. */
const worthOf = (examples: number, all: number) => Math.log(all / Math.max(examples, 0.5)) ** 2

/** The mean of the largest {@link NEIGHBOURS} values. */
function meanOfMost(values: Float64Array): number {
  const most = new Float64Array(NEIGHBOURS)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    let place = NEIGHBOURS - 1
    if (value <= (most[place] ?? 0)) continue
    for (; place > 0 && value > (most[place - 1] ?? 0); place--) most[place] = most[place - 1] ?? 0
    most[place] = value
  }
  return most.reduce((sum, value) => sum + value, 0) / NEIGHBOURS
}
