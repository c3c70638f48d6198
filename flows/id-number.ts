/**
 * The 18-digit number of a mainland resident's ID card (GB 11643-1999), and the residence permits built alike.
 *
 * Birth dates and ages are calendar texts, never differences of moments: between 1986 and 1991 China had summer
 * time, and a midnight of those years falls on the day before where a machine counts in hours.
 */
import { isDay } from './clocks.ts'

export interface IdNumber {
  /** 18 characters, the last a digit or `X`. */
  number: string
  /** `YYYY-MM-DD`. */
  bornOn: string
}

export type IdFault = 'length' | 'old' | 'character' | 'region' | 'birthday' | 'checksum'

/** What is wrong with a number, as one tells a person who may have slipped. */
export const ID_FAULT_WORDS: Readonly<Record<IdFault, string>> = {
  length: '身份证号应当是18位,这个位数不对。请对着身份证再看一遍。',
  old: '这像是15位的老身份证号。请发现在身份证上的18位号码。',
  character: '身份证号前17位都是数字,最后一位是数字或X。请再看一遍。',
  region: '身份证号开头的地区号不对。请对着身份证再看一遍。',
  birthday: '身份证号中间的出生日期不对(第7到14位)。请再看一遍。',
  checksum: '身份证号里有一位可能写错了,和最后一位对不上。请再看一遍。',
}

/** First two digits: province of issue, or 81–83 on the permits of residents of Hong Kong, Macao and Taiwan. */
const REGIONS = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
)
/** ISO 7064 MOD 11-2. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const CHECK_CHARACTERS = '10X98765432'
/** Nobody alive was born before. */
const EARLIEST_BIRTHDAY = '1900-01-01'

/** The check character that belongs to the first 17 digits. */
export function idCheckCharacter(digits: string): string {
  const sum = WEIGHTS.reduce<number>((total, weight, place) => total + weight * Number(digits[place]), 0)
  return CHECK_CHARACTERS[sum % 11] ?? ''
}

/**
 * Reads an ID number as a person writes it: spaces, dashes, full-width digits and a small x are taken.
 *
 * @param today `YYYY-MM-DD` in China; a birthday after it is a slip
 */
export function readIdNumber(text: string, today: string): IdNumber | { fault: IdFault } {
  const number = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-—–·×]/g, (mark) => (mark === '×' ? 'X' : ''))
  if (/^\d{15}$/.test(number)) return { fault: 'old' }
  if (number.length !== 18) return { fault: 'length' }
  if (!/^\d{17}[\dX]$/.test(number)) return { fault: 'character' }
  if (!REGIONS.has(number.slice(0, 2))) return { fault: 'region' }
  const bornOn = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  if (!isDay(bornOn) || bornOn < EARLIEST_BIRTHDAY || bornOn > today) return { fault: 'birthday' }
  if (idCheckCharacter(number) !== number[17]) return { fault: 'checksum' }
  return { number, bornOn }
}

/** Full years of age on a day; someone born on 29 February has their birthday on 1 March in a common year. */
export function ageOn(bornOn: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(bornOn.slice(0, 4))
  return day.slice(5) < bornOn.slice(5) ? years - 1 : years
}
