/** Decides what to say. The one place that does; pure. */

import { readUrgent } from '../flows/facts.ts'
import { asksSomething, readNumbers, readYesNo } from '../flows/steps/answers.ts'
import { readCommand } from '../flows/steps/commands.ts'
import type { Heard } from '../flows/steps/types.ts'
import { isOpen, type Ticket } from '../flows/ticket/ticket.ts'
import { readNumber } from '../flows/ticket/ticket-number.ts'
import { asksProgressOnly, readWish, type Wish } from '../flows/wishes.ts'
import { sideAlone } from '../knowledge/aspects.ts'
import { chapterQuestion } from '../knowledge/chapters.ts'
import type { Finding } from '../knowledge/finding.ts'
import { MESSAGE_LIMIT, type Message, type MessageBody } from './message.ts'
import type { Session } from './session.ts'
import { decide, type Moment, type Setting, say, sayInFlow, type Turn } from './turn.ts'
import { answerAboutAnswer, readAboutAnswer } from './turns/about-answer-turn.ts'
import { afterAlarm, dangerIn, isShaken, listen, respondToDanger, wasAlarmed } from './turns/danger-turn.ts'
import { answersBriefly, cancelFlow, continueFlow, recapOf, startHelp } from './turns/flow-turn.ts'
import { heardInHold, hold, isHeld, isUnmet, release, waitsInHold } from './turns/hold-turn.ts'
import { type DataWish, myData, readDataWish, readNewPhone } from './turns/my-data-turn.ts'
import { keep, ofOwnRequest, wantsNoMore } from './turns/own-request-turn.ts'
import { handIn, offersPaper, readHandIn, takePhoto } from './turns/paper-turn.ts'
import { find, tell } from './turns/policy-turn.ts'
import {
  answerRevisit,
  readAgain,
  readRevisitAnswer,
  takeUpAgain,
  withRevisit,
} from './turns/revisit-turn.ts'
import { correctTicket, rate, readRating, tellProgress } from './turns/ticket-turn.ts'
import { ASKED_MOST, isOpenAlready, joined, location, openedBefore, WAYS_IN, WORDS } from './wording.ts'

export type { Decision, Moment, Setting, Turn } from './turn.ts'

/** What the account's menu keys mean; see server/menu.ts. */
const TAPS: ReadonlyMap<string, Wish> = new Map([
  ['policy', 'policies'],
  ['help', 'help'],
  ['progress', 'progress'],
])

/**
 * Decides the answer to one message. Pure: the same message, session and moment give the same turn.
 *
 * The order is the promise: danger before everything, then a person who holds the conversation, then the words
 * that always work, then the flow that runs, then what is asked. Of a flood only danger is heard.
 */
export function respond(message: Message, session: Session, setting: Setting, moment: Moment): Turn {
  const { body } = message
  if (moment.pace !== 'calm' && isUnheardInFlood(body, session, setting)) return slowDown(session, moment)
  switch (body.kind) {
    case 'followed': {
      const turn = say(session, 'smalltalk', WORDS.welcome, [...WAYS_IN])
      return { ...turn, effects: [{ kind: 'followed', scene: body.scene }] }
    }
    case 'unfollowed':
      return { session, reply: null, effects: [{ kind: 'unfollowed' }], decision: decide('silent') }
    case 'unannounced':
      return { session, reply: null, effects: [{ kind: 'unannounced' }], decision: decide('silent') }
    case 'unspoken':
      return { session, reply: null, effects: [], decision: decide('silent') }
    case 'scanned': {
      const turn = say(session, 'smalltalk', WORDS.greeting, [...WAYS_IN])
      return { ...turn, effects: [{ kind: 'scanned', scene: body.scene }] }
    }
    case 'tapped': {
      const wish = TAPS.get(body.key) ?? 'policies'
      return isHeld(session, moment)
        ? released(wish, session, setting, moment)
        : session.flow
          ? withRecap(respondToWish(wish, '', session, setting, moment))
          : respondToWish(wish, '', session, setting, moment)
    }
    case 'text':
    case 'voice':
    case 'image':
    case 'video':
    case 'location':
    case 'link':
      return afterwards(respondToHeard(body, session, setting, moment), body, session, moment)
  }
}

