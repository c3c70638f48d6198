/** Walks a resident through a flow. Pure: state and an answer in, state and a question out. */
import type { Command } from './commands.ts'
import type { Advanced, Flow, FlowState, Heard, Question, Step } from './types.ts'
import { FLOW_WORDS } from './wording.ts'

/** Silence after which the next words are not taken for an answer before asking, in ms. */
export const SILENCE_MS = 60 * 60 * 1000

/** Answers in a row that may be unclear before a person is offered. */
export const STUMBLES = 3

/** Starts a flow with what is already known, at the first step that needs asking. */
export function begin<A>(flow: Flow<A>, answers: A, now: Date): Advanced<A> {
  const first = flow.steps.find((step) => step.asked(answers))
  if (!first) return { kind: 'finished', answers }
  const state: FlowState<A> = {
    flow: flow.name,
    version: flow.version,
    step: first.id,
    answers,
    trail: [],
    wrong: 0,
    pending: null,
    at: now.toISOString(),
  }
  return asks(flow, state, '')
}

/**
 * Reads stored state back, bringing answers of an older version over. A step that no longer exists becomes
 * the first that needs asking. Null when nothing of it can be kept.
 */
export function restore<A>(flow: Flow<A>, stored: FlowState<unknown>): FlowState<A> | null {
  const answers = flow.restore(stored.answers, stored.version)
  if (answers === null) return null
  const trail = stored.trail.filter((id) => flow.steps.some((step) => step.id === id))
  const state = { ...stored, version: flow.version, answers, trail }
  const step = flow.steps.some(({ id }) => id === stored.step) ? stored.step : nextStep(flow, state)?.id
  return step === undefined ? null : { ...state, step }
}

/** Whether the resident has been silent so long that their next words may be about something else. */
export const hasSlept = (state: FlowState<unknown>, now: Date): boolean =>
  now.getTime() - Date.parse(state.at) > SILENCE_MS

/** Keeps what was said after a silence and asks whether to go on. */
export function offerToGoOn<A>(flow: Flow<A>, state: FlowState<A>, heard: Heard, now: Date): Advanced<A> {
  const next = { ...state, pending: heard, at: now.toISOString() }
  return { kind: 'asks', state: next, note: '', question: FLOW_WORDS.goOnOrAnew(progressOf(flow, next)) }
}

/** One answer to the step being asked. */
export function advance<A>(flow: Flow<A>, state: FlowState<A>, heard: Heard, now: Date): Advanced<A> {
  const step = stepOf(flow, state)
  const read = step.read(heard, state.answers, now)
  if (read.kind === 'unclear') return { kind: 'unclear', state, why: read.why }
  const answers = heard.kind === 'words' ? flow.overhear(heard.text, read.answers, step.id) : read.answers
  if (read.kind === 'part') {
    return asks(flow, { ...state, answers, wrong: 0, at: now.toISOString() }, read.note, 'note only')
  }
  return moveOn(flow, { ...state, answers }, now, read.note ?? '')
}

/** A command at the step being asked. */
export function steer<A>(flow: Flow<A>, state: FlowState<A>, command: Command, now: Date): Advanced<A> {
  const here = { ...state, at: now.toISOString() }
  const step = stepOf(flow, state)
  switch (command.kind) {
    case 'continue':
      return asks(flow, { ...here, pending: null }, '')
    case 'repeat':
      return asks(flow, here, FLOW_WORDS.again)
    case 'explain':
      return asks(flow, here, `${step.simpler}\n${FLOW_WORDS.suchAs(step.example)}`, 'again')
    case 'wait':
      return {
        kind: 'asks',
        state: here,
        note: '',
        question: { text: FLOW_WORDS.wait, choices: [] },
      }
    case 'restart':
      return begin(flow, flow.empty, now)
    case 'back': {
      const before = stepBefore(flow, state)
      if (!before) return asks(flow, here, FLOW_WORDS.firstStep)
      return asks(flow, { ...here, step: before.id, wrong: 0, pending: null }, FLOW_WORDS.back(before.label))
    }
    case 'edit': {
      const items = itemsOf(flow)
      const chosen = items[command.item - 1]
      if (!chosen) return asks(flow, here, FLOW_WORDS.noSuchItem(items.length))
      return asks(flow, { ...here, step: chosen.id, wrong: 0, pending: null }, FLOW_WORDS.edit(chosen.label))
    }
    case 'skip': {
      const skipped = step.skip(state.answers)
      if (typeof skipped === 'string') return asks(flow, here, skipped, 'again')
      return moveOn(flow, { ...state, answers: skipped }, now, '')
    }
  }
}

/** Puts an earlier answer right and asks on; null when the words put nothing right. */
export function amend<A>(
  flow: Flow<A>,
  state: FlowState<A>,
  text: string,
  now: Date,
): Extract<Advanced<A>, { kind: 'asks' }> | null {
  const answers = flow.putRight?.(text, state.answers, state.step, now)
  if (!answers) return null
  const told = pastKnown(flow, { ...state, answers, wrong: 0, at: now.toISOString() })
  return asks(flow, told, FLOW_WORDS.amended, told.step === state.step ? 'again' : 'whole')
}

