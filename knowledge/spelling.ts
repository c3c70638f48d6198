/**
 * Mends what was typed by ear: 古儿 for 孤儿, 免废 for 免费, 市业 for 失业.
 *
 * A pair of characters that no example ever held, but that sounds like a pair they often hold, is read as that
 * pair. Nothing is mended that anybody has written before.
 */
import type { Cut, Vocabulary } from './pieces.ts'
import { broadSounds } from './sound.ts'

/** A pair must occur so often before others are read as it: once for a slip in the examples themselves. */
const OFTEN = 4
/** How often, when both characters would change. */
const VERY_OFTEN = 20

interface Pair {
  text: string
  count: number
}

export class Spelling {
  readonly #vocabulary: Vocabulary
  /** How often each piece occurs. */
  readonly #counts: Int32Array
  /** Pairs by sound, the commonest first. */
  readonly #bySound = new Map<string, Pair[]>()

  /** @param texts correct texts of the field, cut by `vocabulary` */
  constructor(texts: Iterable<Cut>, vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    this.#counts = new Int32Array(vocabulary.size)
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        const piece = text[at] ?? 0
        this.#counts[piece] = (this.#counts[piece] ?? 0) + 1
      }
    }
    const often: Pair[] = []
    for (const [piece, count] of this.#counts.entries()) {
      if (count >= OFTEN && vocabulary.isPair(piece)) often.push({ text: vocabulary.spelled(piece), count })
    }
    for (const pair of often.sort((a, b) => b.count - a.count)) {
      const heard = broadSounds(pair.text)
      const alike = this.#bySound.get(heard)
      if (alike) alike.push(pair)
      else this.#bySound.set(heard, [pair])
    }
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
      const pair = mended.slice(at, at + 2)
      const meant = this.#bySound.get(broadSounds(pair))?.find((other) => mayMean(pair, other))
      if (meant) mended = mended.slice(0, at) + meant.text + mended.slice(at + 2)
    }
    return mended
  }

  #written(text: string, at: number): boolean {
    return (this.#counts[this.#vocabulary.pairAt(text, at)] ?? 0) > 0
  }
}

const mayMean = (pair: string, { text, count }: Pair) =>
  pair[0] === text[0] || pair[1] === text[1] || count >= VERY_OFTEN
