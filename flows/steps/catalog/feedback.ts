/** 评价: why a resident is not content with how a request ended, or wants it taken up again. */
import { z } from 'zod'
import type { Flow, Step } from '../types.ts'

const FeedbackAnswers = z.object({
  about: z.enum(['rating', 'again']).default('rating'),
  ticket: z.string().default(''),
  why: z.string().nullable().default(null),
})
export type FeedbackAnswers = z.infer<typeof FeedbackAnswers>

const WHY_LIMIT = 500

const why: Step<FeedbackAnswers> = {
  id: 'why',
  label: '哪里不满意',
  ask: ({ about }) => ({
    text:
      about === 'rating'
        ? '对不起，没把您的事办好。哪里不满意？用一两句话说说，也可以回复“跳过”。'
        : '好的，请人重新看您的事。还有哪里没办好？用一两句话说说，也可以回复“跳过”。',
    choices: [],
  }),
  simpler: '就是问：哪里没办好，您还需要什么？说了会有人再联系您。',
  example: '钱还没到，也没人上门',
  asked: (answers) => answers.why === null,
  free: 'short',
  read: (heard, answers) => {
    if (heard.kind !== 'words' || heard.text.trim() === '') {
      return { kind: 'unclear', why: '请用一两句话说说，也可以回复“跳过”。' }
    }
    return { kind: 'answer', answers: { ...answers, why: heard.text.trim().slice(0, WHY_LIMIT) } }
  },
  skip: (answers) => ({ ...answers, why: '' }),
  told: (answers) => answers.why,
}

/** 评价. */
export const feedbackFlow: Flow<FeedbackAnswers> = {
  name: 'feedback',
  version: 1,
  title: '评价',
  steps: [why],
  empty: FeedbackAnswers.parse({}),
  restore: (answers) => {
    const parsed = FeedbackAnswers.safeParse(answers)
    return parsed.success ? parsed.data : null
  },
  overhear: (_text, answers) => answers,
}
