/**
 * How people put each action into words: what it is called and which fields it has, whether typed as a command
 * or filled in on a screen. Fields hold text; whether it will do is decided by actions.ts and the ticket.
 */

import { addDays } from '../clocks.ts'
import type { Action, ActionKind, ActionOf } from './actions.ts'
import { CORRECTABLE_WORDS, NEED_WORDS } from './request.ts'
import {
  CHANNELS,
  CLOSE_WORDS,
  HOW_NOW_WORDS,
  OUTSIDE_STAGES,
  PART_RESULT_WORDS,
  RATING_WORDS,
} from './ticket.ts'
import { TicketError } from './ticket-error.ts'
import { TRANSITIONS } from './transitions.ts'

export interface Field<T = unknown> {
  /** As people call it: 办理情况. Unique within a form. */
  name: string
  optional: boolean
  /** Given by its name only, never by its place. */
  named: boolean
  /** The only words it may be; none when it is free. */
  choices: readonly string[]
  /** What of the ticket it picks by id; null when it stands for itself. */
  picks: 'part' | 'paper' | null
  /** Words that could stand here. */
  example: (today: string) => string
  /** @throws {TicketError} `bad-value` when it is none of the choices */
  read: (text: string) => T
}

/** What was written in each field, by the field's name. */
export type Values = Readonly<Record<string, string>>

export interface Form<K extends ActionKind = ActionKind> {
  /** What it is called, e.g. 分办. Unique among all forms. */
  word: string
  kind: K
  fields: readonly Field[]
  /**
   * The action, not yet checked by {@link readAction}.
   *
   * @throws {TicketError} `bad-value` when a word is none of a field's choices
   */
  fill: (values: Values) => ActionOf<K>
}

type Draft<K extends ActionKind> = (get: <T>(field: Field<T>) => T) => ActionOf<K>

function form<K extends ActionKind>(
  word: string,
  kind: K,
  fields: readonly Field[],
  draft: Draft<K>,
): Form<K> {
  const fill = (values: Values) => draft((field) => field.read((values[field.name] ?? '').trim()))
  return { word, kind, fields, fill }
}

const text = (name: string, example: string): Field<string> => ({
  name,
  optional: false,
  named: false,
  choices: [],
  picks: null,
  example: () => example,
  read: (written) => written,
})

/** A field whose word must be one `find` knows. */
const chosen = <T>(name: string, choices: readonly string[], find: (word: string) => T | null): Field<T> => ({
  ...text(name, choices[0] ?? ''),
  choices,
  read: (written) => {
    const found = find(written)
    if (found === null) throw new TicketError('bad-value', `「${name}」要写${choices.join('、')}中的一个。`)
    return found
  },
})
const oneOf = <T extends string>(name: string, words: readonly T[]): Field<T> =>
  chosen(name, words, (word) => words.find((known) => known === word) ?? null)
const oneCalled = <T extends string>(name: string, words: Readonly<Record<T, string>>): Field<T> =>
  chosen(name, Object.values(words), (word) => {
    for (const key in words) if (words[key] === word) return key
    return null
  })

const optional = <T>(field: Field<T>): Field<T> => ({ ...field, optional: true })
const option = <T>(field: Field<T>): Field<T> => ({ ...field, optional: true, named: true })
const must = <T>(field: Field<T>): Field<T> => ({ ...field, named: true })
const orNull = <T>(field: Field<T>): Field<T | null> => ({
  ...option(field),
  read: (written) => (written === '' ? null : field.read(written)),
})

interface Owed {
  name: string
  day: string
}
function readOwed(written: string): Owed {
  const [, name = written, day = ''] = /^(.*)[@＠](.*)$/s.exec(written) ?? []
  return { name: name.trim(), day: day.trim() }
}
/** Days a paper may take in an example; any would do. */
const PAPER_DAYS = 14
const owedExample = (today: string) => `诊断证明@${addDays(today, PAPER_DAYS)}`
const OWED: Field<Owed> = { ...text('材料@日期', ''), example: owedExample, read: readOwed }
/** Papers that are still to come. */
export const OWED_LIST: Field<Owed[]> = {
  ...option(text('欠材料', '')),
  example: owedExample,
  read: (written) =>
    written
      .split(/[、，\n]/)
      .filter((one) => one.trim() !== '')
      .map(readOwed),
}
const DAY: Field<string> = { ...text('日期', ''), example: (today) => addDays(today, PAPER_DAYS) }

const PART: Field<string> = { ...text('哪一项', 'p1'), picks: 'part' }
const ITS_PART = orNull({ ...PART, name: '项' })
const PAPER: Field<string> = { ...text('哪份材料', 'm1'), picks: 'paper' }
const MORE = optional(text('说明', ''))
const MORE_NAMED = option(MORE)
const WHY = text('理由', '情况有变化')
const BODY = text('承办单位', '区教育局')
const NEED = oneCalled('需求', NEED_WORDS)
/** A department is found by its name until there is a list of them. */
const bodyOf = (name: string) => ({ id: name, name })
const personOf = bodyOf

