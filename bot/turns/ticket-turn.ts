/** A resident's own requests: opened from a flow, looked up, corrected, rated. */
import { supplemented } from '../../flows/nudges/nudges.ts'
import type { CorrectAnswers } from '../../flows/steps/catalog/correct.ts'
import { CORRECTABLE_HERE } from '../../flows/steps/catalog/correct.ts'
import { type FeedbackAnswers, feedbackFlow } from '../../flows/steps/catalog/feedback.ts'
import { CONSENT_VERSION, type HelpAnswers } from '../../flows/steps/catalog/help-answers.ts'
import { sameRequest } from '../../flows/ticket/duplicates.ts'
import { sayDue } from '../../flows/ticket/limits.ts'
import { sayProgress } from '../../flows/ticket/progress.ts'
import type { RequestFacts } from '../../flows/ticket/request.ts'
import { type Advanced, isOpen, openTicket, type Ticket } from '../../flows/ticket/ticket.ts'
import { TicketError } from '../../flows/ticket/ticket-error.ts'
import { readNumber } from '../../flows/ticket/ticket-number.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import { callName, shortTitle } from '../../knowledge/answer.ts'
import { startFlow } from '../asking.ts'
import type { Effect } from '../effects.ts'
import { areaOf, placedAgain } from '../placing.ts'
import type { Session } from '../session.ts'
import { type Moment, type Setting, sayInFlow, type Turn } from '../turn.ts'
import { opened, openedBefore, WORDS } from '../wording.ts'
import { likely, OFFERED_SCORE, topicOf } from './policy-turn.ts'

/** At most this many requests are told about in one message; the newest, which people mean. */
const TOLD_AT_ONCE = 3

/** The resident confirmed the summary: a ticket, unless the very same is already open. */
export function openRequest(answers: HelpAnswers, session: Session, setting: Setting, moment: Moment): Turn {
  const { now, tickets } = moment
  const facts = factsOf(answers)
  const { resident } = moment
  const before = sameRequest({ resident, facts }, tickets)
  if (before) return sayInFlow('help', session, openedBefore(before.number))
  const urgent = answers.urgency === 'urgent'
  const advanced = openTicket({
    facts,
    number: moment.freshNumber,
    resident,
    area: areaOf(facts.place, moment.scene, moment.areas),
    urgency: { level: urgent ? 'urgent' : 'normal', reason: urgent ? '居民说今明两天就过不去' : '' },
    fingerprints: fingerprintsOf(facts, resident, setting),
    at: now,
    askedAt: answers.askedAt === null ? now : new Date(answers.askedAt),
    by: { role: 'resident', id: resident },
    consent: { version: CONSENT_VERSION, at: answers.consentAt ?? now.toISOString() },
  })
  const { ticket } = advanced
  const told = `${facts.story} ${facts.difficulties.join(' ')}`
  const choices = likely(told, setting, moment, 2, OFFERED_SCORE).map((policy) => ({
    label: shortTitle(policy.title),
    says: `${callName(policy)}怎么办`,
  }))
  const due = sayDue(ticket.due.aid ?? ticket.due.whole, now)
  const turn = sayInFlow(
    'help',
    session,
    opened({
      number: ticket.number,
      due,
      urgent,
      more: choices.length > 0,
      heard: setting.advisorsReachable(),
      reached: facts.phone !== null,
    }),
    choices,
  )
  const photos = facts.photos.map(({ media }): Effect => ({ kind: 'keep-media', mediaId: media }))
  return { ...turn, effects: [{ kind: 'open-ticket', opened: advanced }, ...photos] }
}

function factsOf(answers: HelpAnswers): RequestFacts {
  const anonymous = answers.consent === 'anonymous'
  const who = answers.who ?? 'self'
  return {
    who,
    relation: answers.relation,
    difficulties: answers.difficulties,
    story: answers.story,
    needs: answers.needs,
    place: answers.place ?? '',
    registeredAt: answers.registeredAt || null,
    name: anonymous ? null : answers.name || null,
    phone: anonymous ? null : answers.phone || null,
    idNumber: null,
    household: answers.household,
    income: answers.income,
    photos: answers.photos.map((media) => ({ kind: '未分类', media })),
    proxy: who === 'self' ? null : { name: anonymous ? null : answers.proxyName, phone: null },
    anonymous,
  }
}

/** What tells a person again without saying who they are. */
function fingerprintsOf({ phone, name, place }: RequestFacts, resident: string, setting: Setting) {
  const known = [
    { kind: 'resident', value: resident },
    { kind: 'phone', value: phone },
    { kind: 'household', value: name !== null && place !== '' ? `${place}/${name}` : null },
  ] as const
  return known.flatMap(({ kind, value }) =>
    value === null ? [] : [{ kind, value: setting.fingerprint(kind, value) }],
  )
}

/** Where the resident's requests stand: the one whose number they say, or the newest. */
export function tellProgress(text: string, before: Session, setting: Setting, moment: Moment): Turn {
  const { now, tickets } = moment
  const [about] = likely(text, setting, moment, 1)
  const session = { ...before, topic: topicOf(about?.id, text, now) ?? before.topic }
  const read = readNumber(text)
  if (read && 'mistyped' in read) return sayInFlow('progress', session, WORDS.mistyped)
  if (read) {
    const own = tickets.find(({ number }) => number === read.number)
    // The same words whether it is somebody else's or nobody's.
    if (!own) return sayInFlow('progress', session, WORDS.notYours)
    return sayInFlow('progress', session, sayProgress(own, now))
  }
  if (tickets.length === 0) {
    const unfinished = session.flow?.flow === 'help'
    return sayInFlow('progress', session, unfinished ? WORDS.unfinished : WORDS.progress)
  }
  const told = tickets.slice(0, TOLD_AT_ONCE).map((ticket) => sayProgress(ticket, now))
  const more = tickets.length > TOLD_AT_ONCE ? [WORDS.olderRequests] : []
  return sayInFlow('progress', session, [...told, ...more].join('\n\n'))
}

