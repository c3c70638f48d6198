/**
 * A second ear for danger beside the rules: learned from examples, it hears wordings nobody foresaw, and knows
 * figures of speech that only sound like danger. Logistic regression over characters and pairs of characters,
 * trained in a blink at start, always with the same result.
 */
import { DANGER_TYPES, type DangerType } from './danger-words.ts'
import { Learned } from './learned.ts'
import { type Cut, cut } from './pieces.ts'

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

export class Ear {
  readonly #places = new Map<number, number>()
  readonly #weights: Float64Array
  #bias = 0
  readonly #types: Learned<DangerType>

  /** @param danger messages of each danger; @param calm messages that tell of none */
  constructor(danger: ReadonlyMap<DangerType, readonly Cut[]>, calm: readonly Cut[]) {
    const lessons = [
      ...[...danger.values()].flat().map((pieces) => ({ places: this.#placesOf(pieces, true), danger: 1 })),
      ...calm.map((pieces) => ({ places: this.#placesOf(pieces, true), danger: 0 })),
    ]
    this.#weights = new Float64Array(this.#places.size)
    for (let pass = 0; pass < PASSES; pass++) {
      shuffle(lessons, pass + 1)
      const rate = FIRST_RATE / (1 + pass * SLOWING)
      for (const { places, danger: truth } of lessons) this.#learn(places, truth, rate)
    }
    this.#types = new Learned(
      new Map(
        DANGER_TYPES.map((type) => [
          type,
          (danger.get(type) ?? []).map((pieces) => ({ cut: pieces, weight: 1 })),
        ]),
      ),
    )
  }

  /** How surely a text tells of danger, in log-odds; over 0 it more likely does than not. */
  strength(text: string): number {
    return this.#logOdds(this.#placesOf(cut(text), false))
  }

  /** The danger a text most likely tells of, if it tells of any. */
  type(text: string): DangerType {
    const { scores } = this.#types.judge(text)
    return DANGER_TYPES[scores.indexOf(Math.max(...scores))] ?? 'medical_emergency'
  }

  /** Where the weights of a text's different pieces are; below 0 for a piece never seen. */
  #placesOf(pieces: Cut, learning: boolean): number[] {
    const places = new Set<number>()
    let unknown = 0
    for (const piece of pieces) {
      let place = this.#places.get(piece)
      if (place === undefined && learning) {
        place = this.#places.size
        this.#places.set(piece, place)
      }
      places.add(place ?? --unknown)
    }
    return [...places]
  }

  #logOdds(places: readonly number[]): number {
    let sum = 0
    for (const place of places) sum += this.#weights[place] ?? 0
    return this.#bias + (sum * SCALE) / Math.sqrt(places.length + SHORTEST_SCALE)
  }

  #learn(places: readonly number[], truth: number, rate: number): void {
    const said = 1 / (1 + Math.exp(-this.#logOdds(places)))
    const step = (said - truth) * (truth === 1 ? DANGER_COUNTS : 1) * rate
    const each = (step * SCALE) / Math.sqrt(places.length + SHORTEST_SCALE)
    for (const place of places) {
      const weight = this.#weights[place] ?? 0
      this.#weights[place] = weight - each - FORGETTING * weight
    }
    this.#bias -= step * 0.1
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
