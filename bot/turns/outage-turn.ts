/** What is said while nothing can be stored, or where a fault of ours kept a turn from being: needs no store, promises nothing, and claims nobody was told. */
import { dangerAnswer } from '../../knowledge/danger.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import { MESSAGE_LIMIT, type Message, type Reply } from '../message.ts'
import { type Decision, decide } from '../turn.ts'
import { WORDS } from '../wording.ts'

/**
 * The answer to a message that could not be kept; null when it was not the resident who spoke, so that there is
 * nobody to answer and the platform had better deliver it again.
 */
export function answerUnkept(
  { body }: Message,
  knowledge: Pick<Knowledge, 'danger'>,
): { reply: Reply; decision: Decision } | null {
  if (body.kind === 'unfollowed' || body.kind === 'unannounced' || body.kind === 'unspoken') return null
  const said = body.kind === 'text' ? body.text : body.kind === 'voice' ? body.transcript : null
  const words = (said ?? '').slice(0, MESSAGE_LIMIT).trim()
  const danger = knowledge.danger(words)
  if (danger === null) return { reply: { text: WORDS.outage, choices: [] }, decision: decide('outage') }
  const text = `${dangerAnswer(danger, words)}\n${WORDS.dangerOutage}`
  return { reply: { text, choices: [], pressing: true }, decision: { ...decide('danger'), danger } }
}

/** The answer to a message whose turn failed by a fault of ours; null where {@link answerUnkept} says so. */
export function answerFailed(message: Message, knowledge: Pick<Knowledge, 'danger'>): Reply | null {
  const answer = answerUnkept(message, knowledge)
  return answer?.decision.kind === 'outage' ? { text: WORDS.unwell, choices: [] } : (answer?.reply ?? null)
}
