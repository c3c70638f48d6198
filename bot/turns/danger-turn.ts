/** Words of danger, and what is said in the hour after them. */
import { chinaDay, isQuiet } from '../../flows/clocks.ts'
import { confirms } from '../../flows/steps/catalog/help-slips.ts'
import { FLOW_WORDS } from '../../flows/steps/wording.ts'
import { isOpen } from '../../flows/ticket/ticket.ts'
import { type DangerType, dangerAnswer, findDanger } from '../../knowledge/danger.ts'
import type { Effect } from '../effects.ts'
import type { Session } from '../session.ts'
import { decide, type Moment, type Setting, say, type Turn } from '../turn.ts'
import { dangerOf, WAYS_TO_PEOPLE, WORDS } from '../wording.ts'
import { answersBriefly, noteDanger, titleOf, toldAsChild } from './flow-turn.ts'
import { heard, isHeld } from './hold-turn.ts'
import { raised } from './own-request-turn.ts'
import { quietTopicOf } from './policy-turn.ts'

/** So long after words of danger nobody is told of policies they did not ask about, in ms. */
const SHAKEN_MS = 60 * 60 * 1000
/** Whether words of danger were heard within the hour. */
export const wasAlarmed = ({ alarmedAt }: Session, { now }: Moment): boolean =>
  alarmedAt !== null && now.getTime() - Date.parse(alarmedAt) < SHAKEN_MS
/** Whether words of danger are what was last talked about. */
export const isShaken = (session: Session, moment: Moment): boolean => {
  const { alarmedAt, topic } = session
  return alarmedAt !== null && wasAlarmed(session, moment) && isAbout(topic, alarmedAt)
}
const isAbout = (topic: Session['topic'], alarmedAt: string): boolean =>
  topic === null || topic.told === undefined || topic.at < alarmedAt

/** 不敢打电话 会被听到的, 没打过 不会说: who cannot do what they were told to. */
const CANNOT_CALL =
  /不(?:敢|能|方便)(?:打(?:电话)?|出声|说话|报警)|(?:会|怕)(?:被)?(?:他|她|人|我爸|我妈|老公)?听(?:到|见)|没法打(?:电话|110)|(?:120|110|电话)?(?:没打过|不会(?:打|说|讲)(?:电话)?(?:$|[，,\s。]))/

/** 我没有要死, 就是心里难受. */
const DENIES_HARM =
  /(?:我)?(?:没[有得]?|冇|莫得|不是|不会|并不|又不)(?:真的)?(?:要|想|打算|会)?(?:去)?(?:死|自杀|寻死|寻短见|做傻事|想不开|轻生)/g

/**
 * The danger a message tells of. Within the hour after words of danger, a denial of meaning to die is believed, and
 * whoever confirms the request they were about is not stopped by the same trouble told again.
 */
export function dangerIn(
  text: string,
  session: Session,
  { knowledge }: Setting,
  moment: Moment,
): DangerType | null {
  const danger = knowledge.danger(text, answersBriefly(session))
  if (!wasAlarmed(session, moment)) return danger
  if (danger !== 'self_harm' && WORSE.test(text)) return 'medical_emergency'
  if (danger === null || HAVE_CALLED.test(text.trim())) return null
  // 警察走了 妈妈睡了 我饿
  if (VIOLENT.has(danger) && HUNGRY.test(text) && !HITTING.test(text)) return 'starvation'
  if (danger === 'self_harm')
    return text.search(DENIES_HARM) >= 0 ? findDanger(text.replace(DENIES_HARM, ' ')) : danger
  return session.flow?.step === 'confirm' && confirms(text) ? null : danger
}

/** 弟弟哭了 他不动了: somebody hurt gets worse. */
const WORSE =
  /(?:他|她|人|弟弟?|妹妹?|哥|姐|妈妈?|爸爸?|奶奶?|爷爷?|外公|外婆|老伴|孩子|娃|宝宝)[^，。！？]{0,4}(?:不动(?:了|弹)|没(?:有)?反应|叫不醒|没气|没呼吸|一直流血|流了?好多血|晕(?:过去|倒)|昏(?:过去|迷)|翻白眼|抽搐|喘不)/
