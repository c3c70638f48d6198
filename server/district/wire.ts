/** What goes over the wire between this program and other systems of the district; their documentation is made of it. */
import * as z from 'zod'
import { DIFFICULTIES, OTHER_DIFFICULTY } from '../../flows/difficulties.ts'
import { idNumberSchema, NEEDS, phoneSchema } from '../../flows/ticket/request.ts'
import {
  CLOSE_RESULTS,
  OUTSIDE_STAGES,
  PART_RESULTS,
  PART_STATES,
  STAGES,
} from '../../flows/ticket/ticket.ts'
import { figuresInput, figuresOutput } from '../console/figures/wire.ts'

const text = z.string()
const words = (most: number) => z.string().trim().max(most)
/** The other system's own number of what it hands in; nothing that tells who somebody is. */
const ref = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/, 'id 只能用字母、数字和 . _ : -，最多64位')
  .describe('对方系统自己的编号，同一编号再送来只办一次；不要用身份证号')
const number = z.string().max(20).describe('求助编号，如 Q-0412-6')
const after = z.string().max(100).optional().describe('上一次给的 next，原样带来；不带就从头取')
const next = text.describe('记下来，下次当 after 带来')
const more = z.boolean().describe('后面马上还有，接着取')
const moment = text.describe('时刻，UTC')
const area = z.string().max(100).describe('区域编号或名称，如“城关街道幸福社区”')
const difficulty = z.enum([...DIFFICULTIES.map(({ name }) => name), OTHER_DIFFICULTY])

/* Requests */
const person = z.object({
  name: text.nullable(),
  phone: text.nullable(),
  place: text,
  difficulties: z.array(text),
})
const part = z.object({
  id: text,
  what: text,
  need: z.enum(NEEDS),
  policy: text.nullable(),
  to: text,
  mine: z.boolean().describe('分给本单位的'),
  state: z.enum(PART_STATES),
  result: z.enum(PART_RESULTS).nullable(),
  sentAt: moment,
  settledAt: moment.nullable(),
  dueAt: moment,
})
export const ticketOutput = z.object({
  number: text,
  seq: z.number().describe('变一次加一'),
  id: text.nullable().describe('本系统送来的，是它自己的编号'),
  stage: z.enum(STAGES),
  stageName: text,
  urgent: z.boolean(),
  area: text.nullable(),
  areaName: text,
  claimed: z.boolean().describe('有人负责了'),
  needs: z.array(z.enum(NEEDS)),
  openedAt: moment,
  closedAt: moment.nullable(),
  dueAt: moment.nullable().describe('正在走的时限'),
  overdue: z.boolean(),
  parts: z.array(part),
  aid: z.array(
    z.object({ kind: z.enum(NEEDS), what: text, amount: text.nullable(), ahead: z.boolean(), at: moment }),
  ),
  outcome: z.enum(CLOSE_RESULTS).nullable(),
  person: person.nullable().describe('没有 read-personal，或居民没有同意转交时是 null'),
})
export type TicketOut = z.infer<typeof ticketOutput>
export const ticketsInput = z.strictObject({ after })
export const ticketsOutput = z.object({
  tickets: z.array(ticketOutput),
  removed: z.array(text).describe('已经删除的求助编号，请把取走的也删掉'),
  next,
  more,
})
export const ticketInput = z.strictObject({ number })

export const newTicketInput = z.strictObject({
  id: ref,
  name: words(50).min(1).nullable().default(null),
  phone: phoneSchema.nullable().default(null),
  idNumber: idNumberSchema.nullable().default(null),
  place: words(200).min(1, '请写 place：住在哪里'),
  area: area.optional(),
  difficulties: z.array(difficulty).max(10).default([]),
  needs: z.array(z.enum(NEEDS)).min(1, '请写 needs：要资金、物资还是服务').max(3),
  story: words(2000).min(1, '请写 story：遇到了什么难处'),
  household: words(500).nullable().default(null),
  income: words(500).nullable().default(null),
  urgent: z.boolean().default(false).describe('24小时内要先行救助'),
  reason: words(300).default('').describe('为什么转来、为什么紧急'),
})
export type NewTicket = z.infer<typeof newTicketInput>
export const handedInOutput = z.object({ number: text, areaName: text, dueAt: moment.nullable() })

/** One after the other, as a partner does it at the desk. */
export const PROGRESS = ['taken', 'noted', 'reported', 'declined'] as const
export const progressInput = z.strictObject({
  number,
  id: ref,
  part: z.string().max(20).describe('求助单 parts 里的 id，如 p1'),
  what: z.enum(PROGRESS).describe('taken 接办，noted 进展，reported 反馈，declined 退回'),
  result: z.enum(PART_RESULTS).optional().describe('reported 时要写'),
  stage: z.enum(OUTSIDE_STAGES).optional().describe('noted 时要写'),
  words: words(1000).default('').describe('办理情况或理由，居民看得到；reported、declined 时要写'),
})
export type Progress = z.infer<typeof progressInput>

/* Alerts */
export const newAlertInput = z.strictObject({
  id: ref,
  name: words(30).min(1),
  phone: phoneSchema.nullable().default(null),
  idNumber: idNumberSchema.nullable().default(null),
  address: words(200).default(''),
  area,
  reason: words(100).min(1).describe('触发了哪一条，如“医疗费用自付超过3万元”'),
  words: words(500).default(''),
})
export type NewAlert = z.infer<typeof newAlertInput>
export const ALERT_STATES = ['open', 'visited', 'dropped'] as const
export const alertOutput = z.object({
  id: text,
  household: text.describe('联系对象编号，打电话问时说它'),
  state: z.enum(ALERT_STATES),
  at: moment,
  dueAt: moment.nullable().describe('还没去看的，最晚什么时候去'),
  settledAt: moment.nullable(),
  attempts: z.number().describe('去过、打过几次'),
  reached: z.object({ at: moment, channel: text }).nullable(),
  willing: z.boolean().nullable().describe('愿不愿意申请；没问是 null'),
  needs: z.array(z.enum(NEEDS)),
})
export type AlertOut = z.infer<typeof alertOutput>
export const alertsInput = z.strictObject({ after })
export const alertsOutput = z.object({ alerts: z.array(alertOutput), next, more })
export const alertInput = z.strictObject({ id: ref })

/* Policies */
const policy = z.object({
  id: text,
  title: text,
  departments: z.array(text),
  level: text,
  area: text,
  effective: text,
  expires: text.nullable(),
  supersededBy: text.nullable(),
  checked: text,
  version: z.number().describe('后台发布的第几版；0 是程序自带的'),
  text: text.describe('整份 Markdown，和 knowledge/policies 里的文件一样'),
})
export type PolicyOut = z.infer<typeof policy>
export const policyOutput = policy
export const policiesInput = z.strictObject({ after })
export const policiesOutput = z.object({ policies: z.array(policy), next, more })
export const policyInput = z.strictObject({ id: z.string().max(61) })

/* Figures */
export { figuresInput, figuresOutput }
