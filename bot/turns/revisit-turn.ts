/**
 * 回访, asked of residents when they write: how they are, some time after their request was closed. The visit
 * itself stays the advisor's to make; what residents answer stands on their request.
 */

import { chinaDay, daysBetween } from '../../flows/clocks.ts'
import { feedbackFlow } from '../../flows/steps/catalog/feedback.ts'
import type { Ticket } from '../../flows/ticket/ticket.ts'
import { readNumber } from '../../flows/ticket/ticket-number.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import type { Wish } from '../../flows/wishes.ts'
import { startFlow } from '../asking.ts'
import type { Session } from '../session.ts'
import { type Moment, sayInFlow, type Turn } from '../turn.ts'
import { joined, WORDS } from '../wording.ts'
import { actor, changed } from './ticket-turn.ts'

/** So many days before the revisit is due, a resident who writes is asked. */
const ASKED_BEFORE_DAYS = 3
/** After words of danger nobody is asked in passing how they are, for so long, in ms. */
const AFTER_DANGER_MS = 24 * 60 * 60 * 1000
/** What people say without being after anything. */
const POLITE: readonly Wish[] = ['greeting', 'thanks', 'farewell', 'who-are-you']
/** Offered with the question, and read back as the answer. */
const ANSWER = '近况'
const HOW = { well: '还好', 'in-need': '又有困难' } as const
type HowNow = keyof typeof HOW

/**
 * Asks a resident how they are, after the answer to what they came for: once a request, and only where the answer
 * stands by itself, so never in danger, while a person holds the conversation, or beside another question.
 *
 * @param wish what the message wished for outright
 */
export function withRevisit(turn: Turn, wish: Wish | null, { tickets, now }: Moment): Turn {
  const { session, reply, decision } = turn
  const answered =
    decision.kind === 'answer' ||
    decision.flow === 'progress' ||
    (decision.kind === 'smalltalk' && wish !== null && POLITE.includes(wish))
  if (!answered || reply === null || session.flow !== null || session.rest !== '') return turn
  const { alarmedAt } = session
  if (alarmedAt !== null && now.getTime() - Date.parse(alarmedAt) < AFTER_DANGER_MS) return turn
  const today = chinaDay(now)
  const ticket = tickets.find(
    ({ number, stage, due }) =>
      stage === 'closed' &&
      due.revisit !== null &&
      daysBetween(today, chinaDay(new Date(due.revisit.at))) <= ASKED_BEFORE_DAYS &&
      !session.revisitAsked.includes(number),
  )
  if (!ticket) return turn
  const { number } = ticket
  const choices = [HOW.well, HOW['in-need']].map((label) => ({ label, says: `${ANSWER} ${number} ${label}` }))
  return {
    ...turn,
    session: { ...session, choices, revisitAsked: [...session.revisitAsked, number] },
    reply: { ...reply, text: joined(reply.text, questionOf(ticket, today)), choices },
  }
}

function questionOf({ number, closedAt }: Ticket, today: string): string {
  const days = closedAt === null ? 0 : daysBetween(chinaDay(new Date(closedAt)), today)
  const months = Math.max(1, Math.round(days / 30))
  return `上次的求助 ${number} 办结${months === 1 ? '一' : months}个月了，现在生活怎么样？`
}

const OFFERED = new RegExp(`^${ANSWER} (Q-\\d+-\\d) (${Object.values(HOW).join('|')})$`)
/** 好的 may only mean that the question was seen. */
const WELL =
  /^(?:现在|家里|生活|我们?)*(?:还好|[挺都很]好|好多了|好着呢|还行|还可以|[还挺]不错|没事了|过得去|稳定了)[的了呢啊吧]*$/
const IN_NEED =
  /^(?:现在|家里|生活|我们?)*(?:又有困难|又难了|不太?好|不好过|还是(?:很|有)?困?难|不行)[的了呢啊吧]*$/

export interface RevisitAnswer {
  ticket: Ticket
  how: HowNow
}

/** The answer a message gives to the question just put, by number or in words; null when it gives none. */
export function readRevisitAnswer(
  text: string,
  { choices }: Session,
  tickets: readonly Ticket[],
): RevisitAnswer | null {
  if (tickets.length === 0) return null
  const offered =
    OFFERED.exec(text) ?? choices.map(({ says }) => OFFERED.exec(says)).find((one) => one !== null)
  const ticket = tickets.find(({ number }) => number === offered?.[1])
  if (!offered || ticket?.stage !== 'closed') return null
  const bare = text.normalize('NFKC').replace(/[^\p{L}\p{N}]+|谢谢你?们?/gu, '')
  if (text === offered[0]) return { ticket, how: offered[2] === HOW.well ? 'well' : 'in-need' }
  if (WELL.test(bare)) return { ticket, how: 'well' }
  return IN_NEED.test(bare) ? { ticket, how: 'in-need' } : null
}

/** Keeps the answer with the request; who is in need again is asked which way. */
export function answerRevisit({ ticket, how }: RevisitAnswer, session: Session, moment: Moment): Turn {
  const change = changed(ticket, (one) =>
    advance(one, { kind: 'answer-revisit', how, why: '' }, actor(moment), moment.now),
  )
  const turn =
    how === 'well'
      ? sayInFlow('feedback', session, WORDS.wellNow)
      : sayInFlow('feedback', session, WORDS.inNeedAgain, [
          { label: '上次的事还没解决', says: `${AGAIN} ${ticket.number}` },
          { label: '有了新的难处', says: '我要求助' },
        ])
  return { ...turn, effects: [change] }
}

const AGAIN = '重新办理'

/** The request a resident wants taken up again: the one whose number they say, or the newest that is over. */
export function readAgain(text: string, tickets: readonly Ticket[]): Ticket | null {
  if (
    tickets.length === 0 ||
    !/^(?:我|请|想|要|要求)*重新办理?(?:一下)?[\s,，]*(?:Q-?\d+-?\d)?[。！!\s]*$/.test(text.normalize('NFKC'))
  )
    return null
  const read = readNumber(text)
  const over = tickets.filter(
    ({ stage }) => stage === 'closed' || stage === 'revisited' || stage === 'refused',
  )
  if (read === null) return over[0] ?? null
  return over.find((one) => 'number' in read && one.number === read.number) ?? null
}

/** Asks what is still wrong; the request is then taken up again. */
export function takeUpAgain({ number }: Ticket, session: Session, moment: Moment): Turn {
  return startFlow(feedbackFlow, { about: 'again', ticket: number, why: null }, session, moment)
}
