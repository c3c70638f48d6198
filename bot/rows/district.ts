/** Rows of what other systems of the district ask and hand in. */
import type { Instant } from './talk.ts'

/** A key with which another system of the district asks /api/v1. `id` is the part of the key that may be shown. */
export interface ApiKeyRow {
  id: string
  /** What the system is called, as staff read it beside what it handed in. */
  name: string
  /** What it may do, see server/district/deeds.ts. */
  deeds: string[]
  /** Ids of areas; everything in and below them. Empty is everywhere. */
  areas: string[]
  /** The body whose parts of requests it works on; '' when none. */
  body: string
  createdAt: Instant
  expiresAt: Instant
  /** '' while it has not been revoked. */
  revokedAt: Instant | ''
  /** When it was last used, to the minute; '' before that. */
  usedAt: Instant | ''
  /** Over the whole key, sealed. */
  hash: string
}

/** Something a system handed in, so that the same sent again is done once. `id` tells whose and which, see bot/handed-in.ts. */
export interface HandedIn {
  id: string
  /** The key it came with. */
  key: string
  at: Instant
  /** Over what was sent, so that something else under the same number shows. */
  digest: string
  /** The number of what became of it. */
  became: string
}

/** An alert 预警 a system handed in: somebody must be visited. `id` as {@link HandedIn}. */
export interface AlertRow {
  id: string
  key: string
  /** The household's number. */
  household: string
  area: string
  at: Instant
  state: 'open' | 'visited' | 'dropped'
  settledAt: Instant | ''
  /** As a ticket's. */
  mark: string
  /** The system's own number and what it said, sealed. */
  detail: unknown
}

/** How many marks of one table were given, see bot/marks.ts. `id` is the table's name. */
export interface MarkCount {
  id: string
  count: number
}
