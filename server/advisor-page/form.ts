/** Forms as they are shown and as they come back. What was typed is never lost by a refusal. */
import { z } from 'zod'
import type { Values } from '../../flows/ticket/forms.ts'
import { type Content, type Html, html } from '../pages/html.ts'
import type { FieldView, MoveView } from '../ticket-view.ts'

/** What every form of a page carries unseen. */
export interface Carried {
  number: string
  /** Of the session, so that no other page can have it filled in. */
  token: string
  /** The ticket's `seq` when the page was made. */
  seq: number
  /** Random; what was sent twice is done once. */
  once: string
}

/** What somebody sent. */
const sentSchema = z.object({
  _token: z.string().max(200),
  _seq: z.coerce.number().int().positive(),
  _once: z.string().regex(/^[0-9A-Za-z-]{8,64}$/),
  _form: z.string().max(20),
})
export interface Sent {
  token: string
  seq: number
  once: string
  form: string
  /** Each input's words, for showing them again. */
  typed: Values
  /** The same by the form's fields. */
  values: Values
}

/** A form that was refused: why, and what had been typed. */
export interface Refused {
  form: string
  says: string
  typed: Values
}

/** A paper and its day are two inputs and one field. */
const DAY = '：日期'
const isPaperAndDay = (name: string) => name === '材料@日期' || name === '欠材料'
/** More choices than this are a list to open. */
const BUTTONS_LIMIT = 4
/** Longer words get a box of several lines. */
const LINE = 10

/** Reads what was posted; null when it is none of our forms. */
export function readSent(body: string): Sent | null {
  const given = Object.fromEntries(new URLSearchParams(body))
  const sent = sentSchema.safeParse(given)
  if (!sent.success) return null
  const { _token: token, _seq: seq, _once: once, _form: form } = sent.data
  const typed = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('_')))
  const values: Record<string, string> = {}
  for (const [name, words] of Object.entries(typed)) {
    if (name.endsWith(DAY) || words.trim() === '') continue
    const day = typed[`${name}${DAY}`]
    values[name] = day === undefined ? words : `${words}@${day}`
  }
  return { token, seq, once, form, typed, values }
}

/** A move as something to unfold; one that needs nothing is a button at once. */
export function moveForm(move: MoveView, carried: Carried, refused: Refused | null): Html {
  const said = refused?.form === move.form ? refused : null
  const { form, fields, next } = move
  if (fields.length === 0) return html`${formOf(form, '', carried, said, next)}`
  const first = fields.filter(({ optional }) => !optional)
  const others = fields.filter(({ optional }) => optional)
  const inputs = (list: readonly FieldView[]) => list.map((field) => inputOf(field, said?.typed ?? {}))
  const open = others.some(({ name }) => (said?.typed[name] ?? '') !== '') || first.length === 0
  const rest = html`<details class="more-fields"${open && ' open'}><summary>可以补充</summary>${inputs(others)}</details>`
  return unfolded(
    form,
    formOf(form, [inputs(first), others.length > 0 && rest], carried, said, true),
    said !== null,
    next,
  )
}

/** A form under its name, to be unfolded; `open` shows it at once. */
export function unfolded(title: string, form: Html, open: boolean, next = false): Html {
  return html`<details class="move${next && ' next'}" name="move"${open && ' open'}><summary>${title}</summary>${form}</details>`
}

/** @param word what it is called, on its button too */
export function formOf(
  word: string,
  inputs: Content,
  { number, token, seq, once }: Carried,
  refused: Refused | null,
  main: boolean,
): Html {
  return html`<form class="deed" method="post" action="/t/${number}" autocomplete="off">
<input type="hidden" name="_token" value="${token}"><input type="hidden" name="_seq" value="${seq}"><input type="hidden" name="_once" value="${once}"><input type="hidden" name="_form" value="${word}">
${refused && html`<p class="refused" role="alert">${refused.says}</p>`}
${inputs}
<button class="do${main && ' main'}">${word}</button>
</form>`
}

/** An input for a field; `typed` is what stood there when it was refused. */
export function inputOf(field: FieldView, typed: Values): Html {
  const { name, optional, choices, example, filled } = field
  const value = typed[name] ?? filled
  const must = !optional && ' required'
  const title = html`<span class="field-name">${label(name)}${optional && html`<small>（可不填）</small>`}</span>`
  if (choices.length > 0 && choices.length <= BUTTONS_LIMIT && !optional) {
    return html`<fieldset class="field"><legend class="field-name">${label(name)}</legend><div class="picks">${choices.map(
      (choice) =>
        html`<label class="pick"><input type="radio" name="${name}" value="${choice.value}" required${choice.value === value && ' checked'}><span>${choice.label}</span></label>`,
    )}</div></fieldset>`
  }
  if (choices.length > 0) {
    return html`<label class="field">${title}<select name="${name}"${must}><option value="">请选</option>${choices.map(
      (choice) =>
        html`<option value="${choice.value}"${choice.value === value && ' selected'}>${choice.label}</option>`,
    )}</select></label>`
  }
  if (isPaperAndDay(name)) {
    const [paper = '', day = ''] = example.split('@')
    return html`<fieldset class="field"><legend class="field-name">${label(name)}${optional && html`<small>（可不填）</small>`}</legend><div class="paper"><input name="${name}" aria-label="材料名称" maxlength="100" placeholder="如 ${paper}" value="${value}"${must}><input type="date" name="${name}${DAY}" aria-label="最晚哪天交" value="${typed[`${name}${DAY}`] ?? day}"${must}></div></fieldset>`
  }
  if (name === '日期')
    return html`<label class="field">${title}<input type="date" name="${name}" value="${value}"${must}></label>`
  const hint = example === '' ? '' : `如 ${example}`
  if (example.length > LINE || name === '说明' || name === '理由')
    return html`<label class="field">${title}<textarea name="${name}" rows="2" maxlength="1000" placeholder="${hint}"${must}>${value}</textarea></label>`
  const keys = name === '金额' && html` inputmode="decimal"`
  return html`<label class="field">${title}<input name="${name}" maxlength="200" placeholder="${hint}" value="${value}"${keys}${must}></label>`
}

/** As the page calls a field whose name is made for typing. */
const LABELS: Readonly<Record<string, string>> = {
  '材料@日期': '什么材料，最晚哪天交',
  欠材料: '还欠什么材料，最晚哪天交',
  项: '是哪一项',
}
const label = (name: string) => LABELS[name] ?? name
