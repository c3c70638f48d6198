/**
 * Word search: which documents hold the words of a text, by MiniSearch. For words any two neighbouring characters
 * stand; general word lists cut the field's own words apart (低|保) or join what does not belong together (很多|钱能).
 *
 * MiniSearch is given each word's number in the vocabulary: it finds a word by trying one beginning after another,
 * ten digits where Chinese has thousands of characters.
 */
import MiniSearch from 'minisearch'
import type { Cut, Pieces, Vocabulary } from './pieces.ts'

export interface WordDocument {
  names: Cut
  text: Cut
}

/** How much each field counts. */
const BOOST = { names: 2, text: 1 } as const
/**
 * The most finds of one search. MiniSearch makes an object for each, and among ten thousand documents a common word
 * makes thousands while it hardly tells them apart. Among the policies we have no resident's message makes so many.
 */
const MOST_FINDS = 700

/** Build once; it holds no state between searches. */
export class WordSearch {
  readonly #index: MiniSearch
  /** In how many fields of documents each piece is found; in none unless it is a word. */
  readonly #finds: Int32Array

  /** @param documents cut by `vocabulary` */
  constructor(documents: readonly WordDocument[], vocabulary: Vocabulary) {
    this.#finds = new Int32Array(vocabulary.size)
    this.#index = new MiniSearch({
      fields: Object.keys(BOOST),
      idField: 'place',
      tokenize: (numbers) => numbers.split(' '),
      processTerm: (number) => number,
      searchOptions: { boost: BOOST },
    })
    const words = (field: Cut) => this.#count(wordsOf(field, vocabulary)).join(' ')
    this.#index.addAll(
      documents.map(({ names, text }, place) => ({ place, names: words(names), text: words(text) })),
    )
  }

  /** Adds to each document's score, in the order of the documents, what a text's words say for it, times `worth`. */
  add({ numbers, times }: Pieces, worth: number, scores: Float64Array): void {
    const known: number[] = []
    let finds = 0
    for (let at = 0; at < numbers.length; at++) {
      const found = this.#findsOf(numbers[at] ?? 0)
      if (found > 0) known.push(at)
      finds += found
    }
    const asked = finds <= MOST_FINDS ? known : this.#rarest(known, numbers)
    const words = asked.map((at) => numbers[at]).join(' ')
    const boostTerm = (_: string, word: number) => times[asked[word] ?? 0] ?? 0
    for (const { id, score } of this.#index.search(words, { boostTerm })) {
      const place = Number(id)
      scores[place] = (scores[place] ?? 0) + score * worth
    }
  }

  /** Of the places of a text's words those of the rarest, which tell documents apart best; as many as may be asked. */
  #rarest(places: readonly number[], numbers: Int32Array): readonly number[] {
    const finds = (at: number) => this.#findsOf(numbers[at] ?? 0)
    const rarest: number[] = []
    let left = MOST_FINDS
    for (const at of places.toSorted((a, b) => finds(a) - finds(b))) {
      left -= finds(at)
      if (left < 0) break
      rarest.push(at)
    }
    return rarest
  }

  #count(words: readonly number[]): readonly number[] {
    for (const word of new Set(words)) this.#finds[word] = this.#findsOf(word) + 1
    return words
  }

  #findsOf(piece: number): number {
    return this.#finds[piece] ?? 0
  }
}

const wordsOf = (field: Cut, vocabulary: Vocabulary): number[] =>
  [...field].filter((piece) => vocabulary.isPair(piece))
