/**
 * One line from an advisor: read, carried out and kept in one transaction. A redelivered line gets the same words and
 * does nothing twice; lines of one advisor follow each other because transactions do.
 */
import { COMMANDS, type Command, commandOf } from '../../flows/advisor/commands.ts'
import { type Line, readLine } from '../../flows/advisor/lines.ts'
import { findSubject, readMention } from '../../flows/advisor/subject.ts'
import { type Place, sayHousehold, sayStanding } from '../../flows/advisor/words.ts'
import { readNumbers } from '../../flows/steps/answers.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { auditSubject } from '../audit.ts'
import { StoreError } from '../store.ts'
import { missing, moveTicket, passAmong, sayRefusal } from './deeds.ts'
import { sayCaseload, sayPlate } from './plate.ts'
import { plead, readPleaAnswer } from './plea.ts'
import { isLookUp, lookUp } from './policy.ts'
import { nameOf, type Subject, settleSubject } from './subject.ts'
import {
  type AdvisorAnswer,
  type AdvisorParts,
  about,
  answerSchema,
  askBack,
  NUMBER,
  noteOf,
  type Pending,
  readTalk,
  type Scene,
  saying,
  withValue,
} from './talk.ts'
import { addMedia, plan, visit } from './visits.ts'

export type { AdvisorAnswer, AdvisorParts } from './talk.ts'

/** What an advisor sent. */
export interface HeardAdvisor {
  /** The message's own id, unique among all advisors' messages. */
  id: string
  /** The advisor's id in the roster. */
  advisor: string
  words: string
  /** A photo or recording that came with it, by the platform's id. */
  media: string | null
  place: Place
}

/** How often a line is carried out anew when something changed meanwhile. */
const ATTEMPTS = 4
/** Longer lines are cut: what is kept of a visit or a request has its own, lower limits. */
const LONGEST = 4000
const CANCEL = /^(?:取消|算了|不用了|不写了|退出)[。.!！]?$/

/**
 * Answers one line of an advisor's.
 *
 * @throws {StoreError} `unavailable` when it could not be kept; then nothing was done and the line may be sent again
 */
export async function hearAdvisor(parts: AdvisorParts, heard: HeardAdvisor): Promise<AdvisorAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(parts, heard)
    } catch (error) {
      const outrun = error instanceof StoreError && error.code === 'duplicate'
      if (!outrun || attempt >= ATTEMPTS) throw error
    }
  }
}

async function once(parts: AdvisorParts, heard: HeardAdvisor): Promise<AdvisorAnswer> {
  const roster = await parts.roster()
  const me = roster.advisors.get(heard.advisor)
  if (!me) return saying('名册里还没有您的账号，请管理员把您加进救助顾问名册。')
  const now = parts.now()
  const changed = new Set<string>()
  const answer = await parts.store.transaction(async (tx) => {
    const before = await tx.get('advisor_turns', heard.id)
    if (before) return answerSchema.parse(before.answer)
    const at = now.toISOString()
    const talk = readTalk((await tx.get('advisor_talks', me.id))?.state, now)
    const { place, media } = heard
    const scene: Scene = { tx, parts, me, roster, now, place, turn: heard.id, media, talk, changed }
    const said = await answerTo(scene, heard.words.trim().slice(0, LONGEST))
    await tx.insert('advisor_turns', { id: heard.id, advisor: me.id, at, answer: said })
    await tx.put('advisor_talks', { id: me.id, at, state: scene.talk })
    return said
  })
  for (const resident of changed) parts.onChanged?.(resident)
  return answer
}

const GREETS = /^(?:你好|您好|在吗|在不在|早|早上好|上午好|中午好|下午好|晚上好|hi|hello)[\s~～!！。,，]*$/i
const CLOSES = /^(?:辛苦了?|谢谢?了?|多谢|收到|知道了|明白|好的?|嗯+|行|ok)[\s~～!！。,，]*$/i
/** 写错了, 撤销: what was written here has been told on, so that nothing takes it back. */
const SLIPPED =
  /^(?:我|刚才|刚刚)?(?:的)?(?:写|弄|点|搞|发|记)错了?[\s!！。]*$|^(?:撤销|撤回|退回去|恢复)[\s!！。]*$/
const NO_UNDOING =
  '在这里写的不能撤销。再写一条正确的就行；已经告诉居民的，写“对居民说 Q-0412-6 …”说清楚。管理台里刚做的那一步可以撤销。'

