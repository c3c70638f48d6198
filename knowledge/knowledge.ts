/** What the assistant knows, ready to be asked. */
import { askedAspect } from './aspects.ts'
import type { Inventory } from './load.ts'
import type { LocalArea } from './local.ts'
import type { Aspect, Policy } from './policy.ts'
import { inForce } from './policy.ts'
import { findElsewhere } from './scope.ts'
import { type Hit, PolicySearch } from './search.ts'
import { content } from './terms.ts'

/** What was last talked about. */
export interface Topic {
  policy: string
  /** The resident's words that led to it. */
  said: string
}

/** What a question comes to. */
export type Finding =
  /** One policy answers; `others` may matter as well. */
  | {
      kind: 'answer'
      policy: Policy
      aspect: Aspect | null
      others: Policy[]
      why: string[]
      followsUp: boolean
    }
  /** Two or three are honestly possible. */
  | { kind: 'clarify'; policies: Policy[]; aspect: Aspect | null }
  /** Not social assistance. */
  | { kind: 'elsewhere'; subject: string; ask: string | null }
  /** Nothing in force fits. */
  | { kind: 'nothing' }

/** Below this the best policy is no better than chance. Found by measuring labelled questions. */
const LEAST_SCORE = 16
/** From this part of the best one's score on, a second policy is as likely. */
const AS_LIKELY = 0.93
/** A follow-up is short: beyond this many characters people tell something new. */
const FOLLOW_UP_LENGTH = 24

export class Knowledge {
  readonly policies: ReadonlyMap<string, Policy>
  readonly locals: readonly LocalArea[]
  readonly #search: PolicySearch

  constructor(inventory: Inventory) {
    this.policies = new Map(inventory.policies.map((policy) => [policy.id, policy]))
    this.locals = inventory.locals
    this.#search = new PolicySearch(inventory.policies)
  }

  /** Policies that fit, best first; only those in force on `day` (`YYYY-MM-DD`). */
  search(text: string, day: string, limit?: number): Hit[] {
    return this.#search.search(text, day, limit)
  }

  /** A policy in force on `day`, or undefined. */
  policy(id: string, day: string): Policy | undefined {
    const policy = this.policies.get(id)
    return policy && inForce(policy, day) ? policy : undefined
  }

  /** The area whose figures we hold that a message names. */
  areaIn(text: string): LocalArea | null {
    return (
      this.locals.find((local) => [local.area, ...local.aliases].some((name) => text.includes(name))) ?? null
    )
  }

  /**
   * What a message asks, given what was talked about before.
   *
   * @param day the resident's date, `YYYY-MM-DD`
   */
  consult(text: string, topic: Topic | null, day: string): Finding {
    const aspect = askedAspect(text)
    const hits = this.#search.search(text, day)
    const named = this.#search
      .namesIn(text)
      .some((found) => found.name.means.some((one) => one.kind === 'name'))
    const known = topic ? this.policy(topic.policy, day) : undefined
    if (topic && known && this.#followsUp(text, topic, known, hits, named, aspect, day)) {
      const why = ['接着上面问的']
      return { kind: 'answer', policy: known, aspect, others: [], why, followsUp: true }
    }
    if (!named) {
      const elsewhere = findElsewhere(text)
      if (elsewhere) return { kind: 'elsewhere', ...elsewhere }
    }
    const [best, second, third] = hits
    if (!best || best.score < LEAST_SCORE) return { kind: 'nothing' }
    if (second && second.score >= best.score * AS_LIKELY && !named) {
      const policies = [best, second, ...(third && third.score >= best.score * AS_LIKELY ? [third] : [])]
      return { kind: 'clarify', policies: policies.map((hit) => hit.policy), aspect }
    }
    const others = hits.slice(1, 3).map((hit) => hit.policy)
    return { kind: 'answer', policy: best.policy, aspect, others, why: best.why, followsUp: false }
  }

  /** Whether a short question leans on what was said before instead of bringing its own subject. */
  #followsUp(
    text: string,
    topic: Topic,
    known: Policy,
    hits: readonly Hit[],
    named: boolean,
    aspect: Aspect | null,
    day: string,
  ): boolean {
    const short = content(text).replaceAll(' ', '').length <= FOLLOW_UP_LENGTH
    if (!short) return false
    const best = hits[0]
    if (named && best && best.policy.id !== known.id) return false
    const leans =
      /^(?:那|还|也|再|然后|另外|这个|它|如果|要是|我妈|我爸|他|她)/.test(text.trim()) ||
      /呢[？?。]?$/.test(text)
    if (aspect === null && !leans) return false
    if (!best || best.score < LEAST_SCORE || best.policy.id === known.id) return true
    const together = this.#search.search(`${topic.said} ${text}`, day, 3)
    return together.some((hit) => hit.policy.id === known.id)
  }
}