/** What the platform tells of a resident is believed at any pace. */
function isUnheardInFlood(body: MessageBody, session: Session, { knowledge }: Setting): boolean {
  switch (body.kind) {
    case 'followed':
    case 'unfollowed':
    case 'unannounced':
    case 'unspoken':
    case 'scanned':
      return false
    case 'tapped':
      return true
    default:
      return !knowledge.danger(wordsOf(body) ?? '', answersBriefly(session))
  }
}

/** Said once to a flood; the session stands as it stood. */
function slowDown(session: Session, { pace }: Moment): Turn {
  const reply = pace === 'hasty' ? { text: WORDS.tooFast, choices: [] } : null
  return { session, reply, effects: [], decision: decide(reply ? 'smalltalk' : 'silent') }
}

/** What is asked in passing, where nothing else is going on. */
function afterwards(turn: Turn, body: Spoken, session: Session, moment: Moment): Turn {
  if (moment.tickets.length === 0 || session.flow !== null || isHeld(session, moment)) return turn
  return withRevisit(turn, readWish(wordsOf(body) ?? ''), moment)
}

type Spoken = Extract<MessageBody, { kind: 'text' | 'voice' | 'image' | 'video' | 'location' | 'link' }>

function respondToHeard(body: Spoken, session: Session, setting: Setting, moment: Moment): Turn {
  const words = wordsOf(body)
  if (words !== null && words !== '') return respondToWords(words, session, setting, moment)
  if (isHeld(session, moment)) return heardInHold(labelOf(body), mediaOf(body), session)
  const heard = heardOf(body)
  const inFlow = heard && continueFlow(heard, session, setting, moment, () => null)
  if (inFlow) return inFlow
  switch (body.kind) {
    case 'voice':
      return session.flow
        ? withRecap(say(session, 'smalltalk', WORDS.notHeard))
        : say(session, 'smalltalk', `${WORDS.notHeard}${WORDS.orChoose}`, [...WAYS_IN])
    case 'image':
      return takePhoto(body.mediaId, session, moment) ?? unread(session, WORDS.image)
    case 'video':
      return unread(session, WORDS.video)
    case 'link':
      return unread(session, WORDS.link)
    case 'location': {
      const area = setting.knowledge.areaIn(body.label)
      const turn = say(area ? { ...session, area: area.area } : session, 'smalltalk', location(body.label))
      return { ...turn, reply: turn.reply && { ...turn.reply, personal: true } }
    }
    case 'text':
      return unread(session, WORDS.empty)
  }
}

/** Nothing could be read of it: the running flow asks again, or the resident is asked what it is about. */
function unread(session: Session, words: string): Turn {
  return session.flow
    ? withRecap(say(session, 'smalltalk', words))
    : say(session, 'smalltalk', `${words}${WORDS.tellMe}`)
}

