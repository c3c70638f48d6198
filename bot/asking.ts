/** A flow's question as a turn. */
import { begin } from '../flows/steps/engine.ts'
import type { Advanced, Flow } from '../flows/steps/types.ts'
import type { Session } from './session.ts'
import { type Moment, sayInFlow, type Turn } from './turn.ts'

/** Starts a flow from what is known. */
export function startFlow<A>(flow: Flow<A>, answers: A, session: Session, { now }: Moment): Turn {
  return asked(flow, begin(flow, answers, now), session)
}

/** The turn that asks a step's question after its note; `before` stands first. */
export function asked<A>(flow: Flow<A>, advanced: Advanced<A>, session: Session, before = ''): Turn {
  if (advanced.kind !== 'asks') throw new Error(`flow ${flow.name} has nothing to ask`)
  const { state, note, question } = advanced
  const text = [note, question.text].filter((part) => part !== '').join('\n')
  const turn = sayInFlow(
    flow.name,
    { ...session, flow: state, rest: '' },
    `${before}${text}`,
    question.choices,
  )
  const reply = turn.reply && { ...turn.reply, personal: true as const }
  // Numbers are read by the step itself.
  return { ...turn, reply, session: { ...turn.session, choices: [] } }
}
