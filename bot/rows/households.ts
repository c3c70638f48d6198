/** Rows of the households advisors look after, and of visits. */
import type { Instant } from './talk.ts'

/** A household an advisor looks after (联系对象). `id` is its number, e.g. `H-0412-6`. */
export interface HouseholdRow {
  id: string
  area: string
  /** The advisor's id; '' while nobody has it. */
  advisor: string
  /** 低保, 特困, 重残 … as the office names it. */
  category: string
  state: 'watched' | 'left'
  /** When nobody looked after it any more; '' while somebody does, or where that was not noted. */
  leftAt: Instant | ''
  /** The last time somebody reached them; '' before that. An attempt does not count. */
  contactedAt: Instant | ''
  /** Who they are and where they live, sealed. */
  person: unknown
}

/** One way to recognise a household that comes again. `id` is `<kind>:<fingerprint>`, see {@link Fingerprint}. */
export interface HouseholdKey {
  id: string
  household: string
}

/** A visit that is due: a revisit after 纳入 or 退出, one of the 五必访, a promise over years. See flows/visits.ts. */
export interface VisitTask {
  id: string
  /** The household's or ticket's number. */
  subject: string
  reason: string
  area: string
  /** Whoever is to go; '' while nobody is named. */
  advisor: string
  dueAt: Instant
  state: 'open' | 'done' | 'dropped'
  /** When it happened that somebody must go. */
  at: Instant
  /** What was said of it, sealed. */
  detail: unknown
}

/** A visit made or tried. */
export interface VisitRow {
  id: string
  subject: string
  advisor: string
  at: Instant
  channel: '上门' | '电话' | '微信' | '窗口'
  reached: boolean
  /** What was seen, needed and wished for, and the photos; sealed. */
  detail: unknown
}
