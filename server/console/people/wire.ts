/** What goes over the wire about the roster: advisors, areas, duty and leave, imports. */
import * as z from 'zod'
import { SHEETS } from '../../people/sheets.ts'

const text = z.string()
const id = text.max(64)
/** Where the next page begins, counted from the first line. */
const cursor = z
  .string()
  .regex(/^\d{1,6}$/)
  .optional()
const choice = z.object({ value: text, label: text })

export const PRESENCES = ['on-duty', 'off-duty', 'leave'] as const
export type Presence = (typeof PRESENCES)[number]
const ROLES = ['backbone', 'community', 'volunteer', 'organisation'] as const

/* Advisors */
export const advisorsInput = z.strictObject({
  /** A part of the name or of the account, or a whole telephone number. */
  search: text.max(50).optional(),
  role: z.enum(ROLES).optional(),
  /** An area's id, with all in it. */
  area: text.max(50).optional(),
  presence: z.enum(PRESENCES).optional(),
  cursor,
})
const advisorLine = z.object({
  id: text,
  name: text,
  role: text,
  areas: z.array(text),
  duty: text,
  presence: z.enum(PRESENCES),
  /** In words, e.g. until when somebody is away and who acts. */
  says: text,
  /** Requests on their hands. */
  open: z.number(),
  overdue: z.number(),
  /** Whether there are more than were counted. */
  more: z.boolean(),
})
export type AdvisorLine = z.infer<typeof advisorLine>
export const advisorsOutput = z.object({
  advisors: z.array(advisorLine),
  /** How many fit what was asked for. */
  count: z.number(),
  next: text.nullable(),
})
export type Advisors = z.infer<typeof advisorsOutput>

export const advisorInput = z.strictObject({ id })
const leave = z.object({
  from: text,
  to: text,
  says: text,
  standIn: text.nullable(),
  now: z.boolean(),
})
export const advisorOutput = advisorLine.extend({
  /** Masked; '' when none is known. */
  phone: text,
  /** As a form holds them; null for who may not change them. */
  given: z.object({ role: z.enum(ROLES), areas: z.array(text), caseload: z.array(text) }).nullable(),
  /** Where they look after households by name. */
  caseload: z.array(text),
  households: z.number(),
  leave: z.array(leave),
  /** For whom they act now. */
  standsInFor: z.array(text),
  /** Tells one state of them from another: a form is sent with the one it was made on. */
  mark: text,
  may: z.object({ change: z.boolean(), call: z.boolean() }),
})
export type AdvisorView = z.infer<typeof advisorOutput>

export const phoneOutput = z.object({ phone: text })
export type Phone = z.infer<typeof phoneOutput>

/** For forms and filters: where somebody may look, whom they may change, and who may act for others. */
export const rosterChoicesOutput = z.object({
  areas: z.array(z.object({ value: text, label: text, says: text, depth: z.number() })),
  changeable: z.array(choice),
  standIns: z.array(choice),
})
export type RosterChoices = z.infer<typeof rosterChoicesOutput>

const fields = {
  name: text.max(100),
  /** Left out, it stays as it is. */
  phone: text.max(50).optional(),
  role: z.enum(ROLES),
  areas: z.array(text.max(50)).max(200),
  caseload: z.array(text.max(50)).max(200),
}
export const newAdvisorInput = z.strictObject({ id, ...fields, duty: text.max(300) })
export const changeAdvisorInput = z.strictObject({ id, ...fields, duty: text.max(300), mark: text.max(50) })
export const leaveInput = z.strictObject({
  id,
  from: z.iso.date('请选从哪天开始'),
  to: z.iso.date('请选到哪天为止'),
  standIn: id.nullable(),
  mark: text.max(50).optional(),
})
export const dropLeaveInput = z.strictObject({ id, from: z.iso.date(), mark: text.max(50).optional() })
export const removeAdvisorInput = z.strictObject({ id, mark: text.max(50) })

