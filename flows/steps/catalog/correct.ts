/** 更正: a resident puts right what is held about them. */
import { z } from 'zod'
import { readPhone } from '../../facts.ts'
import { readNumbers } from '../answers.ts'
import type { Flow, Step } from '../types.ts'

/** What can be corrected in the chat, in the order offered. */
export const CORRECTABLE_HERE = [
  { fact: 'phone', label: '电话' },
  { fact: 'place', label: '住址' },
  { fact: 'name', label: '姓名' },
  { fact: 'registeredAt', label: '户口所在地' },
] as const
export type CorrectFact = (typeof CORRECTABLE_HERE)[number]['fact']

const CorrectAnswers = z.object({
  ticket: z.string().default(''),
  fact: z.enum(['phone', 'place', 'name', 'registeredAt']).nullable().default(null),
  value: z.string().nullable().default(null),
})
export type CorrectAnswers = z.infer<typeof CorrectAnswers>

const VALUE_LIMIT = 60

const labelOf = (fact: CorrectFact | null): string =>
  CORRECTABLE_HERE.find((one) => one.fact === fact)?.label ?? '内容'

const which: Step<CorrectAnswers> = {
  id: 'which',
  label: '改哪一项',
  ask: ({ ticket }) => ({
    text: `要改${ticket === '' ? '' : `求助 ${ticket} 的`}哪一项？`,
    choices: CORRECTABLE_HERE.map(({ label }) => ({ label, says: label })),
  }),
  simpler: '就是问：我记的哪一样不对，要换成新的？',
  example: '电话',
  asked: (answers) => answers.fact === null,
  free: null,
  read: (heard, answers) => {
    if (heard.kind !== 'words') return { kind: 'unclear', why: '请回复数字，选要改的那一项。' }
    const number = readNumbers(heard.text, CORRECTABLE_HERE.length)?.[0]
    const chosen =
      number === undefined
        ? CORRECTABLE_HERE.find(
            ({ label }) => heard.text.includes(label) || (label === '住址' && /地址|住/.test(heard.text)),
          )
        : CORRECTABLE_HERE[number - 1]
    if (!chosen) return { kind: 'unclear', why: '请回复数字，选要改的那一项。' }
    return { kind: 'answer', answers: { ...answers, fact: chosen.fact } }
  },
  skip: () => '要先选一项；不改了，回复“取消”。',
  told: ({ fact }) => labelOf(fact),
}

const value: Step<CorrectAnswers> = {
  id: 'value',
  label: '改成什么',
  ask: ({ fact }) => ({ text: `新的${labelOf(fact)}是什么？`, choices: [] }),
  simpler: '把正确的内容发给我就行。不改了，回复“取消”。',
  example: '13800000000',
  asked: (answers) => answers.value === null,
  free: 'short',
  read: (heard, answers) => {
    if (
      heard.kind === 'place' &&
      (answers.fact === 'place' || answers.fact === 'registeredAt') &&
      heard.label !== ''
    ) {
      return { kind: 'answer', answers: { ...answers, value: heard.label } }
    }
    if (heard.kind !== 'words') return { kind: 'unclear', why: `请写新的${labelOf(answers.fact)}。` }
    if (answers.fact === 'phone') {
      const phone = readPhone(heard.text)
      if (!phone) return { kind: 'unclear', why: '这个号码不对：手机号是11位，座机请带上区号。' }
      return { kind: 'answer', answers: { ...answers, value: phone.phone } }
    }
    const said = heard.text.trim().replace(/^(?:改成|改为|应该是|现在是|是|叫)/, '')
    if (said.length < 2 || !/\p{L}/u.test(said))
      return { kind: 'unclear', why: `请写新的${labelOf(answers.fact)}。` }
    return { kind: 'answer', answers: { ...answers, value: said.slice(0, VALUE_LIMIT) } }
  },
  skip: () => '不改了就回复“取消”。',
  told: (answers) => answers.value,
}

/** 更正. */
export const correctFlow: Flow<CorrectAnswers> = {
  name: 'correct',
  version: 1,
  title: '更正',
  steps: [which, value],
  empty: CorrectAnswers.parse({}),
  restore: (answers) => {
    const parsed = CorrectAnswers.safeParse(answers)
    return parsed.success ? parsed.data : null
  },
  overhear: (_text, answers) => answers,
}
