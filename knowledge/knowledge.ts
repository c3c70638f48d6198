/** What the assistant knows, ready to be asked. */
import type { Part } from './answer.ts'
import { askedAspect, asksIfPaperNeeded, sideAlone } from './aspects.ts'
import { askedChapters, type Chapter, namedIn, policiesOf } from './chapters.ts'
import type { CommonQuestion, CommonWish } from './common-questions.ts'
import { findDanger, tellsOfThings } from './danger.ts'
import type { DangerType } from './danger-words.ts'
import { inCommonWords } from './dialect.ts'
import { Ear } from './ear.ts'
import { askedHotline, type Hotline } from './hotlines.ts'
import { lengthOf, outgrows, TURNS_AWAY, withoutPeople, worthInMind } from './in-mind.ts'
import { type Kept, type Kind, learn } from './learn.ts'
import { Learned } from './learned.ts'
import type { Inventory } from './load.ts'
import type { LocalArea } from './local.ts'
import { Nearest } from './nearest.ts'
import { type Passage, Passages, whereIn } from './passages.ts'
import { type Pieces, Vocabulary } from './pieces.ts'
import { Pinyin } from './pinyin.ts'
import { placeAlone, registrationAlone } from './places.ts'
import { tellsOfPlight } from './plight.ts'
import { type Aspect, inForce, type Policy } from './policy.ts'
import { findElsewhere } from './scope.ts'
import { type Hit, PolicySearch, type Reading } from './search.ts'
import {
  besideEachOther,
  comparedBy,
  needsIn,
  partsCompared,
  questionsIn,
  takeSidesApart,
  tellsOfBoth,
} from './several.ts'
import { content } from './terms.ts'

/** What was last talked about. */
export interface Topic {
  policy: string
  /** The resident's words that led to it. */
  said: string
  /** How many messages in a row it did not answer; none where left out. */
  loose?: number | undefined
}

/** What a question comes to. */
export type Finding =
  /** One policy answers; `others` may matter as well. */
  | {
      kind: 'answer'
      policy: Policy
      /** The side asked for outright. */
      aspect: Aspect | null
      /** What in the policy's text the question's own words stand in. */
      passage: Passage | null
      others: Policy[]
      followsUp: boolean
      /** What was asked besides: another side of it, or another policy. */
      more?: Part[]
    }
  /** Whether two can be had together, of which neither says anything. */
  | { kind: 'both'; policies: [Policy, Policy] }
  /** Nothing but a place, after an answer: how it is there. */
  | { kind: 'place'; place: string; policy: Policy }
  /** What there is for whom, asked as such. */
  | { kind: 'chapters'; chapters: Chapter[]; policies: Policy[] }
  /** Two or three are honestly possible. */
  | { kind: 'clarify'; policies: Policy[]; aspect: Aspect | null }
  /** Not a question about a policy but a plea for help, after an application already made, or for somebody to talk to. */
  | { kind: 'wish'; wish: 'help' | 'progress' | CommonWish }
  /** A question about asking for help as such. */
  | { kind: 'common'; question: Extract<CommonQuestion, { answer: string }> }
  /** The number of a hotline. */
  | { kind: 'hotline'; hotline: Hotline }
  /** Not social assistance. */
  | { kind: 'elsewhere'; subject: string | null; ask: string | null }
  /** Nothing in force fits. */
  | { kind: 'nothing' }

