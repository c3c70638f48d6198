/** The days figures are counted over. Pure. */
import { addDays } from '../../../flows/clocks.ts'

export interface Period {
  /** The first and the last day, `YYYY-MM-DD`. */
  from: string
  to: string
  says: string
}

export const PERIODS = ['month', 'last-month', '90-days', 'year'] as const

const monthOf = (day: string): string => day.slice(0, 7)
export const sayMonth = (month: string): string => `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`

function wholeMonth(month: string, today: string): Period {
  const from = `${month}-01`
  const next = `${monthOf(addDays(from, 31))}-01`
  const last = addDays(next, -1)
  return { from, to: last > today ? today : last, says: sayMonth(month) }
}

/** @param name one of {@link PERIODS} or a month, `YYYY-MM`; today is the last day of what still goes on */
export function periodOf(name: string, today: string): Period {
  if (name === '90-days') return { from: addDays(today, -89), to: today, says: '最近90天' }
  if (name === 'year') return { from: addDays(today, -364), to: today, says: '最近一年' }
  if (name === 'month') return wholeMonth(monthOf(today), today)
  return wholeMonth(name === 'last-month' ? monthOf(addDays(`${monthOf(today)}-01`, -1)) : name, today)
}

/** The months of a period, each no longer than the period. */
export function monthsOf({ from, to }: Period): Period[] {
  const months: Period[] = []
  for (let day = from; day <= to; ) {
    const month = wholeMonth(monthOf(day), to)
    months.push({ ...month, from: day })
    day = addDays(month.to, 1)
  }
  return months
}
