/** One message inside a running flow, or the first of one. */
import { readDifficulties } from '../../flows/difficulties.ts'
import { asksSomething, readNumbers } from '../../flows/steps/answers.ts'
import { correctFlow } from '../../flows/steps/catalog/correct.ts'
import { feedbackFlow } from '../../flows/steps/catalog/feedback.ts'
import { helpFlow } from '../../flows/steps/catalog/help.ts'
import { takeOver } from '../../flows/steps/catalog/help-answers.ts'
import { refusesConsent } from '../../flows/steps/catalog/help-consent.ts'
import { type Command, readCommand } from '../../flows/steps/commands.ts'
import {
  advance,
  amend,
  begin,
  hasSlept,
  offerToGoOn,
  pastKnown,
  recap,
  restore,
  setAside,
  steer,
  stepOf,
  stumble,
} from '../../flows/steps/engine.ts'
import type { Advanced, Flow, FlowState, Heard, Question, Step } from '../../flows/steps/types.ts'
import { FLOW_WORDS } from '../../flows/steps/wording.ts'
import { asked } from '../asking.ts'
import type { Session } from '../session.ts'
import { type Moment, type Setting, sayInFlow, type Turn } from '../turn.ts'
import { joined, WORDS } from '../wording.ts'
import { likely, quietTopicOf } from './policy-turn.ts'
import { correctTicket, explainRating, openRequest } from './ticket-turn.ts'

const FLOWS = { help: helpFlow, correct: correctFlow, feedback: feedbackFlow } as const

/** A question as short as this inside a story step is a question, not a story. */
const SHORT_QUESTION = 25

/** The first message of a request for help: what it tells is taken over, and the first open question asked. */
export function startHelp(text: string, session: Session, setting: Setting, moment: Moment): Turn {
  const { now } = moment
  const near = likely(text, setting, moment, 2)
  const policies = near.map(({ id }) => id)
  // The story itself stands in the flow, which is sealed.
  const topic = quietTopicOf(text, setting, moment) ?? session.topic
  const plea = takeOver(text, now)
  const tells = plea.story !== '' && readDifficulties(plea.story).length > 0
  const before = tells ? null : toldJustBefore(session, now)
  const advanced = begin(helpFlow, before === null ? plea : takeOver(`${before}。${text}`, now), now)
  const turn = asked(helpFlow, advanced, { ...session, topic })
  return { ...turn, decision: { ...turn.decision, policies } }
}

/** Trouble told this little before a bare 我要登记 is what that is about, in ms. */
const JUST_BEFORE_MS = 30 * 60 * 1000

/** From so many characters on a question stands in a story. */
const STORY = 30

/** What somebody told of their trouble before they asked to be helped, so that nobody says it twice; null for a question. */
function toldJustBefore({ topic }: Session, now: Date): string | null {
  if (!topic || topic.ours || now.getTime() - Date.parse(topic.at) > JUST_BEFORE_MS) return null
  const tells = topic.said.length >= STORY || !asksSomething(topic.said)
  return tells && readDifficulties(topic.said).length > 0 ? topic.said : null
}

/**
 * Answers a message with the flow that runs, if one does and the message is for it.
 *
 * @param elsewhere what to say to words that answer nothing asked here but mean something else; null when they
 * mean nothing we know
 * @returns null when no flow runs, or the one that ran cannot be read any more
 */
export function continueFlow(
  heard: Heard,
  session: Session,
  setting: Setting,
  moment: Moment,
  elsewhere: (text: string) => Turn | null,
): Turn | null {
  const { flow } = session
  if (flow === null) return null
  const go = <A>(definition: Flow<A>, finish: (answers: A, session: Session) => Turn) =>
    run(definition, flow, finish, heard, session, setting, moment, elsewhere)
  switch (flow.flow) {
    case 'help':
      return go(helpFlow, (answers, after) => openRequest(answers, after, setting, moment))
    case 'correct':
      return go(correctFlow, (answers, after) => correctTicket(answers, after, setting, moment))
    case 'feedback':
      return go(feedbackFlow, (answers, after) => explainRating(answers, after, moment))
  }
}