/** What an answer tells, in order. */
export const partsOf = ({
  policy,
  aspect,
  passage,
  more = [],
}: Extract<Finding, { kind: 'answer' }>): [Part, ...Part[]] => [
  { policy, aspect: passage?.aspect ?? aspect, line: passage?.line ?? null },
  ...more,
]

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
/** So little speaks for a policy that others nearly as likely are offered beside it. */
const WEAK_SCORE = 8
const AS_LIKELY_WEAK = 2.5
/** Less than this speaks for no policy in a need told among others. */
const LEAST_OF_NEED = 3
/** Less than this tells of no policy in a part of a comparison. */
const LEAST_OF_PART = 6
/** So much is answered at once; who asked more asks again. */
const AT_ONCE = 2
/** The best and two more are told of. */
const SHOWN = 3
/** How much likelier one kind of message must be than the other before the rules for subjects are passed over. */
const AHEAD = {
  help: 4,
  helpAsking: 12,
  helpFollowing: 12,
  helpClear: 15,
  progress: 10,
  elsewhere: 0,
  elsewhereClear: 14,
  elsewhereFollowing: 13,
  progressFollowing: 15,
  policy: 16,
  plight: 4,
  need: 9,
  common: 0,
  commonLikely: 6,
  commonFollowing: 8,
  commonRemarked: 3,
  commonClear: 14,
} as const
/** From here on a policy is clearly meant, whatever other subject is touched. */
const CLEAR_SCORE = 28
/** From here on a policy is meant rather than help as such. */
const LIKELY_SCORE = 12
/** Of 南京呢, a word in no policy's name: so many characters at most, and how much likelier what was said is then. */
const TINY = 5
const WHAT_ABOUT = /^那?(\p{Script=Han}{2,4}?)(?:那个|这个|的事|的钱)?呢[?？。！!\s]*$/u
const IN_MIND_TINY = 60
/** What else the earlier words may have meant is less likely than what was told by at least so much. */
const NOT_TOLD = 3
/** Less than this in what a remark says itself does not bring up what else the earlier words may have meant. */
const LEAST_OF_REMARK = 6
/** Less than this brings nothing else at all. */
const REMARK_BRINGS = 9
/** A policy that a message's own words speak for so clearly is meant, whatever other subject they touch. */
const MEANT_ITSELF = { score: 8, behind: 6 } as const

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

/** Where no rule speaks and the ear hears between these, in log-odds, the nearest examples are asked as well. */
const IN_DOUBT = { from: -1.5, to: 4 } as const
/** What they weigh: the log-odds of being as near as can be to danger, and to nothing else. */
const NEARNESS_WEIGHS = 40
/** What both must come to. */
const HEARD_ALONE = -0.6
/** What they must come to in an answer to what we asked, e.g. where somebody lives or what they need. */
const HEARD_ANSWERING = 1.2
/** And in a message that names a policy outright: most such complain of it, and a rule hears most that do not. */
const HEARD_NAMING = 4
/** Shorter words (我自己, 在吗) say too little for the ear: only a rule finds danger in them. In characters. */
const HEARD_FROM = 6

/** What somebody is, and nothing asked: 我是低保户. */
const BARE_STATUS =
  /^(?:你好|您好)?[，,\s]*(?:我|俺|我们|我家|俺家)(?:家)?(?:就)?(?:是|属于|吃)(?:个|的)?(?:低保户?|五保户?|特困户?|残疾人|脱贫户|监测户|退伍军人|退役军人|困难户|孤寡老人|留守老人)[的啊呀\s。，！!]*$/
/** Who or what somebody is, told and not asked: 我是工伤断的腿. */
const REMARK = /^(?:我|俺|他|她)(?:是|有|没|在|家)|^也?没有?/
/** What only a benefit already spoken of can be: 户口迁到外省了还能领不. */
const RECEIVES =
  /还?能(?:不能)?(?:申请|申|领|享受|发|报|评)|还(?:发|给|领|有份)|(?:发不发|给不给|领不领)|几号(?:发|到|打)|给(?:补|报)/
