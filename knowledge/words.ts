/**
 * Word search: which documents hold the words of a text. For words any two neighbouring characters stand; general
 * word lists cut the field's own words apart (低|保) or join what does not belong together (很多|钱能).
 *
 * Scored by BM25+ (Lv and Zhai 2011), and the more different words of a text a document holds the better, both as
 * in MiniSearch, which makes and sorts an object for each of ten thousand documents where an array will do.
 */
import type { Cut, Pieces, Vocabulary } from './pieces.ts'
import { Postings } from './postings.ts'

export interface WordDocument {
  names: readonly Cut[]
  text: readonly Cut[]
}

const FIELDS = ['names', 'text'] as const
/** How much each field counts. */
const BOOST = { names: 2, text: 1 } as const
/** As in MiniSearch: how soon a repeated word counts no more, how much a long field loses, what any hit adds. */
const SATURATION = 1.2
const LENGTH_COUNTS = 0.7
const LEAST = 0.5

/** Build once; it holds no state between searches. */
export class WordSearch {
  readonly #count: number
  readonly #vocabulary: Vocabulary
  readonly #fields: readonly Postings[]

  /** @param documents cut by `vocabulary` */
  constructor(documents: readonly WordDocument[], vocabulary: Vocabulary) {
    this.#count = documents.length
    this.#vocabulary = vocabulary
    const words = (cut: Cut) => ({ cut: cut.filter((piece) => vocabulary.isPair(piece)), weight: 1 })
    this.#fields = FIELDS.map((field) => {
      const postings = new Postings(
        documents.map((document) => document[field].map(words)),
        vocabulary.size,
      )
      weigh(postings, BOOST[field])
      return postings
    })
  }

  /** Adds to each document's score, in the order of the documents, what a text's words say for it, times `worth`. */
  add({ numbers, times }: Pieces, worth: number, scores: Float64Array): void {
    const sums = new Float64Array(this.#count)
    const matched = new Int32Array(this.#count)
    const last = new Int32Array(this.#count)
    for (let each = 0; each < numbers.length; each++) {
      const piece = numbers[each] ?? 0
      if (!this.#vocabulary.isPair(piece)) continue
      for (const postings of this.#fields) {
        const { groups, counts: weights } = postings
        const to = postings.to(piece)
        for (let at = postings.from(piece); at < to; at++) {
          const document = groups[at] ?? 0
          sums[document] = (sums[document] ?? 0) + (times[each] ?? 0) * (weights[at] ?? 0)
          if (last[document] === each + 1) continue
          last[document] = each + 1
          matched[document] = (matched[document] ?? 0) + 1
        }
      }
    }
    for (let document = 0; document < sums.length; document++) {
      scores[document] = (scores[document] ?? 0) + (sums[document] ?? 0) * (matched[document] ?? 0) * worth
    }
  }
}

/** Puts what a word is worth to a document in the place of how often it stands there. */
function weigh({ starts, groups, counts, different }: Postings, boost: number): void {
  const count = different.length
  const average = different.reduce((sum, length) => sum + length, 0) / count
  let from = 0
  for (let piece = 1; piece < starts.length; piece++) {
    const to = starts[piece] ?? 0
    const rarity = boost * Math.log(1 + (count - (to - from) + 0.5) / (to - from + 0.5))
    for (let at = from; at < to; at++) {
      const length = (different[groups[at] ?? 0] ?? 0) / average
      const times = counts[at] ?? 0
      const slowing = SATURATION * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length)
      counts[at] = rarity * (LEAST + (times * (SATURATION + 1)) / (times + slowing))
    }
    from = to
  }
}
