/** Which policies a message is about, best first, and why. */

import { saysNothingElse } from './asking.ts'
import { Learned, type LearnedKept } from './learned.ts'
import { GUESSED, type Name, NameFinder, type NameFinderKept, type NameFound } from './names.ts'
import type { Cut, Pieces, Vocabulary } from './pieces.ts'
import { inForce, type Policy } from './policy.ts'
import type { Example } from './postings.ts'
import { Spelling, type SpellingKept } from './spelling.ts'
import { content } from './terms.ts'
import { type WordDocument, WordSearch } from './words.ts'

/** One policy that fits a message. */
export interface Hit {
  policy: Policy
  /** Log-odds against chance. */
  score: number
  /** How far the best hit is ahead; 0 for the best itself. */
  behind: number
}

/** A message as it is understood. */
export interface Reading {
  /** As `content()` gives it, misspellings mended. */
  words: string
  pieces: Pieces
  named: NameFound<Meaning[]>[]
}

interface Meaning {
  policy: string
  kind: 'name' | 'cue'
}

/** How much each part teaches which policy is meant; a resident's own wording counts whole. */
const TEACHES = {
  title: 1,
  aliases: 0.7,
  cues: 0.7,
  questions: 1,
  examples: 1,
  lead: 0.5,
  details: 0.3,
} as const
/** What a character of a policy's name or of a cue is worth beside what was learned. */
const NAME_WORTH = { name: 2, cue: 0.7 } as const
/** What a name is worth beside that where nothing else is said: 低保政策, 低保有啥好处. */
const NAMED_ALONE = 16
/** Longer messages say more. In characters. */
const NAMED_ALONE_TO = 24
/** What word search adds: enough to find what no example has taught, too little to overrule one. */
const WORDS_WORTH = 1 / 160
/** Word search is asked only when the best is ahead by less than this. */
const DOUBTFUL = 2
/** Reasons given for each hit. */
const REASONS = 4

/** The policies in force, by how well they fit a message. */
export class Ranking {
  readonly #policies: readonly Policy[]
  readonly #inForce: Int32Array
  readonly #places: ReadonlyMap<string, number>
  readonly #scores: Float64Array

  /**
   * @param inForce which of the policies are
   * @param places where each policy stands
   * @param scores of each policy
   */
  constructor(
    policies: readonly Policy[],
    inForce: Int32Array,
    places: ReadonlyMap<string, number>,
    scores: Float64Array,
  ) {
    this.#policies = policies
    this.#inForce = inForce
    this.#places = places
    this.#scores = scores
  }

  /** The best, at most `limit` of them, best first; of two as good the one whose id comes first. */
  best(limit: number): Hit[] {
    const hits: Hit[] = []
    let least = Number.NEGATIVE_INFINITY
    for (const place of this.#inForce) {
      const score = this.#scores[place] ?? 0
      const policy = this.#policies[place]
      if (!policy || (hits.length >= limit && score < least)) continue
      let rank = hits.length
      while (rank > 0 && comesBefore(policy, score, hits[rank - 1])) rank--
      hits.splice(rank, 0, { policy, score, behind: 0 })
      if (hits.length > limit) hits.pop()
      least = hits.at(-1)?.score ?? least
    }
    const first = hits[0]?.score ?? 0
    for (const hit of hits) hit.behind = first - hit.score
    return hits
  }

  /** All of them in the order of the inventory, which is that of their ids. */
  all(): Hit[] {
    const hits: Hit[] = []
    let best = Number.NEGATIVE_INFINITY
    for (const place of this.#inForce) {
      const policy = this.#policies[place]
      const score = this.#scores[place] ?? 0
      if (policy) hits.push({ policy, score, behind: 0 })
      best = Math.max(best, score)
    }
    for (const hit of hits) hit.behind = best - hit.score
    return hits
  }

