/**
 * Learns from examples which of several labels a message means.
 *
 * A naive Bayes model over characters and pairs of characters, smoothed towards how often each occurs at all.
 * It is built in one pass in a fraction of a second, needs no download, and can say which words decided. On
 * labelled questions it beat word search over the same texts, nearest examples and logistic regression.
 */
import { pieces } from './terms.ts'

export interface Example<L> {
  text: string
  label: L
  /** How much it counts; a resident's own wording 1. */
  weight: number
}

/** What speaks for one label. */
export interface Judgement<L> {
  label: L
  /** Log-odds against chance; comparable between labels and messages of like length. */
  score: number
}

/**
 * How strongly a label's counts are drawn towards the common ones, as if so many characters of any text had been
 * seen with it. Found on labelled questions; anywhere from 800 to 2000 does as well within half a point.
 */
const SMOOTHING = 1500

export class Learned<L extends string> {
  readonly #labels: L[] = []
  /** For each piece, the labels it was seen with and how strongly it speaks for them. */
  readonly #evidence = new Map<string, { label: number; weight: number }[]>()
  /** How strongly a known piece speaks against a label it was not seen with. */
  readonly #absence: number[] = []

  constructor(examples: Iterable<Example<L>>) {
    const numbers = new Map<L, number>()
    const sums: number[] = []
    const counts = new Map<string, Map<number, number>>()
    const totals = new Map<string, number>()
    let all = 0
    for (const { text, label, weight } of examples) {
      let number = numbers.get(label)
      if (number === undefined) {
        number = this.#labels.push(label) - 1
        numbers.set(label, number)
        sums.push(0)
      }
      for (const [piece, times] of pieces(text)) {
        const worth = times * weight
        const seen = counts.get(piece) ?? new Map<number, number>()
        counts.set(piece, seen)
        seen.set(number, (seen.get(number) ?? 0) + worth)
        totals.set(piece, (totals.get(piece) ?? 0) + worth)
        sums[number] = (sums[number] ?? 0) + worth
        all += worth
      }
    }
    for (const [piece, seen] of counts) {
      const expected = ((totals.get(piece) ?? 0) / all) * SMOOTHING
      this.#evidence.set(
        piece,
        [...seen].map(([label, count]) => ({ label, weight: Math.log1p(count / expected) })),
      )
    }
    for (const sum of sums) this.#absence.push(Math.log(SMOOTHING / (sum + SMOOTHING)))
  }

  /** Every label, the likeliest first. */
  judge(text: string): Judgement<L>[] {
    const { scores } = this.#score(text)
    return this.#labels
      .map((label, number) => ({ label, score: scores[number] ?? 0 }))
      .sort((a, b) => b.score - a.score)
  }

  /** The pieces of the text that speak most for a label, strongest first. */
  reasons(text: string, label: L, limit: number): string[] {
    const number = this.#labels.indexOf(label)
    const found: { piece: string; weight: number }[] = []
    for (const [piece, times] of pieces(text)) {
      const evidence = this.#evidence.get(piece)?.find((one) => one.label === number)
      if (evidence && piece.length > 1) found.push({ piece, weight: Math.sqrt(times) * evidence.weight })
    }
    return found
      .sort((a, b) => b.weight - a.weight)
      .slice(0, limit)
      .map(({ piece }) => piece)
  }

  /** Which part of the text, 0 to 1, was ever seen in an example. */
  familiarity(text: string): number {
    const { known, total } = this.#score(text)
    return total === 0 ? 0 : known / total
  }

  #score(text: string): { scores: Float64Array; known: number; total: number } {
    const scores = new Float64Array(this.#labels.length)
    let known = 0
    let total = 0
    for (const [piece, times] of pieces(text)) {
      const strength = Math.sqrt(times)
      total += strength
      const evidence = this.#evidence.get(piece)
      if (!evidence) continue
      known += strength
      for (const { label, weight } of evidence) scores[label] = (scores[label] ?? 0) + strength * weight
    }
    for (const [number, against] of this.#absence.entries()) {
      scores[number] = (scores[number] ?? 0) + known * against
    }
    return { scores, known, total }
  }
}
