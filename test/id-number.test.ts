import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays } from '../flows/clocks.ts'
import { ageOn, ID_FAULT_WORDS, idCheckCharacter, readIdNumber } from '../flows/id-number.ts'

const TODAY = '2026-03-03'
const withCheck = (digits: string) => `${digits}${idCheckCharacter(digits)}`
const idNumber = fc
  .record({
    region: fc.constantFrom('110105', '320102', '340202', '810000', '830000'),
    born: fc.integer({ min: 0, max: 45_000 }).map((count) => addDays('1900-01-01', count)),
    order: fc.integer({ min: 0, max: 999 }),
  })
  .map(({ region, born, order }) => ({
    number: withCheck(`${region}${born.replaceAll('-', '')}${String(order).padStart(3, '0')}`),
    born,
  }))

describe('an ID number', () => {
  test('is read with its birthday, however it is written', () => {
    // The example of GB 11643-1999.
    for (const text of [
      '11010519491231002X',
      '11010519491231002x',
      '110105 19491231 002X',
      '１１０１０５１９４９１２３１００２Ｘ',
      '110105-19491231-002×',
    ])
      expect(readIdNumber(text, TODAY)).toEqual({ number: '11010519491231002X', bornOn: '1949-12-31' })
  })

  test('of any day of the summer times of 1986 to 1991 keeps that day', () => {
    process.env['TZ'] = 'Asia/Shanghai'
    for (let day = '1986-05-01'; day < '1991-10-01'; day = addDays(day, 1)) {
      const number = withCheck(`320102${day.replaceAll('-', '')}123`)
      expect(readIdNumber(number, TODAY)).toEqual({ number, bornOn: day })
    }
  })

  test('with one wrong digit or two neighbours swapped is never taken', () => {
    fc.assert(
      fc.property(
        idNumber,
        fc.nat({ max: 16 }),
        fc.integer({ min: 1, max: 9 }),
        ({ number, born }, at, shift) => {
          expect(readIdNumber(number, TODAY)).toEqual({ number, bornOn: born })
          const wrong = `${number.slice(0, at)}${(Number(number[at]) + shift) % 10}${number.slice(at + 1)}`
          expect(readIdNumber(wrong, TODAY)).toHaveProperty('fault')
          const swapped = `${number.slice(0, at)}${number[at + 1]}${number[at]}${number.slice(at + 2)}`
          if (swapped !== number) expect(readIdNumber(swapped, TODAY)).toHaveProperty('fault')
        },
      ),
    )
  })

  test.each([
    ['110105491231002', 'old'],
    ['1101051949123100', 'length'],
    ['11010519491231002XX', 'length'],
    ['', 'length'],
    ['11010519491231X02X', 'character'],
    ['991105194912310021', 'region'],
    ['110105194913310021', 'birthday'],
    ['110105202602290021', 'birthday'],
    ['110105202612310021', 'birthday'],
    ['110105194912310021', 'checksum'],
  ] as const)('%s has a fault in its %s, told kindly', (text, fault) => {
    expect(readIdNumber(text, TODAY)).toEqual({ fault })
    expect(ID_FAULT_WORDS[fault]).toMatch(/请/)
  })

  test('whatever is written, it answers', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789Xx ×-一') }), (text) => {
        const read = readIdNumber(text, TODAY)
        expect('fault' in read ? ID_FAULT_WORDS[read.fault] : read.number).toBeTruthy()
      }),
    )
  })
})

describe('an age', () => {
  test.each([
    ['1990-04-15', '2026-04-14', 35],
    ['1990-04-15', '2026-04-15', 36],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2026-03-03', '2026-03-03', 0],
  ])('of someone born on %s is on %s full years: %i', (born, day, years) => {
    expect(ageOn(born, day)).toBe(years)
  })
})