function respondToWords(typed: string, session: Session, setting: Setting, moment: Moment): Turn {
  const text = setting.knowledge.written(typed)
  const danger = dangerIn(text, session, setting, moment)
  if (danger) return respondToDanger(danger, text, session, setting, moment)
  const wish = readWish(text) ?? (readNumber(text) ? 'progress' : null)
  if (isHeld(session, moment)) {
    const over = wish === 'cancel' || wish === 'more' || wish === 'no-human'
    if (over) return release(session)
    const wantsAnswer = wish === 'waiting' || asksSomething(text) || readUrgent(text)
    return wantsAnswer ? waitsInHold(typed, session, moment) : heardInHold(typed, null, session)
  }
  if (wish === 'human') return hold(session, setting, moment)
  const told = afterAlarm(text, session, moment)
  if (told) return told
  if (session.flow !== null) {
    const stops =
      wish === 'cancel' ||
      (session.flow.flow === 'help' && wantsNoMore(text)) ||
      (readDataWish(text) === 'withdraw' && moment.tickets.length === 0)
    if (stops) return cancelFlow(session)
    if (wish === 'more' && session.rest !== '') return respondToWish('more', text, session, setting, moment)
    const dataWish = readDataWish(text)
    if (dataWish && MEANT_MEANWHILE.has(dataWish)) return withRecap(myData(dataWish, session, moment))
    if ((wish === 'progress' && asksProgressOnly(text)) || wish === 'my-data') {
      return withRecap(respondToWish(wish, text, session, setting, moment))
    }
    const elsewhere = (words: string) => meanwhile(words, session, setting, moment)
    const turn = continueFlow({ kind: 'words', text }, session, setting, moment, elsewhere)
    if (turn) return turn
    return respondToWords(text, { ...session, flow: null }, setting, moment)
  }
  const chosen = chosenWords(text, session)
  if (chosen !== null && chosen !== text)
    return respondToWords(chosen, { ...session, choices: [] }, setting, moment)
  const dataWish = readDataWish(text)
  if (dataWish) return myData(dataWish, session, moment)
  const phone = readNewPhone(text)
  const number = moment.tickets.find(isOpen)?.number
  if (phone !== null && number !== undefined)
    return correctTicket({ ticket: number, fact: 'phone', value: phone }, session, setting, moment)
  const own = ofOwnRequest(text, session, setting, moment)
  if (own) return own
  const offered = offersPaper(text, session, moment)
  if (offered) return offered
  const handedIn = readHandIn(text, moment.tickets)
  if (handedIn) return handIn(handedIn, session, moment)
  const how = readRevisitAnswer(text, session, moment.tickets)
  if (how) return answerRevisit(how, session, moment)
  const again = readAgain(text, moment.tickets)
  if (again) return takeUpAgain(again, session, moment)
  const rating = readRating(text, moment.tickets)
  if (rating) return rate(rating, session, moment)
  if (wish && !(wish === 'progress' && isOfPolicy(text, session, setting, moment)))
    return respondToWish(wish, text, session, setting, moment)
  const confirmed = CONFIRMS.test(text) && moment.tickets.find((ticket) => justOpened(ticket, moment))
  if (confirmed) return sayInFlow('help', session, openedBefore(confirmed.number))
  const opened = moment.tickets.find((ticket) => justOpened(ticket, moment))
  const since = session.topic !== null && !session.topic.ours && opened && session.topic.at > opened.openedAt
  if (opened && HOW_SOON.test(lastClause(text)) && !since)
    return respondToWish('progress', text, session, setting, moment)
  const about = readAboutAnswer(text, session, moment)
  if (about) return answerAboutAnswer(about, session, setting, moment)
  if (readCommand(text) || CONFIRMS.test(text)) return say(session, 'smalltalk', WORDS.noFlow, [...WAYS_IN])
  const finding = find(text, session, setting, moment)
  // 就这样 is no leave-taking from somebody who wants to die.
  const stays = finding.kind === 'wish' && finding.wish === 'farewell' && isShaken(session, moment)
  if (stays) return listen(session)
  const open = moment.tickets.find(isOpen)
  // Words that would begin another request, from somebody who did not ask for one, are of the one that is open.
  if (open && finding.kind === 'wish' && finding.wish === 'help')
    return { ...keep(text, open, session), reply: { text: isOpenAlready(open.number), choices: [] } }
  if (finding.kind === 'wish') return respondToWish(finding.wish, text, session, setting, moment)
  // A remark soon after a request was sent is more of it.
  if (open && justOpened(open, moment) && !since && isRemark(text, finding, setting) && !asksSomething(text))
    return keep(text, open, session)
  // 孩子发烧没钱看病 asks nothing, cannot wait, and names no policy: somebody has to look at it.
  const pleads = finding.kind === 'clarify' && readUrgent(text) && !asksSomething(text)
  if (pleads) return startHelp(text, session, setting, moment)
  if (isShaken(session, moment) && isRemark(text, finding, setting)) return listen(session)
  if ((finding.kind === 'nothing' || finding.kind === 'elsewhere') && ONLY_LETTERS.test(text))
    return say(session, 'smalltalk', WORDS.letters, session.choices)
  return tell(finding, text, session, setting, moment)
}

