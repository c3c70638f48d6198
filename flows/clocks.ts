/** Time as residents and offices in China count it: calendar days, working days, the statutory holidays. */
import calendar from 'chinese-days/dist/chinese-days.json' with { type: 'json' }

/** China has kept UTC+8 without summer time since 1992. */
const CHINA_OFFSET_MS = 8 * 60 * 60 * 1000
const MINUTE_MS = 60 * 1000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The calendar day in China at a moment, `YYYY-MM-DD`. */
export function chinaDay(now: Date): string {
  const day = Math.floor((now.getTime() + CHINA_OFFSET_MS) / DAY_MS)
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 10) }
  return lastDay.text
}

/** Every message asks several times what day it is, and writing a date takes longer than the rest of the asking. */
let lastDay = { day: Number.NaN, text: '' }

/**
 * A moment as `toISOString` writes it. Every message writes several that are close together, and the part down to the
 * second takes longer than all that is done with it.
 *
 * @throws {RangeError} of an invalid date
 */
export function instantOf(moment: Date): string {
  const ms = moment.getTime()
  const second = Math.floor(ms / 1000)
  const place = Math.abs(second) % lastSeconds.length
  let last = lastSeconds[place]
  if (last?.second !== second) {
    last = { second, text: new Date(second * 1000).toISOString().slice(0, -4) }
    lastSeconds[place] = last
  }
  return `${last.text}${String(ms - second * 1000).padStart(3, '0')}Z`
}

/** As many as keep what is due in twenty seconds apart from what is now. */
const lastSeconds: ({ second: number; text: string } | undefined)[] = new Array(8).fill(undefined)

/** Whether a text is a day that exists, written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text
}

/** The day `count` calendar days after a day; before it when negative. Counted on the calendar, not in hours. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

/** How many calendar days lie from one day to another; negative when `to` comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
}

/** The last millisecond of a day in China; a thing due on that day is overdue after it. */
export function endOfDay(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) - CHINA_OFFSET_MS + DAY_MS - 1)
}

/** The first millisecond of a day in China. */
export function startOfDay(day: string): Date {
  return new Date(endOfDay(day).getTime() + 1 - DAY_MS)
}

/** The moment so many hours by the clock on the wall later, holidays or not. */
export function hoursAfter(from: Date, hours: number): Date {
  return new Date(from.getTime() + hours * HOUR_MS)
}

/**
 * The State Council's arrangements, by day: holidays, and weekends that are worked. Only the data of `chinese-days`
 * are used: its functions read a day by the machine's own zone, and differently in each of its builds.
 */
const HOLIDAYS: ReadonlyMap<string, string> = new Map(Object.entries(calendar.holidays))
const WORKED: ReadonlyMap<string, string> = new Map(Object.entries(calendar.workdays))

/**
 * Whether the State Council's holiday arrangement of a year is known to us. It comes out in November of the
 * year before; until then nobody can say which weekends will be worked.
 */
export function holidaysAnnounced(year: number): boolean {
  return HOLIDAYS.has(`${year}-10-01`)
}

/** Whether offices work on a day; in a year not yet announced, whether it is Monday to Friday. */
export function isWorkday(day: string): boolean {
  if (WORKED.has(day)) return true
  if (HOLIDAYS.has(day)) return false
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return weekday >= 1 && weekday <= 5
}

/** A day counted to, and whether days of a year not yet announced were counted on the way. */
export interface Counted {
  day: string
  estimated: boolean
}

/**
 * The working day `count` working days after a day, that day itself not counted (Civil Code art. 201); with 0,
 * the day itself or the first working day after it (art. 203: a last day on a holiday moves to its end).
 */
export function workingDaysAfter(day: string, count: number): Counted {
  let at = day
  let left = count
  let estimated = !holidaysAnnounced(Number(day.slice(0, 4)))
  while (left > 0 || !isWorkday(at)) {
    at = addDays(at, 1)
    if (!holidaysAnnounced(Number(at.slice(0, 4)))) estimated = true
    if (left > 0 && isWorkday(at)) left--
  }
  return { day: at, estimated }
}

const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六'] as const

/** A day as people say it: `12月18日(星期五)`, with the year in front when it is not the year of `today`. */
export function sayDay(day: string, today: string): string {
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ''
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : `${Number(day.slice(0, 4))}年`
  return `${year}${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日（星期${weekday}）`
}

/** A moment as people say it: `11月23日(星期一)14:30`, by the clock in China. */
export function sayMoment(at: Date, today: string): string {
  const clock = new Date(at.getTime() + CHINA_OFFSET_MS).toISOString().slice(11, 16)
  return `${sayDay(chinaDay(at), today)}${clock}`
}

/** The clock in China at a moment: `08:30`. */
export function chinaClock(at: Date): string {
  const minute = Math.floor((at.getTime() + CHINA_OFFSET_MS) / MINUTE_MS)
  if (minute !== lastClock.minute)
    lastClock = { minute, text: new Date(minute * MINUTE_MS).toISOString().slice(11, 16) }
  return lastClock.text
}

/** Who is on duty asks for each advisor what time it is. */
let lastClock = { minute: Number.NaN, text: '' }

/** A moment by the clock in China, `HH:MM`. */
export function clockOn(day: string, clock: string): Date {
  return new Date(Date.parse(`${day}T${clock}:00Z`) - CHINA_OFFSET_MS)
}

/** Nobody is called at night, by the clock in China, unless there is danger: the hours most offices keep free. */
const QUIET_FROM = '22:00'
const QUIET_UNTIL = '08:00'

/** Whether a moment lies in the quiet hours, 22:00 to 8:00. */
export function isQuiet(at: Date): boolean {
  const clock = chinaClock(at)
  return clock >= QUIET_FROM || clock < QUIET_UNTIL
}

/** The moment itself, or where it lies in the quiet hours, their end. */
export function afterQuiet(at: Date): Date {
  if (!isQuiet(at)) return at
  const day = chinaDay(at)
  return clockOn(chinaClock(at) >= QUIET_FROM ? addDays(day, 1) : day, QUIET_UNTIL)
}

/** The day itself where offices work, or the last working day before it. */
export function workdayOnOrBefore(day: string): string {
  let at = day
  while (!isWorkday(at)) at = addDays(at, -1)
  return at
}

/** The working day `count` working days before a day. */
export function workdaysBefore(day: string, count: number): string {
  let at = day
  for (let left = count; left > 0; left--) at = workdayOnOrBefore(addDays(at, -1))
  return at
}

/** The working day `count` working days after a day. */
export const workdayAfter = (day: string, count: number): string => workingDaysAfter(day, count).day

/** `2026年7月1日`, as old people read a day given as `YYYY-MM-DD`. */
export function chineseDate(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${year}年${month}月${day}日`
}
