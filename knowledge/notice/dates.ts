/** Days as documents write them. */

const CHINESE = '〇零一二三四五六七八九'
const DIGITS: Readonly<Record<string, string>> = Object.fromEntries(
  [...CHINESE].map((sign, place) => [sign, String(Math.max(0, place - 1))]),
)

/** 2026年7月1日, 2026-07-01, 2026.7.1, 2026/7/1. */
const DAY = /(?<!\d)((?:19|20)\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)\s*日?/
/** 二〇二六年七月一日. */
const CHINESE_DAY = new RegExp(
  `([${CHINESE}○０]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日`,
)

/** A day found in a text, and the words that say it. */
export interface FoundDay {
  /** `YYYY-MM-DD` */
  day: string
  words: string
}

/** The first day a text names; null where it names none that exists. */
export function dayIn(text: string): FoundDay | null {
  const found = DAY.exec(text)
  if (found) return dayOf(found[1], found[2], found[3], found[0])
  const spoken = CHINESE_DAY.exec(text)
  if (!spoken) return null
  const year = [...(spoken[1] ?? '')].map((sign) => DIGITS[sign] ?? '0').join('')
  return dayOf(year, String(numberOf(spoken[2] ?? '')), String(numberOf(spoken[3] ?? '')), spoken[0])
}

/** Every day a text names, in order. */
export function daysIn(text: string): FoundDay[] {
  const found: FoundDay[] = []
  for (let rest = text; ; ) {
    const one = dayIn(rest)
    if (!one) return found
    found.push(one)
    rest = rest.slice(rest.indexOf(one.words) + one.words.length)
  }
}

function dayOf(year = '', month = '', day = '', words: string): FoundDay | null {
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const moment = new Date(`${written}T00:00:00Z`)
  // February has no 30th.
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(written)
    ? { day: written, words: words.trim() }
    : null
}

/** 一 to 三十一. */
export function numberOf(spoken: string): number {
  if (/^\d+$/.test(spoken)) return Number(spoken)
  const [tens = '', ones = ''] = spoken.includes('十') ? spoken.split('十') : ['', spoken]
  const digit = (sign: string) => Number(DIGITS[sign] ?? 0)
  return (spoken.includes('十') ? (tens === '' ? 10 : digit(tens) * 10) : 0) + digit(ones)
}

/** The last day of so many years from a day on: five years from 2026-07-01 end on 2031-06-30. */
export function lastDayAfter(from: string, years: number): string {
  const moment = new Date(`${from}T00:00:00Z`)
  moment.setUTCFullYear(moment.getUTCFullYear() + years)
  moment.setUTCDate(moment.getUTCDate() - 1)
  return moment.toISOString().slice(0, 10)
}
