/** What residents write in the bench: sealed as WeChat seals it, made before the clock runs. */
import { loadInventory } from '../../knowledge/load.ts'
import { openedAnswer, type Push, sealedPush, textFields } from '../support/wechat.ts'

/** Words answered without looking anything up. */
export const SMALLTALK = ['谢谢', '你好', '再见', '谢谢你啊', '在吗'] as const

/** Questions of every policy, as residents word them: the inventory's own example messages, mixed. */
export function policyQuestions(): string[] {
  const examples = [...loadInventory().examples.values()]
  const longest = Math.max(...examples.map((lines) => lines.length))
  return Array.from({ length: longest }, (_, index) =>
    examples.flatMap((lines) => lines.slice(index, index + 1)),
  ).flat()
}

/** The openid of the `n`th resident, as long as genuine ones. */
export const openid = (n: number): string => `o${String(n).padStart(27, 'bench-0000')}`

/** Of a MsgId, as the server takes them. */
const MOST_DIGITS = 20
/** What the MsgIds of one run begin with; a long run sends millions. */
const BEGAN = `2${Math.floor(Date.now() / 1000)}`
let messages = 0

/** One push per text, from the resident that `who` names, each with a MsgId never used before, sent `now`. */
export function pushes(
  count: number,
  texts: readonly string[],
  who: (n: number) => number,
  now = new Date(),
): Push[] {
  return Array.from({ length: count }, () => {
    const n = messages++
    const text = texts[n % texts.length] ?? ''
    const id = `${BEGAN}${String(n).padStart(MOST_DIGITS - BEGAN.length, '0')}`
    return sealedPush(textFields(openid(who(n)), text, id, now), now, String(100_000_000 + n))
  })
}

/** The share of answers, 0 to 1, that open under WeChat's keys and hold `words`. */
export function answeredWith(bodies: readonly string[], words: RegExp): number {
  return bodies.filter((body) => words.test(openedAnswer(body))).length / bodies.length
}
