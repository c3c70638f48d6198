/** A question about a policy, answered from the inventory. */
import { chinaDay, instantOf } from '../../flows/clocks.ts'
import { asksSomething } from '../../flows/steps/answers.ts'
import { answerParts, callName } from '../../knowledge/answer.ts'
import { commonAnswer } from '../../knowledge/common-questions.ts'
import type { Finding } from '../../knowledge/finding.ts'
import { hotlineAnswer } from '../../knowledge/hotlines.ts'
import { type Aspect, LEAD_LIMIT, type Policy } from '../../knowledge/policy.ts'
import type { Hit } from '../../knowledge/search.ts'
import { maskPersonal } from '../masking.ts'
import type { Reply } from '../message.ts'
import { type Session, TOPIC_LIFETIME_MS } from '../session.ts'
import { decide, type Moment, type Setting, say, type Turn } from '../turn.ts'
import {
  clarify,
  elsewhere,
  goOn,
  notInIt,
  notOfThere,
  notWrittenOfBoth,
  thereIs,
  toldAlready,
  WORDS,
  whatElse,
} from '../wording.ts'
import { missed } from './missed.ts'

/** What the inventory makes of a message, with the subject so far in mind. */
export function find(text: string, session: Session, { knowledge }: Setting, { now }: Moment): Finding {
  return knowledge.consult(text, liveTopic(session, now), chinaDay(now))
}

/** Words of no more characters that mean nothing known ask for nothing. */
const SAYS_NOTHING = 2

/** 我爹昨天走了 */
const DIED_LATELY =
  /(?:[爸妈爹娘父母爷奶公婆]|老伴|老婆|丈夫|妻子|男人|媳妇|孩子|儿子|女儿|闺女|[哥弟姐妹]|老人).{0,3}(?:昨天|昨晚|昨夜|今天|今早|早上|前天|刚|前几天|这两天|上周|上个?星期|上个?礼拜)(?:刚|晚上|夜里|早上|在?.{0,4}出事)?(?:走了(?!丢|路)|去世|过世|没了|不在了|咽气|过身|病故)/

/** Puts a finding into words, with a word of comfort first to whoever tells of a death; a wish is the caller's to answer. */
export function tell(
  finding: Exclude<Finding, { kind: 'wish' }>,
  text: string,
  before: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  const turn = toldOf(finding, text, before, setting, moment)
  if (!turn.reply || !DIED_LATELY.test(text)) return turn
  return { ...turn, reply: { ...turn.reply, text: `${WORDS.condolence}\n${turn.reply.text}` } }
}

