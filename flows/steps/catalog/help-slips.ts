/** A slip put right at the summary of a request, in words: 电话错了是…. */
import { readPhone } from '../../facts.ts'
import type { Step } from '../types.ts'
import type { HelpAnswers } from './help-answers.ts'

/** What a slip is said with, around the thing and its right value. */
const AROUND =
  '(?:[写说填记打弄]?错|不对|不是|[改换](?:[成为]|一下)?|应该|[要就]?是|把|我的|号码?|[\\s，,。！!：:]|了)*'
/** Without one of these nothing is said to be wrong. */
const WRONG = /错|不对|不是|改|换|应该/

/** What residents call the numbered lines they put right, by the id of the step. */
const CALLED: readonly (readonly [step: string, names: string])[] = [
  ['phone', '(?:联系)?(?:电话|手机|号码|联系方式)'],
  ['name', '姓名|名字|称呼'],
  ['registered', '户口|户籍'],
  ['place', '(?:家庭)?(?:地址|住址|住处)|住的地方'],
]
const ONLY_A_PHONE = new RegExp(`^${AROUND}(?:${CALLED[0]?.[1]})?${AROUND}$`)

/** A line of the summary with its right value, or how to change it; null when the words put nothing right. */
export function putRight(
  words: string,
  answers: HelpAnswers,
  items: readonly Step<HelpAnswers>[],
  now: Date,
): { answers: HelpAnswers; how: string | null } | null {
  const phone = readPhone(words)
  const told =
    phone && ONLY_A_PHONE.test(words.replace(phone.said, '')) ? ['phone', phone.said] : slipIn(words)
  const [id, value] = told ?? []
  const step = items.find((one) => one.id === id)
  if (step === undefined || value === undefined) return null
  const read = value === '' ? null : step.read({ kind: 'words', text: value }, answers, now)
  return read?.kind === 'answer'
    ? { answers: read.answers, how: null }
    : { answers, how: `要改${step.label}，回复“改第${items.indexOf(step) + 1}项”。` }
}

/** Which line is said to be wrong, and what is said instead, '' for nothing. */
function slipIn(words: string): readonly [step: string, value: string] | null {
  for (const [step, names] of CALLED) {
    const [, before, after, value] =
      new RegExp(`^(${AROUND})(?:${names})(${AROUND})(.*)$`, 's').exec(words.trim()) ?? []
    if (value !== undefined && WRONG.test(`${before}${after}`)) return [step, value.trim()]
  }
  return null
}
