/** A resident says that an answer missed the point, or was not understood. */
import { chinaDay } from '../../flows/clocks.ts'
import { callName } from '../../knowledge/answer.ts'
import type { Session } from '../session.ts'
import { decide, type Moment, type Setting, say, type Turn } from '../turn.ts'
import { WORDS } from '../wording.ts'
import { missed } from './missed.ts'

const PARTICLES = '[了啊呀吧嘛呢哦的]*[。！!？?，,\\s]*'
/** It was not what was asked. */
const WRONG = new RegExp(
  `^(?:[你您]?(?:说|答|讲|回答)?的?(?:这个|这些)?(?:都|也|根本|完全)?(?:没用|没有用|不管用|没啥用|没什么用|不对|不是|答非所问|驴唇不对马嘴|等于没说)|说了等于没说|没(?:有)?(?:帮上忙|答到点上|说到点上)|(?:都|这)?不是(?:这个|这些|我)?(?:意思|事|问的|要的|想问的|想要的|要问的)?|我(?:问|说|要|想问)的(?:又|根本)?不是(?:这个|这些)(?:意思|事)?|[你您]?(?:没|没有)(?:听懂|明白|理解|看懂)(?:我的?(?:意思|话|问题))?|[你您]?(?:理解|听|搞|弄)错)${PARTICLES}$`,
)
/** It was not understood. */
const UNCLEAR = new RegExp(
  `^(?:我?(?:还是|有点|都)?(?:看|听|读)?不(?:太)?(?:懂|明白)|啥意思|什么意思|(?:这|这话|这个)是?(?:啥|什么)意思|说(?:简单|明白|清楚)(?:一)?点|太复杂)${PARTICLES}$`,
)
/** How long after an answer a complaint is taken to be about it, in ms. */
const ABOUT_IT_MS = 30 * 60 * 1000

/** What a message complains of; null when it complains of nothing, or nothing was answered lately. */
export function readComplaint(
  text: string,
  { topic }: Session,
  { now }: Pick<Moment, 'now'>,
): 'wrong' | 'unclear' | null {
  if (topic === null || now.getTime() - Date.parse(topic.at) > ABOUT_IT_MS) return null
  if (WRONG.test(text)) return 'wrong'
  return UNCLEAR.test(text) ? 'unclear' : null
}

/** Policies offered instead of the one that was not meant. */
const INSTEAD = 3

/** Never the same answer again: what else may be meant, or another way to ask. Staff read of it; see ./missed.ts. */
export function answerComplaint(
  complaint: 'wrong' | 'unclear',
  session: Session,
  setting: Setting,
  { now }: Moment,
): Turn {
  const { topic } = session
  const effects = topic && !topic.ours ? missed('unhelpful', topic.said, [topic.policy]) : []
  if (complaint === 'unclear') {
    const turn = say(
      session,
      'smalltalk',
      session.choices.length > 0 ? WORDS.plainer : WORDS.plainerAsk,
      session.choices,
    )
    return { ...turn, effects }
  }
  const hits = topic ? setting.knowledge.search(topic.said, chinaDay(now), INSTEAD + 1) : []
  const others = hits.map((hit) => hit.policy).filter((policy) => policy.id !== topic?.policy)
  const choices = others.slice(0, INSTEAD).map((policy) => ({ label: policy.title, says: callName(policy) }))
  const after: Session = { ...session, topic: null, rest: '' }
  if (choices.length === 0) return { ...say(after, 'smalltalk', WORDS.misunderstood), effects }
  return {
    ...say(after, 'clarify', WORDS.misunderstoodMaybe, choices),
    effects,
    decision: decide(
      'clarify',
      others.slice(0, INSTEAD).map((policy) => policy.id),
    ),
  }
}
