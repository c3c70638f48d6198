/** Rows of what is said: residents, their conversations, what we owe them, and things that are due. */
import type { ChannelName, Choice } from '../message.ts'

/** A moment as UTC ISO 8601 with milliseconds, so that it sorts as text: `2026-03-03T01:00:00.000Z`. */
export type Instant = string

/** What the platform still lets us say to someone unasked. See bot/quota.ts. */
export interface Grant {
  kind: 'message' | 'tap'
  at: Instant
  used: number
}

/** A resident as a channel knows them. `id` is `<channel>:<address>`. */
export interface Resident {
  id: string
  channel: ChannelName
  address: string
  following: boolean
  /** The QR code scene that first brought them, e.g. a grid's. */
  scene: string | null
  grants: Grant[]
  createdAt: Instant
  seenAt: Instant
}

/** Where a conversation stands. `id` is the resident's; `state` is bot/session.ts's versioned data. */
export interface SessionRow {
  id: string
  /** Counts up at every turn; a turn computed on an older one is computed again. */
  revision: number
  /** Holds nothing a resident told about themselves: it is written at every turn and not sealed. */
  state: unknown
  /** The answers of a running flow; null when none runs. */
  flow: unknown
  updatedAt: Instant
}

/** A flow that runs, and when it is forgotten if nobody comes back to it. `id` is the resident's. */
export interface Unfinished {
  id: string
  forgetAt: Instant
}

/** The record that a message was answered; makes a redelivery repeat the same words. `id` is the message's. */
export interface Turn {
  id: string
  resident: string
  /** The outgoing row with the answer, or null when nothing is said. */
  outgoing: string | null
  at: Instant
}

/**
 * Words for a resident. Ends as `accepted` (the platform took them), `refused` (it will never take them; the
 * errcode says why) or stays `waiting` until the resident's next message, whose answer then carries them.
 */
export interface Outgoing {
  id: string
  resident: string
  text: string
  choices: Choice[]
  link: { title: string; url: string } | null
  /** The words hold personal data, e.g. the summary of a request: they are sealed. A policy answer's are not. */
  personal: boolean
  /** Said even while a person holds the conversation; see bot/turns/hold-turn.ts. */
  pressing: boolean
  /** What made us speak: a message id, or a job's. */
  cause: string
  /** The request the words are news of; null when they are of none. */
  ticket: string | null
  /** When the platform took an announcement that there is news, while the words themselves wait. */
  announcedAt: Instant | null
  state: 'pending' | 'waiting' | 'accepted' | 'refused'
  /** How it was accepted: as the direct reply, as a message of its own, or inside `carrier`'s words. */
  via: 'reply' | 'push' | 'carried' | null
  carrier: string | null
  attempts: number
  /** The last answer that was not acceptance, e.g. `45015`, `timeout`. */
  error: string | null
  createdAt: Instant
  /** When the scheduler should next try to push it. */
  dueAt: Instant
  settledAt: Instant | null
}

/**
 * A message that its platform was told we have, before the turn it leads to is committed: it never comes again. Gone with
 * its turn, see bot/taken.ts. `id` is the turn's.
 */
export interface TakenMessage {
  id: string
  /** '' where an advisor wrote it. */
  resident: string
  at: Instant
  /** Who wrote and what, sealed. */
  message: unknown
}

/** Something that happened and must not be forgotten. Holds no message text. */
export interface Event {
  id: string
  kind: 'followed' | 'unfollowed' | 'danger' | 'human_asked' | 'handed_back' | 'erased'
  resident: string
  at: Instant
  detail: Record<string, string>
}

/** A thing due at a time. */
export interface Job {
  id: string
  kind:
    | 'answer-taken'
    | 'keep-media'
    | 'drop-media'
    | 'end-hold'
    | 'check-hold'
    | 'announce'
    | 'update-cards'
    | 'tell-advisor'
  state: 'pending' | 'done' | 'failed'
  dueAt: Instant
  attempts: number
  error: string | null
  detail: Record<string, string>
}

/** What a resident said while a person holds the conversation. */
export interface Heard {
  id: string
  resident: string
  at: Instant
  words: string
  /** The platform's id of a picture or recording that came with it. */
  media: string | null
}

/** Something staff must do by a date: a call, or what a resident wishes done with their data; see bot/wishes.ts. */
export interface StaffTask {
  id: string
  kind: 'erase' | 'export' | 'correct' | 'call'
  /** '' once they are forgotten. */
  resident: string
  ticket: string | null
  dueAt: Instant
  state: 'open' | 'done' | 'refused'
  detail: unknown
}