/** Letters and no character: nothing that could be read. */
const ONLY_LETTERS = /^(?=.*[a-z].*[a-z].*[a-z])[^\p{Script=Han}]*$/isu

/** 等了半个月了没人管！你们到底干不干事 */
const WAITED = /^等了?[^，。！]{0,6}(?:月|天|星期|礼拜|周)了?[^，。！]{0,4}没/
/** Beyond so many characters 还没到手 or 没信儿 is part of a story, and not all of what is asked. */
const STORY_FROM = 16

/** Whether words that might ask after a request tell of something a policy answers, from somebody who made none here. */
function isOfPolicy(text: string, session: Session, setting: Setting, moment: Moment): boolean {
  if (moment.tickets.length > 0 || text.length < STORY_FROM || asksProgressOnly(text) || WAITED.test(text))
    return false
  return find(text, session, setting, moment).kind === 'answer'
}

/** Words that answer a flow where none runs. */
const CONFIRMS = /^(?:确认|同意|跳过)[。！!\s]*$/

/** 要等几天, 什么时候来人: of the request just opened, unless a policy was talked about since. */
const HOW_SOON =
  /^(?:(?:那|到时候?)?(?:谁|哪个|什么人)(?:会|能|要)?(?:来|去|跟|联系|给)[^，。]{0,8}|(?:那|这个?|大概|大约|一般|还|得|要|需要)*(?:等)?(?:多久|好久|多长时间|几天|多少天|什么时候|啥子?时候?|几时|几点|何时)(?:能|才|会|可以|有|给|办|来|到|批|联系|上门|打电话|好|下来|完|我们?|人|结果|消息|信|钱|账)*)[了呢啊吗呀嘛\s?？。!！]*$/

/** 那我在这等 几时来: what a short message ends with. */
const lastClause = (text: string): string =>
  text.length > WAITS_TO
    ? text
    : (text
        .trim()
        .split(/[\s，。！,!]+/)
        .at(-1) ?? text)
/** Longer messages tell more than that somebody waits. In characters. */
const WAITS_TO = 16

/** 今天能来人不 */
const SOMEBODY_COMES =
  /^(?:那|今天|今晚|明天|马上|现在|这两天|你们?|您)*(?:能|能不能|可以|会|会不会|有没有|有)(?:派|来|过来|叫)?(?:个|几个)?人(?:来|过来|上门)?(?:看看|看|管|帮忙)?(?:不|吗|么|嘛|没有?)?[\s?？。！!]*$/

/** How long after it was opened a request is what a second 确认 or 要等几天 means, in ms. */
const JUST_OPENED_MS = 60 * 60 * 1000
const justOpened = (ticket: Ticket, { now }: Moment): boolean =>
  now.getTime() - Date.parse(ticket.openedAt) < JUST_OPENED_MS

/** What is done with the resident's data in the middle of a flow; correcting asks questions of its own. */
const MEANT_MEANWHILE: ReadonlySet<DataWish> = new Set(['export', 'delete', 'delete-now', 'withdraw-now'])

/** What may be wished for in other words in the middle of a flow without ending it. */
const MEANWHILE: ReadonlySet<Wish> = new Set(['human', 'thanks', 'who-are-you'])

/** So few characters say too little to be taken for a question nobody asked. */
const BARE_TO = 4

