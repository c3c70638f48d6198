/** What the assistant knows, ready to be asked. */
import { askedAspect } from './aspects.ts'
import { findDanger } from './danger.ts'
import type { DangerType } from './danger-words.ts'
import { Ear } from './ear.ts'
import { askedHotline, type Hotline } from './hotlines.ts'
import { Learned } from './learned.ts'
import { type Inventory, OTHERWISE, type Otherwise } from './load.ts'
import type { LocalArea } from './local.ts'
import { type Cut, type Pieces, Vocabulary } from './pieces.ts'
import { type Aspect, inForce, type Policy } from './policy.ts'
import type { Example } from './postings.ts'
import { findElsewhere } from './scope.ts'
import { type Hit, PolicySearch, type Ranking, type Reading } from './search.ts'
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
      followsUp: boolean
    }
  /** Two or three are honestly possible. */
  | { kind: 'clarify'; policies: Policy[]; aspect: Aspect | null }
  /** Not a question about a policy but a plea for help, or after an application already made. */
  | { kind: 'wish'; wish: 'help' | 'progress' }
  /** The number of a hotline. */
  | { kind: 'hotline'; hotline: Hotline }
  /** Not social assistance. */
  | { kind: 'elsewhere'; subject: string | null; ask: string | null }
  /** Nothing in force fits. */
  | { kind: 'nothing' }

type Kind = 'policy' | Otherwise

// The limits below are log-odds, set on labelled questions with margin on both sides.

/** Below this no policy is likelier than chance. */
const LEAST_SCORE = -5
/** A message that may be about nothing we know must fit better. */
const LEAST_STRANGE = 4
const FAMILIAR = 0.6
/** A message this little likelier about a policy than about anything else may be about nothing. */
const HARDLY = 2
/** A second policy this close to the best is as likely, unless one was named. */
const AS_LIKELY = 1
/** The best and two more are told of. */
const SHOWN = 3
/** How much likelier one kind of message must be than the other before the rules for subjects are passed over. */
const AHEAD = {
  help: 4,
  helpAsking: 12,
  helpClear: 15,
  progress: 10,
  elsewhere: 0,
  elsewhereClear: 14,
  policy: 16,
} as const
/** From here on a policy is clearly meant, whatever other subject is touched. */
const CLEAR_SCORE = 28
/** A follow-up is short: beyond this many characters people tell something new. */
const FOLLOW_UP_LENGTH = 24
/** A remark as short as 我是他姑姑 belongs to what was said before, unless it names something. */
const SHORT_REMARK = 6
const SHORT_QUESTION = 12
const SAYS_NOTHING = 9
/** Words that say this little by themselves lean on what was said before. */
const SAYS_LITTLE = 14

/**
 * How much a rule's word weighs beside the ear's, in log-odds. A wish to die is never argued away; fire and
 * illness are told of long afterwards.
 */
const RULE_WEIGHS: Record<DangerType, number> = {
  self_harm: Number.POSITIVE_INFINITY,
  starvation: 6,
  child_danger: 5,
  domestic_violence: 4,
  medical_emergency: 3,
  disaster_fire: 3,
}

/** What the ear must hear, in log-odds, when no rule does. */
const HEARD_ALONE = 0.7

/** A short question that nearly means the last subject by itself means it. */
const NEARLY_MEANT = 10

/** What somebody already has, or an office, rather than what they ask about: 像我这种有低保的, 找医保局. */
const STATUS =
  /(?:医保|民政|教育|人社|卫健|劳动|住建|司法)(?:局|所|办|那边)?|(?:有|是|吃|领|拿)(?:着)?(?:低保|五保|特困|残疾证)的?|(?:低保|五保|特困)户/g
const HOW_LONG = /多久|多长时间|几天|多少天/
const ASKING = /[?？吗呢]|怎么|咋|多少|哪|什么|啥|能不能|可不可以|行不行|是不是|有没有|几/

export class Knowledge {
  readonly policies: ReadonlyMap<string, Policy>
  readonly locals: readonly LocalArea[]
  readonly #hotlines: readonly Hotline[]
  readonly #vocabulary = new Vocabulary()
  readonly #search: PolicySearch
  readonly #kinds: Learned<Kind>
  readonly #ear: Ear

  constructor(inventory: Inventory) {
    this.policies = new Map(inventory.policies.map((policy) => [policy.id, policy]))
    this.locals = inventory.locals
    this.#hotlines = inventory.hotlines
    const otherwise = OTHERWISE.flatMap((kind) => inventory.otherwise[kind])
    const cutOf = remembering((text) => this.#vocabulary.learn(content(text)))
    this.#search = new PolicySearch(
      inventory.policies,
      inventory.examples,
      otherwise,
      cutOf,
      this.#vocabulary,
    )
    this.#kinds = new Learned(kindLessons(inventory, cutOf), this.#vocabulary)
    const danger = new Map([...inventory.danger].map(([type, texts]) => [type, texts.map(cutOf)]))
    const calm = [...inventory.lookalikes, ...policyMessages(inventory), ...otherwise]
    this.#ear = new Ear(danger, calm.map(cutOf), this.#vocabulary)
  }

  /** Policies that fit, best first; only those in force on `day` (`YYYY-MM-DD`). */
  search(text: string, day: string, limit = 5): Hit[] {
    return this.#search.rank(this.#search.read(text), day).best(limit)
  }

  /** The words of a message that speak most for a policy. */
  why(text: string, policy: Policy): string[] {
    return this.#search.why(this.#search.read(text), policy)
  }

