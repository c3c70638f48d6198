/** What a resident says of a request that is being worked on: that it cannot wait, what was left out, what is wrong, that it is not wanted any more. */

import { cannotWait, readUrgent } from '../../flows/facts.ts'
import { supplemented } from '../../flows/nudges/nudges.ts'
import { correctionsIn } from '../../flows/steps/catalog/help.ts'
import { isAidAwaited } from '../../flows/ticket/aid.ts'
import { sayDue } from '../../flows/ticket/limits.ts'
import { isOpen, type Ticket } from '../../flows/ticket/ticket.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import type { Effect } from '../effects.ts'
import type { Session } from '../session.ts'
import { type Moment, type Setting, sayInFlow, type Turn } from '../turn.ts'
import { howPaid, howReached, hurried, nobodyCame, openedBefore, passedOn } from '../wording.ts'
import { myData } from './my-data-turn.ts'
import { actor, changed, correctTicket } from './ticket-turn.ts'

/** 催一下, 能不能快点, 改成急. */
const HURRIES =
  /改成?急|加急|是急事|急事啊|催(?:一?下|催|办|一催)|(?:能不能|可不可以|可以|麻烦|求求?|请)?(?:你们?|您)?(?:再)?(?:快|早)(?:一)?(?:点|些)(?:来|办|处理|给|解决|联系|行|吗|嘛|啊|吧|呀|[\s。！!?？]|$)|尽快(?:办|处理|来|解决|联系)|(?:等不(?:了|起|及|到)|来不及)/
/** Nobody hurries in more characters. */
const HURRY_TO = 40
const ADDS = [
  /^(?:哦|对了|还有|我)?[，,\s]*(?:再|还|要|想)*(?:补充|追加|补一句|加一句|加一条|补上)(?:一下|一句|说明|一点|个)?[：:，,\s]*(?<what>.{2,})$/s,
  /(?<what>.{3,}?)[，,\s]*(?:给我|帮我|也)?(?:加上|加进去|加到(?:登记|求助|里面|上面).*|也?(?:记|写)上|补上|写进去)[去了吧啊。！!\s]*$/s,
  /^(?:哦|对了|还有|啊|哎呀)?[，,\s]*(?:刚才|刚刚)?忘了?(?:说|讲|写|告诉(?:你们?|您)|了)?[，,：:\s]*(?<what>.{3,})$/s,
  /^(?:我|俺|人)?(?:现在|这会儿|目前)?(?:就)?在(?<what>\p{Script=Han}{2,20}(?:站|广场|桥下?|公园|门口|出口|医院|宾馆|旅馆|网吧|路|街|村|镇|楼|候车室))(?:这里|这儿|等)?[\s。！!]*$/u,
]
const WITHDRAWS =
  /(?:不用|别|不要|不需要)(?:再)?(?:找|办|来人|管|登记|帮)(?:了|我|啦)|^(?:算了|那算了|还是算了)[，,\s]*(?:不用|不办|不弄|不需要|不求助|不麻烦)(?:你们|您|大家)?了|^(?:不要|不用|不需要)了[，,\s]+(?!.*[烦谢]).{2,}[了啦][\s。！!]*$|(?:^|[，,\s。])(?:那|就|想|要|我)*撤(?:了|掉|销|回)?(?:吧|了|登记|求助|单)*[\s。！!]*$|(?:能|可以|想|要|怎么|咋)(?:不能|不可以|不)?(?:撤|取消)(?:销|回|掉)?(?:登记|求助|申请|单子)?(?:吗|不|么|嘛|了)?[?？。\s]*$|不(?:想|要)?(?:再)?登记了|(?:想|要|能不能|可不可以)(?:撤|取消)(?:销|回|掉)/
/** Whether a message says that the help asked for is not wanted any more: 人找到了 不用找了 撤了吧. */
export const wantsNoMore = (text: string): boolean =>
  WITHDRAWS.test(text.trim()) && !/低保|政策|补贴|同意/.test(text)
/** 我刚不是登记完了. */
const REGISTERED =
  /(?:不是|刚|已经|早就?|都|我)(?:刚|才|已经|都)*(?:登记|填|报)(?:过|完|好)?(?:了|过)[吗呀啊的么?？。！!\s]*$/

/** How much of the words stands as a reason. */
const REASON_TO = 200

/** The answer to words about the newest request that is open; null when they are about something else. */
export function ofOwnRequest(text: string, session: Session, setting: Setting, moment: Moment): Turn | null {
  const ticket = moment.tickets.find(isOpen)
  if (!ticket) return null
  const said = text.trim()
  if (wantsNoMore(said)) return myData('withdraw', session, moment)
  const corrections = correctionsIn(said, ticket.personal.facts, moment.now)
  if (corrections.length > 0) {
    // What is put right stands at once; the words go along, for they may say more.
    const turns = corrections.map(({ fact, value }) =>
      correctTicket({ ticket: ticket.number, fact, value }, session, setting, moment),
    )
    const [first] = turns
    if (first && turns.length === 1) return first
    if (first) return severalRight(corrections, ticket, session, setting, moment)
  }
  // 医生说今天不交钱就停药
  const pressing = HURRIES.test(said) || (cannotWait(said) && /今天|明天|今晚|马上|现在|医生说/.test(said))
  if (said.length <= HURRY_TO && pressing) return hurry(said, ticket, session, moment)
  for (const pattern of ADDS) {
    const what = pattern.exec(said)?.groups?.['what']
    if (what === undefined) continue
    return cannotWait(said) || readUrgent(said)
      ? hurry(said, ticket, session, moment)
      : keep(said, ticket, session)
  }
  if (REGISTERED.test(said)) return sayInFlow('help', session, openedBefore(ticket.number))
  const answered = said.length > ASKED_TO ? null : askedOfOwn(said, ticket, moment)
  return answered === null ? null : sayInFlow('help', session, answered)
}

