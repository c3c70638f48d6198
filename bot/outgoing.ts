/** Words on their way to a resident, as a row. */
import { instantOf } from '../flows/clocks.ts'
import type { Reply } from './message.ts'
import type { Outgoing } from './store.ts'

/** A new row for words not yet said. */
export function newOutgoing(row: {
  id: string
  resident: string
  reply: Reply
  /** What made us speak: a message id, or what else happened. */
  cause: string
  /** The request the words are news of, if they are. */
  ticket?: string | null
  at: Date
  /** When the scheduler may push it. */
  dueAt: Date
}): Outgoing {
  const { id, resident, reply, cause, ticket = null, at, dueAt } = row
  return {
    id,
    resident,
    text: reply.text,
    choices: [...reply.choices],
    link: reply.link ?? null,
    personal: reply.personal === true,
    pressing: reply.pressing === true,
    cause,
    ticket,
    announcedAt: null,
    state: 'pending',
    via: null,
    carrier: null,
    attempts: 0,
    error: null,
    createdAt: instantOf(at),
    dueAt: instantOf(dueAt),
    settledAt: null,
  }
}

/** What a stored row says, as a reply. */
export function replyOf(row: Outgoing): Reply {
  const reply: Reply = { text: row.text, choices: row.choices }
  if (row.link) reply.link = row.link
  if (row.personal) reply.personal = true
  if (row.pressing) reply.pressing = true
  return reply
}
