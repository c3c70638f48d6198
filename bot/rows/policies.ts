/** Rows of policies that staff write, and of questions nobody could answer. */

import type { Doubt } from '../../knowledge/notice/doubt.ts'
import type { Instant } from './talk.ts'

/** A question that was not answered, or not well; see bot/turns/missed.ts. Holds nothing of who asked. */
export interface MissedQuestion {
  id: string
  at: Instant
  reason: 'not-found' | 'elsewhere' | 'unhelpful'
  /** What was told instead. */
  policies: string[]
  state: 'open' | 'settled'
  /** What staff made of it: `alias`, `example`, `draft`, `not-ours` … and of which policy. */
  settled: { as: string; policy: string | null; by: string; at: Instant } | null
  /** Masked, and sealed all the same: a masked story may still tell who it is. */
  words: string
}

/** How often something was answered on one day. `id` is the day, the decision and the policy, parted by spaces. */
export interface Tally {
  id: string
  /** China's calendar day, e.g. `2026-11-22`. */
  day: string
  decision: string
  /** '' where the decision is about none. */
  policy: string
  count: number
}

/** A policy's text as staff published it; it stands before the file the program brought. `id` is the policy's. */
export interface PublishedPolicy {
  id: string
  /** The newest version's number. */
  number: number
  /** The whole file, front matter and all. */
  text: string
  at: Instant
  /** As a ticket's. */
  mark: string
}

/** A version of a policy that was published. `id` is the policy's and the number, e.g. `dibao@000003`. */
export interface PolicyVersion {
  id: string
  policy: string
  number: number
  text: string
  at: Instant
  /** Who wrote it and who else looked at it. */
  author: string
  reviewer: string
  reason: string
}

/** What is being written of a policy. `id` is the policy's: one draft of each. */
export interface PolicyDraft {
  id: string
  /** Counts up at every change, so that two who write at once are told of each other. */
  revision: number
  state: 'draft' | 'review' | 'scheduled'
  /** May have faults until it is handed in. */
  text: string
  /** The version it was made from; 0 is the program's own file, or none. */
  base: number
  author: string
  editedAt: Instant
  /** Who approved it; '' before that. */
  reviewer: string
  /** Why it is changed, or why it was given back. */
  reason: string
  /** The day it is published by itself; '' unless scheduled. */
  publishOn: string
  /** What is not sure of what was read out of a document; whoever settles the last may hand it in. */
  doubts: Doubt[]
  /** What of the document nothing was made of. */
  left: string[]
}

/** Files of policies that somebody brought, until what is wanted of them has become drafts. */
export interface PolicyImport {
  id: string
  at: Instant
  /** Who brought them, as the audit log names them. */
  by: string
  files: string[]
  /** How many policies were read. */
  count: number
}

/** One policy read out of a file. `id` is the import's and the place in it, e.g. `…@000012`. */
export interface ImportedPolicy {
  id: string
  import: string
  /** From `000001`. */
  place: string
  at: Instant
  state: 'waiting' | 'taken'
  /** As what a draft is made of it; '' when none can be. */
  policy: string
  title: string
  /** The draft's text, faults and all. */
  text: string
  /** The same as the program would write it, for comparing; '' where it is the same, or has faults. */
  canonical: string
  doubts: Doubt[]
  left: string[]
  /** Where it stands in the file: 第3行, or a file's name. */
  from: string
  /** What is still missing or wrong in the text. */
  faults: string[]
  /** Why no draft can be made of it; '' when one can. */
  unusable: string
}
