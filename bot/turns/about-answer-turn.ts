/** What a resident says of the answer just told: that it missed the point, or was not understood; once more; by what; what else. */
import { chinaDay } from '../../flows/clocks.ts'
import { answerPolicy, callName } from '../../knowledge/answer.ts'
import { citation, type Policy } from '../../knowledge/policy.ts'
import type { Session } from '../session.ts'
import { decide, type Moment, type Setting, say, type Turn } from '../turn.ts'
import { elseMay, notInIt, restsOn, setByPlaces, WORDS } from '../wording.ts'
import { missed } from './missed.ts'
import { LOOKED_AT } from './policy-turn.ts'

const PARTICLES = '[了啊呀吧嘛呢哦的]*[。！!？?，,\\s]*'
const whole = (source: string): RegExp => new RegExp(`^(?:${source})${PARTICLES}$`)

/** It was not what was asked. */
const WRONG = whole(
  '[你您]?(?:说|答|讲|回答)?的?(?:这个|这些)?(?:都|也|根本|完全)?(?:没用|没有用|不管用|没啥用|没什么用|不对|不是|答非所问|驴唇不对马嘴|等于没说)|说了等于没说|没(?:有)?(?:帮上忙|答到点上|说到点上)|(?:都|这)?不是(?:这个|这些|我)?(?:意思|事|问的|要的|想问的|想要的|要问的)?|我?(?:又|根本)?不是(?:要|想)?问(?:你|您)?(?:这个|这些|那个)|我(?:问|说|要|想问)的(?:又|根本)?不是(?:这个|这些)(?:意思|事)?|[你您]?(?:没|没有)(?:听懂|明白|理解|看懂)(?:我的?(?:意思|话|问题))?|[你您]?(?:理解|听|搞|弄|说|答|讲)错',
)
/** It was not understood. */
const UNCLEAR = whole(
  '(?:[你您]?(?:说|讲|写|发)的?(?:这些|这个|啥|什么)?)?(?:我|俺)?(?:还是|有点|都|也)?(?:看|听|读)?不(?:太)?(?:懂|明白)|啥意思|什么意思|(?:这|这话|这个)是?(?:啥|什么)意思|(?:能不能|可不可以|请|麻烦)?(?:再)?(?:说|讲|写)?(?:得)?(?:简单|明白|清楚|直白|短|通俗)(?:一|些)?(?:点|些)(?:儿)?(?:说|讲)?(?:吗|么|行不行|行吗)?|(?:说|讲)(?:大白话|人话|短点)|用大白话(?:说|讲)?|(?:字|话|内容)?太(?:多|长|啰嗦|复杂)(?:看不(?:过来|下去|完|懂|明白))?',
)
/** Once more. */
const AGAIN = whole(
  '(?:请|麻烦|能不能|可不可以)?[你您]?(?:再|重新|重)(?:给我)?(?:说|讲|发|念)(?:一遍|一次|一下|一回|下)?(?:吗|行不行|行吗)?|[你您]?(?:刚才|刚刚|上面|前面)?(?:说|讲)的?(?:啥|什么)(?:来着)?|(?:我)?(?:没|没有)(?:看清楚?|听清楚?|记住|看到|看见)|(?:我)?(?:忘|记不住|记不得)(?:了)?(?:[你您]?(?:刚才)?说(?:的)?(?:啥|什么|的))?',
)
/** By what it stands so, and whether that is sure. */
const SOURCE = whole(
  '(?:[你您](?:刚才)?(?:说|讲|引|写)的?(?:是|这)*)?(?:哪个|哪份|什么|啥)文件|(?:有|是|的)?(?:啥|什么)?(?:政策|法律|文件)?(?:依据|根据)(?:是|在|呢|有没有|有)?(?:啥|什么|哪里|哪儿|哪)?(?:吗)?|(?:这|那|这个)?(?:是|出自|根据|按|有)?(?:哪个|哪条|哪份|什么|啥|哪)(?:国家|政府)?(?:的)?(?:文件|规定|法律|条例|政策)(?:说|规定|里|上|写|号)?(?:的)?(?:吗)?|(?:这|那|这个)?是?(?:哪|什么|啥)(?:一)?(?:年|时候)的?(?:政策|规定|文件|标准)?|(?:这|那|这个)?是?(?:谁|哪里|哪儿)(?:规定|说|定)|有(?:没有)?(?:红头)?文件(?:吗)?|(?:这|那|这个|现在)?(?:还|是不是)?(?:有效|最新)(?:吗|的吗|的)?|是(?:新|老)(?:政策|规定)(?:吗|还是.{2,4})?|(?:政策|文件)?原文(?:呢|在哪|有吗)?|(?:这|那|这个)?(?:是|都是)?(?:不是)?真(?:的)?(?:假)?(?:的)?(?:吗|么|假)?|[你您]?(?:能|敢)?(?:确定|肯定|保证)(?:吗|么|不)?|(?:[你您]说的|这个)?(?:准|可靠|靠谱|靠得住|可信|信得过)(?:不准|不可靠|吗|么|不)',
)
/** What else there may be, or what there is where this does not fit. */
const ELSE = whole(
  '(?:那|那么)?(?:就|是不是|真的)*(?:没有?|冇)(?:别的|其他)?(?:办法|法子|路子?|希望|指望)(?:了)?(?:吗|么)?|就(?:这些|这个|这点|这一个|这一样|只有这个)(?:吗|么)?|(?:那|那么)?(?:还|另外)?(?:有)?(?:没有)?(?:别的|其他|其它|另外)(?:的)?(?:钱|补助|补贴|政策|救助|帮助|办法|项目|路子?|待遇|可以(?:领|申请|办)的)?(?:吗|么|没|没有)?|(?:那|那么)?(?:我|俺|我们|我家|他|她|像我这样的?)?还(?:能|可以|有)(?:领|申请|享受|办|得)?(?:什么|啥|哪些|别的|其他)(?:的)?(?:钱|补助|补贴|政策|救助|帮助|办法|项目|待遇)?(?:吗)?|(?:那|那么)?(?:我|俺|我们|我家|他|她|像我这样的?)(?:都)?(?:能|可以|该)(?:领|申请|享受|办|得)?(?:什么|啥|哪些)(?:的)?(?:钱|补助|补贴|政策|救助|帮助|待遇)|(?:那|那么)?(?:我|俺|他|她)?(?:要是|如果|万一)?(?:不够格|不符合|不合条件|不够条件|够不上|不符合条件|条件不够|达不到|没资格|办不了|申请不了|办不成)(?:的话)?(?:，|,|\\s)*(?:怎么办|咋办|咋整|怎么弄|咋弄|还有别的办法吗|还有啥办法)',
)
/** Why it is not the same elsewhere: 为啥不一样, 别的村75就有. */
const DIFFERS = whole(
  '(?:那|这)?(?:为啥|为什么|咋|怎么|凭啥|凭什么)(?:各地|别处|人家|我们?(?:这|这里|这边)?|每个?地方)?(?:的)?(?:标准|钱|规定)?(?:都)?(?:不一样|不同|差(?:这么|那么)多)|(?:我听说)?(?:别的?|隔壁|人家|其他|外)(?:的)?(?:村|镇|县|市|省|地方|区|街道)(?:里|上)?(?:的)?(?:人|老人)?\\d{0,3}(?:岁|块|元)?(?:的)?(?:就|都|还|咋|怎么|为啥)*(?:有|给|发|高|多|领)(?:了|钱|得多)?',
)
/** How long after an answer a word is taken to be about it, in ms. */
const ABOUT_IT_MS = 30 * 60 * 1000

