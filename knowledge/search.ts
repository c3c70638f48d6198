/** Which policies a message is about, best first, and why. */
import MiniSearch from 'minisearch'
import { type Example, Learned } from './learned.ts'
import type { Inventory } from './load.ts'
import { type Name, NameFinder, type NameFound } from './names.ts'
import { inForce, type Policy } from './policy.ts'
import { content, terms } from './terms.ts'

/** One policy that fits a message. */
export interface Hit {
  policy: Policy
  /** Log-odds against chance. */
  score: number
  /** How far the best hit is ahead; 0 for the best itself. */
  behind: number
}

interface Meaning {
  policy: string
  kind: 'name' | 'cue'
}

/** How much each part of a policy counts when its words occur in a message. */
const BOOST = { title: 1.5, aliases: 2, cues: 2, questions: 2, text: 0.5 } as const
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
/** Reasons given for each hit. */
const REASONS = 4

/** Searches an inventory. Build once; it holds no state between searches. */
export class PolicySearch {
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #words: MiniSearch
  readonly #names: NameFinder<Meaning[]>
  readonly #learned: Learned<string>

  constructor({ policies, examples }: Pick<Inventory, 'policies' | 'examples'>) {
    this.#policies = new Map(policies.map((policy) => [policy.id, policy]))
    this.#words = new MiniSearch({
      fields: Object.keys(BOOST),
      tokenize: terms,
      processTerm: (term) => term,
      searchOptions: { boost: BOOST, combineWith: 'OR', prefix: false, fuzzy: false },
    })
    this.#words.addAll(
      policies.map((policy) => ({
        id: policy.id,
        title: policy.title,
        aliases: policy.aliases.join(' '),
        cues: policy.cues.join(' '),
        questions: policy.questions.join(' '),
        text: sectionTexts(policy).join(' '),
      })),
    )
    this.#names = new NameFinder(namesOf(policies))
    this.#learned = new Learned(policies.flatMap((policy) => lessons(policy, examples.get(policy.id) ?? [])))
  }

  /** Names of policies in the text, misspelt ones included. */
  namesIn(text: string): NameFound<Meaning[]>[] {
    return this.#names.find(content(text).replaceAll(' ', ''))
  }

  /**
   * @param day the resident's date, `YYYY-MM-DD`; policies not in force on it are never found
   * @param limit at most this many
   */
  search(text: string, day: string, limit = 5): Hit[] {
    const named = this.namesIn(text)
    const corrected = named.reduce(
      (words, found) => (found.certainty < 1 ? words.replace(found.said, found.name.text) : words),
      content(text),
    )
    const scores = new Map(this.#learned.judge(corrected).map(({ label, score }) => [label, score]))
    const add = (id: string, worth: number) => scores.set(id, (scores.get(id) ?? 0) + worth)
    for (const { id, score } of this.#words.search(corrected)) {
      if (typeof id === 'string') add(id, score * WORDS_WORTH)
    }
    for (const { name, certainty } of named) {
      const length = [...name.text].length
      for (const { policy, kind } of name.means) add(policy, NAME_WORTH[kind] * length * certainty)
    }
    const inOrder = [...scores]
      .flatMap(([id, score]) => {
        const policy = this.#policies.get(id)
        return policy && inForce(policy, day) ? [{ policy, score }] : []
      })
      .sort((a, b) => b.score - a.score || (a.policy.id < b.policy.id ? -1 : 1))
    const best = inOrder[0]?.score ?? 0
    return inOrder.slice(0, limit).map(({ policy, score }) => ({ policy, score, behind: best - score }))
  }

  /** The words of the message that speak most for a policy, e.g. 「低保」; names first. */
  why(text: string, policy: Policy): string[] {
    const named = this.namesIn(text).filter(({ name }) => name.means.some((one) => one.policy === policy.id))
    const learned = this.#learned.reasons(text, policy.id, REASONS)
    return [...new Set([...named.map(({ name }) => name.text), ...learned])].slice(0, REASONS)
  }
}

const sectionTexts = (policy: Policy) =>
  Object.values(policy.sections).flatMap((section) => [section.lead, ...section.details])

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

function lessons(policy: Policy, examples: readonly string[]): Example<string>[] {
  const teach = (texts: readonly string[], weight: number) =>
    texts.map((text) => ({ text, label: policy.id, weight }))
  const sections = Object.values(policy.sections)
  return [
    ...teach([policy.title], TEACHES.title),
    ...teach(policy.aliases, TEACHES.aliases),
    ...teach(policy.cues, TEACHES.cues),
    ...teach(policy.questions, TEACHES.questions),
    ...teach(examples, TEACHES.examples),
    ...teach(
      sections.map((section) => section.lead),
      TEACHES.lead,
    ),
    ...teach(
      sections.flatMap((section) => section.details),
      TEACHES.details,
    ),
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