/** 以前他打过我，现在离了，想问低保. */
const ASKS_OUTRIGHT = /[，。！？,!?\s](?:我|就|只)*(?:想|要)?(?:问问?|咨询|打听|了解)(?:一下|下)?(.{2,20})$/u
const HOW_LONG = /多久|多长时间|几天|多少天|(?:什么|啥|几)时候?(?:发|报|申请|退|开始)/
/** A longer message tells of what kind a hardship is, though no word here says so. In characters. */
const PLIGHT_TO = 20
/** Sides about which something holds for help of every kind. */
const OF_ANY: ReadonlySet<Aspect> = new Set(['where', 'steps', 'proxy'])
/** 欠我3个月工资找谁要 is of wages whatever was spoken of. */
const BRINGS_WAGES = /(?:欠|拖欠|克扣|不发)(?!费).{0,6}(?:工资|工钱|薪)/
/** 社区说不归他们管: of what was spoken of, and no complaint of its own. */
const SENT_AWAY = /不归(?:他|她|我|咱|俺)?们?.{0,3}管|推来推去|踢(?:来踢去|皮球)|不(?:肯|愿意?)?受理/
/** 身份证丢了可以办不. */
const ENDS_ASKING = /[能行办给发领要有可以会成下得]\p{Script=Han}{0,2}[不没][\s。！!]*$/u
/** 要不要, 该不该: asks without a question word. */
const EITHER_OR = /(\p{Script=Han})不\1/u
/** 我问下护理的, 交警说有个基金: asks as well. */
const ASKING =
  /[?？吗呢]|怎么|咋|多少|哪|什么|啥|能不能|可不可以|行不行|是不是|有没有|几|问[下问]|问一下|咨询|打听|听[说讲]|[说讲]有(?:个|一|什么)/

export class Knowledge {
  #policies: ReadonlyMap<string, Policy>
  #locals: readonly LocalArea[]
  #hotlines: readonly Hotline[]
  #vocabulary: Vocabulary
  #search: PolicySearch
  #common: ReadonlyMap<string, CommonQuestion>
  #chapters: readonly Chapter[]
  #kinds: Learned<Kind>
  #whichCommon: Learned<string>
  #ear: Ear
  #nearest: Nearest
  #pinyin: Pinyin | null = null
  #passages: Passages | null = null

  constructor(kept: Kept) {
    this.#policies = new Map(kept.policies.map((policy) => [policy.id, policy]))
    this.#locals = kept.locals
    this.#hotlines = kept.hotlines
    this.#vocabulary = new Vocabulary(kept.vocabulary)
    this.#search = new PolicySearch(kept.policies, kept.search, this.#vocabulary)
    this.#common = new Map(kept.common.map((question) => [question.id, question]))
    this.#chapters = kept.chapters
    this.#kinds = new Learned(kept.kinds, this.#vocabulary)
    this.#whichCommon = new Learned(kept.whichCommon, this.#vocabulary)
    this.#ear = new Ear(kept.ear, this.#vocabulary)
    this.#nearest = new Nearest(kept.nearest)
  }

  /** Every policy by its id, in force or not; another map after {@link become}. */
  get policies(): ReadonlyMap<string, Policy> {
    return this.#policies
  }

  /** Areas whose figures are held; another list after {@link become}. */
  get locals(): readonly LocalArea[] {
    return this.#locals
  }

  /** What whoever says of nothing what they want to know chooses from; another list after {@link become}. */
  get menu(): Chapter[] {
    return this.#chapters.filter(({ menu }) => menu)
  }

  /** From now on knows what `other` knows, and nothing else: whoever holds this one asks the new inventory. */
  become(other: Knowledge): void {
    this.#policies = other.#policies
    this.#locals = other.#locals
    this.#hotlines = other.#hotlines
    this.#vocabulary = other.#vocabulary
    this.#search = other.#search
    this.#common = other.#common
    this.#chapters = other.#chapters
    this.#kinds = other.#kinds
    this.#whichCommon = other.#whichCommon
    this.#ear = other.#ear
    this.#nearest = other.#nearest
    this.#pinyin = null
    this.#passages = null
  }

  /** Learns from an inventory, half a second's work. */
  static from(inventory: Inventory): Knowledge {
    return new Knowledge(learn(inventory))
  }

  /** Builds now what is otherwise built when a message first needs it. */
  prepare(): void {
    this.#search.prepare()
    this.#passages ??= new Passages(this.#policies.values())
  }

  /** Policies that fit, best first; only those in force on `day` (`YYYY-MM-DD`). */
  search(text: string, day: string, limit = 5): Hit[] {
    return this.#search.rank(this.#search.read(text), day).best(limit)
  }

