/** What a message that asks one thing asks. */

import { ASKING, isRemark } from './asking.ts'
import { askedAspect, asksIfPaperNeeded, sideAlone } from './aspects.ts'
import { askedChapters, askedHelp, type Chapter, namedIn, policiesOf } from './chapters.ts'
import type { CommonQuestion } from './common-questions.ts'
import { type Finding, findingOf, followingUp, type Topic } from './finding.ts'
import { askedHotline } from './hotlines.ts'
import { lengthOf, outgrows, TURNS_AWAY, withoutPeople, worthInMind } from './in-mind.ts'
import { type Known, meant, namesOf } from './known.ts'
import type { Kind } from './learn.ts'
import { whereIn, whereLacking } from './passages.ts'
import type { Pieces } from './pieces.ts'
import { placeAlone, registrationAlone } from './places.ts'
import { tellsOfPlight } from './plight.ts'
import type { Aspect, Policy } from './policy.ts'
import { findElsewhere } from './scope.ts'
import type { Hit } from './search.ts'

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
/** What somebody is, and nothing asked: 我是低保户. */
const BARE_STATUS =
  /^(?:你好|您好)?[，,\s]*(?:我|俺|我们|我家|俺家)(?:家)?(?:就)?(?:是|属于|吃)(?:个|的)?(?:低保户?|五保户?|特困户?|残疾人|脱贫户|监测户|退伍军人|退役军人|困难户|孤寡老人|留守老人)[的啊呀\s。，！!]*$/
/** 没合同, told after an answer: what is lacking may be written of. */
const LACKS =
  /^(?:那|我们?|俺们?|他们?|她们?|家里)?(?:也|都|又)?(?:没有?|冇|莫得)(?:签|交|办|上|参加)?(\p{Script=Han}{2,4}?)[了啊呀的呢\s。！!?？]*$/u
/** Who or what somebody is, told and not asked: 我是工伤断的腿. */
const REMARK = /^(?:我|俺|他|她)(?:是|有|没|在|家)|^也?没有?/
/** What only a benefit already spoken of can be: 户口迁到外省了还能领不. */
const RECEIVES =
  /还?能(?:不能)?(?:申请|申|领|享受|发|报|评)|还(?:发|给|领|有份)|(?:发不发|给不给|领不领)|几号(?:发|到|打)|给(?:补|报)/
/** 以前他打过我，现在离了，想问低保. */
const ASKS_OUTRIGHT = /[，。！？,!?\s](?:我|就|只)*(?:想|要)?(?:问问?|咨询|打听|了解)(?:一下|下)?(.{2,20})$/u
/** 离婚了孩子归我 能办低保吗: what is asked for at the end of a story. */
const ASKS_FOR =
  /[，。！？,!?\s](?:我|俺|他|她|那|现在|还)*(?:能不能|可不可以|能|可以|怎么|咋|想|要)(?:办|申请|申|领|吃|享受|评)(\S{2,10}?)(?:吗|么|不|没|呢)?[?？\s]*$/u
const HOW_LONG = /多久|多长时间|几天|多少天|(?:什么|啥|几)时候?(?:发|报|申请|退|开始)/
/** A longer message tells of what kind a hardship is, though no word here says so. In characters. */
const PLIGHT_TO = 20
/** Sides about which something holds for help of every kind. */
const OF_ANY: ReadonlySet<Aspect> = new Set(['where', 'steps', 'proxy'])
/** 欠我3个月工资找谁要 is of wages whatever was spoken of. */
const BRINGS_WAGES = /(?:欠|拖欠|克扣|不发)(?!费).{0,6}(?:工资|工钱|薪)/
/** 社区说不归他们管: of what was spoken of, and no complaint of its own. */
const SENT_AWAY = /不归(?:他|她|我|咱|俺)?们?.{0,3}管|推来推去|踢(?:来踢去|皮球)|不(?:肯|愿意?)?受理/
/** 人没事: nobody asks for a person. */
const NOBODY_HURT = /^(?:我说|还好|幸好|好在)?[，,\s]*人(?:都|也|倒是|是)?没(?:有)?(?:事|受伤|伤着|伤)/
/** The best and two more are told of. */
export const SHOWN = 3
/** From here on a policy is meant rather than help as such. */
export const LIKELY_SCORE = 12