const REFUSED_WHY = text('理由', '户口不在本区，不归本区办')
const REFUSED_ELSEWHERE = text('还可以', '请找户口所在地的街道办')
const WHAT = text('要办的事', '教育救助')
const POLICY = orNull(text('政策', 'dibao'))
const ITS_NEED: Field<ActionOf<'aid'>['need']> = {
  ...option(NEED),
  read: (written) => (written === '' ? 'service' : NEED.read(written)),
}
const RESULT = oneCalled('结果', PART_RESULT_WORDS)
const DONE = text('办理情况', '学费已经减免')
const STAGE = oneOf('到了哪一步', OUTSIDE_STAGES)
const GIVEN_NEED = { ...NEED, example: () => NEED_WORDS.goods }
const GIVEN = text('给了什么', '大米一袋、食用油一桶')
const SOURCE = must(text('来源', '备用金'))
const GIVEN_BY = must(text('经手', '王芳'))
const AMOUNT = orNull(text('金额', '500'))
const RECEIPT = orNull(text('收据', 'S-017'))
const CHANNEL = oneOf('方式', CHANNELS)
const REACHED = chosen('通没通', ['通了', '没通'], (word) =>
  word === '通了' ? true : word === '没通' ? false : null,
)
const OUTCOME = oneCalled('结果', CLOSE_WORDS)
const CLOSED = text('办理结果', '学费已经减免，家里的生活有了着落')
const SATISFIED = chosen('满意不满意', ['满意', '不满意'], (word) =>
  word === '满意' ? true : word === '不满意' ? false : null,
)
const HOW = oneCalled('近况', HOW_NOW_WORDS)
const RATING = oneCalled('评价', RATING_WORDS)
const FACT = oneCalled('哪一项', CORRECTABLE_WORDS)
const VALUE = text('改成什么', '13800138000')
const AGREED = chosen('同不同意', ['同意', '不同意'], (word) =>
  word === '同意' ? true : word === '不同意' ? false : null,
)
const NUMBER = text('求助编号', 'Q-0412-6')
/** By its number or its name; which one is meant is found where the areas are known. */
const AREA = text('区域', '城关街道幸福社区')
const WHOM = text('姓名', '王芳')
const CLAIMANT = option(WHOM)

const aid = (word: string, ahead: boolean) =>
  form(
    word,
    'aid',
    [GIVEN_NEED, GIVEN, MORE, SOURCE, GIVEN_BY, AMOUNT, RECEIPT, ITS_PART, OWED_LIST],
    (get): ActionOf<'aid'> => ({
      kind: 'aid',
      part: get(ITS_PART),
      need: get(GIVEN_NEED),
      what: get(GIVEN),
      amount: get(AMOUNT),
      source: get(SOURCE),
      receipt: get(RECEIPT),
      givenBy: get(GIVEN_BY),
      ahead,
      papers: get(OWED_LIST),
      why: get(MORE),
    }),
  )

