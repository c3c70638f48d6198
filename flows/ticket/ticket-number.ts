/**
 * The number of a ticket: short, read aloud over the phone, and proof against a slip.
 *
 * `Q-0412-7` is Q, a body of at least four digits, and a check digit by Damm's table, which catches every
 * single wrong digit and every swap of two neighbours (H. M. Damm, 2004).
 */

import { SPOKEN_DIGITS } from '../facts.ts'

const DAMM = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
] as const

const SHORTEST_BODY = 4
const LONGEST_BODY = 9
/** How many free numbers of one length are looked for before a longer one is taken. */
const TRIES_PER_LENGTH = 5

/** The check digit of a body of digits: Damm's, the same for tickets and households. */
export function checkDigit(body: string): string {
  let interim = '0'
  for (const digit of body) interim = DAMM[Number(interim)]?.[Number(digit)] ?? ''
  return interim
}

/** Bodies of up to so many digits: there are millions of them, and nobody has so many tickets. */
const LONGEST_SOUGHT = 7

/**
 * Every ticket number whose body holds some digits in a row, of bodies of up to {@link LONGEST_SOUGHT}: a few thousand
 * for four digits.
 */
export function numbersWith(digits: string): string[] {
  const found = new Set<string>()
  for (let more = 0; digits.length + more <= LONGEST_SOUGHT; more++)
    for (let rest = 0; rest < 10 ** more; rest++) {
      const others = more === 0 ? '' : String(rest).padStart(more, '0')
      for (let at = 0; at <= more; at++) found.add(format(others.slice(0, at) + digits + others.slice(at)))
    }
  return [...found]
}

/** Q is a ticket's letter, H a household's that is looked after. */
type Letter = 'Q' | 'H'

/** `Q-0412-6` for the body `0412`. */
function format(body: string, letter: Letter = 'Q'): string {
  return `${letter}-${body}-${checkDigit(body)}`
}

/** Whether a text is a ticket's number exactly as we write it. */
export function isTicketNumber(text: string): boolean {
  const body = /^Q-(\d{4,9})-\d$/.exec(text)?.[1]
  return body !== undefined && format(body) === text
}

/** Whether a text is a household's number exactly as we write it: `H-0412-6`, with the check digit of tickets. */
export function isHouseholdNumber(text: string): boolean {
  const body = /^H-(\d{4,9})-\d$/.exec(text)?.[1]
  return body !== undefined && format(body, 'H') === text
}

/** A number for a household, as {@link mintNumber} makes one for a ticket. */
export function mintHouseholdNumber(attempt: number, randomBelow: (limit: number) => number): string {
  return format(newBody(attempt, randomBelow), 'H')
}

/**
 * A number for a new ticket. The caller sees whether it is free and asks again with the next attempt; after a
 * few attempts the number grows by a digit, so that a free one is always found.
 *
 * @param attempt 0 at first, then 1, 2 …
 * @param randomBelow a whole number from 0 up to, but not including, its argument; not to be guessed
 */
export function mintNumber(attempt: number, randomBelow: (limit: number) => number): string {
  return format(newBody(attempt, randomBelow))
}

function newBody(attempt: number, randomBelow: (limit: number) => number): string {
  const length = Math.min(SHORTEST_BODY + Math.floor(attempt / TRIES_PER_LENGTH), LONGEST_BODY)
  return String(randomBelow(10 ** length)).padStart(length, '0')
}

/** 洞拐勾 are said over bad lines. */
const SPOKEN: Readonly<Record<string, string>> = { ...SPOKEN_DIGITS, 洞: '0', 拐: '7', 勾: '9' }

/** The text in one form, as {@link plain} takes it. */
const unified = (text: string): string => text.normalize('NFKC').toLowerCase()

/** The text in plain digits, dashes and small letters. */
function plain(text: string): string {
  return text
    .replace(/[\u200b-\u200d\ufeff]/g, '')
    .replace(/(?<=[q扣抠])(?:号|字)?(?:杠|横杠|横线)/g, '-')
    .replace(/(?:横杠|横线|横|杠|减号|减)(?=[\s零〇洞一幺二两三四五六七拐八九勾\d])/g, '-')
    .replace(/[‐-―−_~]/g, '-')
    .replace(/[零〇洞一幺二两三四五六七拐八九勾]/g, (word) => SPOKEN[word] ?? word)
}