/** Goes past the step being asked when its answer is known by now, unless it was answered and is being changed. */
export function pastKnown<A>(flow: Flow<A>, state: FlowState<A>): FlowState<A> {
  const known = !state.trail.includes(state.step) && !stepOf(flow, state).asked(state.answers)
  const next = known ? nextStep(flow, state) : undefined
  return next ? { ...state, step: next.id, wrong: 0 } : state
}

/**
 * Keeps what words tell that answer nothing asked, and asks on; null when they tell nothing.
 *
 * @param unasked whether the question was never put to them
 */
export function setAside<A>(
  flow: Flow<A>,
  state: FlowState<A>,
  text: string,
  now: Date,
  unasked = false,
): Extract<Advanced<A>, { kind: 'asks' }> | null {
  const kept = flow.aside?.(text, state.answers)
  if (!kept) return null
  const told = pastKnown(flow, { ...state, answers: kept.answers, at: now.toISOString() })
  return asks(flow, told, unasked ? '' : kept.note, told.step === state.step && !unasked ? 'again' : 'whole')
}

/**
 * Counts an answer that was not understood: the first time what was expected is said, the second an example
 * is given, the third a person is offered as well, after that it stays open where it may.
 */
export function stumble<A>(flow: Flow<A>, state: FlowState<A>, why: string, now: Date): Advanced<A> {
  const wrong = state.wrong + 1
  const { example, skip, label } = stepOf(flow, state)
  const skipped = skip(state.answers)
  // Nobody is asked the same for ever: what may stay open does.
  if (wrong > STUMBLES && typeof skipped !== 'string')
    return moveOn(flow, { ...state, answers: skipped }, now, FLOW_WORDS.leftOpen(label))
  const next = { ...state, wrong, at: now.toISOString() }
  if (wrong === 1) return asks(flow, next, why, 'again')
  if (wrong < STUMBLES) return asks(flow, next, `${why}\n${FLOW_WORDS.suchAs(example)}`, 'again')
  const offer = FLOW_WORDS.offerPerson(typeof skipped !== 'string')
  return asks(flow, next, `${offer}\n${FLOW_WORDS.suchAs(example)}`, 'again')
}

/** The question being asked, again, after one line that says where we are: for returning from elsewhere. */
export function recap<A>(flow: Flow<A>, state: FlowState<A>): Question {
  const step = stepOf(flow, state)
  const { text, choices } = (step.askAgain ?? step.ask)(state.answers)
  return { text: `${FLOW_WORDS.recap(progressOf(flow, state))}${text}`, choices }
}

/** What a summary lists, in its numbering: every step that has something to show. */
export function itemsOf<A>(flow: Flow<A>): Step<A>[] {
  return flow.steps.filter((step) => step.label !== '')
}

/** The step being asked. */
export function stepOf<A>(flow: Flow<A>, state: FlowState<A>): Step<A> {
  const step = flow.steps.find(({ id }) => id === state.step)
  if (!step) throw new Error(`flow ${flow.name} has no step ${state.step}`)
  return step
}

/** How far a flow has come, for a recap. */
export interface Progress {
  title: string
  /** How many questions may still come, this one included. */
  left: number
}
function progressOf<A>(flow: Flow<A>, state: FlowState<A>): Progress {
  const left = flow.steps.filter((step) => step.id === state.step || isOpen(step, state)).length
  return { title: flow.title, left }
}

const isOpen = <A>(step: Step<A>, state: FlowState<A>): boolean =>
  !state.trail.includes(step.id) && step.asked(state.answers)

const nextStep = <A>(flow: Flow<A>, state: FlowState<A>): Step<A> | undefined =>
  flow.steps.find((step) => isOpen(step, state))

function moveOn<A>(flow: Flow<A>, state: FlowState<A>, now: Date, note: string): Advanced<A> {
  const trail = [...state.trail.filter((id) => id !== state.step), state.step]
  const moved = { ...state, trail, wrong: 0, pending: null, at: now.toISOString() }
  const next = nextStep(flow, moved)
  if (!next) return { kind: 'finished', answers: state.answers }
  return asks(flow, { ...moved, step: next.id }, note)
}

/** The step answered before the one being asked. */
function stepBefore<A>(flow: Flow<A>, state: FlowState<A>): Step<A> | undefined {
  const at = state.trail.indexOf(state.step)
  const id = at < 0 ? state.trail.at(-1) : state.trail[at - 1]
  return flow.steps.find((step) => step.id === id)
}

function asks<A>(
  flow: Flow<A>,
  state: FlowState<A>,
  note: string,
  how: 'whole' | 'again' | 'note only' = 'whole',
): Extract<Advanced<A>, { kind: 'asks' }> {
  const step = stepOf(flow, state)
  const ask = how === 'again' ? (step.askAgain ?? step.ask) : step.ask
  const question: Question = how === 'note only' ? { text: '', choices: [] } : ask(state.answers)
  return { kind: 'asks', state, note, question }
}