const SAID = [
  ['wrong', WRONG],
  ['unclear', UNCLEAR],
  ['again', AGAIN],
  ['source', SOURCE],
  ['else', ELSE],
  ['differs', DIFFERS],
] as const
/** Longer words say more than that. */
const SAID_TO = 24

export type AboutAnswer = (typeof SAID)[number][0]

/** What a message says of the answer before it; null when it says nothing of it, or nothing was answered lately. */
export function readAboutAnswer(
  text: string,
  { topic }: Session,
  { now }: Pick<Moment, 'now'>,
): AboutAnswer | null {
  if (topic === null || now.getTime() - Date.parse(topic.at) > ABOUT_IT_MS) return null
  const said = text.trim()
  if (said.length > SAID_TO) return null
  const [about] = SAID.find(([, pattern]) => pattern.test(said)) ?? [null]
  const ofAnswer = about === null || about === 'wrong' || about === 'unclear' || topic.told !== undefined
  return ofAnswer ? about : null
}

/** What is said to it. */
export function answerAboutAnswer(
  about: AboutAnswer,
  session: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  const { topic } = session
  const policy = topic && setting.knowledge.policy(topic.policy, chinaDay(moment.now))
  switch (about) {
    case 'wrong':
      return notMeant(session, setting, moment)
    case 'unclear': {
      const words = session.choices.length > 0 ? WORDS.plainer : WORDS.plainerAsk
      return { ...say(session, 'smalltalk', words, session.choices), effects: unhelpful(session) }
    }
    case 'again':
      return policy ? onceMore(policy, session, setting, moment) : say(session, 'smalltalk', WORDS.tellMe)
    case 'source':
      return policy ? sourcesOf(policy, session, setting) : say(session, 'smalltalk', WORDS.whoAreYou)
    case 'else':
      return whatElse(session, setting, moment)
    case 'differs':
      return policy ? whyElsewhere(policy, session, setting) : say(session, 'smalltalk', WORDS.tellMe)
  }
}

