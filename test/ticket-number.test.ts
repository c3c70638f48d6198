import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkDigit,
  isTicketNumber,
  mintNumber,
  numbersWith,
  readNumber,
} from '../flows/ticket/ticket-number.ts'

const body = fc
  .integer({ min: 4, max: 9 })
  .chain((length) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }))
  .map((digits) => digits.join(''))
const numbered = body.map((digits) => `Q-${digits}-${checkDigit(digits)}`)
const Q0412 = mintNumber(0, () => 412)

describe('minting', () => {
  test('a number is Q, four digits and a check digit, zeros in front kept', () => {
    expect(Q0412).toBe(`Q-0412-${checkDigit('0412')}`)
    // The example of Damm's own check digit: 572 has 4.
    expect(checkDigit('572')).toBe('4')
  })

  test('it grows by a digit when free ones are hard to find', () => {
    const lengths = [0, 4, 5, 9, 10, 100].map((attempt) => mintNumber(attempt, (limit) => limit - 1).length)
    expect(lengths).toEqual([8, 8, 9, 9, 10, 13])
  })

  test('all numbers with some digits in a row are known beforehand', () => {
    const with0412 = new Set(numbersWith('0412'))
    for (const [body, holds] of [
      ['0412', true],
      ['90412', true],
      ['04127', true],
      ['123412', false],
      ['990412', true],
      ['9041299', true],
      ['0420412', true],
      ['0402120', false],
    ] as const)
      expect([body, with0412.has(`Q-${body}-${checkDigit(body)}`)]).toEqual([body, holds])
    expect([...with0412].every((number) => isTicketNumber(number) && number.includes('0412'))).toBe(true)
    expect(with0412.size).toBeGreaterThan(4000)
  })

  test('every minted number is one and is read back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.nat(), (attempt, random) => {
        const number = mintNumber(attempt, (limit) => random % limit)
        expect(isTicketNumber(number)).toBe(true)
        expect(readNumber(number)).toEqual({ number })
      }),
    )
  })
})

describe('a slip is recognised', () => {
  test('every single wrong digit', () => {
    fc.assert(
      fc.property(numbered, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, at, shift) => {
        const places = [...number.matchAll(/\d/g)].map(({ index }) => index)
        const place = places[at % places.length] ?? 2
        const wrong = `${number.slice(0, place)}${(Number(number[place]) + shift) % 10}${number.slice(place + 1)}`
        expect(readNumber(`我的是${wrong}`)).toEqual({ mistyped: wrong })
      }),
    )
  })

  test('every swap of two neighbours', () => {
    fc.assert(
      fc.property(numbered, fc.nat(), (number, at) => {
        const digits = number.replace(/\D/g, '')
        const place = at % (digits.length - 1)
        const [one = '', other = ''] = digits.slice(place, place + 2)
        fc.pre(one !== other)
        const swapped = `${digits.slice(0, place)}${other}${one}${digits.slice(place + 2)}`
        const wrong = `Q-${swapped.slice(0, -1)}-${swapped.slice(-1)}`
        expect(readNumber(wrong)).toEqual({ mistyped: wrong })
      }),
    )
  })

  test.each(['Q-0412', 'q 041', '求助编号 0412', '我的编号是Q-04-1'])('%s lacks a digit', (text) => {
    expect(readNumber(text)).toHaveProperty('mistyped')
  })
})

describe('as people write or say it', () => {
  const c = Q0412.slice(-1)
  const spoken = '零一二三四五六七八九'[Number(c)]
  test.each([
    `Q-0412-${c}`,
    `q0412${c}`,
    `q0412 ${c}`,
    `Q—0412—${c}`,
    `Ｑ－０４１２－${c}`,
    `Q–0412–${c}。`,
    `Q_0412_${c}`,
    `Q 0 4 1 2 ${c}`,
    `Q-O4l2-${c}`,
    `求助编号0412-${c}`,
    `求助编号:Q0412${c}`,
    `求助编号是Q-0412-${c},办得怎么样了`,
    `我的单号是 0412${c} 查一下`,
    `你好,我想查一下Q-0412-${c}到哪一步了`,
    `Q-0412-${c},我的电话13812345678`,
    `13812345678,Q-0412-${c}`,
    `零四幺二杠${spoken}`,
    `零四一二横杠${spoken}。`,
    `Q零四幺二杠${spoken}`,
    `扣零四幺二${spoken}`,
    `Q杠零四幺二杠${spoken}`,
    `求助编号零四幺二${spoken}`,
    `0412-${c}`,
  ])('%s', (text) => {
    expect(readNumber(text)).toEqual({ number: Q0412 })
  })
})

describe('is not a ticket number', () => {
  test.each([
    '13812345678',
    '我的电话是138 1234 5678',
    'Q 13812345678',
    '025-84123456',
    '12345',
    '打12345',
    '每月2000-3000元',
    'Q:2000元够吗',
    '2000元',
    '50000',
    '二〇二六年三月三号',
    '2026-3-5办的',
    '我QQ是123456789',
    '加我q q 10412',
    '11010519491231002X',
    '6222020200112233445',
    '住3栋201',
    '一共三四五个人',
    'Q1季度',
    '房租扣1500',
    '残疾证编号1234567',
    '快递单号7531234',
    '低保怎么申请',
    '查一下进度',
    '',
  ])('%s', (text) => {
    expect(readNumber(text)).toBeNull()
  })

  test('no mobile number, alone or after a Q', () => {
    fc.assert(
      fc.property(fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }), (phone) => {
        expect(readNumber(`${phone}`)).toBeNull()
        expect(readNumber(`请打Q ${phone}`)).toBeNull()
        expect(readNumber(`求助编号忘了,电话${phone}`)).toBeNull()
      }),
    )
  })

  test('no amount', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000_000 }),
        fc.constantFrom('元', '块', '万', '块钱', '多'),
        (amount, unit) => {
          expect(readNumber(`医药费${amount}${unit}`)).toBeNull()
          expect(readNumber(`求助${amount}${unit}`)).toBeNull()
        },
      ),
    )
  })

  test('whatever is said, it answers with a number that fits, a slip or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'qQ0123456789-— 零一元编号求助杠q') }), (text) => {
        const read = readNumber(text)
        if (read && 'number' in read) expect(isTicketNumber(read.number)).toBe(true)
        if (read && 'mistyped' in read) expect(isTicketNumber(read.mistyped)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
