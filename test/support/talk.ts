/** A resident's conversation with the assistant, in memory, without a store or a channel. */
import { respond, type Turn } from '../../bot/conversation.ts'
import type { MessageBody } from '../../bot/message.ts'
import { newSession, type Session } from '../../bot/session.ts'
import { momentAt, settingFrom } from './world.ts'

export const MORNING = new Date('2026-11-22T09:00:00+08:00')
const shipped = settingFrom(MORNING)

/** One resident's conversation; each call is one message. */
export function conversation(from: Session = newSession(), at = MORNING, setting = shipped) {
  let session = from
  const hear = (body: MessageBody, now = at): Turn => {
    const message = { id: 'm', channel: 'sandbox', from: 'r', sentAt: now, body } as const
    const turn = respond(message, session, setting, momentAt(now))
    session = turn.session
    return turn
  }
  return Object.assign((text: string, now?: Date) => hear({ kind: 'text', text }, now), {
    hear,
    session: () => session,
  })
}