/** A resident's word on how a request ended. */
export interface Rating {
  ticket: Ticket
  rating: 'satisfied' | 'so-so' | 'dissatisfied'
}
const RATINGS: Record<string, Rating['rating']> = {
  满意: 'satisfied',
  很满意: 'satisfied',
  一般: 'so-so',
  不满意: 'dissatisfied',
  很不满意: 'dissatisfied',
}

/** The rating a message gives: with the number it is of, or of the newest request that waits for one. */
export function readRating(text: string, tickets: readonly Ticket[]): Rating | null {
  if (tickets.length === 0) return null
  const match = /^(?:评价)?\s*(Q-\d+-\d)?\s*(很?不?满意|一般)[了吧啊。！!\s]*$/.exec(text.normalize('NFKC'))
  const rating = RATINGS[match?.[2] ?? '']
  if (!match || rating === undefined) return null
  const waiting = tickets.filter(
    (one) => (one.stage === 'closed' || one.stage === 'revisited') && one.rating === null,
  )
  const ticket = match[1] === undefined ? waiting[0] : waiting.find(({ number }) => number === match[1])
  return ticket ? { ticket, rating } : null
}

/** Notes a rating; who is not content is asked why, and the request is taken up again. */
export function rate({ ticket, rating }: Rating, session: Session, moment: Moment): Turn {
  if (rating === 'dissatisfied') {
    return startFlow(feedbackFlow, { about: 'rating', ticket: ticket.number, why: null }, session, moment)
  }
  const change = changed(ticket, (one) =>
    advance(one, { kind: 'rate', rating, why: '' }, actor(moment), moment.now),
  )
  const turn = sayInFlow('feedback', session, WORDS.rated)
  return { ...turn, effects: [change] }
}

/** Why a request is taken up again when the resident does not say. */
const REOPENED_WHY = { rating: '居民不满意', again: '居民说事情还没解决' } as const

/**
 * The reason was told, or not: the rating stands, and a person takes the request up again. Where staff did so while the
 * resident was asked, the reason is kept for whoever works on it.
 */
export function explainRating(answers: FeedbackAnswers, session: Session, moment: Moment): Turn {
  const ticket = moment.tickets.find(({ number }) => number === answers.ticket)
  if (!ticket) return sayInFlow('feedback', session, WORDS.notYours)
  const why = answers.why ?? ''
  if (isOpen(ticket)) {
    const turn = sayInFlow('feedback', session, why === '' ? WORDS.atWorkAgain : WORDS.atWorkAgainKept)
    const kept: Effect = { kind: 'heard', words: why, media: null, tells: supplemented(ticket) }
    return why === '' ? turn : { ...turn, effects: [kept] }
  }
  if (ticket.stage === 'withdrawn') return sayInFlow('feedback', session, WORDS.stoppedMeanwhile)
  const rated = (one: Ticket) =>
    advance(one, { kind: 'rate', rating: 'dissatisfied', why }, actor(moment), moment.now)
  const reopened = (one: Ticket) =>
    advance(one, { kind: 'reopen', why: why || REOPENED_WHY[answers.about] }, actor(moment), moment.now)
  const change = changed(ticket, ...(answers.about === 'rating' ? [rated, reopened] : [reopened]))
  return { ...sayInFlow('feedback', session, WORDS.reopened), effects: [change] }
}

/** A resident corrected what is held about them. */
export function correctTicket(
  answers: CorrectAnswers,
  session: Session,
  setting: Setting,
  moment: Moment,
): Turn {
  const { fact, value } = answers
  const ticket = moment.tickets.find(({ number }) => number === answers.ticket)
  if (!ticket || fact === null || value === null) return sayInFlow('my-data', session, WORDS.notYours)
  const label = CORRECTABLE_HERE.find((one) => one.fact === fact)?.label ?? ''
  const facts = { ...ticket.personal.facts, [fact]: value }
  const kind = fact === 'phone' ? 'phone' : 'household'
  const known = fingerprintsOf(facts, moment.resident, setting)
  const fingerprint = known.find((one) => one.kind === kind) ?? null
  try {
    const change = changed(
      ticket,
      (one) =>
        advance(
          one,
          { kind: 'correct', field: fact, value, fingerprint, why: '居民自己更正' },
          actor(moment),
          moment.now,
        ),
      (one) =>
        fact === 'place'
          ? placedAgain(one, moment.scene, moment.areas, moment.now)
          : { ticket: one, happened: [] },
    )
    return {
      ...sayInFlow('my-data', session, `好的，${label}改好了，经办的人看到的就是新的。`),
      effects: [
        change,
        { kind: 'noted', deed: 'corrected', tickets: [ticket.number], detail: { field: fact } },
      ],
    }
  } catch (error) {
    if (!(error instanceof TicketError)) throw error
    return sayInFlow('my-data', session, `没有改成：${error.message}`)
  }
}

/** The resident, acting on their own ticket. */
export const actor = ({ resident }: Moment) => ({ role: 'resident', id: resident }) as const

/** One change made of moves in order. */
export function changed(ticket: Ticket, ...moves: ((ticket: Ticket) => Advanced)[]): Effect {
  let now: Advanced = { ticket, happened: [] }
  for (const move of moves) {
    const next = move(now.ticket)
    now = { ticket: next.ticket, happened: [...now.happened, ...next.happened] }
  }
  return { kind: 'change-ticket', seq: ticket.seq, changed: now }
}