/** What is said to words in the middle of a flow that answer nothing it asked; null when they mean nothing known. */
function meanwhile(text: string, session: Session, setting: Setting, moment: Moment): Turn | null {
  const wish = readWish(text)
  if (wish && wish !== 'farewell' && wish !== 'more')
    return respondToWish(wish, text, session, setting, moment)
  const about = readAboutAnswer(text, session, moment)
  if (about === 'else' || about === 'source') return answerAboutAnswer(about, session, setting, moment)
  const whoComes =
    (HOW_SOON.test(text) && /来|联系|上门|电话|消息|信/.test(text)) || SOMEBODY_COMES.test(text.trim())
  if (whoComes && session.flow?.flow === 'help') return say(session, 'smalltalk', WORDS.unfinished)
  const finding = find(text, session, setting, moment)
  // After words of danger, what the trouble may be about is no answer to 你先帮我找人行不行.
  const guessed = wasAlarmed(session, moment) && (finding.kind === 'answer' || finding.kind === 'clarify')
  const pleads = PLEADS_NOW.test(text) || (finding.kind === 'answer' && finding.aspect === null)
  if (guessed && pleads && !setting.knowledge.names(text)) return null
  // 找人跟他说话 is a need of theirs, and no call for a person.
  const forAnother = finding.kind === 'wish' && finding.wish === 'human' && /[他她]|孩子|老人/.test(text)
  if (finding.kind === 'wish' && MEANWHILE.has(finding.wish) && !forAnother)
    return respondToWish(finding.wish, text, session, setting, moment)
  // 邻居, 要钱: a word or two that ask nothing answer something of ours, if not what was asked last.
  const bare = [...text.replace(/[^\p{L}\p{N}]+/gu, '')].length <= BARE_TO && !asksSomething(text)
  if (finding.kind === 'common' && !bare) return tell(finding, text, session, setting, moment)
  const asks = asksSomething(text)
  if (!asks && session.flow?.trail.length === 0 && isShaken(session, moment)) return listen(session)
  // 他没低保 tells of somebody, and asks about no policy.
  if (!asks && (TELLS_OF.test(text) || !setting.knowledge.names(text))) return null
  const known =
    finding.kind === 'answer' ||
    finding.kind === 'chapters' ||
    finding.kind === 'hotline' ||
    (finding.kind === 'elsewhere' && finding.subject !== null)
  return known ? tell(finding, text, session, setting, moment) : null
}

/** 你先帮我找人行不行, 他还没找到 咋办 */
const PLEADS_NOW = /[你您]们?[^，。]{0,5}(?:帮|找|派|救|来人)|(?:怎么办|咋办|咋整)[啊呀呢？?！!\s]*$/
const TELLS_OF = /^(?:我|俺|他|她|老人|孩子|娃|家里)/

/** Whether a message asks nothing a policy could answer, and what was found for it is a guess. */
function isRemark(text: string, finding: Finding, { knowledge }: Setting): boolean {
  if (/[?？吗呢]/.test(text) || knowledge.names(text)) return false
  if (finding.kind === 'answer' || finding.kind === 'clarify') return finding.aspect === null
  return finding.kind === 'nothing' || finding.kind === 'elsewhere'
}

/** The words a bare number stands for, when the last message offered that many. */
function chosenWords(text: string, session: Session): string | null {
  if (session.choices.length === 0) return null
  // 要删除吗？是。
  const [sure, not] = session.choices
  if (session.choices.length === 2 && sure?.says.startsWith('确认') && not) {
    const yes =
      readYesNo(text) ??
      (/^(?:那|就|嗯)?(?:删|撤|确认|确定)(?:了|掉|吧|除|回)*[。！!\s]*$/.test(text) || null)
    if (yes !== null) return yes ? sure.says : not.says
  }
  const number = readNumbers(text, session.choices.length)
  if (number?.length === 1) return session.choices[(number[0] ?? 0) - 1]?.says ?? null
  return session.choices.find((choice) => choice.label === text)?.says ?? null
}

