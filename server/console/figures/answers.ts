/** Counts what residents were answered on the days of a period, from the tallies: everybody's, wherever they live. */
import type { Store } from '../../../bot/store.ts'
import { inPages } from '../../in-pages.ts'
import type { Period } from './period.ts'
import type { AnswerFigures } from './wire.ts'

/** Policies shown, those asked for most. */
const BUSIEST = 15
/** Questions counted; with more it is said that there are more. */
const QUESTIONS = 1000

/** @param titleOf a policy's title, or its id where it is none any more */
export async function countAnswers(
  store: Store,
  { from, to }: Period,
  titleOf: (policy: string) => string,
): Promise<AnswerFigures> {
  const decisions = new Map<string, number>()
  const policies = new Map<string, number>()
  const pages = inPages(
    (within) => store.list('tallies', 'byDay', { equals: [], ...within }),
    ({ day }) => day,
    { from, to },
  )
  for await (const rows of pages) {
    for (const { decision, policy, count } of rows) {
      decisions.set(decision, (decisions.get(decision) ?? 0) + count)
      if (policy !== '') policies.set(policy, (policies.get(policy) ?? 0) + count)
    }
  }
  const questions = await store.list('questions', 'byState', { equals: ['open'], limit: QUESTIONS + 1 })
  const of = (decision: string) => decisions.get(decision) ?? 0
  return {
    kinds: [
      { name: '找到答案', count: of('answer') },
      { name: '反问了一句', count: of('clarify') },
      { name: '没找到', count: of('abstain') },
      { name: '听出危险', count: of('danger') },
    ],
    busiest: [...policies]
      .sort(([one, fewer], [other, more]) => more - fewer || (one < other ? -1 : 1))
      .slice(0, BUSIEST)
      .map(([id, count]) => ({ name: titleOf(id), count })),
    unanswered: { count: Math.min(questions.length, QUESTIONS), more: questions.length > QUESTIONS },
  }
}