/** 打了 他们说来了: who did what they were told to, and waits. */
const HAVE_CALLED =
  /^(?!.*(?:不来|没来|还没|不管|没人|打了?(?:我|俺|她|他|弟|妹|妈|孩|娃)))(?:我|我们|已经|刚)*(?:打|报)(?:过|完|通)?(?:电话|警|110|120)?(?:过|完|通)?了[^。]{0,4}(?:他们?|警察|人家|那边|医生)?(?:说|就|马上|快|已经|要)*(?:会)?(?:来|到|在路上|过来|派人)|^(?:我|我们|已经|刚)*(?:打|报)(?:过|完|通)?(?:电话|警|110|120|12356)*(?:过|完|通)?了?(?:电话|警|110|120|12356)?了?[\s。！!]*$|^(?:他们|人家)?(?:说)?(?:已经|就|正)?在(?:路上|来的路上)了?[\s。！!]*$|^(?:警察|民警|他们|大家|邻居)(?:们)?(?:都|正|已经|也)*在(?:找|处理)了?[\s。！!]*$|^(?:警察|救护车|120|110|民警)(?:说|就|马上|快|已经|要)*(?:来|到|在路上)了?[\s。！!]*$/
const VIOLENT: ReadonlySet<DangerType> = new Set(['domestic_violence', 'child_danger'])
const HUNGRY = /饿|没(?:有)?(?:饭|东西)?吃|没(?:有)?饭/
const HITTING = /打|骂|砸|踢|掐|揍|刀/

/** What else somebody in danger can do who cannot call; null for other words. */
const unableToCall = (text: string, session: Session): Turn | null =>
  CANNOT_CALL.test(text)
    ? say(session, 'smalltalk', /不会|没打过/.test(text) ? WORDS.howToCall : WORDS.cannotCall)
    : null

/** 他还在找我, 砸门, 我不敢出去: who was hit tells that it goes on. */
const PURSUED =
  /(?:他|她|我爸|我妈|老公|男的|那人)(?:们)?(?:还|又|正|一直)*在(?:找我|找俺|外[面头]|门[口外]|楼[下道上]|砸|踹|敲|骂|喊我|追)|追(?:过来|上来|来了|出来|着我)|(?:砸|踹|撞|捶|敲)(?:我|俺)?(?:的|家)?门|(?:不敢|没法|出不)(?:出去|出门|出声|回家|回去|动)|(?:他|她)(?:又|快|马上|要|已经)?(?:回来|进来|上来|过来)了|(?:他|她)(?:堵|守|蹲)(?:在|着)/
/** Longer words tell more than that. In characters. */
const PURSUED_TO = 20

/** What to do while it goes on, before anything is asked of them; null for other words. */
const pursued = (text: string, session: Session, moment: Moment): Turn | null => {
  if (text.length > PURSUED_TO || !PURSUED.test(text)) return null
  const noted = session.flow === null ? session : noteDanger(text, session, moment)
  return say(noted, 'smalltalk', WORDS.pursued)
}

/** 我打了120 他们说要钱 我没钱: asked to pay before anybody helps. */
const TOLD_TO_PAY =
  /(?:120|救护车|医院|急诊|医生|大夫|护士|他们|人家)[^。]{0,8}(?:说|让|叫|要)(?:我)?(?:先)?(?:要|交|付|收|拿|给)(?:了|点)?(?:押金|钱|费)|(?:不交钱|没钱|交不上钱)[^。]{0,4}(?:不给|不肯|就不)(?:救|治|收|看|拉|来)/

/** Nobody in danger waits for money; null for other words. */
const toldToPay = (text: string, session: Session, moment: Moment): Turn | null => {
  if (!TOLD_TO_PAY.test(text)) return null
  const noted = session.flow === null ? session : noteDanger(text, session, moment)
  return say(noted, 'smalltalk', WORDS.treatedFirst)
}

