/** What goes over the wire about policies and about questions nobody could answer. */
import * as z from 'zod'
import { Doubt } from '../../../knowledge/notice/doubt.ts'
import { PolicyFields } from '../../../knowledge/policy-text.ts'

const text = z.string()
const id = text.max(61)
const revision = z.number().int().min(0)
/** A form's fields, or the file's text for those who write it by hand. */
const written = { fields: PolicyFields.optional(), text: text.max(20_000).optional() }

export const POLICY_VIEWS = ['in-force', 'expiring', 'changing', 'ended', 'all'] as const
export const policiesInput = z.strictObject({
  /** `expiring`: within 30 days; `changing`: with a draft. */
  view: z.enum(POLICY_VIEWS).default('in-force'),
  department: text.max(50).optional(),
  area: text.max(50).optional(),
  /** Words of a title, an alias or a document; otherwise as a resident would ask. */
  search: text.max(100).optional(),
  /** How many to pass over. */
  cursor: text.max(10).optional(),
})
const policyLine = z.object({
  id: text,
  title: text,
  departments: z.array(text),
  area: text,
  effective: text,
  expires: text,
  /** In words: 生效中, 12天后失效, 已失效, 2026-12-01起生效, 已被取代. */
  state: text,
  bad: z.boolean(),
  /** In words; '' without a draft. */
  draft: text,
  /** In words how much of the draft somebody must look at; '' where nothing. */
  doubts: text,
  checked: text,
})
export type PolicyLine = z.infer<typeof policyLine>
export const policiesOutput = z.object({
  policies: z.array(policyLine),
  departments: z.array(text),
  areas: z.array(text),
  total: z.number(),
  next: text.nullable(),
})
export type Policies = z.infer<typeof policiesOutput>

const fault = z.object({ line: z.number(), problem: text })
/** What a resident reads who asks for this side of it. */
const bubble = z.object({ aspect: text, label: text, text, details: z.array(text) })
export const policyInput = z.strictObject({ id })
export const policyOutput = z.object({
  id,
  title: text,
  /** What is written now: the draft, else what residents are told; null where it cannot be shown as a form. */
  fields: PolicyFields.nullable(),
  text,
  faults: z.array(fault),
  bubbles: z.array(bubble),
  /** What residents are told; null of a policy that is not told yet. */
  live: z.object({ number: z.number(), says: text }).nullable(),
  draft: z
    .object({
      revision: z.number(),
      state: z.enum(['draft', 'review', 'scheduled']),
      author: text,
      own: z.boolean(),
      at: text,
      reason: text,
      reviewer: text,
      publishOn: text,
      doubts: z.array(Doubt),
      left: z.array(text),
    })
    .nullable(),
  /** The program brought another text meanwhile. */
  shippedDiffers: z.boolean(),
  versions: z.array(z.object({ number: z.number(), at: text, author: text, reviewer: text, reason: text })),
  /** Every policy, to point at. */
  others: z.array(z.object({ value: text, label: text })),
  may: z.object({ edit: z.boolean(), publish: z.boolean() }),
})
export type PolicyView = z.infer<typeof policyOutput>

export const previewInput = z.strictObject({ id, ...written })
export const previewOutput = z.object({ text, faults: z.array(fault), bubbles: z.array(bubble) })
export type Preview = z.infer<typeof previewOutput>

export const newPolicyInput = z.strictObject({ id, title: text.max(60) })
export const savePolicyInput = z.strictObject({
  id,
  revision,
  ...written,
  /** What is still in doubt, and still left over; left out, both stay as they are. */
  doubts: z.array(Doubt).max(200).optional(),
  left: z.array(text.max(2000)).max(400).optional(),
})
export const policyChangeInput = z.strictObject({ id, revision })
export const reasonInput = z.strictObject({ id, revision, reason: text.max(500) })
export const approveInput = z.strictObject({
  id,
  revision,
  decided: z.array(text.max(500)).max(5000),
  publishOn: text.max(10),
})
export const restoreInput = z.strictObject({ id, revision, number: z.number().int().min(0) })
export const savedOutput = z.object({ revision: z.number(), says: text })
export type Saved = z.infer<typeof savedOutput>

const diffLine = z.object({ kind: z.enum(['same', 'out', 'in']), text })
export const examinedOutput = z.object({
  faults: z.array(fault),
  /** The draft beside what residents are told, line by line. */
  lines: z.array(diffLine),
  differences: z.array(
    z.object({
      question: text,
      kind: z.enum(['broken', 'mended', 'reworded', 'other']),
      before: text,
      after: text,
    }),
  ),
})
export type ExaminedView = z.infer<typeof examinedOutput>

export const tryInput = z.strictObject({ text: text.min(1, '请写一句居民会说的话').max(500) })
export const tryOutput = z.object({
  /** In words: 回答, 请居民选, 没找到, 危险 … */
  decision: text,
  reply: text,
  policies: z.array(z.object({ id: text, title: text, why: z.array(text), chosen: z.boolean() })),
})
export type Tried = z.infer<typeof tryOutput>

/* Questions nobody could answer */
export const questionsOutput = z.object({
  groups: z.array(
    z.object({
      /** The rows in it. */
      ids: z.array(text),
      words: z.array(text),
      count: z.number(),
      newest: text,
      reasons: text,
      /** The likeliest, to begin with. */
      maybe: z.array(z.object({ id: text, title: text })),
    }),
  ),
  policies: z.array(z.object({ value: text, label: text })),
  /** There are more than are shown. */
  more: z.boolean(),
})
export type Questions = z.infer<typeof questionsOutput>
export const SETTLEMENTS = ['example', 'alias', 'cue', 'not-ours', 'answered'] as const
export const settleInput = z.strictObject({
  ids: z.array(text.max(100)).min(1).max(500),
  as: z.enum(SETTLEMENTS),
  policy: text.max(61).optional(),
  words: text.max(200).optional(),
})

export const unsettleInput = z.strictObject({ ids: z.array(text.max(100)).min(1).max(500) })

/** How far a draft has come; 0 and empty where there is none. */
export const draftStateOutput = z.object({ revision: z.number(), author: text, at: text })
export type DraftState = z.infer<typeof draftStateOutput>