function toldOf(
  finding: Exclude<Finding, { kind: 'wish' }>,
  text: string,
  before: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  const { knowledge } = setting
  const { now } = moment
  const session = { ...before, area: knowledge.areaIn(text)?.area ?? before.area }
  switch (finding.kind) {
    case 'answer': {
      const { policy } = finding
      const local = knowledge.locals.find((one) => one.area === session.area) ?? null
      const told = finding.followsUp && session.topic?.policy === policy.id ? session.topic.told : undefined
      // 南京呢 asks of another place what was asked just before.
      const same = told !== undefined && told !== 'overview' && ELSEWHERE_TOO.test(text.trim()) ? told : null
      // What was just told is not told again because a remark repeats a word of it.
      const repeats = !asks(text) && finding.passage?.line === null && finding.passage.aspect === told
      const passage = repeats ? null : finding.passage
      const asked = passage?.aspect ?? finding.aspect ?? same ?? session.side
      // 他一年收入两千多, told after what it is: whether that is enough is written under who may have it.
      const situated = asked === null && told !== undefined && told !== 'eligibility' && tellsSituation(text)
      const aspect = situated && policy.sections.eligibility ? 'eligibility' : asked
      // The same side asked for again hears what else is written of it.
      const further = told !== undefined && aspect === told && !finding.more && ASKS_WHAT.test(text)
      const line = passage?.line ?? (further ? restOf(policy, aspect) : null)
      const parts = [{ policy, aspect, line }, ...(finding.more ?? [])]
      const answer = answerParts(parts, local, chinaDay(now))
      const url = setting.pageUrl(policy, session.area)
      // A remark is no wish to be told the beginning again, whatever side was told since.
      const whole = told !== undefined && session.topic?.whole === true
      const again = aspect === null && (whole || (told !== undefined && !asks(text)))
      const reply: Reply = again
        ? toldBefore(finding, text, session, setting, moment)
        : { text: answer.text, choices: answer.next }
      if (url) reply.link = { title: '看全文', url }
      const topic = finding.followsUp && session.topic ? session.topic : topicOf(policy.id, text, now)
      return {
        session: {
          ...session,
          topic: topic && {
            policy: policy.id,
            ...(finding.beside ? { beside: finding.beside.id } : {}),
            said: topic.said,
            at: instantOf(now),
            ...(topic.ours ? { ours: true as const } : {}),
            ...(whole || aspect === null || aspect === 'overview' ? { whole: true as const } : {}),
            ...(again ? { loose: (topic.loose ?? 0) + 1 } : {}),
            told: aspect ?? 'overview',
          },
          side: null,
          choices: [...reply.choices],
          rest: '',
        },
        reply,
        effects: again && asks(text) ? missed('not-found', text, [policy.id]) : [],
        decision: decide(
          'answer',
          [policy, ...finding.others].map((one) => one.id),
        ),
      }
    }
    case 'clarify': {
      const choices = finding.policies.map((policy) => ({
        label: policy.title,
        says: `${callName(policy)}${finding.aspect ? text.slice(0, 40) : ''}`,
      }))
      const ids = finding.policies.map((policy) => policy.id)
      const topic = topicOf(ids[0], text, now)
      const turn = say({ ...session, topic }, 'clarify', clarify(), [...choices, NONE_OF_THESE])
      return {
        ...turn,
        session: { ...turn.session, side: session.side },
        decision: decide('clarify', ids),
      }
    }
    case 'chapters': {
      const ids = finding.policies.map(({ id }) => id)
      const choices = finding.policies.map((policy) => ({ label: policy.title, says: callName(policy) }))
      const titles = finding.chapters.map(({ title }) => title)
      const turn = say({ ...session, topic: null }, 'clarify', thereIs(titles), [...choices, LOOKED_AT])
      return { ...turn, decision: decide('clarify', ids) }
    }
    case 'place': {
      const { policy, place } = finding
      const known = knowledge.areaIn(place) !== null
      const aspect = session.topic?.told ?? null
      if (known)
        return toldOf(
          { ...finding, kind: 'answer', aspect, passage: null, others: [], followsUp: true },
          text,
          session,
          setting,
          moment,
        )
      const title = callName(policy)
      const sides = SIDES_TO_ASK.map((label) => ({ label, says: `${title}${label}` }))
      return {
        ...say(session, 'answer', notOfThere(place, title), sides),
        decision: decide('answer', [policy.id]),
      }
    }
    case 'both': {
      const titles = finding.policies.map(callName)
      const sides = titles.map((title) => ({ label: `${title}谁能申请`, says: `${title}谁能申请` }))
      const [policy, beside] = finding.policies
      const topic = topicOf(policy.id, text, now)
      return {
        ...say(
          { ...session, topic: topic && { ...topic, beside: beside.id } },
          'answer',
          notWrittenOfBoth(titles),
          sides,
        ),
        decision: decide(
          'answer',
          finding.policies.map(({ id }) => id),
        ),
      }
    }
    case 'hotline':
      return say(session, 'answer', hotlineAnswer(finding.hotline), session.choices)
    case 'common':
      return say(session, 'smalltalk', commonAnswer(finding.question), session.choices)
    case 'elsewhere':
      return {
        ...say(session, 'abstain', elsewhere(finding.subject, finding.ask)),
        // Of the weather staff need not hear.
        effects: finding.subject === null ? missed('elsewhere', text, []) : [],
      }
    case 'nothing':
      // 唉, 嗯呐, 哦: nothing was asked yet.
      if ([...text.replace(/[^\p{L}\p{N}]+/gu, '')].length <= SAYS_NOTHING)
        return say(session, 'smalltalk', WORDS.tellMe, session.choices)
      return { ...say(session, 'abstain', WORDS.nothing), effects: missed('not-found', text, []) }
  }
}

/** What follows a policy told whole and names no side of it: what else may help, or that it is not known. */
function toldBefore(
  { policy, others }: Extract<Finding, { kind: 'answer' }>,
  text: string,
  { topic }: Session,
  { knowledge }: Setting,
  { now }: Moment,
): Pick<Reply, 'text' | 'choices'> {
  const title = callName(policy)
  const clear = knowledge.search(text, chinaDay(now)).filter(({ score }) => score > TOLD_SCORE)
  const besides = others.filter(({ id }) => clear.some((hit) => hit.policy.id === id))
  if (asks(text) || besides.length === 0) {
    const sides = SIDES_TO_ASK.map((label) => ({ label, says: `${title}${label}` }))
    const told = topic?.loose ? goOn(title) : whatElse(title)
    return { text: asks(text) ? notInIt(title) : told, choices: [...sides, NONE_OF_THESE] }
  }
  const choices = besides.map((other) => ({ label: other.title, says: callName(other) }))
  return { text: toldAlready(title), choices: [...choices, NONE_OF_THESE] }
}

