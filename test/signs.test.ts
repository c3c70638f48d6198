import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Signs } from '../knowledge/signs.ts'

/** Every construct a pattern of danger may be written with. */
const PATTERNS = [
  '自杀',
  '不想活|活不下去',
  '(?:老公|爸)[^。]{0,3}打(?:了|我)',
  '(?<!没|不)(?:打|揍)了?我',
  '打(?!工|电话)人?',
  '刀{2,3}',
  '(?:农药|水)+喝',
  '^我死?$',
  '[一二3-5]个娃?',
  '[^。，]火',
  '.火.',
  '(?:不|没)?活(?:着|)',
  '\\d岁',
  '打(?:死){0,2}我?[了着]*。',
  '救(?:救(?:我|娃)|命)?',
  '(?:)',
] as const

const texts = fc
  .array(
    fc.constantFrom(
      ...Array.from('自杀不想活下去老公爸打了我没揍工电话人刀农药水喝死一二345个娃火着岁救命。，·a'),
    ),
    {
      maxLength: 12,
    },
  )
  .map((characters) => characters.join(''))

describe('many patterns asked of one text', () => {
  const signs = new Signs()
  const numbers = PATTERNS.map((pattern) => signs.add(pattern))

  test('are found exactly where each alone is found', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const said = signs.in(text)
        expect(numbers.map(said)).toEqual(PATTERNS.map((pattern) => new RegExp(pattern).test(text)))
      }),
      { numRuns: 3000 },
    )
  })

  test('each are found and missed in some text', () => {
    const found = [
      '自杀',
      '活不下去',
      '老公又打我',
      '打我',
      '打人',
      '刀刀',
      '水水喝',
      '我死',
      '4个娃',
      '起火',
      '着火了',
      '活',
      '5岁',
      '打。',
      '救命',
      '',
    ]
    for (const [place, number] of numbers.entries()) expect(signs.in(found[place] ?? '')(number)).toBe(true)
    expect(numbers.filter((number) => signs.in('办低保')(number))).toEqual([numbers.at(-1)])
  })

  test('leave nothing behind for the next text', () => {
    signs.in('自杀')
    expect(signs.in('自')(0)).toBe(false)
  })

  test.each(['(a', '(?<n>a)', '\\w', 'a)', 'a{x}'])('%s is refused rather than misread', (pattern) => {
    expect(() => new Signs().add(pattern)).toThrow(SyntaxError)
  })
})
