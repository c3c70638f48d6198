/** All that was learned of an inventory, and what is looked up in it. */
import type { Chapter } from './chapters.ts'
import type { CommonQuestion } from './common-questions.ts'
import { Ear } from './ear.ts'
import type { Hotline } from './hotlines.ts'
import type { Kept, Kind } from './learn.ts'
import { Learned } from './learned.ts'
import type { LocalArea } from './local.ts'
import { Nearest } from './nearest.ts'
import { type Passage, Passages, pastAge } from './passages.ts'
import { Vocabulary } from './pieces.ts'
import { Pinyin } from './pinyin.ts'
import { inForce, type Policy } from './policy.ts'
import { type Hit, PolicySearch, type Reading } from './search.ts'

export class Known {
  /** Every policy by its id, in force or not. */
  readonly policies: ReadonlyMap<string, Policy>
  readonly locals: readonly LocalArea[]
  readonly hotlines: readonly Hotline[]
  readonly vocabulary: Vocabulary
  readonly search: PolicySearch
  readonly common: ReadonlyMap<string, CommonQuestion>
  readonly chapters: readonly Chapter[]
  readonly kinds: Learned<Kind>
  readonly whichCommon: Learned<string>
  readonly ear: Ear
  readonly nearest: Nearest
  #pinyin: Pinyin | null = null
  #passages: Passages | null = null

  constructor(kept: Kept) {
    this.policies = new Map(kept.policies.map((policy) => [policy.id, policy]))
    this.locals = kept.locals
    this.hotlines = kept.hotlines
    this.vocabulary = new Vocabulary(kept.vocabulary)
    this.search = new PolicySearch(kept.policies, kept.search, this.vocabulary)
    this.common = new Map(kept.common.map((question) => [question.id, question]))
    this.chapters = kept.chapters
    this.kinds = new Learned(kept.kinds, this.vocabulary)
    this.whichCommon = new Learned(kept.whichCommon, this.vocabulary)
    this.ear = new Ear(kept.ear, this.vocabulary)
    this.nearest = new Nearest(kept.nearest)
  }

  /** Built when a message first needs it. */
  get pinyin(): Pinyin {
    this.#pinyin ??= new Pinyin([...this.policies.values()].flatMap(namesOf))
    return this.#pinyin
  }

  /** Built when a message first needs it. */
  get passages(): Passages {
    this.#passages ??= new Passages(this.policies.values())
    return this.#passages
  }

  /** A policy in force on `day` (`YYYY-MM-DD`), or undefined. */
  policy(id: string, day: string): Policy | undefined {
    const policy = this.policies.get(id)
    return policy && inForce(policy, day) ? policy : undefined
  }

  /** Policies that fit, best first; only those in force on `day`. */
  best(text: string, day: string, limit = 5): Hit[] {
    return this.search.rank(this.search.read(text), day).best(limit)
  }

  /** Whether a message names a policy outright, rather than telling of a need. */
  names(text: string): boolean {
    return meant(this.search.read(text)).length > 0
  }

  /** Policies in force that a message names, in its order. */
  namedIn(text: string, day: string): Policy[] {
    const { named } = this.search.read(text)
    const ids = [...named].sort((one, other) => one.at - other.at).flatMap((one) => meant({ named: [one] }))
    return [...new Set(ids)].flatMap((id) => this.policy(id, day) ?? [])
  }

  /** What of a policy a message's words stand in. */
  passageIn(policy: Policy, text: string, sure: boolean): Passage | null {
    return pastAge(policy, text) ?? this.passages.find(policy, text, sure)
  }
}

/** What residents call it. */
export const namesOf = ({ title, aliases, cues }: Policy): string[] => [title, ...aliases, ...cues]

/** Policies named outright. */
export const meant = ({ named }: Pick<Reading, 'named'>): string[] =>
  named.flatMap(({ name }) => name.means.filter(({ kind }) => kind === 'name').map(({ policy }) => policy))