/* Areas */
const LACKS = ['nobody', 'nobody-on-duty', 'one-person'] as const
export const areasInput = z.strictObject({
  /** The area whose parts are asked for; the widest when left out. */
  under: text.max(50).optional(),
  cursor,
})
const areaLine = z.object({
  id: text,
  name: text,
  level: text,
  /** How many areas lie directly in it. */
  holding: z.number(),
  /** Who works in exactly this area, the first of them. */
  people: z.array(text),
  more: z.number(),
  /** Everybody who answers for it, also from above, and how many of them are there now. */
  answering: z.number(),
  onDuty: z.number(),
  lack: z.enum(LACKS).nullable(),
  /** What it lacks, in words; '' for nothing. */
  says: text,
  /** Areas below it that lack something. */
  lackingBelow: z.number(),
})
export type AreaLine = z.infer<typeof areaLine>
export const areasOutput = z.object({
  path: z.array(z.object({ id: text, name: text })),
  areas: z.array(areaLine),
  next: text.nullable(),
})
export type AreasUnder = z.infer<typeof areasOutput>

export const gapsInput = z.strictObject({ kind: text.max(40).optional(), cursor })
export const gapsOutput = z.object({
  kinds: z.array(z.object({ value: text, label: text, count: z.number() })),
  gaps: z.array(z.object({ kind: text, words: text, area: text.nullable(), advisor: text.nullable() })),
  next: text.nullable(),
})
export type Gaps = z.infer<typeof gapsOutput>

/* Duty and leave */
export const dutyInput = z.strictObject({ area: text.max(50).optional() })
export const dutyOutput = z.object({
  days: z.array(
    z.object({
      day: text,
      says: text,
      workday: z.boolean(),
      /** How many are there at some hour of it, and the first of them. */
      there: z.number(),
      names: z.array(text),
      /** `alone`: nobody acts for them. */
      away: z.array(z.object({ id: text, name: text, says: text, alone: z.boolean() })),
      awayMore: z.number(),
      /** Areas where nobody is at any hour of it. */
      empty: z.array(text),
      emptyMore: z.number(),
    }),
  ),
  /** Every leave of these days once, the first one first. */
  leaves: z.array(
    z.object({ id: text, name: text, from: text, says: text, alone: z.boolean(), mayChange: z.boolean() }),
  ),
  leavesMore: z.number(),
})
export type DutyAhead = z.infer<typeof dutyOutput>

/* Sheets */
export const sheetInput = z.strictObject({ what: z.enum(['areas', 'advisors']) })
export const templateInput = z.strictObject({ what: z.enum(SHEETS) })
export const importInput = z.strictObject({
  what: z.enum(SHEETS),
  /** What the sheet does not name goes. */
  replace: z.literal('yes').optional(),
  /** Of the plan that was shown: it is carried out, if it still is the same. Left out, nothing is written. */
  basis: text.max(50).optional(),
})
export const importOutput = z.object({
  done: z.boolean(),
  /** Whether nothing stands against it. */
  clear: z.boolean(),
  /** Whether anything would change. */
  changes: z.boolean(),
  file: text,
  what: text,
  replace: z.boolean(),
  counts: z.object({ added: z.number(), changed: z.number(), same: z.number(), missing: z.number() }),
  faults: z.array(z.object({ line: z.number(), column: text, words: text })),
  added: z.array(text),
  changed: z.array(z.object({ who: text, change: text })),
  missing: z.array(text),
  inUse: z.array(z.object({ who: text, requests: z.array(text), more: z.boolean(), words: text })),
  /** How many of each were left out of the lists above. */
  beyond: z.object({ faults: z.number(), added: z.number(), changed: z.number(), missing: z.number() }),
  notes: z.array(text),
  unused: z.array(text),
  basis: text,
})
/** How many rows are written of those that are to be; null when nothing is being written. */
export const progressOutput = z.object({ done: z.number().nullable(), of: z.number().nullable() })
export type ImportProgress = z.infer<typeof progressOutput>
export type ImportView = z.infer<typeof importOutput>