  /** A message in common words: words typed as pinyin written out (dibao, 低bao), dialect where it says the same. */
  written(typed: string): string {
    const text = inCommonWords(typed)
    if (!/[a-z]{2}/i.test(text)) return text
    this.#pinyin ??= new Pinyin([...this.#policies.values()].flatMap(namesOf))
    return this.#pinyin.written(text)
  }

  /** Whether a message names a policy outright, rather than telling of a need. */
  names(text: string): boolean {
    return meant(this.#search.read(text)).length > 0
  }

  /** Whether a message asks what there is for somebody, as such: 残疾人有什么补助. */
  asksWhatThereIs(text: string): boolean {
    return askedChapters(text, this.#chapters).length > 0
  }

  /** The words of a message that speak most for a policy. */
  why(text: string, policy: Policy): string[] {
    return this.#search.why(this.#search.read(text), policy)
  }

  /**
   * The danger a message tells of, or null: by the rules, unless what was learned says it only sounds so, or
   * because what was learned hears it though no rule does.
   *
   * @param answering whether it answers a question of ours, so that it is most likely that answer
   */
  danger(text: string, answering = false): DangerType | null {
    const ruled = findDanger(text)
    const words = content(text)
    if (ruled === null && words.length < HEARD_FROM) return null
    const pieces = this.#vocabulary.read(words)
    const strength = this.#ear.strength(pieces)
    if (ruled) return strength + RULE_WEIGHS[ruled] > 0 ? ruled : null
    if (strength <= IN_DOUBT.from) return null
    const heard =
      strength < IN_DOUBT.to ? strength + NEARNESS_WEIGHS * this.#nearest.leaning(pieces) : strength
    if (heard <= (answering ? HEARD_ANSWERING : HEARD_ALONE)) return null
    const type = this.#ear.type(pieces)
    // Whoever lost all may mean to die of it: that is never explained away.
    if (type !== 'self_harm' && tellsOfThings(text)) return null
    return heard > HEARD_NAMING || !this.names(text) ? type : null
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
    return (
      this.#besideEachOther(text, topic, day) ??
      this.#oneByOne(text, day) ??
      this.#needOfEach(text, day) ??
      this.#withSides(text, topic, day)
    )
  }

  /** 低保和特困有什么区别, 能同时领吗: of two policies named, or of one beside the one in mind. */
  #besideEachOther(text: string, topic: Topic | null, day: string): Finding | null {
    const how = besideEachOther(text)
    if (how === null) return null
    const named = this.#namedIn(text, day)
    const spokenOf = topic ? this.policy(topic.policy, day) : undefined
    const [left, right] = partsCompared(text) ?? []
    const before = (left && this.#subjectOf(left, named, day)) ?? spokenOf
    const after = right === undefined ? undefined : this.#subjectOf(right, named, day)
    const [one, other] = before && after && before !== after ? [before, after] : asPair(named, spokenOf)
    if (!one || !other) return null
    if (how === 'difference') {
      const aspect = comparedBy(text)
      return answerOf([one, other].map((policy) => ({ policy, aspect, line: null })))
    }
    // 吃着低保，又有高龄津贴，还能拿护理补贴吗: the last beside each of the others.
    const pairs = named.length > 2 ? named.slice(0, -1).map((each) => [each, named.at(-1)]) : [[one, other]]
    const parts = pairs.flatMap(([each, last]) => (each && last ? tellsOfBoth(each, last) : []))
    return parts.length > 0 ? answerOf(parts.slice(0, AT_ONCE)) : { kind: 'both', policies: [one, other] }
  }

  /** What a part of a comparison names, or tells of by no name of its own: 和残疾补贴能一起领吗. */
  #subjectOf(part: string, named: readonly Policy[], day: string): Policy | undefined {
    const here = this.#namedIn(part, day).filter((policy) => named.includes(policy))
    if (here.length === 1) return here[0]
    const [best] = this.search(part, day, 1)
    return best && best.score > LEAST_OF_PART ? best.policy : here[0]
  }

  /** 有高龄津贴吗？还有低保怎么办: questions that each name another policy. */
  #oneByOne(text: string, day: string): Finding | null {
    const questions = questionsIn(text).filter((one) => !isRemark(one) && this.names(one))
    if (questions.length < 2) return null
    const parts: Part[] = []
    for (const question of questions) {
      const found = this.#withSides(question, null, day)
      if (found.kind !== 'answer' || parts.some(({ policy }) => policy === found.policy)) continue
      parts.push(partsOf(found)[0])
    }
    return parts.length < 2 ? null : answerOf(parts.slice(0, AT_ONCE))
  }

