/** Days as people write them: 12月10日, 下周五, 月底, 7天内, 2029-06. */
import { addDays, chinaDay, isDay } from './clocks.ts'

const COUNT: Readonly<Record<string, number>> = {
  一: 1,
  两: 2,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
}
const numberOf = (text: string): number => COUNT[text] ?? Number(text)
/** A month by its name, 12月 or 十二月; a span is said with 个, or with 内 or 后 behind it. */
const MONTH =
  /(?<!\d)(\d{1,2}|(?<!十)[一二三四五六七八九]|十[一二]?)\s?月(?:份?(?:底|末)|份)?(?!\s?[之以]?[内后])/
/** A day of a month that is not named; 3号楼 is none. */
const DAY_ALONE = /(?<![\d月])(\d{1,2})\s?(?:日|号(?![楼栋院房门线]))(?!\s?[之以]?[内后])/
const monthOf = (text: string): number =>
  text.startsWith('十') && text.length > 1 ? 10 + numberOf(text.slice(1)) : numberOf(text)
const WEEKDAYS = '一二三四五六日'

/** The last day of the month a day lies in. */
function monthEnd(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
}

/** A day that exists, or null. */
const existing = (year: number, month: number, day: number): string | null => {
  const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  return isDay(text) ? text : null
}

/** `2026-11-22` is a Sunday: 6, counted from Monday. */
const weekdayOf = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/**
 * The first day a text names, `YYYY-MM-DD`, and the words that named it. A month alone means its last day; a month
 * and day gone by mean next year's, a day alone that is gone by next month's.
 */
export function readDay(text: string, now: Date): { day: string; said: string } | null {
  const today = chinaDay(now)
  const plain = text.normalize('NFKC')
  const found = (said: string, day: string | null) => (day === null ? null : { day, said })
  const full = /((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2})日?号?|月(?:底|末)?)?/.exec(
    plain,
  )
  if (full) {
    const [said, year, month, day] = full
    const first = existing(Number(year), Number(month), Number(day ?? 1))
    return found(said, first !== null && day === undefined ? monthEnd(first) : first)
  }
  const dated = /(\d{1,2})\s?[月/]\s?(\d{1,2})(?:日|号)?/.exec(plain)
  if (dated) {
    const year = Number(today.slice(0, 4))
    const here = existing(year, Number(dated[1]), Number(dated[2]))
    const next = existing(year + 1, Number(dated[1]), Number(dated[2]))
    return found(dated[0], here !== null && here >= today ? here : next)
  }
  const month = MONTH.exec(plain)
  if (month) {
    const [said, name = ''] = month
    const year = Number(today.slice(0, 4))
    const ends = [year, year + 1].flatMap((one) => existing(one, monthOf(name), 1) ?? []).map(monthEnd)
    return found(said, ends.find((end) => end >= today) ?? null)
  }
  const alone = DAY_ALONE.exec(plain)
  if (alone) {
    const [year = 0, here = 0] = today.split('-').map(Number)
    const days = [here, here + 1, here + 2].flatMap(
      (one) => existing(year + (one > 12 ? 1 : 0), one > 12 ? one - 12 : one, Number(alone[1])) ?? [],
    )
    return found(alone[0], days.find((day) => day >= today) ?? null)
  }
  const ahead = /(\d{1,3}|[一两二三四五六七八九十])\s?(天|日|个?星期|周|个?月)(?:之?[内后])?/.exec(plain)
  if (ahead) {
    const [said, count = '', unit = ''] = ahead
    const days = /月/.test(unit) ? 30 : /周|星期/.test(unit) ? 7 : 1
    return found(said, addDays(today, numberOf(count) * days))
  }
  const week = /(下|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])/.exec(plain)
  if (week) {
    const at = WEEKDAYS.indexOf((week[2] ?? '').replace('天', '日'))
    const monday = addDays(today, -weekdayOf(today))
    const day = addDays(monday, at + (week[1] === '下' ? 7 : 0))
    return found(week[0], day < today ? addDays(day, 7) : day)
  }
  const word = /大后天|后天|明天|今天|(下)?(?:个)?月(?:底|末)|年底/.exec(plain)
  if (!word) return null
  const [said] = word
  if (said === '年底') return found(said, `${today.slice(0, 4)}-12-31`)
  if (/月/.test(said))
    return found(said, monthEnd(word[1] === undefined ? today : addDays(monthEnd(today), 1)))
  return found(said, addDays(today, ['今天', '明天', '后天', '大后天'].indexOf(said)))
}
