import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstPart, splitText } from '../bot/split.ts'

const bytes = (text: string) => Buffer.byteLength(text)
const withoutBlanks = (text: string) => text.replace(/\s/g, '')

describe('a text is cut', () => {
  test('not at all when it fits', () => {
    expect(splitText('  低保怎么申请？ ', 2000)).toEqual(['  低保怎么申请？ '])
    expect(splitText('', 2000)).toEqual([])
  })

  test.each([
    ['at exactly the limit', 2000, 1],
    ['one byte over it', 2001, 2],
  ])('by bytes, not characters: %s', (_, size, parts) => {
    const text = '救'.repeat(Math.floor(size / 3)) + 'x'.repeat(size % 3)
    expect(splitText(text, 2000)).toHaveLength(parts)
  })

  test.each(['。', '！', '？', '!', '?', '；', ';', '\n'])(
    'after the last sentence that fits, ended by %j',
    (end) => {
      const { part, rest } = firstPart(`甲，乙${end}丙，丁${end}戊己庚辛`, 26)
      expect(part).toBe(`甲，乙${end}丙，丁${end}`.trimEnd())
      expect(rest).toBe('戊己庚辛')
    },
  )

  test('behind the quotes and brackets that close with a sentence', () => {
    expect(firstPart('他说：“来吧！”然后走了很远很远', 24)).toEqual({
      part: '他说：“来吧！”',
      rest: '然后走了很远很远',
    })
  })

  test('else after the last comma', () => {
    expect(firstPart('身份证，户口本,收入证明和其他材料', 32)).toEqual({
      part: '身份证，户口本,',
      rest: '收入证明和其他材料',
    })
  })

  test('else between two characters', () => {
    expect(splitText('救助救助救助', 8)).toEqual(['救助', '救助', '救助'])
  })

  test('without leaving blanks or empty lines at the cut', () => {
    expect(splitText('第一段。\n\n  第二段。', 20)).toEqual(['第一段。', '第二段。'])
    expect(splitText(`${' '.repeat(50)}好`, 10)).toEqual(['好'])
  })
})

describe('a text is not cut inside', () => {
  test('a link, even where its label ends a sentence', () => {
    const link = '<a href="weixin://bizmsgmenu?msgmenucontent=%E4%BD%8E&msgmenuid=1">低保？材料。</a>'
    const text = `请点${link}，或者直接写。`
    for (let size = bytes(link); size < bytes(text); size++) {
      expect(splitText(text, size).filter((part) => part.includes(link))).toHaveLength(1)
    }
  })

  test('an address, even at its question mark', () => {
    const address = 'https://example.org/p/dibao?from=wechat;a=1!b'
    const text = `详见${address}。还有别的问题请留言`
    for (let size = bytes(address); size < bytes(text); size++) {
      expect(splitText(text, size).filter((part) => part.includes(address))).toHaveLength(1)
    }
  })

  test.each(['👨‍👩‍👧‍👦', '👍🏽', '🇨🇳', '❤️‍🔥', 'é̂'])('a character of several code points: %s', (character) => {
    const text = `救${character}`.repeat(20)
    for (let size = bytes(character) + 3; size < 80; size++) {
      for (const part of splitText(text, size)) {
        expect(part.replaceAll(character, '').replaceAll('救', '')).toBe('')
      }
    }
  })
})

test('what alone is too long is cut all the same, between code points', () => {
  expect(splitText('👨‍👩‍👧‍👦', 7).join('')).toBe('👨‍👩‍👧‍👦')
  const link = `<a href="https://example.org/${'x'.repeat(100)}">低保</a>`
  const parts = splitText(link, 40)
  expect(parts.join('')).toBe(link)
  expect(parts.every((part) => bytes(part) <= 40)).toBe(true)
})

test('a part too small for one character is a mistake of the caller', () => {
  expect(() => splitText('好', 3)).toThrow(RangeError)
  expect(() => splitText('好', Number.NaN)).toThrow(RangeError)
})

test('for any text: no part is empty or too long, and together they are the text but for blanks', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '。',
      '，',
      '\n',
      ' ',
      '低保',
      '👨‍👩‍👧‍👦',
      'https://a.cn/?x=1',
      '<a href="https://a.cn">点这里。</a>',
      '<a ',
      '</a>',
      '://',
      '\ud83d',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 4, max: 120 }), (pieces, most) => {
      const text = pieces.join('')
      const parts = splitText(text, most)
      let from = 0
      for (const part of parts) {
        expect(part).not.toBe('')
        expect(bytes(part)).toBeLessThanOrEqual(most)
        const found = text.indexOf(part, from)
        expect(text.slice(from, found).trim()).toBe('')
        from = found + part.length
      }
      expect(text.slice(from).trim()).toBe('')
      expect(withoutBlanks(parts.join(''))).toBe(withoutBlanks(text))
      // A pair cut in two would count six bytes where it had four.
      expect(parts.reduce((sum, part) => sum + bytes(withoutBlanks(part)), 0)).toBe(
        bytes(withoutBlanks(text)),
      )
    }),
    { numRuns: 500 },
  )
})

test('a long answer is cut in a moment', () => {
  const text = '申请低保要带身份证、户口本；<a href="https://example.org">详情</a>，'.repeat(2000)
  const started = performance.now()
  expect(splitText(text, 2000).length).toBeGreaterThan(50)
  expect(performance.now() - started).toBeLessThan(3000)
})
