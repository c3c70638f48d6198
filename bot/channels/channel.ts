/** What the assistant needs from a channel in order to speak first. */
import type { ChannelName, Reply } from '../message.ts'

/** That there is news of a request: all that may be said where our own words may not go. Nothing personal. */
export interface Announcement {
  /** The same for every try, so that a platform which can tell shows it once. */
  id: string
  /** The request's number, e.g. `Q-0412-7`. */
  ticket: string
  /** Where it stands, in a word, e.g. 转办. */
  stage: string
  /** When there was news. */
  at: Date
}

export interface Channel {
  readonly name: ChannelName
  /**
   * The most one message of this channel holds, in UTF-8 bytes.
   */
  readonly maxBytes: number
  /**
   * Says something to a resident outside a direct reply. Resolves once the platform has accepted it.
   *
   * @throws {ChannelError} for everything else
   */
  send(address: string, reply: Reply): Promise<void>
  /**
   * Says that there is news where `send` may not: outside the time the platform gives for our own words.
   * Absent where there is no such way. Resolves once the platform has accepted it.
   *
   * @throws {ChannelError} for everything else
   */
  announce?(address: string, news: Announcement): Promise<void>
}

/**
 * A platform did not accept something.
 *
 * `outcome` says what becomes of the words: `retry` (it may work in a moment), `waiting` (not now, but the
 * resident's next message can carry them) or `refused` (never). `code` is the platform's errcode, or
 * `timeout`, `network`, `http-<status>`, `not-json`. The message holds neither secrets nor personal data.
 */
export class ChannelError extends Error {
  readonly code: string
  readonly outcome: 'retry' | 'waiting' | 'refused'
  /** What an operator should look at, in Chinese. */
  readonly operatorHint: string
  constructor(
    code: string,
    outcome: 'retry' | 'waiting' | 'refused',
    operatorHint: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${operatorHint}`, options)
    this.name = 'ChannelError'
    this.code = code
    this.outcome = outcome
    this.operatorHint = operatorHint
  }
}

/** A callback we do not answer in kind: forged, stale, malformed or too large. Carries no stack to the client. */
export class CallbackRefused extends Error {
  readonly status: 400 | 401 | 403 | 413
  constructor(status: 400 | 401 | 403 | 413, message: string) {
    super(message)
    this.name = 'CallbackRefused'
    this.status = status
  }
}
