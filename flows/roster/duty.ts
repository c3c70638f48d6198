/** When advisors are there, in the words of a sheet or a command: 工作日 08:30-17:30；2026-12-01至2026-12-05 代班 wang. */

import { isDay } from '../clocks.ts'
import { type Advisor, OFFICE_HOURS } from './advisors.ts'

type Duty = Advisor['duty'][number]
type Leave = Advisor['leave'][number]

/** What was read, or in words why not. */
export type ReadOr<T> = { read: T } | { fault: string }

const DAY_WORDS = { workdays: '工作日', 'every-day': '每天' } as const
const DAYS: readonly [RegExp, Duty['days']][] = [
  [/^(?:工作日|平日|上班日|周一(?:至|到|-)周五|星期一(?:至|到|-)星期五)/, 'workdays'],
  [/^(?:每天|每日|天天|全周|周一(?:至|到|-)周日|周一(?:至|到|-)周天)/, 'every-day'],
]
const CLOCKS = /^(\d{1,2})[:.](\d{2})(?:-|~|—|–|至|到)(\d{1,2})[:.](\d{2})$/
const NEVER = /^(?:无|没有|不值班|-|—)$/
const DUTY_FAULT = '要写成“工作日 08:30-17:30”或“每天 00:00-24:00”，几段用分号隔开'

/** Hours of duty; nothing written is office hours, 无 is none at all. */
export function readDuty(text: string): ReadOr<Advisor['duty']> {
  const plain = text.normalize('NFKC').trim()
  if (plain === '') return { read: OFFICE_HOURS }
  if (NEVER.test(plain)) return { read: [] }
  const read: Duty[] = []
  for (const part of pieces(plain)) {
    const one = shiftOf(part.replace(/\s/g, ''))
    if (one === null) return { fault: `「${part}」看不懂，${DUTY_FAULT}` }
    if ('fault' in one) return one
    read.push(one)
  }
  return { read }
}

/** Hours of duty as {@link readDuty} reads them. */
export const sayDuty = (duty: Advisor['duty']): string =>
  duty.length === 0 ? '无' : duty.map(({ days, from, to }) => `${DAY_WORDS[days]} ${from}-${to}`).join('；')

function shiftOf(text: string): Duty | { fault: string } | null {
  const known = DAYS.find(([words]) => words.test(text))
  if (!known) return null
  const [words, days] = known
  const hours = text.replace(words, '')
  if (/^(?:全天|24小时)$/.test(hours)) return { days, from: '00:00', to: '24:00' }
  const [, ...parts] = CLOCKS.exec(hours) ?? []
  if (parts.length === 0) return null
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = parts.map(Number)
  const from = clockOf(fromHour, fromMinute)
  const to = clockOf(toHour, toMinute)
  if (from === null || to === null || from === '24:00')
    return { fault: `「${text}」没有这样的时间，最早00:00，最晚24:00` }
  if (from === to) return { fault: `「${text}」从几点到几点是一样的；全天值班写“每天 00:00-24:00”` }
  return { days, from, to }
}

function clockOf(hour: number, minute: number): string | null {
  if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return null
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

const DAY = '\\d{4}(?:-|/|\\.|年)\\d{1,2}(?:-|/|\\.|月)\\d{1,2}日?'
const LEAVE = new RegExp(`^(${DAY})(?:\\s*(?:至|到|~|—|–|-)\\s*(${DAY}))?\\s*(.*)$`)
const STAND_IN = /^[,，]?\s*(?:由|代班|替班|顶班)?[:：]?\s*([0-9A-Za-z@._-]{1,64})\s*(?:代班|替班|顶班)?$/
const LEAVE_FAULT = '要写成“2026-12-01至2026-12-05 代班 账号”，没有人代班就只写日期，几段用分号隔开'

/** Days away, and who acts meanwhile; nothing written is none. */
export function readLeave(text: string): ReadOr<Advisor['leave']> {
  const plain = text.normalize('NFKC').trim()
  if (plain === '' || NEVER.test(plain)) return { read: [] }
  const read: Leave[] = []
  for (const part of pieces(plain)) {
    const [, first, last = first, rest = ''] = LEAVE.exec(part) ?? []
    const from = dayOf(first)
    const to = dayOf(last)
    const standIn = rest === '' ? null : (STAND_IN.exec(rest)?.[1] ?? '')
    if (from === null || to === null || standIn === '') return { fault: `「${part}」看不懂，${LEAVE_FAULT}` }
    if (from > to) return { fault: `「${part}」结束比开始早，请核对` }
    read.push({ from, to, standIn })
  }
  return { read }
}

/** Days away as {@link readLeave} reads them. */
export const sayLeave = (leave: Advisor['leave']): string =>
  leave
    .map(({ from, to, standIn }) => `${from}至${to}${standIn === null ? '' : ` 代班 ${standIn}`}`)
    .join('；')

/** A day as people write it, e.g. 2026年12月1日 or 2026/12/1; null when it is none. */
export function dayOf(text: string | undefined): string | null {
  const [, year, month, day] =
    /^(\d{4})\D(\d{1,2})\D(\d{1,2})日?$/.exec(text?.normalize('NFKC').trim() ?? '') ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDay(written) ? written : null
}

const pieces = (text: string): string[] =>
  text
    .split(/[;；\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
