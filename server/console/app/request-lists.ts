/** What a list of requests may be asked for, and how that is called. */
import type { Asked } from './address.ts'

/** What is looked for while it is typed: a number, a telephone, or four digits, but not half of one. */
export const WHOLE = /^(?:q-?\d{4,9}-?\d|\d{4}|1\d{10}|0\d{9,11})$/i

export const VIEWS = [
  { value: 'open', label: '要办的' },
  { value: 'closed', label: '等回访' },
  { value: 'all', label: '全部' },
] as const
export type View = (typeof VIEWS)[number]['value']

const OPEN = [
  ['received', '受理'],
  ['screened', '预审'],
  ['dispatched', '转办'],
  ['reported', '反馈'],
] as const
export const STAGES = {
  open: OPEN,
  closed: [],
  all: [...OPEN, ['closed', '办结'], ['revisited', '回访'], ['refused', '不予受理'], ['withdrawn', '撤回']],
} as const satisfies Record<View, readonly (readonly [string, string])[]>

export const CLOCKS = [
  ['overdue', '已超期'],
  ['today', '今天到期'],
  ['week', '7天内到期'],
] as const

/** The board's columns, in the order a request goes; the last waits for the revisit. */
export const COLUMNS = [
  ...OPEN.map(([stage, title]) => ({ stage, title, view: 'open' as const })),
  { stage: 'closed', title: '等回访', view: 'closed' as const },
]

export const REQUEST_NAMES = [
  'view',
  'stage',
  'area',
  'owner',
  'clock',
  'from',
  'to',
  'search',
  'cursor',
] as const
export type RequestQuery = Asked<(typeof REQUEST_NAMES)[number]>

export const choices = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([value, label]) => ({ value, label }))
