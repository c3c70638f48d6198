/** What goes over the wire for the page of figures. */
import * as z from 'zod'
import { PERIODS } from './period.ts'

const text = z.string()
const count = z.number().int()
const named = z.object({ name: text, count })

export const figuresInput = z.strictObject({
  /** Or a month, `YYYY-MM`. */
  period: z.union([z.enum(PERIODS), z.string().regex(/^20\d\d-(?:0[1-9]|1[0-2])$/)]).default('90-days'),
})

const heads = z.object({ households: count, people: count, times: count })
/** In working days, the day of 受理 not counted; null of none. */
const took = { median: count.nullable(), most: count.nullable() }
const requestFigures = z.object({
  all: count,
  /** There are more than are counted. */
  more: z.boolean(),
  /** One request may need several. */
  needs: z.array(named),
  stages: z.array(named.extend({ stage: text })),
  /** By the area's id, with all in it; `none` of those in no area we know. */
  areas: z.record(text, count),
  took: z.object({ count, ...took }),
  months: z.array(
    z.object({ name: text, from: text, to: text, opened: count, open: count, closed: count, ...took }),
  ),
  closing: z.object({ closed: count, onTime: count, open: count, overdue: count }),
  revisits: z.object({ closed: count, revisited: count, onTime: count, overdue: count, waiting: count }),
  /** `none` had no aid noted and their 24 hours are over, or they took it back. */
  urgent: z.object({ all: count, inTime: count, late: count, waiting: count, none: count }),
  /** `unhoused` requests do not say which house. */
  heads: z.object({ asked: heads, helped: heads, unhoused: count }),
})
export type RequestFigures = z.infer<typeof requestFigures>

const answerFigures = z.object({
  kinds: z.array(named),
  busiest: z.array(named),
  /** Questions that wait for somebody to mend them, whenever they were asked. */
  unanswered: z.object({ count, more: z.boolean() }),
})
export type AnswerFigures = z.infer<typeof answerFigures>

export const figuresOutput = z.object({
  period: z.object({ from: text, to: text, says: text }),
  /** Today in China, `YYYY-MM-DD`. */
  today: text,
  /** When it was counted. */
  at: text,
  /** The widest first; null for whoever sees no requests. */
  requests: requestFigures
    .omit({ areas: true })
    .extend({ areas: z.array(named.extend({ id: text, depth: count })) })
    .nullable(),
  answers: answerFigures,
})
export type Figures = z.infer<typeof figuresOutput>