/** What counts for whether somebody may have help, told and not asked: 他自己有点地 一年收入2000多. */
const tellsSituation = (text: string): boolean =>
  !asks(text) &&
  /收入|工资|挣|只?交了.{0,4}(?:个月|年)|退休金|养老金|存款|(?:\d{2}|[一二三四五六七八九]十[一二三四五六七八九]?)岁|(?:今年|都|快)\d{2}了|有病|残疾|[一二三四]级|离婚|分家|单过|没工作|没劳动|(?:儿子|女儿|闺女).{0,6}(?:不管|打工|没)/.test(
    text,
  )

/** 能有啥好处啊: asks for all there is. */
const ASKS_WHAT = /什么|啥|哪些|还有|别的|其他/

/** What stands of a side beside its lead, as much as an answer holds; null when nothing does. */
function restOf({ sections }: Policy, aspect: Aspect | null): string | null {
  const { details = [] } = (aspect && sections[aspect]) || {}
  let rest = ''
  for (const line of details) if (rest.length + line.length <= LEAD_LIMIT) rest += line
  return rest === '' ? null : rest
}

/** 南京呢, 那上海呢？ */
const ELSEWHERE_TOO = /^[\p{Script=Han}]{2,6}呢[?？。！!]*$/u

const asks = (text: string): boolean => asksSomething(text) || ELSEWHERE_TOO.test(text.trim())

/** Sides of a policy people ask about most. */
const SIDES_TO_ASK = ['谁能申请', '给什么', '去哪办'] as const

/** The way out of a choice in which nothing fits. */
const NONE_OF_THESE = { label: '都不是，想请人帮忙', says: '我要求助' } as const

/** Beside a list of what there may be. */
export const LOOKED_AT = { label: '请人帮我看看', says: '我要求助' } as const

/** What may name somebody: any longer number, a name or an address said as such. */
const SAYS_WHO = /[\d０-９零〇一二三四五六七八九幺]{5}|叫|姓|名字|我是|住|路|街|号/

/** From this score on a policy is worth offering to somebody who did not ask about it. */
export const OFFERED_SCORE = 18

/** From this score on a message tells what it is about; a bare 「我要求助」 does not. */
const TOLD_SCORE = 10

/** Policies a message names, or tells of clearly enough to be asked about next, the likeliest first. */
export function likely(
  text: string,
  { knowledge }: Setting,
  { now }: Moment,
  limit: number,
  least = TOLD_SCORE,
): Policy[] {
  return clearOf(knowledge.search(text, chinaDay(now), limit), knowledge.names(text), least)
}

const clearOf = (hits: readonly Hit[], named: boolean, least: number): Policy[] =>
  hits.filter((hit, place) => hit.score > least || (named && place === 0)).map((hit) => hit.policy)

/** A subject for what is asked next, from what was told; phone and ID numbers in it are not kept. */
export function topicOf(policy: string | undefined, said: string, now: Date): Session['topic'] {
  return policy === undefined
    ? null
    : { policy, said: SAYS_WHO.test(said) ? maskPersonal(said) : said, at: instantOf(now) }
}

/** A second policy further behind than this is not what words told without asking are about. */
const BESIDE_IT = 8
/** Policies so told of. */
const TOLD_OF = 3

/**
 * The same where the words are not to stand in a plain session, as a danger's or a plea's: what policies they may be
 * about, by their titles, so that what is asked next is still understood.
 */
export function quietTopicOf(text: string, { knowledge }: Setting, { now }: Moment): Session['topic'] {
  const hits = knowledge.search(text, chinaDay(now), TOLD_OF).filter(({ behind }) => behind < BESIDE_IT)
  const told = clearOf(hits, knowledge.names(text), TOLD_SCORE)
  const topic = topicOf(told[0]?.id, told.map(({ title }) => title).join(' '), now)
  return topic && { ...topic, ours: true }
}

/** The last subject, unless it is so long ago that people would not mean it any more. */
function liveTopic(session: Session, now: Date): Session['topic'] {
  if (!session.topic) return null
  return now.getTime() - Date.parse(session.topic.at) <= TOPIC_LIFETIME_MS ? session.topic : null
}
