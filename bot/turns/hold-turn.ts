/** 人工接管: the assistant goes quiet for a resident until a person gives the conversation back, or in time. */
import { isQuiet } from '../../flows/clocks.ts'
import type { Effect } from '../effects.ts'
import type { Session } from '../session.ts'
import { decide, type Moment, type Setting, sayInFlow, type Turn } from '../turn.ts'
import { WORDS } from '../wording.ts'

/** After this long without anybody giving it back, the assistant speaks again, in ms. */
export const HOLD_MS = 4 * 60 * 60 * 1000

/** Until when a person holds this conversation, UTC ISO 8601; null when nobody does now. */
export function heldUntil(session: Session, now: Date): string | null {
  return session.hold !== null && now.getTime() < Date.parse(session.hold.until) ? session.hold.until : null
}

/** Whether a person holds this conversation now. */
export const isHeld = (session: Session, { now }: Pick<Moment, 'now'>): boolean =>
  heldUntil(session, now) !== null

/** The resident asked for a person. A flow that runs stays where it is. Where no person hears of it, or at night, nobody waits. */
export function hold(session: Session, setting: Setting, { now }: Moment): Turn {
  if (!setting.advisorsReachable()) {
    const words = session.flow === null ? WORDS.nobodyHere : `${WORDS.nobodyHere}${WORDS.flowWaits}`
    return {
      ...sayInFlow('human', unmet(session, now), words),
      effects: [{ kind: 'human-asked', until: null }],
    }
  }
  if (isQuiet(now)) {
    const words = session.flow === null ? WORDS.nightHere : `${WORDS.nightHere}${WORDS.flowWaits}`
    return { ...sayInFlow('human', unmet(session, now), words), effects: [{ kind: 'asked-at-night' }] }
  }
  const until = new Date(now.getTime() + HOLD_MS).toISOString()
  const { unmetAt: _, ...rest } = session
  const held = { ...rest, hold: { since: now.toISOString(), until }, rest: '' }
  const turn = sayInFlow('human', held, WORDS.human)
  return { ...turn, reply: pressing(turn.reply), effects: [{ kind: 'human-asked', until }] }
}

const unmet = (session: Session, now: Date): Session => ({ ...session, unmetAt: now.toISOString() })

/** How long who asked for a person in vain means that person by 没人吗, in ms. */
const UNMET_MS = 12 * 60 * 60 * 1000

/** Whether a person was asked for lately, and nobody could be there. */
export const isUnmet = ({ unmetAt }: Session, { now }: Pick<Moment, 'now'>): boolean =>
  unmetAt !== undefined && now.getTime() - Date.parse(unmetAt) < UNMET_MS

/** The resident wants the assistant back. */
export function release(session: Session): Turn {
  const words = session.flow === null ? WORDS.backAgain : `${WORDS.backAgain}${WORDS.flowWaits}`
  return sayInFlow('human', { ...session, hold: null }, words)
}

const pressing = (reply: Turn['reply']): Turn['reply'] => reply && { ...reply, pressing: true }

/** Something said to the person who holds the conversation. */
export const heard = (words: string, media: string | null): Effect => ({
  kind: 'heard',
  words,
  media,
  tells: { kind: 'said-while-held' },
})

/** Keeps what was said for the person who holds the conversation; nothing is answered. */
export function heardInHold(words: string, media: string | null, session: Session): Turn {
  return {
    session,
    reply: null,
    effects: [heard(words, media)],
    decision: { ...decide('silent'), flow: 'human' },
  }
}

/** Nobody who waits for a person is left without a word for longer, nor talked over sooner; in ms. */
const UNSPOKEN_MS = 30 * 60 * 1000

/**
 * The same of words that want an answer, 没人吗 or 今晚睡哪: they are told that their words arrive, and what else
 * there is, unless somebody spoke to them lately.
 */
export function waitsInHold(words: string, session: Session, { now }: Moment): Turn {
  const turn = heardInHold(words, null, session)
  const { hold } = session
  const lately = hold?.spokenAt !== undefined && now.getTime() - Date.parse(hold.spokenAt) < UNSPOKEN_MS
  if (hold === null || lately) return turn
  const { reply, decision } = sayInFlow('human', session, WORDS.heldStill)
  return {
    ...turn,
    session: { ...session, hold: { ...hold, spokenAt: now.toISOString() } },
    reply: pressing(reply),
    decision,
  }
}
