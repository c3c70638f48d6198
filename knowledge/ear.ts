/**
 * A second ear for danger beside the rules: learned from examples, it hears wordings nobody foresaw, and knows
 * figures of speech that only sound like danger. Logistic regression over characters and pairs of characters,
 * trained in a blink at start, always with the same result.
 */
import { DANGER_TYPES, type DangerType } from './danger-words.ts'
import { Learned, type LearnedKept } from './learned.ts'
import type { Cut, Pieces, Vocabulary } from './pieces.ts'

/** Passes over the examples; more changes nothing on held-out ones. */
const PASSES = 8
const FIRST_RATE = 0.3
/** How much each pass slows down. */
const SLOWING = 0.5
const FORGETTING = 1e-5
/** A missed danger costs more than a false alarm. */
const DANGER_COUNTS = 5
/** Scales a message's features to like size however long it is. */
const SCALE = 3
const SHORTEST_SCALE = 4

/** A message to learn from. */
interface Lesson {
  /** Its different pieces. */
  pieces: Cut
  danger: boolean
}

/** An ear as plain data. */
export interface EarKept {
  weights: Float64Array
  bias: number
  types: LearnedKept<DangerType>
}

export class Ear {
  readonly #weights: Float64Array
  #bias: number
  readonly #types: Learned<DangerType>

  constructor({ weights, bias, types }: EarKept, vocabulary: Vocabulary) {
    this.#weights = weights
    this.#bias = bias
    this.#types = new Learned(types, vocabulary)
  }

  /**
   * @param danger messages of each danger, cut by `vocabulary`
   * @param calm messages that tell of none
   */
  static from(
    danger: ReadonlyMap<DangerType, readonly Cut[]>,
    calm: readonly Cut[],
    vocabulary: Vocabulary,
  ): Ear {
    const examples = (type: DangerType) =>
      (danger.get(type) ?? []).map((pieces) => ({ cut: pieces, weight: 1 }))
    const types = Learned.from(new Map(DANGER_TYPES.map((type) => [type, examples(type)])), vocabulary)
    const ear = new Ear(
      { weights: new Float64Array(vocabulary.size), bias: 0, types: types.kept },
      vocabulary,
    )
    const different = differentPieces(vocabulary.size)
    const lesson = (truth: boolean) => (cut: Cut) => ({ pieces: different(cut), danger: truth })
    const lessons: Lesson[] = [...[...danger.values()].flat().map(lesson(true)), ...calm.map(lesson(false))]
    for (let pass = 0; pass < PASSES; pass++) {
      shuffle(lessons, pass + 1)
      const rate = FIRST_RATE / (1 + pass * SLOWING)
      for (const one of lessons) ear.#learn(one, rate)
    }
    return ear
  }

  /** What makes an equal ear. */
  get kept(): EarKept {
    return { weights: this.#weights, bias: this.#bias, types: this.#types.kept }
  }

  /** How surely a text tells of danger, in log-odds; over 0 it more likely does than not. */
  strength({ numbers }: Pieces): number {
    return this.#logOdds(numbers)
  }

  /** The danger a text most likely tells of, if it tells of any. */
  type(pieces: Pieces): DangerType {
    const { scores } = this.#types.judge(pieces)
    return DANGER_TYPES[scores.indexOf(Math.max(...scores))] ?? 'medical_emergency'
  }

  #logOdds(pieces: Cut): number {
    const weights = this.#weights
    let sum = 0
    for (let at = 0; at < pieces.length; at++) sum += weights[pieces[at] ?? 0] ?? 0
    return this.#bias + (sum * SCALE) / Math.sqrt(pieces.length + SHORTEST_SCALE)
  }

  #learn({ pieces, danger }: Lesson, rate: number): void {
    const weights = this.#weights
    const said = 1 / (1 + Math.exp(-this.#logOdds(pieces)))
    const step = (danger ? (said - 1) * DANGER_COUNTS : said) * rate
    const each = (step * SCALE) / Math.sqrt(pieces.length + SHORTEST_SCALE)
    for (let at = 0; at < pieces.length; at++) {
      const piece = pieces[at] ?? 0
      const weight = weights[piece] ?? 0
      weights[piece] = weight - each - FORGETTING * weight
    }
    this.#bias -= step * 0.1
  }
}

/** A function that leaves out of a cut what it repeats. */
function differentPieces(size: number): (cut: Cut) => Cut {
  const lastSeen = new Int32Array(size)
  let turn = 0
  return (cut) => {
    turn++
    const different = new Int32Array(cut.length)
    let count = 0
    for (let at = 0; at < cut.length; at++) {
      const piece = cut[at] ?? 0
      if (lastSeen[piece] === turn) continue
      lastSeen[piece] = turn
      different[count++] = piece
    }
    return count === cut.length ? cut : different.subarray(0, count)
  }
}

/** The same order for the same seed, on every machine (a linear congruential generator). */
function shuffle<T>(items: T[], seed: number): void {
  let state = seed
  for (let at = items.length - 1; at > 0; at--) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    const other = state % (at + 1)
    const item = items[at]
    const swap = items[other]
    if (item !== undefined && swap !== undefined) {
      items[at] = swap
      items[other] = item
    }
  }
}
