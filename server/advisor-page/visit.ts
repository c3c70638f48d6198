/** 走访 on the page: the form, and the line it stands for, so that chat and page keep visits the same way. */

import { z } from 'zod'
import type { VisitRow } from '../../bot/store.ts'
import { chinaDay, sayMoment } from '../../flows/clocks.ts'
import { CHANNELS } from '../../flows/ticket/ticket.ts'
import { badValue } from '../../flows/ticket/ticket-error.ts'
import { visitDetailSchema } from '../../flows/visits.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import type { FieldView } from '../ticket-view.ts'
import { type Carried, formOf, inputOf, type Refused, type Sent, unfolded } from './form.ts'

export const VISIT = '走访'

const METS = ['见到了', '没见到'] as const
const WILLING = ['愿意申请', '不愿意申请'] as const
const filled = z.object({
  方式: z.enum(CHANNELS, '请选走访的方式'),
  见到人了吗: z.enum(METS, '请选见没见到人'),
  情况: z.string('请写一句走访的情况').trim().min(1, '请写一句走访的情况').max(800, '太长了，最多800字'),
  愿不愿意申请: z.enum(WILLING, '请选愿不愿意').optional(),
})

const chosen = (name: string, words: readonly string[], optional = false): FieldView => ({
  name,
  optional,
  choices: words.map((word) => ({ value: word, label: word })),
  example: '',
  filled: '',
})
const FIELDS: readonly FieldView[] = [
  chosen('方式', CHANNELS),
  chosen('见到人了吗', METS),
  { name: '情况', optional: false, choices: [], example: '母子都在，孩子退烧了，还缺诊断证明', filled: '' },
  chosen('愿不愿意申请', WILLING, true),
]

export function visitForm(carried: Carried, refused: Refused | null): Html {
  const said = refused?.form === VISIT ? refused : null
  const inputs = FIELDS.map((field) => inputOf(field, said?.typed ?? {}))
  return unfolded(VISIT, formOf(VISIT, inputs, carried, said, true), said !== null)
}

/**
 * The line an advisor would have written.
 *
 * @throws {TicketError} `bad-value` when something is missing
 */
export function visitLine(number: string, { values }: Sent): string {
  const read = filled.safeParse(values)
  if (!read.success) throw badValue('没有记下', read.error)
  const { 方式: way, 见到人了吗: met, 情况: words, 愿不愿意申请: willing } = read.data
  return `${VISIT} ${number} ${[way, met, words, ...(willing ? [willing] : [])].join('，')}`
}

/** Visits made and tried, the newest first. */
export function visitsOf(visits: readonly VisitRow[], nameOf: (id: string) => string, now: Date): Content {
  if (visits.length === 0) return null
  const today = chinaDay(now)
  return html`<section class="card"><h2>走访</h2><ul class="lines">${[...visits]
    .reverse()
    .map(
      ({ at, advisor, channel, reached, detail }) =>
        html`<li><span class="faint">${sayMoment(new Date(at), today)}　${nameOf(advisor)}</span><br><strong>${channel}，${reached ? '见到了' : '没见到'}</strong>　<span class="story">${visitDetailSchema.parse(detail).words}</span></li>`,
    )}</ul></section>`
}