async function answerTo(scene: Scene, words: string): Promise<AdvisorAnswer> {
  const { pending } = scene.talk
  if (words === '' && scene.media !== null) return addMedia(scene, scene.media)
  const colleagues = [...scene.roster.advisors.values()]
  const read = readLine(words, { now: scene.now, colleagues })
  if (pending && CANCEL.test(words)) {
    scene.talk = { ...scene.talk, pending: null }
    return saying('好，这一步先不办。')
  }
  if (pending && !(read.kind === 'line' && read.sure)) {
    const value = answerOf(pending, words, scene.now)
    if (value !== null) return proceed(scene, withValue(pending.line, pending.slot, value))
    if (read.kind === 'unknown')
      return askBack(scene, pending.line, {
        ...pending,
        before: pending.choices.length > 0 ? '请回复前面的数字，或写“取消”。' : '没看懂，写“取消”可以不办。',
      })
  }
  if (read.kind === 'line') return proceed(scene, read.line)
  scene.talk = { ...scene.talk, pending: null }
  if (isLookUp(scene, words))
    return proceed(scene, { command: 'policy', subject: null, values: { 问什么: words } })
  if (GREETS.test(words)) return saying('您好。写“我的”看手上有什么，写“帮助”看能写哪些话。')
  if (CLOSES.test(words)) return saying('好的，有事随时写。')
  if (SLIPPED.test(words)) return saying(NO_UNDOING)
  return saying(['没看懂。您是不是要：', ...read.likely.map(sayCommand), '写“帮助”看全部。'].join('\n'))
}

const sayCommand = ({ does, example }: Command): string => `· ${example}\n  ${does}`

/** The value an answer gives to what was asked; null when it is no answer to it. */
function answerOf({ choices, slot, line }: Pending, words: string, now: Date): string | null {
  if (line.command === 'plea') {
    const chosen = readNumbers(words, choices.length)
    const picked = chosen?.map((place) => choices[place - 1]?.value ?? '').join('、')
    return picked || readPleaAnswer(slot, words)
  }
  const known = commandOf(line.command).slots.find(({ name }) => name === slot)
  if (choices.length === 0) return known ? known.read(words, now) : words || null
  const [place] = readNumbers(words, choices.length) ?? []
  if (place !== undefined) return choices[place - 1]?.value ?? null
  if (slot === NUMBER) {
    const { mention } = readMention(words)
    const found =
      mention &&
      findSubject(
        mention,
        choices.map(({ value }) => ({ number: value, name: null })),
      )
    return found?.kind === 'one' && choices.some(({ value }) => value === found.number) ? found.number : null
  }
  const exact = choices.find(({ label, value }) => words === label || words === value)
  if (exact) return exact.value
  const read = known?.read(words, now) ?? null
  const fits = choices.find(({ value }) => value === read)
  // The longest first, because 不愿意 holds 愿意.
  const within = [...choices]
    .sort((one, other) => other.value.length - one.value.length)
    .find(({ label, value }) => words.includes(value) || words.includes(label))
  return (fits ?? within)?.value ?? null
}

async function proceed(scene: Scene, line: Line): Promise<AdvisorAnswer> {
  scene.talk = { ...scene.talk, pending: null }
  try {
    return await carryOut(scene, line)
  } catch (error) {
    if (error instanceof TicketError && error.code !== 'unreadable') return refused(scene, line, error)
    throw error
  }
}

/** A move that was refused leaves everything as it was; the request it was about is still the one meant. */
function refused(scene: Scene, line: Line, error: TicketError): AdvisorAnswer {
  const text = sayRefusal(scene, line, error)
  const number = scene.talk.subject?.number
  return number === undefined || commandOf(line.command).about === 'none'
    ? saying(text)
    : about(scene, number, text)
}

async function carryOut(scene: Scene, line: Line): Promise<AdvisorAnswer> {
  if (commandOf(line.command).about === 'none') return missing(scene, line, null) ?? alone(scene, line)
  const settled = await settleSubject(scene, line)
  if ('answer' in settled) return settled.answer
  const { subject, line: known } = settled
  scene.talk = { ...scene.talk, subject: { number: subject.number, at: scene.now.toISOString() } }
  const ticket = subject.kind === 'ticket' ? subject.ticket : null
  if (known.command === 'show') return show(scene, subject)
  const asked =
    (known.command === 'pass' && ticket ? passAmong(scene, known, ticket) : null) ??
    (known.command === 'pass' && known.values['怎么转']?.startsWith('p')
      ? null
      : missing(scene, known, ticket))
  if (asked) return asked
  if (known.command === 'visit') return visit(scene, known, subject)
  const moved = ticket && (await moveTicket(scene, known, ticket))
  return moved ?? plan(scene, known, subject)
}

/** Commands about no request in particular. */
async function alone(scene: Scene, line: Line): Promise<AdvisorAnswer> {
  switch (line.command) {
    case 'mine':
      await noteOf(scene, 'listed', 'table:tickets')
      return sayPlate(scene)
    case 'caseload':
      await noteOf(scene, 'listed', 'table:households')
      return sayCaseload(scene)
    case 'policy':
      return lookUp(scene, line)
    case 'plea':
      return plead(scene, line)
    default:
      return saying(
        ['可以这样写（编号不写，就是刚说的那一张）：', ...COMMANDS.map(({ example }) => example)].join('\n'),
      )
  }
}

async function show(scene: Scene, subject: Subject): Promise<AdvisorAnswer> {
  await noteOf(scene, 'seen', auditSubject(subject.number), { shown: 'masked' })
  const { roster, place, now } = scene
  if (subject.kind === 'ticket')
    return about(scene, subject.number, sayStanding(subject.ticket, roster, place, now))
  const { household } = subject
  const text = sayHousehold(household, nameOf(household), roster.areas.say(household.area), now)
  return about(scene, subject.number, text)
}
