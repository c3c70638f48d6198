/** Which policies a message is about, best first, with the reasons. */
import MiniSearch from 'minisearch'
import { NameFinder, type NameFound } from './names.ts'
import { inForce, type Policy } from './policy.ts'
import { content, terms } from './terms.ts'

/** One policy that fits a message. */
export interface Hit {
  policy: Policy
  /** Comparable within one search only. */
  score: number
  /** How sure the whole search is of this one, 0 to 1. */
  confidence: number
  /** The words of the message that led here, e.g. 「低保」. */
  why: string[]
}

interface Meaning {
  policy: string
  kind: 'name' | 'cue'
}

/** How much each part of a policy counts when its words occur in a message. */
const BOOST = { title: 3, aliases: 3, cues: 3, questions: 2, text: 0.4 } as const
/** What naming a policy outright is worth beside the words, per character; a cue is only a pointer. */
const NAME_WORTH = { name: 14, cue: 5 } as const

/** Searches an inventory. Build once; it holds no state between searches. */
export class PolicySearch {
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #words: MiniSearch
  readonly #names: NameFinder<Meaning[]>

  constructor(policies: Iterable<Policy>) {
    const all = [...policies]
    this.#policies = new Map(all.map((policy) => [policy.id, policy]))
    this.#words = new MiniSearch({
      fields: Object.keys(BOOST),
      tokenize: terms,
      processTerm: (term) => term,
      searchOptions: { boost: BOOST, combineWith: 'OR', prefix: false, fuzzy: false },
    })
    this.#words.addAll(
      all.map((policy) => ({
        id: policy.id,
        title: policy.title,
        aliases: policy.aliases.join(' '),
        cues: policy.cues.join(' '),
        questions: policy.questions.join(' '),
        text: Object.values(policy.sections)
          .map((section) => `${section.lead} ${section.details.join(' ')}`)
          .join(' '),
      })),
    )
    const meanings = new Map<string, Meaning[]>()
    const add = (text: string, meaning: Meaning) => {
      const key = content(text).replaceAll(' ', '')
      meanings.set(key, [...(meanings.get(key) ?? []), meaning])
    }
    for (const policy of all) {
      for (const name of new Set([...titleNames(policy.title), ...policy.aliases])) {
        add(name, { policy: policy.id, kind: 'name' })
      }
      for (const cue of policy.cues) add(cue, { policy: policy.id, kind: 'cue' })
    }
    this.#names = new NameFinder([...meanings].map(([text, means]) => ({ text, means })))
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
    const scores = new Map<string, { score: number; why: Set<string> }>()
    const credit = (id: string, worth: number, reasons: Iterable<string>) => {
      const known = scores.get(id) ?? { score: 0, why: new Set<string>() }
      known.score += worth
      for (const reason of reasons) known.why.add(reason)
      scores.set(id, known)
    }
    for (const result of this.#words.search(corrected)) {
      if (typeof result.id === 'string') credit(result.id, result.score, result.queryTerms)
    }
    for (const found of named) {
      for (const meaning of found.name.means) {
        const worth = NAME_WORTH[meaning.kind] * [...found.name.text].length * found.certainty
        credit(meaning.policy, worth, [found.name.text])
      }
    }
    const total = [...scores.values()].reduce((sum, one) => sum + one.score, 0)
    return [...scores]
      .flatMap(([id, { score, why }]) => {
        const policy = this.#policies.get(id)
        return policy && inForce(policy, day)
          ? [{ policy, score, confidence: total > 0 ? score / total : 0, why: [...why] }]
          : []
      })
      .sort((a, b) => b.score - a.score || (a.policy.id < b.policy.id ? -1 : 1))
      .slice(0, limit)
  }
}

/** 最低生活保障(低保) is called by both of its names. */
function titleNames(title: string): string[] {
  return title
    .split(/[()（）]/)
    .flatMap((part) => part.split('与'))
    .map((part) => part.trim())
    .filter((part) => part.length >= 2)
}
