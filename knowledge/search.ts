/** Which policies a message is about, best first, and why. */
import MiniSearch from 'minisearch'
import { type Example, Learned } from './learned.ts'
import { GUESSED, type Name, NameFinder, type NameFound } from './names.ts'
import type { Cut } from './pieces.ts'
import { inForce, type Policy } from './policy.ts'
import { Spelling } from './spelling.ts'
import { content, terms } from './terms.ts'

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
  named: NameFound<Meaning[]>[]
}

interface Meaning {
  policy: string
  kind: 'name' | 'cue'
}

/** How much each part of a policy counts when its words occur in a message. */
const BOOST = { names: 2, text: 1 } as const
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
/** What word search adds: enough to find what no example has taught, too little to overrule one. */
const WORDS_WORTH = 1 / 160
/** Word search is asked only when the best is ahead by less than this. */
const DOUBTFUL = 2
/** Reasons given for each hit. */
const REASONS = 4

/** Searches an inventory. Build once; it holds no state between searches. */
export class PolicySearch {
  /** In the order of what was learned. */
  readonly #policies: readonly Policy[]
  readonly #places: ReadonlyMap<string, number>
  readonly #words: MiniSearch
  readonly #names: NameFinder<Meaning[]>
  readonly #learned: Learned<string>
  readonly #spelling: Spelling

  /**
   * @param examples messages by the policy they mean
   * @param otherwise messages that mean none, for their spelling
   * @param cutOf cuts a text; shared with others who cut the same
   */
  constructor(
    policies: readonly Policy[],
    examples: ReadonlyMap<string, readonly string[]>,
    otherwise: readonly string[],
    cutOf: (text: string) => Cut,
  ) {
    this.#policies = policies
    this.#places = new Map(policies.map((policy, place) => [policy.id, place]))
    this.#words = new MiniSearch({
      fields: Object.keys(BOOST),
      tokenize: terms,
      processTerm: (term) => term,
      searchOptions: { boost: BOOST, combineWith: 'OR', prefix: false, fuzzy: false },
    })
    this.#words.addAll(
      policies.map((policy) => ({
        id: policy.id,
        names: [policy.title, ...policy.aliases, ...policy.cues].join(' '),
        text: [...policy.questions, policy.sections.overview.lead].join(' '),
      })),
    )
    this.#names = new NameFinder(namesOf(policies))
    this.#spelling = new Spelling([
      ...policies.flatMap((policy) => spelt(policy, examples.get(policy.id) ?? []).map(cutOf)),
      ...otherwise.map(cutOf),
    ])
    this.#learned = new Learned(
      new Map(policies.map((policy) => [policy.id, lessons(policy, examples.get(policy.id) ?? [], cutOf)])),
    )
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
    return { words: mended, named }
  }

  /**
   * @param day the resident's date, `YYYY-MM-DD`; policies not in force on it are never found
   * @param limit at most this many
   */
  search({ words, named }: Reading, day: string, limit: number): Hit[] {
    const { scores } = this.#learned.judge(words)
    const add = (id: string, worth: number) => {
      const place = this.#places.get(id)
      if (place !== undefined) scores[place] = (scores[place] ?? 0) + worth
    }
    for (const { name, certainty } of named) {
      const length = [...name.text].length
      for (const { policy, kind } of name.means) add(policy, NAME_WORTH[kind] * length * certainty)
    }
    if (lead(scores) < DOUBTFUL) {
      for (const { id, score } of this.#words.search(words)) add(String(id), score * WORDS_WORTH)
    }
    const inOrder = this.#policies
      .map((policy, place) => ({ policy, score: scores[place] ?? 0 }))
      .filter(({ policy }) => inForce(policy, day))
      .sort((a, b) => b.score - a.score || (a.policy.id < b.policy.id ? -1 : 1))
    const best = inOrder[0]?.score ?? 0
    return inOrder.slice(0, limit).map(({ policy, score }) => ({ policy, score, behind: best - score }))
  }

  /** The words of the message that speak most for a policy, e.g. 「低保」; names first. */
  why({ words, named }: Reading, policy: Policy): string[] {
    const names = named.filter(({ name }) => name.means.some((one) => one.policy === policy.id))
    const learned = this.#learned.reasons(words, policy.id, REASONS)
    return [...new Set([...names.map(({ name }) => name.text), ...learned])].slice(0, REASONS)
  }
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

/** 最低生活保障(低保) is called by both of its names. */
function titleNames(title: string): string[] {
  return title
    .split(/[()（）]/)
    .flatMap((part) => part.split('与'))
    .map((part) => part.trim())
    .filter((part) => part.length >= 2)
}
