import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import {
  addDays,
  chinaDay,
  daysBetween,
  endOfDay,
  holidaysAnnounced,
  instantOf,
  isDay,
  isWorkday,
  workingDaysAfter,
} from '../flows/clocks.ts'
import { dueAfter, isOverdue, LIMITS, limitOf, POLICY_LIMITS, sayDue } from '../flows/ticket/limits.ts'
import { inventory } from './support/world.ts'

const at = (moment: string) => new Date(`${moment}+08:00`)
const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

describe('days', () => {
  test('a day begins at midnight in China', () => {
    expect(chinaDay(at('2026-03-03T00:00'))).toBe('2026-03-03')
    expect(chinaDay(new Date(at('2026-03-03T00:00').getTime() - 1))).toBe('2026-03-02')
    expect(endOfDay('2026-03-03').toISOString()).toBe('2026-03-03T15:59:59.999Z')
  })

  test('days are counted on the calendar, over leap days, years and the summer times of 1986 to 1991', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('1990-04-14', 2)).toBe('1990-04-16')
    expect(daysBetween('1990-04-15', '1990-04-16')).toBe(1)
    fc.assert(
      fc.property(fc.integer({ min: -3000, max: 3000 }), (count) => {
        expect(daysBetween('2026-03-03', addDays('2026-03-03', count))).toBe(count)
      }),
    )
  })

  test.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-3-3', '', '2026-03-03T00:00'])(
    '%s is not a day',
    (text) => {
      expect(isDay(text)).toBe(false)
    },
  )
})