function run<A>(
  flow: Flow<A>,
  stored: FlowState<unknown>,
  finish: (answers: A, session: Session) => Turn,
  heard: Heard,
  session: Session,
  setting: Setting,
  moment: Moment,
  elsewhere: (text: string) => Turn | null,
): Turn | null {
  const { now } = moment
  const state = restore(flow, stored)
  if (state === null) return null
  const slept = hasSlept(state, now)
  const begun = state.trail.length > 0 || state.pending !== null || answersFirst(flow, state, heard, now)
  // Nothing has been noted before consent; whoever comes back after a while with other words starts anew.
  if (slept && !begun) return null
  const woken = stored.version !== flow.version || Date.parse(stored.at) < setting.startedAt.getTime()
  const note = woken && !slept && state.trail.length > 0 ? `${FLOW_WORDS.resumed}\n` : ''
  // What danger began was not put to them yet: they were told whom to call.
  const unasked = state.trail.length === 0 && state.at === session.alarmedAt
  const closed = { ...session, flow: null, choices: [] }

  const end = (advanced: Advanced<A>): Turn =>
    advanced.kind === 'finished' ? finish(advanced.answers, closed) : asked(flow, advanced, session, note)

  if (heard.kind !== 'words') {
    if (slept) return asked(flow, offerToGoOn(flow, state, heard, now), session)
    const advanced = advance(flow, state, heard, now)
    return end(advanced.kind === 'unclear' ? stumble(flow, state, advanced.why, now) : advanced)
  }

  const { text } = heard
  const offered = state.pending === null ? null : offeredCommand(text)
  if (offered === 'cancel') return cancelFlow(session)
  const command = offered ?? readCommand(text)
  const { pending } = state
  const awake = { ...state, pending: null }
  // What ends a flow is said after looking at it again, never taken from before a silence.
  const last = flow.steps.at(-1)?.id === state.step
  if (command?.kind === 'continue' && pending !== null && !last) return hear(pending, awake)
  if (command) return end(steer(flow, state, command, now))
  if (flow.name === 'help' && state.step === 'consent' && refusesConsent(text)) {
    return sayInFlow('help', closed, WORDS.noConsent)
  }
  if (slept && state.trail.length > 0) return asked(flow, offerToGoOn(flow, state, heard, now), session)
  // Neither 继续 nor 重来: it may be the answer itself; if not, what was kept before may be.
  const unanswered = pending !== null && !last && advance(flow, awake, heard, now).kind === 'unclear'
  if (unanswered) return hear(pending, awake)
  return hear(heard, awake)

  /** An answer, a question in between, or neither. */
  function hear(heard: Heard, state: FlowState<A>): Turn {
    const words = heard.kind === 'words' ? heard.text : ''
    const step = stepOf(flow, state)
    const amended = words === '' ? null : amend(flow, state, words, now)
    if (amended) return end(amended)
    const kept = words === '' ? null : setAside(flow, state, words, now, unasked)
    const between = () => {
      const turn = words === '' ? null : elsewhere(words)
      // A person will speak next; the question waits until they have.
      if (turn?.decision.flow === 'human') return turn
      return turn && withQuestion(turn, flow, kept?.state ?? { ...state, at: now.toISOString() })
    }
    const asking = { afterPolicy: session.topic?.at === state.at, free: step.free }
    const plainly = step.plainly?.test(words) || choosesFirst(words, step.ask(state.answers).choices)
    if (!plainly && isQuestion(words, asking, setting)) {
      const answered = between()
      if (answered) return answered
    }
    const advanced = advance(flow, state, heard, now)
    if (advanced.kind !== 'unclear') return end(advanced)
    // What tells something of the request and asks nothing is kept, whatever else it sounds like.
    if (kept && (!asksSomething(words) || tellsAndAsksHow(words))) return end(kept)
    const otherwise = unasked ? steer(flow, state, { kind: 'continue' }, now) : null
    return between() ?? end(kept ?? otherwise ?? stumble(flow, state, advanced.why, now))
  }
}

/** Stops the flow that runs; what it had noted goes with it. */
export function cancelFlow(session: Session): Turn {
  const name = session.flow?.flow ?? 'help'
  const title = FLOWS[name].title
  return sayInFlow(name, { ...session, flow: null, topic: null, rest: '' }, FLOW_WORDS.cancelled(title))
}

/** Whether whoever tells a request said before to be a child. */
export const toldAsChild = ({ flow }: Session): boolean =>
  flow?.flow === 'help' && (restore(helpFlow, flow)?.answers.child ?? false)

/** What residents call the flow that runs; null when none does. */
export const titleOf = ({ flow }: Session): string | null => flow && FLOWS[flow.flow].title