/** What may stand between two digits of one number. */
const GAP = '[\\s-]{0,3}'
/** A run of digits, letters mistaken for them included. */
const RUN = `([\\doli](?:${GAP}[\\doli])+)`
/** Plainly meant as a ticket's number: behind Q, or named 求助编号. A run that does not fit is a slip. */
const MEANT = [
  new RegExp(`(?<![a-z\\d]|q\\s{1,3})q[\\s\\-.号]{0,3}${RUN}`, 'g'),
  new RegExp(`(?:求助|受理)(?:编?号码?|单号?)[\\s:是为叫]{0,4}-?${RUN}`, 'g'),
]
/** May be meant as one, but papers and parcels have numbers too, and 扣 is what Q sounds like. */
const PERHAPS = [
  new RegExp(`(?:编号|单号)[\\s:是为叫]{0,4}-?${RUN}`, 'g'),
  new RegExp(`(?:^|[\\s,。:是])[扣抠][\\s\\-号]{0,3}${RUN}`, 'g'),
]
/** Digits as they are written, spoken or mistaken. */
const TWO_DIGITS = /[\doli零〇洞一幺二两三四五六七拐八九勾].*[\doli零〇洞一幺二两三四五六七拐八九勾]/s
/** A message that is nothing but body, dash and check digit. */
const ALONE = /^\s*(\d{4,9})\s*-\s*(\d)[\s。.!?啊呀吧]*$/
/** What follows a run that counts something. */
const COUNTS = /^\s*(?:元|块|万|千|百|多|岁|个|年|月|日|号楼|斤|平|%|公里|米|天)/
/** The shortest run taken for one with digits left out. */
const SHORTEST_SLIP = 3
/** The longest run still taken for a ticket's number gone wrong; beyond are phones, bank cards, ID numbers. */
const LONGEST_RUN = LONGEST_BODY + 1

export type ReadNumber = { number: string } | { mistyped: string } | null

/**
 * The ticket number in a message, as people type or say it: `q0412 7`, `Q—0412—7`, 求助编号0412-7,
 * 零四幺二杠七. A phone number, an amount or a date is not taken for one.
 *
 * @returns `number` when the check digit fits, `mistyped` when it was plainly meant as one and does not,
 * otherwise null
 */
export function readNumber(text: string): ReadNumber {
  const spoken = unified(text)
  // Nearly every message has too few digits, and no form below does without two.
  if (!TWO_DIGITS.test(spoken)) return null
  const said = plain(spoken)
  let mistyped: string | null = null
  for (const pattern of [...MEANT, ...PERHAPS]) {
    for (const match of said.matchAll(pattern)) {
      const run = match[1] ?? ''
      if (!/\d.*\d/.test(run) || COUNTS.test(said.slice(match.index + match[0].length))) continue
      const found = readRun(run)
      if (found && 'number' in found) return found
      if (MEANT.includes(pattern)) mistyped ??= found?.mistyped ?? null
    }
  }
  const alone = ALONE.exec(said)
  if (alone) {
    const number = `Q-${alone[1]}-${alone[2]}`
    // A date (2026-3) is written alike, so only a number that fits is one.
    if (isTicketNumber(number)) return { number }
  }
  return mistyped === null ? null : { mistyped }
}

/** A run of digits and gaps: body and check digit where it is so divided, else the whole of it. */
function readRun(run: string): ReadNumber {
  const pieces = run
    .replace(/o/g, '0')
    .replace(/[li]/g, '1')
    .split(/[\s-]+/)
    .filter((piece) => piece !== '')
  const [body = '', check = ''] = pieces
  const whole = pieces.join('')
  const meant =
    body.length >= SHORTEST_BODY && check.length === 1
      ? [body + check, whole]
      : [whole.length > LONGEST_RUN ? body : whole]
  const fitting = meant.filter((digits) => digits.length >= SHORTEST_SLIP && digits.length <= LONGEST_RUN)
  const numbers = fitting.map((digits) => `Q-${digits.slice(0, -1)}-${digits.slice(-1)}`)
  const number = numbers.find(isTicketNumber)
  if (number !== undefined) return { number }
  return numbers[0] === undefined ? null : { mistyped: numbers[0] }
}