  /**
   * The danger a message tells of, or null: by the rules, unless what was learned says it only sounds so, or
   * because what was learned hears it though no rule does.
   */
  danger(text: string): DangerType | null {
    const ruled = findDanger(text)
    const pieces = this.#vocabulary.read(content(text))
    const strength = this.#ear.strength(pieces) + (ruled ? RULE_WEIGHS[ruled] : 0)
    if (strength <= (ruled ? 0 : HEARD_ALONE)) return null
    return ruled ?? this.#ear.type(pieces)
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
    const hotline = askedHotline(text, this.#hotlines)
    if (hotline) return { kind: 'hotline', hotline }
    const aspect = askedAspect(text)
    const reading = this.#search.read(text)
    const ranking = this.#search.rank(reading, day)
    const [best, ...rest] = ranking.best(SHOWN)
    const known = topic ? this.policy(topic.policy, day) : undefined
    if (topic && known && best && this.#followsUp(text, topic, best, ranking, aspect)) {
      return { kind: 'answer', policy: known, aspect, others: [], followsUp: true }
    }
    const named = meant(reading).length > 0
    const { kind, ahead, familiarity } = this.#kindOf(reading.pieces)
    const pleads = kind === 'help' && ahead > AHEAD.helpClear
    const clearly =
      named || pleads || (best?.score ?? 0) > CLEAR_SCORE || (kind === 'policy' && ahead > AHEAD.policy)
    const subject = findElsewhere(text, named ? 'named' : clearly ? 'clear' : 'open')
    if (subject) return { kind: 'elsewhere', ...subject }
    if (kind === 'progress' && ahead > AHEAD.progress && !HOW_LONG.test(text)) {
      return { kind: 'wish', wish: 'progress' }
    }
    if (kind === 'help' && ahead > (ASKING.test(text) ? AHEAD.helpAsking : AHEAD.help)) {
      return { kind: 'wish', wish: 'help' }
    }
    if (kind === 'elsewhere' && ahead > (clearly ? AHEAD.elsewhereClear : AHEAD.elsewhere)) {
      return { kind: 'elsewhere', subject: null, ask: null }
    }
    const strange = familiarity < FAMILIAR || (kind === 'policy' && ahead < HARDLY)
    if (!best || best.score < (strange ? LEAST_STRANGE : LEAST_SCORE)) return { kind: 'nothing' }
    const close = rest.filter((hit) => hit.behind < AS_LIKELY).slice(0, 2)
    if (close.length > 0 && !named) {
      return { kind: 'clarify', policies: [best, ...close].map((hit) => hit.policy), aspect }
    }
    const others = rest.slice(0, 2).map((hit) => hit.policy)
    return {
      kind: 'answer',
      policy: best.policy,
      aspect,
      others,
      followsUp: false,
    }
  }

  /** The likeliest kind of message, and how far ahead: of a policy question, or of the next kind if it is one. */
  #kindOf(pieces: Pieces): { kind: Kind; ahead: number; familiarity: number } {
    const { scores, familiarity } = this.#kinds.judge(pieces)
    const inOrder = this.#kinds.labels
      .map((kind, place) => ({ kind, score: scores[place] ?? 0 }))
      .sort((a, b) => b.score - a.score)
    const [best, second] = inOrder
    if (!best || !second) return { kind: 'policy', ahead: 0, familiarity }
    const rival = best.kind === 'policy' ? second : inOrder.find(({ kind }) => kind === 'policy')
    return { kind: best.kind, ahead: best.score - (rival ?? second).score, familiarity }
  }

  /** Whether a short question leans on what was said before instead of bringing its own subject. */
  #followsUp(text: string, topic: Topic, best: Hit, ranking: Ranking, aspect: Aspect | null): boolean {
    const length = content(text).replaceAll(' ', '').length
    if (length > FOLLOW_UP_LENGTH) return false
    const named = meant(this.#search.read(text.replace(STATUS, ' ')))
    if (named.length > 0 && !named.includes(topic.policy)) return false
    if (best.policy.id === topic.policy) return true
    if (findElsewhere(text, 'open')) return false
    const leans =
      aspect !== null ||
      length <= SHORT_REMARK ||
      (length <= SHORT_QUESTION && best.score < SAYS_NOTHING) ||
      /^(?:那|还|也|再|然后|另外|这|它|如果|要是|我妈|我爸|他|她|要不要|需要|先|必须)|这个钱|这钱|那份/.test(
        text.trim(),
      ) ||
      /[呢吗不么][？?。]?$/.test(text)
    if (!leans) return false
    return best.score < SAYS_LITTLE || ranking.behind(topic.policy) < NEARLY_MEANT
  }
}

/** Policies named outright. */
const meant = ({ named }: Reading) =>
  named.flatMap(({ name }) => name.means.filter(({ kind }) => kind === 'name').map(({ policy }) => policy))

/** Messages about policies, as residents write them. */
const policyMessages = ({ policies, examples }: Inventory) =>
  policies.flatMap((policy) => [...policy.questions, ...(examples.get(policy.id) ?? [])])

function kindLessons(inventory: Inventory, cutOf: (text: string) => Cut): Map<Kind, Example[]> {
  const whole = (texts: readonly string[]) => texts.map((text) => ({ cut: cutOf(text), weight: 1 }))
  return new Map<Kind, Example[]>([
    ['policy', whole(policyMessages(inventory))],
    ...OTHERWISE.map((kind): [Kind, Example[]] => [kind, whole(inventory.otherwise[kind])]),
  ])
}

/** The same function, which does nothing twice. */
function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const now = compute(text)
    known.set(text, now)
    return now
  }
}