function respondToWish(wish: Wish, text: string, session: Session, setting: Setting, moment: Moment): Turn {
  switch (wish) {
    case 'more':
      return session.rest === ''
        ? say(session, 'smalltalk', WORDS.nothingMore)
        : say({ ...session, rest: '' }, 'smalltalk', session.rest, session.choices)
    case 'cancel':
    case 'no-human':
      return say({ ...session, topic: null, rest: '' }, 'smalltalk', WORDS.cancelled)
    case 'human':
      return hold(session, setting, moment)
    case 'policies':
      return session.flow
        ? say(session, 'flow', WORDS.policiesMeanwhile)
        : askWhich(text, { ...session, topic: null }, setting)
    case 'progress':
      return tellProgress(text, session, setting, moment)
    case 'my-data':
      return myData('show', session, moment)
    case 'waiting':
      if (isUnmet(session, moment)) return hold(session, setting, moment)
      return moment.tickets.some(isOpen)
        ? tellProgress(text, session, setting, moment)
        : say(session, 'smalltalk', WORDS.here, session.choices)
    case 'greeting':
      if (CALLS.test(text) && isUnmet(session, moment)) return hold(session, setting, moment)
      return say(session, 'smalltalk', WORDS.greeting, [...WAYS_IN])
    case 'thanks':
      return say(session, 'smalltalk', WORDS.thanks, session.choices)
    case 'farewell':
      return say(session, 'smalltalk', WORDS.farewell, session.choices)
    case 'who-are-you':
      return say(session, 'smalltalk', WORDS.whoAreYou)
    case 'help':
      // A tap on 我要求助 while a request is being told goes on with it.
      return session.flow ? sayInFlow('help', session, '') : startHelp(text, session, setting, moment)
  }
}

/** 有人吗, 在不在 */
const CALLS = /有人|在[吗不]/

/** Asks what they want to know about; a side already asked about is kept for the answer. */
function askWhich(text: string, session: Session, { knowledge }: Setting): Turn {
  const side = sideAlone(text)
  if (side === null) {
    const menu = knowledge.menu.map((chapter) => ({ label: chapter.title, says: chapterQuestion(chapter) }))
    return say(session, 'smalltalk', WORDS.policies, menu)
  }
  const choices = ASKED_MOST.map((name) => ({ label: name, says: `${name}${text.slice(0, 40)}` }))
  const turn = say(session, 'clarify', WORDS.whichPolicy, choices)
  return { ...turn, session: { ...turn.session, side } }
}

/** A tap on the menu takes the conversation back from the person who held it. */
function released(wish: Wish, session: Session, setting: Setting, moment: Moment): Turn {
  const freed = release(session)
  const turn = respondToWish(wish, '', freed.session, setting, moment)
  const text = `${freed.reply?.text ?? ''}\n${turn.reply?.text ?? ''}`
  return {
    ...turn,
    reply: turn.reply && { ...turn.reply, text },
    effects: [...freed.effects, ...turn.effects],
  }
}

/** Adds the question a running flow still waits for, after something else was answered. */
function withRecap(turn: Turn): Turn {
  const again = recapOf(turn.session)
  if (again === null || turn.reply === null) return turn
  return {
    ...turn,
    session: { ...turn.session, choices: [] },
    reply: {
      ...turn.reply,
      text: joined(turn.reply.text, again),
      choices: [],
    },
  }
}

/** What was said in words, at most {@link MESSAGE_LIMIT} characters; null when it was no words. */
function wordsOf(body: Spoken): string | null {
  const said = body.kind === 'text' ? body.text : body.kind === 'voice' ? body.transcript : null
  return said === null ? null : said.slice(0, MESSAGE_LIMIT).trim()
}

/** What a flow can take as an answer besides words. */
function heardOf(body: Spoken): Heard | null {
  switch (body.kind) {
    case 'image':
      return { kind: 'photo', media: body.mediaId }
    case 'location':
      return { kind: 'place', label: body.label, latitude: body.latitude, longitude: body.longitude }
    default:
      return null
  }
}

/** How staff read what came without words. */
function labelOf(body: Spoken): string {
  switch (body.kind) {
    case 'voice':
      return '〔语音〕'
    case 'image':
      return '〔照片〕'
    case 'video':
      return '〔视频〕'
    case 'location':
      return `〔位置〕${body.label}`
    case 'link':
      return `〔链接〕${body.title}`
    case 'text':
      return ''
  }
}

const mediaOf = (body: Spoken): string | null =>
  body.kind === 'voice' || body.kind === 'image' || body.kind === 'video' ? body.mediaId : null
