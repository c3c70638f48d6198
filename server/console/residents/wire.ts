/** What goes over the wire about residents, and about what they wish done with what is kept of them. */
import * as z from 'zod'
import { UNMASK_REASON_KEYS } from '../reasons.ts'
import { requestLine } from '../wire.ts'

const text = z.string()
/** Of any of their requests: residents have no number of their own. */
const number = text.max(20)

export const residentsInput = z.strictObject({
  /** An area's id, with all in it; `none` for requests that belong to no area. */
  area: text.max(50).optional(),
  /** A request's number, a telephone number, or the last four digits of one. */
  search: text.max(50).optional(),
  cursor: text.max(100).optional(),
})
const residentLine = z.object({
  /** Of their newest request. */
  number: text,
  /** 唐某. */
  who: text,
  /** The last digits of their telephone number; '' for whoever may not see who it is. */
  tail: text,
  requests: z.number(),
  /** Of these at work. */
  open: z.number(),
  area: text,
  /** When their newest request was made. */
  asked: text,
  /** How they are reached: 公众号, 顾问登记的 … */
  channel: text,
  /** 要求删除，12月11日前; '' when nothing waits. */
  wish: text,
})
export type ResidentLine = z.infer<typeof residentLine>
export const residentsOutput = z.object({
  residents: z.array(residentLine),
  /** Where the next page begins; null after the last. */
  next: text.nullable(),
  /** What a search did not give, in words; '' when it gave everything. */
  note: text,
})
export type Residents = z.infer<typeof residentsOutput>

const WISHES = ['erase', 'export'] as const
const wishKind = z.enum(WISHES)
const residentWish = z.object({
  kind: wishKind,
  /** 删除 or 导出. */
  what: text,
  way: text,
  asked: text,
  due: text,
  overdue: z.boolean(),
  /** What would become of each request. */
  goes: z.array(z.object({ number: text, says: text })),
  /** Why it cannot be done by whoever looks; '' when it can. */
  not: text,
})
export type ResidentWish = z.infer<typeof residentWish>

export const residentInput = z.strictObject({ number })
export const residentOutput = residentLine.extend({
  /** When they last wrote, and when somebody last reached them; '' for never. */
  wrote: text,
  reached: text,
  follows: text,
  lines: z.array(requestLine),
  consent: z.array(text),
  /** What is kept of them, how much, until when and why. */
  kept: z.array(z.object({ what: text, much: text, until: text, why: text })),
  wishes: z.array(residentWish),
  /** Who it is; null until it is unmasked. */
  facts: z.array(z.object({ name: text, value: text, from: text })).nullable(),
  unmaskedUntil: text.nullable(),
  unmaskedFor: z.number().nullable(),
  may: z.object({ unmask: z.boolean(), enter: z.boolean(), answer: z.boolean() }),
})
export type ResidentView = z.infer<typeof residentOutput>

export const unmaskResidentInput = z.strictObject({ number, reason: z.enum(UNMASK_REASON_KEYS) })
export const enterWishInput = z.strictObject({ number, kind: wishKind, way: z.enum(['counter', 'phone']) })
/** As they were seen, so that nothing goes that nobody looked at. */
const numbers = z.array(number).min(1).max(100)
export const eraseInput = z.strictObject({ number, numbers })
export const handOverInput = z.strictObject({ number, numbers })
const WHY_LIMIT = 300
export const denyInput = z.strictObject({
  number,
  kind: wishKind,
  why: text.trim().min(4, '请写清楚为什么不办，居民会看到。').max(WHY_LIMIT, `理由最多${WHY_LIMIT}字。`),
})

export const WISH_STATES = ['open', 'done', 'refused'] as const
export const wishesInput = z.strictObject({
  state: z.enum(WISH_STATES).default('open'),
  cursor: text.max(100).optional(),
})
const wishLine = z.object({
  number: text,
  /** Its request can be looked at, and its resident. */
  leads: z.boolean(),
  who: text,
  what: text,
  way: text,
  asked: text,
  due: text,
  overdue: z.boolean(),
  /** 等答复, 等另一位同事确认, or when and by whom it was answered. */
  state: text,
  why: text,
})
export type WishLine = z.infer<typeof wishLine>
export const wishesOutput = z.object({ wishes: z.array(wishLine), next: text.nullable() })
export type Wishes = z.infer<typeof wishesOutput>