export class OneQuestion {
  readonly #known: Known

  constructor(known: Known) {
    this.#known = known
  }

  /**
   * What a message asks, given what was talked about before.
   *
   * @param day the resident's date, `YYYY-MM-DD`
   */
  ask(text: string, topic: Topic | null, day: string): Finding {
    const hotline = askedHotline(text, this.#known.hotlines)
    if (hotline) return { kind: 'hotline', hotline }
    const isStatus = topic === null && BARE_STATUS.test(text.trim())
    const chapters = isStatus
      ? namedIn(text.replace(/[\s\p{P}]+/gu, ''), this.#known.chapters)
      : askedChapters(text, this.#known.chapters)
    if (chapters.length > 0) return this.#thereIs(chapters, day)
    if (isStatus) return { kind: 'wish', wish: 'policies' }
    const spokenOf = topic && this.#known.policy(topic.policy, day)
    const help = askedHelp(text, this.#known.chapters)
    const helps = (help?.policies ?? []).flatMap((id) => this.#known.policy(id, day) ?? [])
    if (spokenOf && helps.includes(spokenOf)) return followingUp(spokenOf, askedAspect(text))
    if (helps.length > 1) return { kind: 'clarify', policies: helps, aspect: askedAspect(text) }
    const place = spokenOf ? placeAlone(text) : null
    if (spokenOf && place !== null) return { kind: 'place', place, policy: spokenOf }
    // Where to apply follows from where one is registered.
    if (spokenOf && registrationAlone(text)) return followingUp(spokenOf, 'where')
    const word = spokenOf && WHAT_ABOUT.exec(text.trim())?.[1]
    const passageOfWord = word && !this.#known.names(word) && whereIn(spokenOf, word)
    if (passageOfWord) return { ...followingUp(spokenOf, passageOfWord.aspect), passage: passageOfWord }
    const lacking = spokenOf && LACKS.exec(text.trim())?.[1]
    const passageOfLack = lacking && !this.#known.names(lacking) && whereLacking(spokenOf, lacking)
    if (passageOfLack) return { ...followingUp(spokenOf, passageOfLack.aspect), passage: passageOfLack }
    if (spokenOf && SENT_AWAY.test(text)) return followingUp(spokenOf, 'appeal')
    if (spokenOf && asksIfPaperNeeded(text)) {
      const passage = this.#known.passageIn(spokenOf, text, false)
      return { ...followingUp(spokenOf, 'materials'), passage }
    }
    const asked = this.#askedOutright(text, day)
    const aspect = askedAspect(asked)
    const reading = this.#known.search.read(asked)
    const ranking = this.#known.search.rank(reading, day)
    const [best, ...rest] = ranking.best(SHOWN)
    const { kind, ahead, familiarity } = this.#kindOf(reading.pieces)
    const [followed, ...beside] = BRINGS_WAGES.test(text) ? [] : this.#following(text, topic, day)
    const common = kind === 'common' && !NOBODY_HURT.test(text) ? this.#commonOf(reading.pieces) : undefined
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
          this.#known.passageIn(followed.policy, asked, true) !== null)
      if (!ofThis) return findingOf(common)
    }
    if (best && followed) {
      const behind = ranking.behind(followed.policy.id)
      if (!strays(text, kind, ahead, { score: best.score - behind, behind })) {
        const others = beside.map((hit) => hit.policy)
        const passage = this.#known.passageIn(followed.policy, asked, aspect !== null)
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
      passage: isRemark(text) ? null : this.#known.passageIn(best.policy, asked, true),
      others,
      followsUp: false,
    }
  }

  #thereIs(chapters: Chapter[], day: string): Finding {
    const policies = policiesOf(chapters).flatMap((id) => this.#known.policy(id, day) ?? [])
    return policies.length === 0
      ? { kind: 'wish', wish: 'policies' }
      : { kind: 'chapters', chapters, policies }
  }

  /** The common question a message asks, if it asks one. */
  #commonOf(pieces: Pieces): CommonQuestion | undefined {
    const { scores } = this.#known.whichCommon.judge(pieces)
    const id = this.#known.whichCommon.labels[scores.indexOf(Math.max(...scores))]
    return id === undefined ? undefined : this.#known.common.get(id)
  }

  /** The likeliest kind of message, and how far ahead: of a policy question, or of the next kind if it is one. */
  #kindOf(pieces: Pieces): { kind: Kind; ahead: number; familiarity: number } {
    const { scores, familiarity } = this.#known.kinds.judge(pieces)
    const { labels } = this.#known.kinds
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

  /** What follows 想问 or 能办 where that names a policy: the story before it may speak for another. Else all of the words. */
  #askedOutright(text: string, day: string): string {
    const asked = ASKS_OUTRIGHT.exec(text)?.[1]
    if (asked !== undefined && this.#known.names(asked)) return asked
    const askedFor = ASKS_FOR.exec(text)?.[1]
    const [named] = askedFor === undefined ? [] : this.#known.namedIn(askedFor, day)
    if (askedFor === undefined || named === undefined) return text
    // A story may tell which kind of it is meant: 单人保 is 低保, too.
    const [best] = this.#known.best(text, day, 1)
    const isKind = best && namesOf(best.policy).some((name) => name.includes(askedFor))
    return isKind || best?.policy === named ? text : askedFor
  }

  /** Of what 房租呢, 南京呢 ask: of another policy by a word of its names, or of a word that stands in none. */
  #asksOf(text: string, topic: string, day: string): 'another' | 'elsewhere' | null {
    const word = WHAT_ABOUT.exec(text.trim())?.[1]
    if (word === undefined) return null
    const holds = (policy: Policy) => namesOf(policy).some((name) => name.includes(word))
    if (![...this.#known.policies.values()].some(holds)) {
      const [best] = this.#known.best(word, day, 1)
      return best && best.score > MEANT_ITSELF.score && best.policy.id !== topic ? 'another' : 'elsewhere'
    }
    const own = this.#known.policies.get(topic)
    return own && holds(own) ? null : 'another'
  }

  /**
   * What a message means with the subject last talked about in mind, best first; nothing when it brings its own.
   * The earlier words count again: 我侄子爸妈都没了 may have meant another policy than the one told.
   */
  #following(text: string, topic: Topic | null, day: string): Hit[] {
    if (!topic || !this.#known.policy(topic.policy, day)) return []
    if (outgrows(text)) return []
    const reading = this.#known.search.read(withoutPeople(text))
    const named = meant(reading)
    const of = this.#asksOf(text, topic.policy, day)
    const tiny = lengthOf(text) <= TINY && of === 'elsewhere'
    const names = of === 'another' || (named.length > 0 && !named.includes(topic.policy))
    const remark = isRemark(text) && named.length === 0
    const side = remark && askedAspect(text) !== null
    const worth = worthInMind(text, topic, { names, side }) - (of === 'another' ? TURNS_AWAY : 0)
    if (worth <= 0) return []
    const before = this.#known.search.rank(this.#known.search.read(topic.said), day).all()
    const behind = new Map(before.map((hit) => [hit.policy.id, Math.max(NOT_TOLD, hit.behind)]))
    // A word alone says little for any policy, and what it says is chance; so is what little a remark says for another.
    const worthOf = ({ policy, score }: Hit) => {
      if (policy.id === topic.policy) return tiny ? IN_MIND_TINY : worth
      return remark && score < LEAST_OF_REMARK ? 0 : Math.max(0, worth - (behind.get(policy.id) ?? worth))
    }
    const inOrder = this.#known.search
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
