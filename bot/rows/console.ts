/** Rows of who signs in, of the audit log, and of keys and tokens. */
import type { Instant } from './talk.ts'

/** A data key that has sealed rows here, so that a start without it is refused. `id` is the key's own. */
export interface DataKey {
  id: string
  /** Known words, sealed by this key. */
  probe: string
  /** 1 for the store's first key, 2 for the next. */
  order: number
  /**
   * What fingerprints are made with, in base64: sealed by each key anew, so that they outlive it. Null in a record of
   * an older version, which made them from the first key.
   */
  fingerprints: string | null
}

/**
 * A line of the audit log: who saw, changed, exported or deleted what. Lines are chained: each holds the one
 * before, so that a line altered or taken away later shows. `id` is its number in 12 digits. Holds no personal data.
 */
export interface AuditLine {
  id: string
  at: Instant
  /** Who: the actor's kind and id, e.g. `advisor:wang`, `staff:li`, `command`. */
  by: string
  /** What was done, e.g. `seen`, `exported`, `erased`. */
  deed: string
  /** To what: a kind and a number of ours, e.g. `ticket:Q-0412-6`. */
  subject: string
  detail: Record<string, string>
  /** The seal of the line before; '' in the first. */
  previous: string
  /** Over everything above, under the data key. */
  seal: string
}

/** Where the chain of {@link AuditLine} stands. One row, `id` is `head`. */
export interface AuditHead {
  id: string
  /** The last line's number and seal; 0 and '' before the first. */
  number: number
  seal: string
  /** The oldest line still kept and the seal before it. */
  from: number
  fromSeal: string
  /** Over everything above, under the data key, so that lines taken from the end show. */
  mac: string
}

/** A platform's access token, shared by all processes. `id` is the platform and the account, e.g. `wechat:wx…`. */
export interface PlatformToken {
  id: string
  /** Sealed; null before the first. */
  token: string | null
  /** When it must no longer be used; '' before the first. */
  expiresAt: Instant | ''
  /** Until when one process is fetching a new one; '' when none is. */
  leasedUntil: Instant | ''
}

/** Somebody who may sign in to the console. `id` is a number of ours. */
export interface AccountRow {
  id: string
  /** What is typed to sign in, in lower case; of one account only. */
  name: string
  roles: string[]
  /** Ids of areas; everything in and below them. Empty is everywhere. */
  areas: string[]
  state: 'invited' | 'active' | 'disabled'
  createdAt: Instant
  /** The password's hash and what a second factor needs, sealed. */
  secrets: unknown
  /** The person's own name and their WeCom userid, sealed. */
  person: unknown
}

/** One sign-in that still holds. `id` is the SHA-256 of what the browser shows. */
export interface SignInRow {
  id: string
  account: string
  at: Instant
  seenAt: Instant
  expiresAt: Instant
  /** Requests whose people it may see for now, each asked for with a reason. */
  unmasked: { ticket: string; until: Instant }[]
}