  /** 孩子上学没钱，老人看病也没钱: what each need speaks for, to choose from, where no policy is named. */
  #needOfEach(text: string, day: string): Finding | null {
    const needs = needsIn(text)
    if (needs.length === 0 || this.names(text)) return null
    const [clear] = this.search(text, day, 1)
    if (clear && clear.score > LIKELY_SCORE) return null
    const policies = new Set<Policy>()
    for (const need of needs) {
      const [best] = this.search(need, day, 1)
      if (best && best.score > LEAST_OF_NEED) policies.add(best.policy)
    }
    return policies.size < 2
      ? null
      : { kind: 'clarify', policies: [...policies].slice(0, SHOWN), aspect: null }
  }

  /** 低保要什么材料，多久能批: a question, and more sides of what it is about. */
  #withSides(text: string, topic: Topic | null, day: string): Finding {
    const { rest, sides } = takeSidesApart(text)
    const spokenOf = rest === '' && sides.length > 1 ? topic && this.policy(topic.policy, day) : null
    const found = spokenOf ? followingUp(spokenOf, null) : this.#one(text, topic, day)
    if (found.kind !== 'answer' || sides.length === 0) return found
    const { policy } = found
    const passage = isRemark(rest) ? null : this.#passageIn(policy, rest, true)
    const first = isRemark(rest) ? null : (passage?.aspect ?? askedAspect(rest))
    const asked = [...new Set([...(first ? [first] : []), ...sides])].slice(0, AT_ONCE)
    const [aspect, ...more] = asked
    if (aspect === undefined || more.length === 0) return found
    return {
      ...found,
      aspect,
      passage: aspect === first ? passage : null,
      more: more.map((one) => ({ policy, aspect: one, line: null })),
    }
  }

  /** Policies in force that a message names, in its order. */
  #namedIn(text: string, day: string): Policy[] {
    const { named } = this.#search.read(text)
    const ids = [...named].sort((one, other) => one.at - other.at).flatMap((one) => meant({ named: [one] }))
    return [...new Set(ids)].flatMap((id) => this.policy(id, day) ?? [])
  }

  /** What a message asks that asks one thing. */
  #one(text: string, topic: Topic | null, day: string): Finding {
    const hotline = askedHotline(text, this.#hotlines)
    if (hotline) return { kind: 'hotline', hotline }
    const isStatus = topic === null && BARE_STATUS.test(text.trim())
    const chapters = isStatus
      ? namedIn(text.replace(/[\s\p{P}]+/gu, ''), this.#chapters)
      : askedChapters(text, this.#chapters)
    if (chapters.length > 0) return this.#thereIs(chapters, day)
    if (isStatus) return { kind: 'wish', wish: 'policies' }
    const spokenOf = topic && this.policy(topic.policy, day)
    const place = spokenOf ? placeAlone(text) : null
    if (spokenOf && place !== null) return { kind: 'place', place, policy: spokenOf }
    // Where to apply follows from where one is registered.
    if (spokenOf && registrationAlone(text)) return followingUp(spokenOf, 'where')
    const word = spokenOf && WHAT_ABOUT.exec(text.trim())?.[1]
    const passageOfWord = word && !this.names(word) && whereIn(spokenOf, word)
    if (passageOfWord) return { ...followingUp(spokenOf, passageOfWord.aspect), passage: passageOfWord }
    if (spokenOf && SENT_AWAY.test(text)) return followingUp(spokenOf, 'appeal')
    if (spokenOf && asksIfPaperNeeded(text)) {
      const passage = this.#passageIn(spokenOf, text, false)
      return { ...followingUp(spokenOf, 'materials'), passage }
    }
    const asked = this.#askedOutright(text)
    const aspect = askedAspect(asked)
    const reading = this.#search.read(asked)
    const ranking = this.#search.rank(reading, day)
    const [best, ...rest] = ranking.best(SHOWN)
    const { kind, ahead, familiarity } = this.#kindOf(reading.pieces)
    const [followed, ...beside] = BRINGS_WAGES.test(text) ? [] : this.#following(text, topic, day)
    const common = kind === 'common' ? this.#commonOf(reading.pieces) : undefined
    // What speaks for the subject by itself is of it: 老板把我微信删了 after unpaid wages.
    const itsOwn = best?.policy.id === followed?.policy.id && (best?.score ?? 0) > LIKELY_SCORE
    const aside = isRemark(text) ? AHEAD.commonRemarked : AHEAD.commonFollowing
    const sure = itsOwn ? AHEAD.commonClear : aside
    if (followed && common && ahead > sure) {
      const spoken = followed.policy.id === topic?.policy
      const ofThis =
        spoken &&
        (common.ofPolicy === true ||
          aspect === 'proxy' ||
          this.#passageIn(followed.policy, asked, true) !== null)
      if (!ofThis) return findingOf(common)
    }
    if (best && followed) {
      const behind = ranking.behind(followed.policy.id)
      if (!strays(text, kind, ahead, { score: best.score - behind, behind })) {
        const others = beside.map((hit) => hit.policy)
        const passage = this.#passageIn(followed.policy, asked, aspect !== null)
        return { kind: 'answer', policy: followed.policy, aspect, passage, others, followsUp: true }
      }
    }
    const named = meant(reading).length > 0
    const pleads = kind === 'help' && ahead > AHEAD.helpClear
    const clearly =
      named || pleads || (best?.score ?? 0) > CLEAR_SCORE || (kind === 'policy' && ahead > AHEAD.policy)
    const alone = topic === null ? sideAlone(text) : null
    const ofAny = alone !== null && OF_ANY.has(alone)
    if (alone !== null && (ofAny || kind !== 'progress'))
      return common && ofAny ? findingOf(common) : { kind: 'wish', wish: 'policies' }
    const subject = findElsewhere(text, named ? 'named' : clearly ? 'clear' : 'open')
    if (subject) return { kind: 'elsewhere', ...subject }
    if (kind === 'progress' && ahead > AHEAD.progress && !HOW_LONG.test(text)) {
      return { kind: 'wish', wish: 'progress' }
    }
    if (kind === 'help' && ahead > (ASKING.test(text) ? AHEAD.helpAsking : AHEAD.help)) {
      return { kind: 'wish', wish: 'help' }
    }
    const likely = (best?.score ?? 0) > LIKELY_SCORE
    const plight = !named && !likely && reading.words.length <= PLIGHT_TO && tellsOfPlight(text)
    if (plight && !((kind === 'common' || kind === 'elsewhere') && ahead > AHEAD.plight))
      return { kind: 'wish', wish: ASKING.test(text) ? 'policies' : 'help' }
    if (common && ahead > (clearly ? AHEAD.commonClear : likely ? AHEAD.commonLikely : AHEAD.common))
      return findingOf(common)
    if (kind === 'elsewhere' && ahead > (clearly ? AHEAD.elsewhereClear : AHEAD.elsewhere)) {
      return { kind: 'elsewhere', subject: null, ask: null }
    }
    const strange = familiarity < FAMILIAR || (kind === 'policy' && ahead < HARDLY)
    if (!best || best.score < (strange ? LEAST_STRANGE : LEAST_SCORE)) {
      // Long stories speak for many policies and so for none: whoever surely tells of a need may choose.
      if (!best || kind !== 'policy' || ahead < AHEAD.need) return { kind: 'nothing' }
      return { kind: 'clarify', policies: [best, ...rest].map((hit) => hit.policy), aspect }
    }
    const near = best.score < WEAK_SCORE ? AS_LIKELY_WEAK : AS_LIKELY
    // Who tells and asks nothing of what little speaks for any policy may have meant none of them.
    const told = best.score < WEAK_SCORE && !ASKING.test(text)
    const close = rest.filter((hit) => told || hit.behind < near).slice(0, 2)
    if (close.length > 0 && !named) {
      return { kind: 'clarify', policies: [best, ...close].map((hit) => hit.policy), aspect }
    }
    const others = rest.slice(0, 2).map((hit) => hit.policy)
    return {
      kind: 'answer',
      policy: best.policy,
      aspect,
      passage: isRemark(text) ? null : this.#passageIn(best.policy, asked, true),
      others,
      followsUp: false,
    }
  }

  #thereIs(chapters: Chapter[], day: string): Finding {
    const policies = policiesOf(chapters).flatMap((id) => this.policy(id, day) ?? [])
    return policies.length === 0
      ? { kind: 'wish', wish: 'policies' }
      : { kind: 'chapters', chapters, policies }
  }

  #passageIn(policy: Policy, text: string, sure: boolean): Passage | null {
    this.#passages ??= new Passages(this.#policies.values())
    return this.#passages.find(policy, text, sure)
  }

  /** The common question a message asks, if it asks one. */
  #commonOf(pieces: Pieces): CommonQuestion | undefined {
    const { scores } = this.#whichCommon.judge(pieces)
    const id = this.#whichCommon.labels[scores.indexOf(Math.max(...scores))]
    return id === undefined ? undefined : this.#common.get(id)
  }

  /** The likeliest kind of message, and how far ahead: of a policy question, or of the next kind if it is one. */
  #kindOf(pieces: Pieces): { kind: Kind; ahead: number; familiarity: number } {
    const { scores, familiarity } = this.#kinds.judge(pieces)
    const { labels } = this.#kinds
    let best = 0
    for (let place = 1; place < labels.length; place++)
      if ((scores[place] ?? 0) > (scores[best] ?? 0)) best = place
    const kind = labels[best] ?? 'policy'
    let rival = Number.NEGATIVE_INFINITY
    for (const [place, label] of labels.entries())
      if (place !== best && (kind === 'policy' || label === 'policy'))
        rival = Math.max(rival, scores[place] ?? 0)
    return { kind, ahead: (scores[best] ?? 0) - rival, familiarity }
  }

  /** What follows 想问 where that names a policy: the story before it may speak for another. Else all of the words. */
  #askedOutright(text: string): string {
    const asked = ASKS_OUTRIGHT.exec(text)?.[1]
    return asked !== undefined && this.names(asked) ? asked : text
  }

  /** Of what 房租呢, 南京呢 ask: of another policy by a word of its names, or of a word that stands in none. */
  #asksOf(text: string, topic: string, day: string): 'another' | 'elsewhere' | null {
    const word = WHAT_ABOUT.exec(text.trim())?.[1]
    if (word === undefined) return null
    const holds = (policy: Policy) => namesOf(policy).some((name) => name.includes(word))
    if (![...this.#policies.values()].some(holds)) {
      const [best] = this.search(word, day, 1)
      return best && best.score > MEANT_ITSELF.score && best.policy.id !== topic ? 'another' : 'elsewhere'
    }
    const own = this.#policies.get(topic)
    return own && holds(own) ? null : 'another'
  }

  /**
   * What a message means with the subject last talked about in mind, best first; nothing when it brings its own.
   * The earlier words count again: 我侄子爸妈都没了 may have meant another policy than the one told.
   */
  #following(text: string, topic: Topic | null, day: string): Hit[] {
    if (!topic || !this.policy(topic.policy, day)) return []
    if (outgrows(text)) return []
    const reading = this.#search.read(withoutPeople(text))
    const named = meant(reading)
    const of = this.#asksOf(text, topic.policy, day)
    const tiny = lengthOf(text) <= TINY && of === 'elsewhere'
    const names = of === 'another' || (named.length > 0 && !named.includes(topic.policy))
    const remark = isRemark(text) && named.length === 0
    const side = remark && askedAspect(text) !== null
    const worth = worthInMind(text, topic, { names, side }) - (of === 'another' ? TURNS_AWAY : 0)
    if (worth <= 0) return []
    const before = this.#search.rank(this.#search.read(topic.said), day).all()
    const behind = new Map(before.map((hit) => [hit.policy.id, Math.max(NOT_TOLD, hit.behind)]))
    // A word alone says little for any policy, and what it says is chance; so is what little a remark says for another.
    const worthOf = ({ policy, score }: Hit) => {
      if (policy.id === topic.policy) return tiny ? IN_MIND_TINY : worth
      return remark && score < LEAST_OF_REMARK ? 0 : Math.max(0, worth - (behind.get(policy.id) ?? worth))
    }
    const inOrder = this.#search
      .rank(reading, day)
      .all()
      .filter(({ policy, score }) => !remark || policy.id === topic.policy || score >= REMARK_BRINGS)
      .map((hit) => ({ hit, worth: worthOf(hit), score: hit.score + worthOf(hit) }))
      .sort((a, b) => b.score - a.score)
    const best = inOrder[0]
    if (!best || best.worth === 0) return []
    return inOrder.slice(0, SHOWN).map(({ hit, score }) => ({ ...hit, score, behind: best.score - score }))
  }
}

