/** Messages that ask more than one thing: two sides of a policy, or two policies. */
import type { Part } from './answer.ts'
import { askedAspect, sideAlone } from './aspects.ts'
import { ASPECT_NAMES, type Aspect, type Policy } from './policy.ts'

/** Where a side is asked for though nothing is put before it: 低保要什么材料|多久能批下来. */
const SIDE_BEGINS =
  /(?=(?:(?:都|还|又)?(?:要|需要?|得)|一般|大概)?(?:带|准备|交|拿|提供)些?(?:什么|啥|哪些))|(?=(?:一般|大概)?(?:要|得|需要?)?(?:多久|多长时间|几天))|(?=(?:去|到|在|上)哪|找谁)|(?=(?:一个?月|一年|每月|每年)?(?:能|可以|大概|一般)?(?:给|领|发|补|拿|有)?多少钱(?!以))|(?=(?:怎么|咋个?|如何|怎样)(?:申请|办))/u
const BETWEEN = /[\s，。！？,!?、；;：:]+|还有(?:就是)?|另外|顺便|以及/u

/** What is left before 多久 of 要多久. */
const FILLS = /^(?:那|都|还|又|要|需要?|得|一般|大概|能|可以|一个?月|请问|您好|你好|我?想?问一?下?)*$/

/** What is asked of one subject, and which more of its sides by words that do not say of what. */
export interface Sides {
  /** The message without these words. */
  rest: string
  /** In the order asked, each once. */
  sides: Aspect[]
}

/** Takes apart 低保要什么材料，多久能批: 低保要什么材料, and 要多久. */
export function takeSidesApart(text: string): Sides {
  const sides: Aspect[] = []
  const rest: string[] = []
  for (const piece of text.split(BETWEEN).flatMap((part) => part.split(SIDE_BEGINS))) {
    const side = sideAlone(piece)
    if (side !== null && !sides.includes(side)) sides.push(side)
    if (side === null && !FILLS.test(piece)) rest.push(piece)
  }
  return { rest: rest.join('，'), sides }
}

/** Two policies put beside each other: which is which, or whether both can be had. */
export type Beside = 'difference' | 'together'

const TOGETHER =
  /同时|一起(?:领|拿|享受|申请|办|吃|要|报)|两(?:个|样|种|份|项)(?:都|一起)|(?:和|跟|与|、).{2,14}都(?:能|可以)?(?:领|拿|享受|申请|吃|要|办)|兼(?:得|领)|叠加|冲突|只能(?:选|领|拿|享受|要|办)(?:其中)?一|(?:有|领|拿|吃|享受|办|评)[了着]?[^？?。！!]{1,20}(?:还能?|就不|再).{0,2}(?:领|拿|享受|申请|有|吃|办|要)/
const DIFFERENCE =
  /区别|差别|一回事|(?:算|是|属于|该办|办)[^，。\s]{1,6}还是[^，。\s]{2,8}$|(?:和|跟|与|、)(?!我|他|她|你|人家|别人|隔壁)[^，。\s]{1,14}(?:是不是|不|都)?一样|(?:和|跟|与|、).{1,14}不同|分不清|怎么选|选哪|哪[个样种](?:更|比较)?(?:好|划算|合适|快|多|高|容易|简单|方便|合算)|哪[个样种].{0,4}(?:钱|多|快)|(?:和|跟|与|还是).{1,10}哪[个样种]/

/** What stands on each side of 和 or 还是 where two are compared. */
export function partsCompared(text: string): [string, string] | null {
  const [, one, other] = /^(.{1,20}?)(?:和|跟|与|还是|、)(.{2,24})$/u.exec(text.trim()) ?? []
  return one === undefined || other === undefined ? null : [one, other]
}

/** What is put beside the one spoken of: 和残疾人补贴能一起领吗. */
export const partBeside = (text: string): string | null =>
  /^(?:那|那么)?(?:和|跟|与|同)(.{2,14}?)(?:能|可以|是不是|会不会|可不可以|有|哪|一样|冲突|一起|同时)/u.exec(
    text.trim(),
  )?.[1] ?? null

