/** Rows of areas and advisors, and of what advisors are told. */

import type { DangerKind, NudgeKind, Urgency } from '../../flows/nudges/nudges.ts'
import type { Instant } from './talk.ts'

/**
 * Something advisors must hear of. Ends as `accepted` (their platform took it), `refused` (it never will; the
 * errcode says why) or `dropped` (it needs no saying any more). Holds no words: they are made when it is told.
 */
export interface Nudge {
  id: string
  kind: NudgeKind
  danger: DangerKind | null
  /** '' where it is about none, e.g. a household. */
  resident: string
  ticket: string | null
  /** Of a reminder of a visit: which one. */
  task: string | null
  /** Of a reminder: its ladder and the rung on it, see flows/nudges/reminders.ts. */
  ladder: string | null
  rung: number
  /** Whose morning it is of. */
  advisor: string | null
  urgency: Urgency
  /** When it first happened; of a reminder, when it is owed. */
  at: Instant
  /** How often it happened before anybody was told. */
  times: number
  state: 'pending' | 'accepted' | 'refused' | 'dropped'
  attempts: number
  /** Who it was for and the way it went, each time a platform took it; `to` is empty in a group. */
  told: { audience: string; way: string; to: string[]; at: Instant }[]
  /** Advisors the platform could not reach with it. */
  missed: string[]
  /** The last answer that was not acceptance, e.g. `45009`, `timeout`. */
  error: string | null
  /** When it should next be told. */
  dueAt: Instant
  settledAt: Instant | null
}

/** How a way to advisors has fared lately; see bot/ways.ts. `id` is the way's key, e.g. `app:wang`. */
export interface WayRow {
  id: string
  /** When the messages of the last minute went out, taken or not: from them the platform's limit is counted. */
  tries: Instant[]
  /** The last time; '' before that. */
  triedAt: Instant | ''
  /** How many in a row were not taken, and the last answer; 0 and null after one that was. */
  failures: number
  error: string | null
  /** Somebody must mend it first, or the person is not reached there. */
  gone: boolean
}

/** An area; see flows/roster/areas.ts. */
export interface AreaRow {
  id: string
  level: string
  name: string
  parent: string | null
  /** The robot of this area's WeCom group: a secret, sealed. Null where the area above speaks. */
  robotKey: string | null
}

/** An advisor; see flows/roster/advisors.ts. `id` is their WeCom userid. */
export interface AdvisorRow {
  id: string
  role: string
  areas: string[]
  caseload?: string[] | undefined
  duty: { days: 'workdays' | 'every-day'; from: string; to: string }[]
  leave: { from: string; to: string; standIn: string | null }[]
  /** Name and phone, sealed. */
  person: unknown
}

/** Which roster is the newest: counts up at every change of areas or advisors. One row, `id` is `roster`. */
export interface RosterMark {
  id: string
  revision: number
}

/** A line of an advisor's that was answered; a redelivery gets the same words. `id` is the message's. */
export interface AdvisorTurn {
  id: string
  advisor: string
  at: Instant
  /** What was said, and about which request, sealed. */
  answer: unknown
}

/** Where talking with an advisor stands: what was meant last and what was asked back. `id` is the advisor's. */
export interface AdvisorTalk {
  id: string
  at: Instant
  /** Versioned data of bot/advisor/talk.ts, sealed. */
  state: unknown
}

/** A card with buttons that lies in advisors' chats, so that it can be brought up to date. `id` is its task id, and whose it is where somebody tapped theirs. */
export interface CardRow {
  id: string
  ticket: string
  /** Whom it was sent to. */
  to: string[]
  /** Lets the card be changed once, within 72 hours; null when used up. */
  code: string | null
  /** What it was last changed to; '' as it was sent. See bot/card-updates.ts. */
  shows: string
  /** When the code came. */
  at: Instant
}
