/**
 * Mends what was typed by ear: 古儿 for 孤儿, 免废 for 免费, 市业 for 失业.
 *
 * A pair of characters that no example ever held, but that sounds like a pair they often hold, is read as that
 * pair. Nothing is mended that anybody has written before.
 */
import type { Cut, Vocabulary } from './pieces.ts'
import { broadSoundOf } from './sound.ts'

/** A pair must occur so often before others are read as it: once for a slip in the examples themselves. */
const OFTEN = 4
/** How often, when both characters would change. */
const VERY_OFTEN = 20

/** What is known of spelling, as plain data. */
export interface SpellingKept {
  /** How often each piece occurs. */
  counts: Int32Array
  /** How each common pair sounds, as {@link heard} numbers it, in order. */
  sounds: Uint32Array
  /** The common pairs in the same order; of those that sound alike the commonest first. */
  pairs: Int32Array
}

export class Spelling {
  /** What makes an equal one. */
  readonly kept: SpellingKept
  readonly #vocabulary: Vocabulary

  constructor(kept: SpellingKept, vocabulary: Vocabulary) {
    this.kept = kept
    this.#vocabulary = vocabulary
  }

  /** @param texts correct texts of the field, cut by `vocabulary` */
  static from(texts: Iterable<Cut>, vocabulary: Vocabulary): Spelling {
    const counts = new Int32Array(vocabulary.size)
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        const piece = text[at] ?? 0
        counts[piece] = (counts[piece] ?? 0) + 1
      }
    }
    const common: { piece: number; count: number; sound: number }[] = []
    for (const [piece, count] of counts.entries()) {
      if (count < OFTEN || !vocabulary.isPair(piece)) continue
      common.push({ piece, count, sound: heard(vocabulary.spelled(piece), 0) })
    }
    common.sort((a, b) => a.sound - b.sound || b.count - a.count)
    const sounds = Uint32Array.from(common, ({ sound }) => sound)
    return new Spelling({ counts, sounds, pairs: Int32Array.from(common, ({ piece }) => piece) }, vocabulary)
  }

  /** Whether every pair of the text has been written before: then it is a word, not a slip. */
  knows(text: string): boolean {
    for (let at = 0; at + 1 < text.length; at++) if (!this.#written(text, at)) return false
    return true
  }

  /** The text with what was clearly meant; as long as before. */
  mend(text: string): string {
    let mended = text
    for (let at = 0; at + 1 < mended.length; at++) {
      if (this.#written(mended, at)) continue
      const meant = this.#meant(mended, at)
      if (meant) mended = mended.slice(0, at) + meant + mended.slice(at + 2)
    }
    return mended
  }

  /** The commonest pair that sounds like the one at a place of a text and may stand for it. */
  #meant(text: string, place: number): string | undefined {
    const { counts, sounds, pairs } = this.kept
    const sound = heard(text, place)
    for (let at = firstAt(sounds, sound); sounds[at] === sound; at++) {
      const piece = pairs[at] ?? 0
      const other = this.#vocabulary.spelled(piece)
      const alike =
        text.charCodeAt(place) === other.charCodeAt(0) || text.charCodeAt(place + 1) === other.charCodeAt(1)
      if (alike || (counts[piece] ?? 0) >= VERY_OFTEN) return other
    }
    return undefined
  }

  #written(text: string, at: number): boolean {
    return (this.kept.counts[this.#vocabulary.pairAt(text, at)] ?? 0) > 0
  }
}

/** How the pair of characters at a place of a text sounds, as a number. */
const heard = (text: string, at: number): number =>
  ((broadSoundOf(text.charCodeAt(at)) << 16) | broadSoundOf(text.charCodeAt(at + 1))) >>> 0

/** Where a number or the next greater one first stands in a list in order. */
function firstAt(list: Uint32Array, wanted: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