  /** How far a policy is behind the best; infinitely when it is not in force. */
  behind(id: string): number {
    const place = this.#places.get(id)
    if (place === undefined || !this.#inForce.includes(place)) return Number.POSITIVE_INFINITY
    let best = Number.NEGATIVE_INFINITY
    for (const one of this.#inForce) best = Math.max(best, this.#scores[one] ?? 0)
    return best - (this.#scores[place] ?? 0)
  }
}

const comesBefore = (policy: Policy, score: number, other: Hit | undefined) =>
  other !== undefined && (score > other.score || (score === other.score && policy.id < other.policy.id))

/** What a search has learned of its policies, as plain data. */
export interface SearchKept {
  documents: readonly WordDocument[]
  names: NameFinderKept<Meaning[]>
  learned: LearnedKept<string>
  spelling: SpellingKept
}

/** Searches an inventory. Build once; it remembers nothing of a search but its day. */
export class PolicySearch {
  /** In the order of what was learned. */
  readonly #policies: readonly Policy[]
  readonly #places: ReadonlyMap<string, number>
  /** Few messages need it, so that it is built for the first of them, or by {@link prepare}. */
  #words: WordSearch | undefined
  readonly #documents: readonly WordDocument[]
  readonly #names: NameFinder<Meaning[]>
  readonly #learned: Learned<string>
  readonly #spelling: Spelling
  readonly #vocabulary: Vocabulary
  #day = ''
  #inForceThen = new Int32Array()

  /** @param kept what was learned of these very policies */
  constructor(policies: readonly Policy[], kept: SearchKept, vocabulary: Vocabulary) {
    this.#policies = policies
    this.#places = new Map(policies.map((policy, place) => [policy.id, place]))
    this.#vocabulary = vocabulary
    this.#documents = kept.documents
    this.#names = new NameFinder(kept.names)
    this.#spelling = new Spelling(kept.spelling, vocabulary)
    this.#learned = new Learned(kept.learned, vocabulary)
  }

  /**
   * @param examples messages by the policy they mean
   * @param otherwise messages that mean none, for their spelling
   * @param cutOf cuts a text by `vocabulary`, to learn from it; shared with others who cut the same
   */
  static from(
    policies: readonly Policy[],
    examples: ReadonlyMap<string, readonly string[]>,
    otherwise: readonly string[],
    cutOf: (text: string) => Cut,
    vocabulary: Vocabulary,
  ): PolicySearch {
    const names = NameFinder.from(namesOf(policies))
    const correct = [
      ...policies.flatMap((policy) => spelt(policy, examples.get(policy.id) ?? []).map(cutOf)),
      ...otherwise.map(cutOf),
    ]
    const taught = new Map(
      policies.map((policy) => [policy.id, lessons(policy, examples.get(policy.id) ?? [], cutOf)]),
    )
    const documents = policies.map(({ title, aliases, cues, questions, sections }) => ({
      names: joined([title, ...aliases, ...cues].map(cutOf)),
      text: joined([...questions, sections.overview.lead].map(cutOf)),
    }))
    const spelling = Spelling.from(correct, vocabulary)
    const learned = Learned.from(taught, vocabulary)
    const kept = { documents, names: names.kept, spelling: spelling.kept, learned: learned.kept }
    return new PolicySearch(policies, kept, vocabulary)
  }

  /** What makes an equal search of the same policies. */
  get kept(): SearchKept {
    return {
      documents: this.#documents,
      names: this.#names.kept,
      spelling: this.#spelling.kept,
      learned: this.#learned.kept,
    }
  }

  /** Builds what the first doubtful message would have to wait for, a tenth of a second. */
  prepare(): WordSearch {
    this.#words ??= new WordSearch(this.#documents, this.#vocabulary)
    return this.#words
  }

  /** Reads a message: what it says, misspellings mended, and the names in it. */
  read(text: string): Reading {
    const words = this.#spelling.mend(content(text))
    const named = this.#names
      .find(words.replaceAll(' ', ''))
      // 购房补贴 is not a slip for 租房补贴: people do write 购房.
      .filter(({ certainty, said }) => certainty > GUESSED || !this.#spelling.knows(said))
    const mended = named.reduce(
      (mending, found) => (found.certainty < 1 ? mending.replace(found.said, found.name.text) : mending),
      words,
    )
    return { words: mended, pieces: this.#vocabulary.read(mended), named }
  }

  /** @param day the resident's date, `YYYY-MM-DD`; policies not in force on it are never found */
  rank(reading: Reading, day: string): Ranking {
    const { pieces, named } = reading
    const { scores } = this.#learned.judge(pieces)
    const alone = isNamedAlone(reading) ? NAMED_ALONE : 0
    for (const { name, certainty } of named) {
      for (const { policy, kind } of name.means) {
        const place = this.#places.get(policy)
        if (place === undefined) continue
        const worth = NAME_WORTH[kind] * name.text.length + (kind === 'name' ? alone : 0)
        scores[place] = (scores[place] ?? 0) + worth * certainty
      }
    }
    if (lead(scores) < DOUBTFUL) this.prepare().add(pieces, WORDS_WORTH, scores)
    return new Ranking(this.#policies, this.#inForce(day), this.#places, scores)
  }

  /** Which policies are in force. Everybody asks about today. */
  #inForce(day: string): Int32Array {
    if (day !== this.#day) {
      this.#inForceThen = Int32Array.from(
        this.#policies.flatMap((policy, place) => (inForce(policy, day) ? [place] : [])),
      )
      this.#day = day
    }
    return this.#inForceThen
  }

  /** The words of the message that speak most for a policy, e.g. 「低保」; names first. */
  why({ pieces, named }: Reading, policy: Policy): string[] {
    const names = named.filter(({ name }) => name.means.some((one) => one.policy === policy.id))
    const learned = this.#learned.reasons(pieces, policy.id, REASONS)
    return [...new Set([...names.map(({ name }) => name.text), ...learned])].slice(0, REASONS)
  }
}

/** Whether a message names a policy and says nothing of its own. */
function isNamedAlone({ words, named }: Reading): boolean {
  if (named.length === 0 || words.length > NAMED_ALONE_TO) return false
  const names = named.flatMap(({ name }) => (name.means.some(({ kind }) => kind === 'name') ? name.text : []))
  const rest = names.reduce((left, name) => left.replaceAll(name, ' '), words)
  return names.length > 0 && saysNothingElse(rest.replaceAll(' ', ''))
}

/** Texts of a policy that are spelt as they should be, but for a slip here and there. */
const spelt = (policy: Policy, examples: readonly string[]) => [
  policy.title,
  ...policy.aliases,
  ...policy.cues,
  ...policy.questions,
  ...leads(policy),
  ...examples,
]

/** How far the best is ahead of the second. */
function lead(scores: Float64Array): number {
  let best = Number.NEGATIVE_INFINITY
  let second = best
  for (const score of scores) {
    if (score > best) {
      second = best
      best = score
    } else if (score > second) second = score
  }
  return best - second
}

const leads = (policy: Policy) => Object.values(policy.sections).map((section) => section.lead)

function namesOf(policies: readonly Policy[]): Name<Meaning[]>[] {
  const meanings = new Map<string, Meaning[]>()
  const add = (text: string, meaning: Meaning) => {
    const key = content(text).replaceAll(' ', '')
    meanings.set(key, [...(meanings.get(key) ?? []), meaning])
  }
  for (const policy of policies) {
    for (const name of new Set([...titleNames(policy.title), ...policy.aliases])) {
      add(name, { policy: policy.id, kind: 'name' })
    }
    for (const cue of policy.cues) add(cue, { policy: policy.id, kind: 'cue' })
  }
  return [...meanings].map(([text, means]) => ({ text, means }))
}

/** What each part of a policy teaches. */
function lessons(policy: Policy, examples: readonly string[], cutOf: (text: string) => Cut): Example[] {
  const teach = (texts: readonly string[], weight: number) =>
    texts.map((text) => ({ cut: cutOf(text), weight }))
  const details = Object.values(policy.sections).flatMap((section) => section.details)
  return [
    ...teach([policy.title], TEACHES.title),
    ...teach(policy.aliases, TEACHES.aliases),
    ...teach(policy.cues, TEACHES.cues),
    ...teach(policy.questions, TEACHES.questions),
    ...teach(examples, TEACHES.examples),
    ...teach(leads(policy), TEACHES.lead),
    ...teach(details, TEACHES.details),
  ]
}

const joined = (cuts: readonly Cut[]): Cut => Int32Array.from(cuts.flatMap((cut) => [...cut]))

/** 最低生活保障(低保) is called by both of its names. */
function titleNames(title: string): string[] {
  return title
    .split(/[()（）]/)
    .flatMap((part) => part.split('与'))
    .map((part) => part.trim())
    .filter((part) => part.length >= 2)
}
