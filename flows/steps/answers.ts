/** Reading an answer to a question with choices. */

const NUMERALS = '一二三四五六七八九'
const SEPARATOR = /[\s,，、;；.。和与跟还有及\-/]+/

/**
 * The numbers a message consists of, each between 1 and `most`, in the order given; null when it holds
 * anything else. Digits written together (「13」) are taken one by one when there are at most nine choices.
 *
 * @example readNumbers('1、3', 9) // [1, 3]
 */
export function readNumbers(text: string, most: number): number[] | null {
  const plain = text
    .normalize('NFKC')
    .replace(/^(?:选|我选|第|是)+/, '')
    .replace(/(?:号|个|吧|项|都有|都要|都是|[)）])+$/, '')
  const parts = plain.split(SEPARATOR).filter((part) => part !== '')
  if (parts.length === 0) return null
  const numbers = parts.flatMap((part) => {
    const bare = part.replace(/^第|[号个项)）]$/g, '')
    if (!/^(?:\d+|[一二三四五六七八九])$/.test(bare)) return [Number.NaN]
    if (NUMERALS.includes(bare)) return [NUMERALS.indexOf(bare) + 1]
    const whole = Number(bare)
    return whole > most && most <= 9 ? [...bare].map(Number) : [whole]
  })
  if (numbers.some((number) => !(number >= 1 && number <= most))) return null
  return [...new Set(numbers)]
}

/**
 * A number that leads a message, and what follows it: 「3 快点派人来」, 「1 我左腿截肢」. Null when none leads, or
 * nothing follows.
 */
export function leadingNumber(text: string, most: number): { number: number; rest: string } | null {
  const [, digit, rest] =
    /^([1-9])(?:号|[\s、.．，,:：]+|(?=\p{Script=Han}))(?![\d个天月年岁块元万千百口点])(.*)$/su.exec(
      text.normalize('NFKC').trim(),
    ) ?? []
  if (digit === undefined || rest === undefined || rest.trim() === '' || Number(digit) > most) return null
  return readNumbers(rest, most) === null ? { number: Number(digit), rest: rest.trim() } : null
}

const YES =
  /^(?:是|是的|对|对的|好|好的|好啊|行|可以|可以的|同意|我同意|愿意|没问题|嗯|嗯嗯|要|确认|确定|没错|准确|正确|无误|都对|对头|要得|中|得|成|ok|okay|yes)+$/
const NO = /^(?:不|不是|不对|不行|不要|不好|不同意|我不同意|不愿意|不可以|不用|不了|没有|没|算了|拒绝|no)+$/

/** Whether a message says yes or no and nothing else; null when it does neither. */
export function readYesNo(text: string): boolean | null {
  const bare = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/(?:啊|呀|哦|吧|嘛|哈|哟|了|的)+$/, '')
  if (NO.test(bare)) return false
  return YES.test(bare) ? true : null
}

/** Whether a message asks something rather than tells it. */
export function asksSomething(text: string): boolean {
  return /[?？吗]|怎么|咋|多少|哪些|哪里|哪儿|[去在到找]哪|哪(?=[\s。！!]*$)|什么(?!的[\s，。！,]|的$)|啥(?!的[\s，。！,]|的$)|能不能|可不可以|(\p{Script=Han})不\1|有没有|百分之几|几成|[报补给领发]几|多久|多长|多大|几时|什?么时候|啥时|(?:要|得|等)几天|几天(?:能|可以|才|办)|谁|(?:要|收|给|能|行|可以|有|管|用).{0,6}[不没][\s。！!]*$|(?<![差要也都还可])(?:不|伐)[\s。！!]*$|(?<![什怎那这多要])么[\s。！!]*$/u.test(
    text,
  )
}