/** Longer messages tell a story. In characters. */
const COMPARES_TO = 40

/** How a message puts what it names beside each other, or null. */
export function besideEachOther(text: string): Beside | null {
  if (text.length > COMPARES_TO) return null
  if (DIFFERENCE.test(text)) return 'difference'
  return TOGETHER.test(text) ? 'together' : null
}

const COMPARED: readonly [RegExp, Aspect][] = [
  [/快|久|时间/, 'time'],
  [/钱|多|高|划算|合算/, 'benefit'],
  [/容易|简单|方便|条件|合适|算|属于/, 'eligibility'],
  [/材料|手续/, 'materials'],
]

/** By which side they are compared: 哪个快. Null for what they are. */
export const comparedBy = (text: string): Aspect | null =>
  /区别|差别|一回事/.test(text)
    ? askedComparedBy(text)
    : (COMPARED.find(([by]) => by.test(text))?.[1] ?? null)

/** 条件有什么区别 */
const askedComparedBy = (text: string): Aspect | null => {
  const aspect = askedAspect(text.replace(/区别|差别|一回事|有什么|有啥|是什么/g, ''))
  return aspect === 'overview' ? null : aspect
}

/** Says whether both can be had, and says at least whether one counts against the other. */
const OF_BOTH: readonly RegExp[] = [
  /同时(?:领|享受|申请|拿|要|办|得)|一起领|重复(?!审|交|核)|叠加|不再(?!重复审|审)|兼|就高|按高的|择高/,
  /算.{0,4}收入|算进.{0,8}收入|计入|优先/,
]

/** Whether two policies can be had together, in their own words: at most a line of each, none where neither says so. */
export function tellsOfBoth(one: Policy, other: Policy): Part[] {
  for (const says of OF_BOTH) {
    const parts = [lineOn(one, other, says), lineOn(other, one, says)].flatMap((part) => part ?? [])
    if (parts.length > 0) return parts
  }
  return []
}

function lineOn(policy: Policy, other: Policy, says: RegExp): Part | null {
  const names = [other.title, ...other.aliases]
  const speaks = (words: string) =>
    words.split('。').some((sentence) => says.test(sentence) && names.some((name) => isIn(sentence, name)))
  for (const aspect of ASPECT_NAMES) {
    const section = policy.sections[aspect]
    if (!section) continue
    if (speaks(section.lead)) return { policy, aspect, line: null }
    const line = section.details.find(speaks)
    if (line !== undefined) return { policy, aspect, line }
  }
  return null
}

/** Whether a policy is named, and not what only begins as its name does: 低保, but not 低保边缘. */
function isIn(sentence: string, name: string): boolean {
  const at = sentence.indexOf(name)
  return at >= 0 && !sentence.startsWith('边缘', at + name.length)
}

/** The questions of a message, as it parts them itself: by a stop, a new line or 还有. */
export function questionsIn(text: string): string[] {
  return text
    .split(
      /[？?。！!；;\n]+|[，,\s]*(?:还有(?:就是|一个)?|另外|再问(?:一下|下|个)?|顺便|(?:第?[一二两三]|[123])(?:个|是|、|\.)是?)/u,
    )
    .map((part) => part.replace(/^[\s，,、：:]+|[\s，,、：:]+$/gu, ''))
    .filter((part) => part !== '')
}

/** What is out of reach: 看病没钱, 学费交不起. */
const OUT_OF_REACH = /没(?:有|得)?钱|[看上交付租读治养供]不起|拿不出|没(?:地方|房子)?住/

/** The needs told one after another, where there are at least two: 孩子上学没钱，老人看病也没钱. */
export function needsIn(text: string): string[] {
  const needs = text.split(BETWEEN).filter((piece) => OUT_OF_REACH.test(piece))
  return needs.length > 1 ? needs : []
}
