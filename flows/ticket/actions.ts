/** What can be done with a ticket: each action by its kind, and what must be given with it. */
import { z } from 'zod'
import { isDay } from '../clocks.ts'
import { CORRECTABLE, NEEDS } from './request.ts'
import {
  bodySchema,
  CHANNELS,
  CLOSE_RESULTS,
  FINGERPRINTS,
  fingerprintSchema,
  HOW_NOW,
  OUTSIDE_STAGES,
  PART_RESULTS,
  RATINGS,
} from './ticket.ts'
import { badValue } from './ticket-error.ts'
import { isTicketNumber } from './ticket-number.ts'

const given = (name: string, longest = 1000) =>
  z.string(`请写明${name}`).trim().min(1, `请写明${name}`).max(longest, `${name}太长了，最多${longest}字`)
const short = (name: string) => given(name, 100)
const words = z.string().trim().max(1000, '太长了，最多1000字')
const day = z.string().refine(isDay, '日期要写成2026-12-18这样')
const number = z.string().refine(isTicketNumber, '求助编号不对，应当像Q-0412-7')
const reference = z.string().min(1, '请选一项').max(200)
const paper = z.strictObject({ name: short('材料名称'), day })

const actionSchema = z.discriminatedUnion('kind', [
  /** 预审通过 */
  z.strictObject({ kind: z.literal('screen'), why: words }),
  /** 预审不通过; both are read by the resident. */
  z.strictObject({
    kind: z.literal('refuse'),
    why: given('不予受理的理由'),
    elsewhere: given('还可以找谁帮忙'),
  }),
  /** 分办: one or several parts at once; may be repeated. */
  z.strictObject({
    kind: z.literal('dispatch'),
    parts: z
      .array(
        z.strictObject({
          to: bodySchema,
          need: z.enum(NEEDS),
          what: short('要办的事'),
          policy: z.string().max(100).nullable(),
        }),
      )
      .min(1, '请选至少一个承办单位')
      .max(20, '一次最多分给20个单位'),
    why: words,
  }),
  /** 转办: one part goes from its body to another; its due date stays. */
  z.strictObject({ kind: z.literal('forward'), part: reference, to: bodySchema, why: given('转办的理由') }),
  /** 接办: a body says it works on its part. */
  z.strictObject({ kind: z.literal('take'), part: reference, why: words }),
  /** 反馈 */
  z.strictObject({
    kind: z.literal('report'),
    part: reference,
    result: z.enum(PART_RESULTS),
    why: given('办理情况'),
  }),
  /** 退回 */
  z.strictObject({ kind: z.literal('decline'), part: reference, why: given('退回的理由') }),
  /** 不再办 */
  z.strictObject({ kind: z.literal('drop'), part: reference, why: given('不再办的理由') }),
  /** A stage of others was reached. */
  z.strictObject({
    kind: z.literal('note'),
    stage: z.enum(OUTSIDE_STAGES),
    part: reference.nullable(),
    why: words,
  }),
  /** Aid given now. `ahead`: before the papers, which are then named here or already on the ticket. */
  z.strictObject({
    kind: z.literal('aid'),
    part: reference.nullable(),
    need: z.enum(NEEDS),
    what: short('给了什么'),
    amount: z
      .string()
      .regex(/^\d{1,9}(?:\.\d{1,2})?$/, '金额只写数字，单位元，如2000或99.50')
      .nullable(),
    source: short('来源（如备用金）'),
    receipt: z.string().trim().max(200, '收据号太长了').nullable(),
    givenBy: short('经手人'),
    ahead: z.boolean(),
    papers: z.array(paper).max(20, '一次最多记20样材料'),
    why: words,
  }),
  z.strictObject({ kind: z.literal('ask-paper'), name: short('材料名称'), day, why: words }),
  /** A resident hands in a photo; over the counter there is none. */
  z.strictObject({
    kind: z.literal('hand-in'),
    paper: reference,
    media: z.string().min(1).max(500).nullable(),
    why: words,
  }),
  z.strictObject({ kind: z.literal('waive-paper'), paper: reference, why: given('免交的理由') }),
  z.strictObject({ kind: z.literal('contact'), channel: z.enum(CHANNELS), reached: z.boolean(), why: words }),
  /** 办结; the words are read by the resident. */
  z.strictObject({ kind: z.literal('close'), result: z.enum(CLOSE_RESULTS), why: given('办理结果') }),
  z.strictObject({ kind: z.literal('revisit'), satisfied: z.boolean(), why: given('回访情况') }),
  /** The resident says how they are, asked some time after closing; the revisit itself stays to be made. */
  z.strictObject({ kind: z.literal('answer-revisit'), how: z.enum(HOW_NOW), why: words }),
  z.strictObject({ kind: z.literal('rate'), rating: z.enum(RATINGS), why: words }),
  z.strictObject({ kind: z.literal('reopen'), why: given('重新办理的理由') }),
  z.strictObject({ kind: z.literal('withdraw'), why: given('撤回的理由') }),
  z.strictObject({
    kind: z.literal('correct'),
    field: z.enum(CORRECTABLE),
    value: z.string().trim().min(1, '请写明改成什么').max(1000, '太长了，最多1000字'),
    /** The new keyed hash where the field has one; the old one goes. */
    fingerprint: fingerprintSchema.nullable(),
    why: words,
  }),
  z.strictObject({ kind: z.literal('raise'), why: given('紧急的理由') }),
  z.strictObject({
    kind: z.literal('link'),
    number,
    reasons: z.array(z.enum(FINGERPRINTS)).max(4),
    why: words,
  }),
  z.strictObject({ kind: z.literal('dismiss-link'), number, why: given('不是重复的理由') }),
  /** 接单: whoever does it owns the ticket from now on. `name` is what others call them; empty, their id. */
  z.strictObject({ kind: z.literal('claim'), name: z.string().trim().max(100, '姓名太长了'), why: words }),
  /** 转给: the ticket goes to a colleague. */
  z.strictObject({
    kind: z.literal('assign'),
    owner: z.strictObject({ id: reference, name: short('姓名') }),
    why: words,
  }),
  /** 划区: where it belongs; null is the whole district. Checked against the areas there are before it comes here. */
  z.strictObject({
    kind: z.literal('place'),
    area: z.strictObject({ id: reference, name: short('区域') }).nullable(),
    why: words,
  }),
  /** 转交同意: the resident was asked whether other systems of the district may learn who they are. */
  z.strictObject({ kind: z.literal('share'), agreed: z.boolean(), why: words }),
  /** Another date is promised, for the whole ticket or one part. */
  z.strictObject({ kind: z.literal('promise'), part: reference.nullable(), day, why: given('改日期的理由') }),
])

export type Action = z.infer<typeof actionSchema>
export type ActionKind = Action['kind']
/** Every kind, in the order people meet them. */
export const ACTION_KINDS: readonly ActionKind[] = actionSchema.options.map(({ shape }) => shape.kind.value)
type ByKind = { [A in Action as A['kind']]: A }
/** The action of one kind. */
export type ActionOf<K extends ActionKind> = ByKind[K]

/**
 * Reads an action that came from outside, trimmed.
 *
 * @throws {TicketError} `bad-value`, saying in Chinese what is missing or wrong
 */
export function readAction(given: unknown): Action {
  const action = actionSchema.safeParse(given)
  if (!action.success) throw badValue('没有办成', action.error)
  return action.data
}