/** The forms of each action; a missing one fails the compiler. */
const FORMS_OF: { readonly [K in ActionKind]: readonly Form<K>[] } = {
  screen: [form('预审通过', 'screen', [MORE], (get) => ({ kind: 'screen', why: get(MORE) }))],
  refuse: [
    form('不予受理', 'refuse', [REFUSED_WHY, REFUSED_ELSEWHERE], (get) => ({
      kind: 'refuse',
      why: get(REFUSED_WHY),
      elsewhere: get(REFUSED_ELSEWHERE),
    })),
  ],
  dispatch: [
    form('分办', 'dispatch', [BODY, WHAT, MORE, ITS_NEED, POLICY], (get) => ({
      kind: 'dispatch',
      parts: [{ to: bodyOf(get(BODY)), need: get(ITS_NEED), what: get(WHAT), policy: get(POLICY) }],
      why: get(MORE),
    })),
  ],
  forward: [
    form('转办', 'forward', [PART, BODY, WHY], (get) => ({
      kind: 'forward',
      part: get(PART),
      to: bodyOf(get(BODY)),
      why: get(WHY),
    })),
  ],
  take: [form('接办', 'take', [PART, MORE], (get) => ({ kind: 'take', part: get(PART), why: get(MORE) }))],
  report: [
    form('反馈', 'report', [PART, RESULT, DONE], (get) => ({
      kind: 'report',
      part: get(PART),
      result: get(RESULT),
      why: get(DONE),
    })),
  ],
  decline: [
    form('退回', 'decline', [PART, WHY], (get) => ({ kind: 'decline', part: get(PART), why: get(WHY) })),
  ],
  drop: [form('停办', 'drop', [PART, WHY], (get) => ({ kind: 'drop', part: get(PART), why: get(WHY) }))],
  note: [
    form('进展', 'note', [STAGE, MORE, ITS_PART], (get) => ({
      kind: 'note',
      stage: get(STAGE),
      part: get(ITS_PART),
      why: get(MORE),
    })),
  ],
  aid: [aid('救助', false), aid('先行救助', true)],
  'ask-paper': [
    form('补材料', 'ask-paper', [OWED, MORE], (get) => ({ kind: 'ask-paper', ...get(OWED), why: get(MORE) })),
  ],
  'hand-in': [
    form('收材料', 'hand-in', [PAPER, MORE], (get) => ({
      kind: 'hand-in',
      paper: get(PAPER),
      media: null,
      why: get(MORE),
    })),
  ],
  'waive-paper': [
    form('免交', 'waive-paper', [PAPER, WHY], (get) => ({
      kind: 'waive-paper',
      paper: get(PAPER),
      why: get(WHY),
    })),
  ],
  contact: [
    form('联系', 'contact', [CHANNEL, REACHED, MORE], (get) => ({
      kind: 'contact',
      channel: get(CHANNEL),
      reached: get(REACHED),
      why: get(MORE),
    })),
  ],
  close: [
    form('办结', 'close', [OUTCOME, CLOSED], (get) => ({
      kind: 'close',
      result: get(OUTCOME),
      why: get(CLOSED),
    })),
  ],
  revisit: [
    form('回访', 'revisit', [SATISFIED, MORE], (get) => {
      const satisfied = get(SATISFIED)
      return { kind: 'revisit', satisfied, why: get(MORE) || (satisfied ? '居民满意' : '居民不满意') }
    }),
  ],
  'answer-revisit': [
    form('近况', 'answer-revisit', [HOW, MORE], (get) => ({
      kind: 'answer-revisit',
      how: get(HOW),
      why: get(MORE),
    })),
  ],
  rate: [
    form('评价', 'rate', [RATING, MORE], (get) => ({ kind: 'rate', rating: get(RATING), why: get(MORE) })),
  ],
  reopen: [form('重新办理', 'reopen', [WHY], (get) => ({ kind: 'reopen', why: get(WHY) }))],
  withdraw: [form('撤回', 'withdraw', [WHY], (get) => ({ kind: 'withdraw', why: get(WHY) }))],
  correct: [
    form('更正', 'correct', [FACT, VALUE, MORE_NAMED], (get) => ({
      kind: 'correct',
      field: get(FACT),
      value: get(VALUE),
      fingerprint: null,
      why: get(MORE_NAMED),
    })),
  ],
  raise: [form('加急', 'raise', [WHY], (get) => ({ kind: 'raise', why: get(WHY) }))],
  link: [
    form('关联', 'link', [NUMBER, MORE], (get) => ({
      kind: 'link',
      number: get(NUMBER),
      reasons: [],
      why: get(MORE),
    })),
  ],
  'dismiss-link': [
    form('不是重复', 'dismiss-link', [NUMBER, WHY], (get) => ({
      kind: 'dismiss-link',
      number: get(NUMBER),
      why: get(WHY),
    })),
  ],
  claim: [
    form('接单', 'claim', [MORE, CLAIMANT], (get) => ({
      kind: 'claim',
      name: get(CLAIMANT),
      why: get(MORE),
    })),
  ],
  assign: [
    form('转给', 'assign', [WHOM, MORE], (get) => ({
      kind: 'assign',
      owner: personOf(get(WHOM)),
      why: get(MORE),
    })),
  ],
  place: [
    form('划区', 'place', [AREA, MORE], (get) => ({
      kind: 'place',
      area: { id: get(AREA), name: get(AREA) },
      why: get(MORE),
    })),
  ],
  share: [
    form('转交同意', 'share', [AGREED, MORE], (get) => ({
      kind: 'share',
      agreed: get(AGREED),
      why: get(MORE),
    })),
  ],
  promise: [
    form('改日期', 'promise', [DAY, WHY, ITS_PART], (get) => ({
      kind: 'promise',
      part: get(ITS_PART),
      day: get(DAY),
      why: get(WHY),
    })),
  ],
}

/** Every form, in the order people meet the actions. */
export const FORMS: readonly Form[] = Object.values(FORMS_OF).flat()

/** The form of a word: its own, or what a button or a refusal calls the action. */
export function formOf(word: string): Form | null {
  return FORMS.find((one) => one.word === word || TRANSITIONS[one.kind].says === word) ?? null
}

/**
 * The action a filled form stands for.
 *
 * @throws {TicketError} `bad-value` when there is no such form, a field it does not have, or a wrong word
 */
export function readForm(word: string, values: Values): Action {
  const found = formOf(word)
  if (!found) throw new TicketError('bad-value', `没有「${word}」这个动作。`)
  const extra = Object.keys(values).find((name) => !found.fields.some((field) => field.name === name))
  if (extra !== undefined) throw new TicketError('bad-value', `「${found.word}」没有「${extra}」这一项。`)
  return found.fill(values)
}
