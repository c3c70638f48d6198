/**
 * Learns from examples which of several labels a message means.
 *
 * A naive Bayes model over characters and pairs of neighbouring characters, smoothed towards how often each
 * occurs at all. It is built in one pass, needs no download, and can say which words decided. On labelled
 * questions it beat word search over the same texts, nearest examples and logistic regression.
 */
import { type Cut, cut, MOST_CHARACTERS, spelled } from './pieces.ts'

export interface Example {
  cut: Cut
  /** How much it counts; a resident's own wording 1. */
  weight: number
}

/** What a model says about one text. */
export interface Judgement {
  /** Log-odds against chance, in the order of the model's labels; comparable between texts of like length. */
  scores: Float64Array
  /** Which part of the text, 0 to 1, was ever seen in an example. */
  familiarity: number
}

/**
 * How strongly a label's counts are drawn towards the common ones, as if so many pieces of any text had been
 * seen with it. Found on labelled questions; anywhere from 800 to 4000 does as well within half a point.
 */
const SMOOTHING = 1500
function counted(text: string): Map<number, number> {
  const counts = new Map<number, number>()
  for (const piece of cut(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  return counts
}

/** The labels a piece was seen with, and how strongly it speaks for each. */
interface Evidence {
  labels: number[]
  weights: number[]
}

/** A model of labels. Texts to judge are as `content()` of terms.ts gives them. */
export class Learned<L extends string> {
  readonly labels: readonly L[]
  readonly #evidence: Evidence[] = []
  /** Where a piece's evidence is. */
  readonly #places = new Map<number, number>()
  /** How strongly a known piece speaks against a label it was not seen with. */
  readonly #absence: number[] = []

  /** @param examples the examples of each label */
  constructor(examples: ReadonlyMap<L, readonly Example[]>) {
    this.labels = [...examples.keys()]
    let counts: Float64Array = new Float64Array(4096)
    let all = 0
    for (const [label, texts] of [...examples.values()].entries()) {
      const seen: number[] = []
      for (const { cut: pieces, weight } of texts) {
        for (const piece of pieces) {
          let place = this.#places.get(piece)
          if (place === undefined) {
            place = this.#evidence.push({ labels: [], weights: [] }) - 1
            this.#places.set(piece, place)
            if (place === counts.length) counts = grown(counts)
          }
          const count = counts[place] ?? 0
          if (count === 0) seen.push(place)
          counts[place] = count + weight
        }
      }
      let sum = 0
      for (const place of seen) {
        const count = counts[place] ?? 0
        counts[place] = 0
        sum += count
        this.#evidence[place]?.labels.push(label)
        this.#evidence[place]?.weights.push(count)
      }
      all += sum
      this.#absence.push(Math.log(SMOOTHING / (sum + SMOOTHING)))
    }
    for (const evidence of this.#evidence) {
      const expected = (evidence.weights.reduce((sum, count) => sum + count, 0) / all) * SMOOTHING
      evidence.weights = evidence.weights.map((count) => Math.log1p(count / expected))
    }
  }

  judge(text: string): Judgement {
    const scores = new Float64Array(this.labels.length)
    let known = 0
    let total = 0
    for (const [piece, times] of counted(text)) {
      const strength = Math.sqrt(times)
      total += strength
      const evidence = this.#evidence[this.#places.get(piece) ?? -1]
      if (!evidence) continue
      known += strength
      const { labels, weights } = evidence
      for (let at = 0; at < labels.length; at++) {
        const label = labels[at] ?? 0
        scores[label] = (scores[label] ?? 0) + strength * (weights[at] ?? 0)
      }
    }
    for (let label = 0; label < scores.length; label++) {
      scores[label] = (scores[label] ?? 0) + known * (this.#absence[label] ?? 0)
    }
    return { scores, familiarity: total === 0 ? 0 : known / total }
  }

  /** The pairs of characters in the text that speak most for a label, strongest first. */
  reasons(text: string, label: L, limit: number): string[] {
    const number = this.labels.indexOf(label)
    const found: { piece: number; weight: number }[] = []
    for (const [piece, times] of counted(text)) {
      const evidence = this.#evidence[this.#places.get(piece) ?? -1]
      const weight = evidence?.weights[evidence.labels.indexOf(number)]
      if (piece > MOST_CHARACTERS && weight !== undefined)
        found.push({ piece, weight: Math.sqrt(times) * weight })
    }
    return found
      .sort((a, b) => b.weight - a.weight)
      .slice(0, limit)
      .map(({ piece }) => spelled(piece))
  }
}

function grown(counts: Float64Array): Float64Array {
  const larger = new Float64Array(counts.length * 2)
  larger.set(counts)
  return larger
}