describe('working days', () => {
  // The State Council's arrangement for 2026, of 2025-11-04.
  const HOLIDAYS = ['01-01', '01-02', '02-15', '02-23', '04-06', '05-05', '06-19', '09-25', '10-07', '11-22']
  const WORKED = ['01-04', '02-14', '02-28', '05-09', '09-20', '10-10', '11-23', '10-08']

  test.each(['UTC', 'Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati'])(
    'a machine in %s knows the holidays of 2026 and the weekends worked for them',
    (machine) => {
      process.env['TZ'] = machine
      expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(
        { UTC: 0, 'Asia/Shanghai': -480, 'America/New_York': 300, 'Pacific/Kiritimati': -840 }[machine],
      )
      expect(HOLIDAYS.filter((day) => isWorkday(`2026-${day}`))).toEqual([])
      expect(WORKED.filter((day) => !isWorkday(`2026-${day}`))).toEqual([])
    },
  )

  test('the day of receipt is not counted', () => {
    expect(workingDaysAfter('2026-03-03', 1)).toEqual({ day: '2026-03-04', estimated: false })
    expect(workingDaysAfter('2026-03-06', 1)).toEqual({ day: '2026-03-09', estimated: false })
  })

  test('a holiday with its worked weekends is counted as it is worked', () => {
    // Friday before the Spring Festival: 14 February (Saturday) is worked, then nothing until the 24th.
    expect(workingDaysAfter('2026-02-13', 1).day).toBe('2026-02-14')
    expect(workingDaysAfter('2026-02-13', 2).day).toBe('2026-02-24')
    expect(workingDaysAfter('2026-02-13', 6).day).toBe('2026-02-28')
  })

  test('a year whose holidays are not announced is counted by weekends, and says so', () => {
    expect([2025, 2026, 2027].map(holidaysAnnounced)).toEqual([true, true, false])
    expect(isWorkday('2027-10-01')).toBe(true)
    expect(workingDaysAfter('2026-12-31', 1)).toEqual({ day: '2027-01-01', estimated: true })
    expect(workingDaysAfter('2026-12-30', 1)).toEqual({ day: '2026-12-31', estimated: false })
  })

  test('so many working days later lie exactly so many working days', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1500 }).map((count) => addDays('2023-01-01', count)),
        fc.integer({ min: 1, max: 60 }),
        (from, count) => {
          const { day, estimated } = workingDaysAfter(from, count)
          const between = Array.from({ length: daysBetween(from, day) }, (_, step) => addDays(from, step + 1))
          expect(isWorkday(day)).toBe(true)
          expect(between.filter(isWorkday)).toHaveLength(count)
          expect(estimated).toBe([from, ...between].some((passed) => passed.startsWith('2027')))
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('limits', () => {
  test('24 hours are 24 hours, over a night, a weekend and a holiday', () => {
    const due = dueAfter(LIMITS['urgent-aid'], at('2026-09-30T17:45'))
    expect(due.at).toBe(at('2026-10-01T17:45').toISOString())
    expect(due.why).toBe(
      '24小时内先行救助，从9月30日（星期三）17:45起算，10月1日（星期四）17:45前。依据：参照青岛西海岸新区做法；社会救助法第五十条规定紧急的应当先行救助，没有写小时数',
    )
    expect(isOverdue(due, at('2026-10-01T17:45'))).toBe(false)
    expect(isOverdue(due, new Date(at('2026-10-01T17:45').getTime() + 1))).toBe(true)
  })

  test('20 working days end with the last day, and the sentence says from when and why', () => {
    const due = dueAfter(LIMITS.request, at('2026-11-23T23:59'))
    expect(due.at).toBe('2026-12-21T15:59:59.999Z')
    expect(due.why).toContain('从11月23日（星期一）23:59起，当天不算，12月21日（星期一）前')
    expect(sayDue(due, at('2026-11-24T08:00'))).toBe('12月21日（星期一）前')
  })

  test('a date counted over an unannounced year says it is an estimate, wherever it is said', () => {
    const due = dueAfter(LIMITS.request, at('2026-12-21T10:00'))
    expect(due.estimated).toBe(true)
    expect(due.why).toContain('2027年1月18日（星期一）前（节假日安排未公布，按周末推算）')
    expect(sayDue(due, at('2026-12-22T10:00'))).toContain('节假日安排未公布，按周末推算')
  })

  test('stretches follow each other: 15 working days, 7 days of notice, 15 working days', () => {
    const limit = POLICY_LIMITS['tekun']
    if (!limit) throw new Error('no limit for tekun')
    // 24 March, then 31 March, then 15 working days past the Qingming holiday.
    expect(dueAfter(limit, at('2026-03-03T09:00')).at.slice(0, 10)).toBe('2026-04-22')
  })

  test('a limit of days is by the calendar; where the law says so it ends on a working day', () => {
    const days = (policy: string) => dueAfter(limitOf(policy), at('2026-09-28T09:00')).at.slice(0, 10)
    expect(days('emergency-assistance')).toBe('2026-10-01')
    expect(days('legal-aid')).toBe('2026-10-08')
  })

  test('a policy without a limit of its own has the ticket’s', () => {
    expect(limitOf(null)).toBe(LIMITS.request)
    expect(limitOf('charity-help')).toBe(LIMITS.request)
    expect(limitOf('dibao').says).toBe('30个工作日内')
  })

  test('every limit of a policy stands in a document that policy names', () => {
    const policies = new Map(inventory().policies.map((policy) => [policy.id, policy]))
    for (const [id, { source }] of Object.entries(POLICY_LIMITS)) {
      const titles = policies
        .get(id)
        ?.sources.map(({ document }) => document.replace(/^(?:中华人民共和国|民政部 财政部)/, ''))
      expect(titles?.filter((title) => source.includes(title))).toHaveLength(1)
    }
  })
})

describe('a moment in writing', () => {
  test('is what Date writes, for moments near and far, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.date({ noInvalidDate: true })),
        fc.integer({ min: 0, max: 999 }),
        (moments, ms) => {
          for (const moment of moments) {
            const beside = new Date(Math.floor(moment.getTime() / 1000) * 1000 + ms)
            for (const one of [moment, beside, new Date(moment.getTime() - 20_000)])
              if (!Number.isNaN(one.getTime())) expect(instantOf(one)).toBe(one.toISOString())
          }
        },
      ),
    )
    expect(() => instantOf(new Date(Number.NaN))).toThrow(RangeError)
  })
})