/** 没有真的想死 就是烦: taken at their word, and not asked to fill in a form; null for other words. */
const deniesHarm = (text: string, session: Session): Turn | null =>
  text.length <= DENIAL_TO && text.search(DENIES_HARM) >= 0
    ? say(session, 'smalltalk', WORDS.relieved, [...WAYS_TO_PEOPLE])
    : null
/** Longer words tell more than that. In characters. */
const DENIAL_TO = 24

const haveCalled = (text: string, session: Session): Turn | null =>
  HAVE_CALLED.test(text.trim()) ? say(session, 'smalltalk', WORDS.haveCalled) : null

/** 找到了 在隔壁小区, 人醒了: the danger is over. */
const IS_SAFE =
  /^(?:人|爸|妈|他|她|孩子|已经|现在|刚刚?|都|终于)*(?:找(?:到|着|回来)了|没事了|醒(?:了|过来了)|缓过来了|救(?:过来|出来)了|送(?:到)?医院了|脱险了|平安了)(?!.*(?:可是|但|不|没|还))[^。]{0,12}$/

const isSafe = (text: string, session: Session): Turn | null =>
  IS_SAFE.test(text.trim()) ? say(session, 'smalltalk', WORDS.isSafe, [...WAYS_TO_PEOPLE]) : null

/** What is said within the hour to words that answer what was said to danger; null for other words. */
export const afterAlarm = (text: string, session: Session, moment: Moment): Turn | null =>
  wasAlarmed(session, moment)
    ? (haveCalled(text, session) ??
      isSafe(text, session) ??
      unableToCall(text, session) ??
      pursued(text, session, moment) ??
      toldToPay(text, session, moment) ??
      deniesHarm(text, session))
    : null

/** What whoever was in danger tells next is heard. */
export const listen = (session: Session): Turn =>
  say(session, 'smalltalk', WORDS.listening, [...WAYS_TO_PEOPLE])

/** The number to call at once; what was told stays with who is to help. */
export function respondToDanger(
  danger: DangerType,
  text: string,
  session: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  const hits = setting.knowledge.search(text, chinaDay(moment.now), 3)
  const policies = hits.map(({ policy }) => policy.id)
  // What was said in danger stays with who is to help.
  const topic = quietTopicOf(text, setting, moment) ?? session.topic
  const before = { ...session, topic, choices: [], alarmedAt: moment.now.toISOString() }
  // Who wants to die is not asked to fill in a form.
  const open = session.flow === null ? moment.tickets.find(isOpen) : undefined
  const asks = open === undefined && (danger !== 'self_harm' || session.flow !== null)
  const noted = asks ? noteDanger(text, before, moment) : before
  // Advisors hear of the danger at any hour, but at night nobody can be promised a call.
  const called = setting.advisorsReachable() && !isQuiet(moment.now)
  const person = called ? WORDS.dangerCall : WORDS.dangerNobody
  const byChild = toldAsChild(noted)
  const lines = [dangerAnswer(danger, text, byChild), isHeld(session, moment) ? WORDS.dangerHeld : person]
  const title = titleOf(session)
  // Before consent nothing of a request is kept but in passing.
  const unasked = session.flow?.flow === 'help' && session.flow.trail.length === 0
  if (title !== null) lines.push(unasked ? WORDS.dangerHelp : FLOW_WORDS.kept(title))
  else if (noted.flow) lines.push(WORDS.dangerHelp)
  else if (open) lines.push(dangerOf(open.number))
  const held = isHeld(session, moment)
  const ofOpen: Effect[] = open
    ? [...raised(text, open, moment), { kind: 'heard', words: text, media: null, tells: null }]
    : []
  return {
    session: noted,
    reply: { text: lines.join('\n'), choices: [], pressing: true },
    effects: [{ kind: 'danger', danger }, ...(held ? [heard(text, null)] : ofOpen)],
    decision: { ...decide('danger', policies), danger },
  }
}