/**
 * Whether a message that could follow what was said is about something else altogether.
 *
 * @param alone how the policy it would follow fits its own words
 */
function strays(text: string, kind: Kind, ahead: number, alone: Omit<Hit, 'policy'>): boolean {
  if (kind === 'elsewhere' && ahead > AHEAD.elsewhereFollowing) return true
  if (kind === 'progress' && ahead > AHEAD.progressFollowing && !HOW_LONG.test(text)) return true
  if (kind === 'help' && ahead > (ASKING.test(text) ? AHEAD.helpAsking : AHEAD.helpFollowing)) return true
  const meant = alone.score > MEANT_ITSELF.score && alone.behind < MEANT_ITSELF.behind
  const leans = RECEIVES.test(text) || (REMARK.test(text) && !ASKING.test(text))
  return findElsewhere(text, meant || leans ? 'named' : 'open') !== null
}

/** What residents call it. */
const namesOf = ({ title, aliases, cues }: Policy): string[] => [title, ...aliases, ...cues]

/** Whether a message only tells something. */
const isRemark = (text: string): boolean => ![ASKING, EITHER_OR, ENDS_ASKING].some((asks) => asks.test(text))

/** Two named, or the one named beside the one talked about. */
function asPair([one, other]: readonly Policy[], spokenOf: Policy | undefined): Policy[] {
  if (one && other) return [one, other]
  return one && spokenOf && spokenOf !== one ? [spokenOf, one] : []
}

/** An answer of what was talked about. */
const followingUp = (policy: Policy, aspect: Aspect | null): Extract<Finding, { kind: 'answer' }> => ({
  kind: 'answer',
  policy,
  aspect,
  passage: null,
  others: [],
  followsUp: true,
})

/** Several parts told at once; at least one. */
function answerOf([first, ...more]: readonly Part[]): Finding | null {
  if (!first) return null
  const { policy, aspect, line } = first
  const passage = line !== null && aspect !== null ? { aspect, line } : null
  const others = more.flatMap((part) => (part.policy === policy ? [] : [part.policy]))
  return { kind: 'answer', policy, aspect, passage, others, followsUp: false, more }
}

const findingOf = (question: CommonQuestion): Finding =>
  'wish' in question ? { kind: 'wish', wish: question.wish } : { kind: 'common', question }

/** Policies named outright. */
const meant = ({ named }: Pick<Reading, 'named'>) =>
  named.flatMap(({ name }) => name.means.filter(({ kind }) => kind === 'name').map(({ policy }) => policy))