/** Whether what comes next most likely answers a question of ours in a few words, rather than tells a story. */
export function answersBriefly({ flow }: Session): boolean {
  if (flow === null) return false
  return FLOWS[flow.flow].steps.find(({ id }) => id === flow.step)?.free !== 'story'
}

/** The question being asked again, after an answer to something else; the session is left as it is. */
export function recapOf(session: Session): string | null {
  const { flow } = session
  if (flow === null) return null
  const ask = <A>(definition: Flow<A>): string | null => {
    const state = restore(definition, flow)
    return state && questionText(recap(definition, state))
  }
  switch (flow.flow) {
    case 'help':
      return ask(helpFlow)
    case 'correct':
      return ask(correctFlow)
    case 'feedback':
      return ask(feedbackFlow)
  }
}

/**
 * Keeps what words of danger tell for a request: for the one being told, or for one that begins when the resident
 * wants it. Nobody has to say it twice.
 */
export function noteDanger(text: string, session: Session, { now }: Moment): Session {
  if (session.flow === null) {
    const begun = begin(helpFlow, { ...takeOver(text, now), urgency: 'urgent' as const }, now)
    return begun.kind === 'asks' ? { ...session, flow: begun.state } : session
  }
  if (session.flow.flow !== 'help') return session
  const state = restore(helpFlow, session.flow)
  if (!state) return session
  // Anywhere but in a story, words of danger answer nothing that was asked.
  const told =
    stepOf(helpFlow, state).free === 'story' ? advance(helpFlow, state, { kind: 'words', text }, now) : null
  const after = told?.kind === 'asks' ? told.state : { ...state, at: now.toISOString() }
  const answers = helpFlow.alarmed?.(text, after.answers, now) ?? after.answers
  return { ...session, flow: pastKnown(helpFlow, { ...after, answers }) }
}

/** What the words offered after a silence mean, by number or as such. */
function offeredCommand(text: string): Command | 'cancel' | null {
  switch (readNumbers(text, 3)?.[0]) {
    case 1:
      return { kind: 'continue' }
    case 2:
      return { kind: 'restart' }
    case 3:
      return 'cancel'
    default:
      return null
  }
}

/** Whether words answer the first question, or want to go on with it. */
function answersFirst<A>(flow: Flow<A>, state: FlowState<A>, heard: Heard, now: Date): boolean {
  if (heard.kind !== 'words') return false
  return readCommand(heard.text) !== null || advance(flow, state, heard, now).kind !== 'unclear'
}

/** 奶奶发烧了躺床上 我不知道怎么办: trouble told, and nothing asked but what to do. */
const tellsAndAsksHow = (words: string): boolean =>
  /(?:怎么办|咋办|咋整)[啊呀呢？?！!\s]*$/.test(words) && readDifficulties(words).length > 0

/** 就在住的地方 你先帮我找人行不行: whether the first words are one of the choices, and more was said. */
function choosesFirst(words: string, choices: Question['choices']): boolean {
  const [first = '', ...more] = words.split(/[\s，。！？,!?]+/).filter((part) => part !== '')
  return more.length > 0 && choices.some(({ label, says }) => label === first || says === first)
}

/** 你们不是骗子吧: asks, though no word in it does. */
const DOUBTS = /(?:骗|假的|真的|靠谱|可靠|可信).*吧[\s\p{P}]*$/u

/**
 * Whether words at a step that takes any words ask about policy instead of answering.
 *
 * @param asking.afterPolicy whether the words before were about a policy, which a short question then follows
 */
function isQuestion(
  text: string,
  { free, afterPolicy }: { free: Step<unknown>['free']; afterPolicy: boolean },
  { knowledge }: Setting,
): boolean {
  if (knowledge.asksWhatThereIs(text)) return true
  if (free === null || !(asksSomething(text) || (free === 'short' && DOUBTS.test(text)))) return false
  return free === 'short' || (text.length <= SHORT_QUESTION && (afterPolicy || knowledge.names(text)))
}

/** A turn about something else, with the flow's question after it. */
function withQuestion<A>(turn: Turn, flow: Flow<A>, state: FlowState<A>): Turn {
  const { text: again, choices } = recap(flow, state)
  return {
    ...turn,
    session: { ...turn.session, flow: state, choices: [] },
    reply: turn.reply && { ...turn.reply, text: joined(turn.reply.text, again), choices },
  }
}

function questionText({ text, choices }: Question): string {
  return [text, ...choices.map(({ label }, index) => `${index + 1} ${label}`)].join('\n')
}
