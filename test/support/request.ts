/** A resident's request for help as the conversation takes it, from the first word to 求助编号. */
import type { Page } from 'playwright-core'

/** What a resident answers, by words of the question; everything else is skipped. */
const ANSWERS: readonly [RegExp, string][] = [
  [/求助编号/, ''],
  [/您同意吗/, '同意'],
  [/怎么称呼|叫什么|姓名/, '唐秀英'],
  [/最需要什么/, '钱'],
  [/电话是多少/, '13812345678'],
]
/** What they begin with: who, what, where. */
export const PLEA = '我要求助，我爸上个月住院花了八万，家住尧化街道尧新社区'
/** More questions than there are. */
const QUESTIONS_LIMIT = 20

/** The answer to a question of the assistant's; null once there is a number. */
export function answerTo(question: string): string | null {
  if (/对就回复/.test(question)) return '确认'
  const answer = ANSWERS.find(([words]) => words.test(question))?.[1] ?? '跳过'
  return answer === '' ? null : answer
}

/**
 * Asks for help and answers until there is a ticket.
 *
 * @param say sends words and resolves with the reply
 * @returns the ticket's number
 */
export async function requestHelp(say: (words: string) => Promise<string>): Promise<string> {
  let words = PLEA
  for (let questions = 0; questions < QUESTIONS_LIMIT; questions++) {
    const reply = await say(words)
    const next = answerTo(reply)
    if (next === null) return /Q-\d+-\d/.exec(reply)?.[0] ?? ''
    words = next
  }
  throw new Error(`no ticket came of ${QUESTIONS_LIMIT} answers`)
}

let told = 0
/** Sends a resident's words to the sandbox at `base` as its page does, without the page. @returns what was answered */
export async function tell(page: Page, base: string, resident: string, words: string): Promise<string> {
  const answer = await page.request.post(`${base}/messages`, {
    data: { resident, id: `told${++told}`, body: { kind: 'text', text: words } },
  })
  return answer.text()
}