/** Staff read of it; see ./missed.ts. */
const unhelpful = ({ topic }: Session): Turn['effects'] =>
  topic && !topic.ours ? missed('unhelpful', topic.said, [topic.policy]) : []

/** How many policies are offered at once. */
const OFFERED = 3

const choicesOf = (policies: readonly Policy[]) =>
  policies.map((policy) => ({ label: policy.title, says: callName(policy) }))

/** Never the same answer again: what else may be meant, or another way to ask. */
function notMeant(session: Session, setting: Setting, { now }: Moment): Turn {
  const { topic } = session
  const effects = unhelpful(session)
  const hits = topic ? setting.knowledge.search(topic.said, chinaDay(now), OFFERED + 1) : []
  const others = hits.map((hit) => hit.policy).filter((policy) => policy.id !== topic?.policy)
  const offered = others.slice(0, OFFERED)
  const after: Session = { ...session, topic: null, rest: '' }
  if (offered.length === 0) return { ...say(after, 'smalltalk', WORDS.misunderstood), effects }
  const decision = decide(
    'clarify',
    offered.map(({ id }) => id),
  )
  return { ...say(after, 'clarify', WORDS.misunderstoodMaybe, choicesOf(offered)), effects, decision }
}

/** The side told last, as it was told. */
function onceMore(policy: Policy, session: Session, setting: Setting, { now }: Moment): Turn {
  const { topic, area } = session
  const local = setting.knowledge.locals.find((one) => one.area === area) ?? null
  const { text, next } = answerPolicy(policy, topic?.told ?? null, local, chinaDay(now))
  return withPage(say(session, 'answer', text, next), policy, session, setting)
}

/** Every document the policy rests on, and when somebody looked last. */
function sourcesOf(policy: Policy, session: Session, setting: Setting): Turn {
  const documents = [...new Set(policy.sources.map((source) => `${citation(source)}`))]
  const words = restsOn(callName(policy), documents, policy.checked)
  return withPage(say(session, 'answer', words, session.choices), policy, session, setting)
}

/** Where its own text leaves something to each place. */
const LEFT_TO_PLACES = /各地|由(?:当地|地方|省)|以当地/
function whyElsewhere(policy: Policy, session: Session, setting: Setting): Turn {
  const sections = Object.values(policy.sections).flatMap(({ lead, details }) => [lead, ...details])
  const left = sections.some((words) => LEFT_TO_PLACES.test(words))
  const words = left ? setByPlaces(callName(policy)) : notInIt(callName(policy))
  return withPage(say(session, 'answer', words, session.choices), policy, session, setting)
}

function withPage(turn: Turn, policy: Policy, { area }: Session, setting: Setting): Turn {
  const url = setting.pageUrl(policy, area)
  const reply = turn.reply && url ? { ...turn.reply, link: { title: '看全文', url } } : turn.reply
  return { ...turn, reply, decision: decide('answer', [policy.id]) }
}

/** A policy that what was told speaks so much less for than the best is told of only where it is a relative. */
const BEHIND = 12

/** What else may help whoever told this: what their words speak for, and what the policy itself points to. */
function whatElse(session: Session, setting: Setting, { now }: Moment): Turn {
  const { topic } = session
  const { knowledge } = setting
  const day = chinaDay(now)
  const policy = topic && knowledge.policy(topic.policy, day)
  if (!topic || !policy) return say(session, 'smalltalk', WORDS.tellMe)
  const told = knowledge.search(topic.said, day, OFFERED + 1).filter(({ behind }) => behind < BEHIND)
  const related = policy.related.flatMap((id) => knowledge.policy(id, day) ?? [])
  const others = [...new Set([...told.map((hit) => hit.policy), ...related])].filter(
    ({ id }) => id !== policy.id,
  )
  const offered = others.slice(0, OFFERED)
  const choices = [...choicesOf(offered), LOOKED_AT]
  const decision = decide(
    'clarify',
    offered.map(({ id }) => id),
  )
  return { ...say(session, 'clarify', elseMay(callName(policy)), choices), decision }
}
