/** One resident's conversation without a store: what was decided, and the requests that came of it. */
import { respond, type Turn } from '../../bot/conversation.ts'
import type { Effect } from '../../bot/effects.ts'
import type { MessageBody } from '../../bot/message.ts'
import { newSession, type Session } from '../../bot/session.ts'
import type { Ticket } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { clockAt, momentAt, settingFrom } from './world.ts'

const MORNING = '2026-11-22T09:00:00+08:00'

/** A walk that begins on a Sunday morning; every message takes half a minute. */
export function walk(from: Session = newSession(), at = MORNING) {
  const clock = clockAt(at)
  let setting = settingFrom(new Date(MORNING))
  let session = from
  let tickets: Ticket[] = []
  let numbers = 411

  const note = (effect: Effect): void => {
    if (effect.kind === 'open-ticket') tickets = [effect.opened.ticket, ...tickets]
    if (effect.kind === 'change-ticket') {
      const { ticket } = effect.changed
      tickets = tickets.map((one) => (one.number === ticket.number ? ticket : one))
    }
    if (effect.kind === 'erase') tickets = tickets.filter(({ number }) => !effect.tickets.includes(number))
  }
  const hear = (body: MessageBody): Turn => {
    clock.pass(30_000)
    const now = clock()
    const message = { id: 'm', channel: 'sandbox', from: 'r', sentAt: now, body } as const
    const freshNumber = mintNumber(0, (limit) => ++numbers % limit)
    const turn = respond(message, session, setting, momentAt(now, { tickets, freshNumber }))
    session = turn.session
    for (const effect of turn.effects) note(effect)
    return turn
  }
  return {
    clock,
    hear,
    say: (text: string): Turn => hear({ kind: 'text', text }),
    restart: (): void => {
      clock.pass(1000)
      setting = settingFrom(clock())
    },
    session: () => session,
    tickets: () => tickets,
  }
}
export type Walk = ReturnType<typeof walk>

/** What leads from the first word to the last question, step by step. */
export const WAY: readonly (readonly [step: string, answer: string])[] = [
  ['consent', '同意'],
  ['who', '我妈'],
  ['what', '我妈瘫了三年，没人照看'],
  ['needs', '1'],
  ['urgency', '3'],
  ['place', '尧化街道尧新社区'],
  ['registered', '就在住的地方'],
  ['name', '李凤英'],
  ['phone', '13812345678'],
  ['photos', '跳过'],
  ['confirm', '确认'],
]

/** Where the way stands when each step is asked; walked once. */
const stations = new Map<string, { session: Session; at: string }>()

/** A walk that has just been asked the question of a step. */
export function walkTo(step: string): Walk {
  if (stations.size === 0) {
    const here = walk()
    here.say('我要求助')
    for (const [asked, answer] of WAY) {
      stations.set(asked, { session: here.session(), at: here.clock().toISOString() })
      here.say(answer)
    }
  }
  const station = stations.get(step)
  if (!station) throw new Error(`no step ${step}`)
  return walk(station.session, station.at)
}
