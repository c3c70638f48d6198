/**
 * Mends what was typed by ear: 古儿 for 孤儿, 免废 for 免费, 市业 for 失业.
 *
 * A pair of characters that no example ever held, but that sounds like a pair they often hold, is read as that
 * pair. Nothing is mended that anybody has written before.
 */
import { type Cut, MOST_CHARACTERS, pairAt, spelled } from './pieces.ts'
import { broadSound } from './sound.ts'

/** A pair must occur so often before others are read as it: once for a slip in the examples themselves. */
const OFTEN = 4
/** How often, when both characters would change. */
const VERY_OFTEN = 20

export class Spelling {
  /** How often each pair of characters occurs. */
  readonly #known = new Map<number, number>()
  /** Pairs by sound, the commonest first. */
  readonly #bySound = new Map<string, string[]>()

  /** @param texts correct texts of the field */
  constructor(texts: Iterable<Cut>) {
    for (const text of texts) {
      for (const piece of text) {
        if (piece > MOST_CHARACTERS) this.#known.set(piece, (this.#known.get(piece) ?? 0) + 1)
      }
    }
    const often = [...this.#known].filter(([, count]) => count >= OFTEN).sort((a, b) => b[1] - a[1])
    for (const [number] of often) {
      const pair = spelled(number)
      const alike = this.#bySound.get(soundOf(pair))
      if (alike) alike.push(pair)
      else this.#bySound.set(soundOf(pair), [pair])
    }
  }

  /** Whether every pair of the text has been written before: then it is a word, not a slip. */
  knows(text: string): boolean {
    for (let at = 0; at + 1 < text.length; at++) if (!this.#known.has(pairAt(text, at))) return false
    return true
  }

  /** The text with what was clearly meant; as long as before. */
  mend(text: string): string {
    let mended = text
    for (let at = 0; at + 1 < mended.length; at++) {
      const number = pairAt(mended, at)
      if (number === 0 || this.#known.has(number)) continue
      const pair = mended.slice(at, at + 2)
      const meant = this.#bySound.get(soundOf(pair))?.find((other) => this.#mayMean(pair, other))
      if (meant) mended = mended.slice(0, at) + meant + mended.slice(at + 2)
    }
    return mended
  }

  #mayMean(pair: string, other: string): boolean {
    if (pair[0] === other[0] || pair[1] === other[1]) return true
    return (this.#known.get(pairAt(other, 0)) ?? 0) >= VERY_OFTEN
  }
}

const soundOf = (pair: string) => `${broadSound(pair[0] ?? '')} ${broadSound(pair[1] ?? '')}`