/** Longer words ask about more than the request. In characters. */
const ASKED_TO = 20
const WHO = '(?:你们|您们|人家|他们|社区|街道|工作人员|顾问|谁)'
const HOW_REACHED = new RegExp(
  `${WHO}(?:到时候?|又)?(?:怎么|咋个?|如何|拿什么|用什么|靠什么|上哪|去哪)(?:找|联系|通知|告诉|联络|打给)(?:得?到|上)?(?:我|俺)|(?:联系|找)(?:得|不)到我|打(?:给我|我)?哪个(?:电话|号码?)|(?:没|不)(?:有)?(?:留|说|填)?(?:电话|手机|号码)[^。]{0,4}(?:怎么|咋)(?:找|联系|通知)`,
)
const HOW_PAID =
  /^(?:那|到时候?)?(?:(?:救助|补助|这)?(?:的)?(?:钱|款|现金)(?:到时候?)?(?:会|是|要)?(?:怎么|咋个?|直接)?(?:发|打|给|转|存)(?:到|在|进|给)?(?:哪|谁|什么|啥|我|卡|银行|微信|现金|怎么|哪里)?.{0,6}[?？吗]?|(?:要|用)(?:给|报|发)?(?:你们?)?(?:银行)?卡号.{0,3})$/
const NOBODY_CAME = new RegExp(
  `^(?:那|到时候?|要是|万一|如果|假如|倘若)*(?:${WHO}|人)?(?:都|还是|一直|就是|要是)?(?:不来|没来|不管|不联系|没人(?:来|管|联系|找)|不打(?:电话)?|没(?:有)?(?:联系|打电话)|不理)(?:我|俺|人|电话)?(?:怎么办|咋办|咋整|呢|找谁|咋弄)[?？啊呀\\s]*$`,
)

/** What is asked of the request itself, and no policy tells: how one is found, how it is paid, what if nobody comes. */
function askedOfOwn(said: string, ticket: Ticket, { now }: Moment): string | null {
  const { phone } = ticket.personal.facts
  if (HOW_REACHED.test(said)) return howReached(ticket.number, phone === null ? null : phone.slice(-4))
  if (NOBODY_CAME.test(said))
    return nobodyCame(ticket.number, sayDue(ticket.due.aid ?? ticket.due.whole, now))
  return HOW_PAID.test(said) ? howPaid(ticket.number) : null
}

/** Words for whoever works on it, and an acknowledgement. */
export function keep(words: string, ticket: Ticket, session: Session): Turn {
  return { ...sayInFlow('help', session, passedOn(ticket.number)), effects: [heardOf(words, ticket)] }
}

const heardOf = (words: string, ticket: Ticket): Effect => ({
  kind: 'heard',
  words,
  media: null,
  tells: supplemented(ticket),
})

/** It cannot wait: urgent from now on, unless it was. The resident judges that here as in the request itself. */
function hurry(words: string, ticket: Ticket, session: Session, moment: Moment): Turn {
  const effects = [...raised(words, ticket, moment), heardOf(words, ticket)]
  const [change] = effects
  const after = change?.kind === 'change-ticket' ? change.changed.ticket : ticket
  const due = sayDue(after.due.aid ?? after.due.whole, moment.now)
  const turn = sayInFlow('help', session, hurried(ticket.number, due))
  return { ...turn, effects }
}

/** What makes a request urgent, for these words; nothing where it is. */
export function raised(words: string, ticket: Ticket, moment: Moment): Effect[] {
  if (isAidAwaited(ticket)) return []
  const why = `居民说：${words.slice(0, REASON_TO)}`
  return [changed(ticket, (one) => advance(one, { kind: 'raise', why }, actor(moment), moment.now))]
}

/** Several facts put right in one message: one after the other, each as if said alone. */
function severalRight(
  corrections: ReturnType<typeof correctionsIn>,
  ticket: Ticket,
  session: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  let now = moment
  let seq = ticket.seq
  const effects: Effect[] = []
  const said: string[] = []
  for (const { fact, value } of corrections) {
    const turn = correctTicket({ ticket: ticket.number, fact, value }, session, setting, now)
    const change = turn.effects.find((effect) => effect.kind === 'change-ticket')
    if (change?.kind !== 'change-ticket') continue
    const { changed: next } = change
    effects.push({ ...change, seq }, ...turn.effects.filter((effect) => effect !== change))
    seq = next.ticket.seq
    now = { ...now, tickets: now.tickets.map((one) => (one.number === ticket.number ? next.ticket : one)) }
    said.push(turn.reply?.text ?? '')
  }
  return { ...sayInFlow('my-data', session, [...new Set(said)].join('\n')), effects }
}
