import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallbackRefused } from '../bot/channels/channel.ts'
import { legalText, readXml, writeXml } from '../bot/channels/wechat-xml.ts'
import { anyCharacter } from './support/characters.ts'

const content = (xml: string) => readXml(`<xml><Content>${xml}</Content></xml>`).text('Content')

describe('reading', () => {
  test.each(['000001', '1e5', '0012', '0x1F', 'true', '9223372036854775807', '+8613800000000', '-0'])(
    'keeps %s as it was written',
    (value) => {
      expect(content(`<![CDATA[${value}]]>`)).toBe(value)
      expect(content(value)).toBe(value)
    },
  )

  test('keeps the blanks inside CDATA and drops the layout around it', () => {
    expect(content('\n  <![CDATA[  两 格 \n]]>\n')).toBe('  两 格 \n')
  })

  test('takes what stands in CDATA to the letter', () => {
    expect(content('<![CDATA[a &lt; b &amp;amp; <b>c</b> &#20302;]]>')).toBe(
      'a &lt; b &amp;amp; <b>c</b> &#20302;',
    )
  })

  test('decodes the five entities and numbered characters outside CDATA, once', () => {
    expect(content('&lt;&gt;&amp;&quot;&apos;&#20302;&#x4FDD;&#128512;')).toBe('<>&"\'低保😀')
    expect(content('&amp;lt;')).toBe('&lt;')
  })

  test('drops numbered characters that XML does not have', () => {
    expect(content('a&#0;&#8;&#xD800;&#x110000;b')).toBe('ab')
  })

  test('joins sections, as an end of CDATA is written in two', () => {
    expect(content('<![CDATA[a]]]]><![CDATA[>b]]>')).toBe('a]]>b')
    expect(content('<![CDATA[a]]>b<![CDATA[c]]>')).toBe('abc')
  })

  test('tells an empty field from an absent one', () => {
    const push = readXml('<xml><EventKey><![CDATA[]]></EventKey><Ticket></Ticket><Label/></xml>')
    expect(push.text('EventKey')).toBe('')
    expect(push.text('Ticket')).toBe('')
    expect(push.text('Label')).toBe('')
    expect(push.text('MsgId')).toBeUndefined()
    expect(push.text('constructor')).toBeUndefined()
    expect(push.within('ScanCodeInfo')).toBeUndefined()
  })

  test('finds nested fields only where they stand', () => {
    const push = readXml(
      '<xml><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo></xml>',
    )
    expect(push.within('ScanCodeInfo')?.text('ScanResult')).toBe('1')
    expect(push.text('ScanResult')).toBeUndefined()
  })

  test('accepts a byte order mark, a declaration, a comment and attributes', () => {
    const xml = '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><xml a="1"><A b="2">c</A></xml>\n'
    expect(readXml(xml).text('A')).toBe('c')
  })

  test('leaves a resident free to write <!DOCTYPE', () => {
    expect(content('<![CDATA[<!DOCTYPE html>]]>')).toBe('<!DOCTYPE html>')
  })

  test('lets a list repeat, and refuses a field that is asked for and stands there twice', () => {
    const push = readXml('<xml><A>1</A><A>2</A><B>3</B></xml>')
    expect(push.text('B')).toBe('3')
    expect(() => push.text('A')).toThrow(CallbackRefused)
  })
})

test('a flat document reads the same as when a comment sends it to the parser', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom(' ', '\n', '\t', '<', '>', '/', '!', '[', '0', 'x', '低'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  )
  const field = fc.record({
    name: fc.constantFrom('ToUserName', 'Encrypt', 'MsgId', 'Content', 'A_1'),
    value,
    bare: fc.boolean(),
    layout: fc.constantFrom('', ' ', '\n', '\t\n'),
  })
  fc.assert(
    fc.property(fc.uniqueArray(field, { selector: ({ name }) => name }), (wanted) => {
      const inner = wanted
        .map(({ name, value, bare, layout }) =>
          bare && !/[<>&\]]/.test(value)
            ? `${layout}<${name}>${value}</${name}>`
            : `${layout}<${name}><![CDATA[${value.replaceAll(']]>', '')}]]></${name}>`,
        )
        .join('')
      const quick = readXml(`<xml>${inner}\n</xml>`)
      const parsed = readXml(`<xml><!-- -->${inner}\n</xml>`)
      for (const name of ['ToUserName', 'Encrypt', 'MsgId', 'Content', 'A_1', 'Absent']) {
        expect(quick.text(name)).toBe(parsed.text(name))
        expect(quick.within(name)?.text('B')).toBe(parsed.within(name)?.text('B'))
        expect(quick.within(name) === undefined).toBe(parsed.within(name) === undefined)
      }
    }),
    { numRuns: 500 },
  )
})

describe('reading refuses', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['words', '你好'],
    ['JSON', '{"Content":"a"}'],
    ['another root', '<html><Content>a</Content></html>'],
    ['two roots', '<xml><A>1</A></xml><xml><A>2</A></xml>'],
    ['words after the root', '<xml><A>1</A></xml>x'],
    ['a root cut short', '<xml><Content>a</Content>'],
    ['a section cut short', '<xml><Content><![CDATA[a</Content></xml>'],
    ['crossed tags', '<xml><A><B>1</A></B></xml>'],
    ['a stray closing tag', '<xml></A></xml>'],
    ['a DOCTYPE', '<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>'],
    ['a DOCTYPE in small letters', '<!doctype xml><xml><Content>a</Content></xml>'],
    ['a DOCTYPE inside', '<xml><!DOCTYPE xml [<!ENTITY a "b">]><Content>&a;</Content></xml>'],
    [
      'a DOCTYPE that hides among comments',
      '<!-- <![CDATA[ --><!DOCTYPE xml [<!ENTITY a "b">]><!-- ]]> --><xml><Content>&a;</Content></xml>',
    ],
    ['an external entity', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>'],
    ['__proto__', '<xml><__proto__><a>1</a></__proto__></xml>'],
    ['bottomless nesting', `<xml>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</xml>`],
  ])('%s', (_, xml) => {
    expect(() => readXml(xml)).toThrow(CallbackRefused)
  })

  test('without repeating the document, which may hold a resident’s words', () => {
    for (const xml of ['<xml><Content>秘密</Contend></xml>', '<xml><__proto__>秘密</__proto__></xml>']) {
      expect(() => readXml(xml)).toThrow(/^The XML [a-z -]+$/)
    }
  })

  test('any text at all in no other way', () => {
    const pieces = fc.constantFrom(
      '<xml>',
      '</xml>',
      '<A>',
      '</A>',
      '<![CDATA[',
      ']]>',
      '<!',
      '&',
      '"',
      '<?',
      '=',
      'x',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        try {
          readXml(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(CallbackRefused)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('and hostile documents of 64 KB without holding up the others', () => {
    const started = performance.now()
    for (const piece of ['<a>', '<a/>', '<!--', '<![CDATA[', '&amp;', '<a b="', '</a>', '<!DOCTYPE x [']) {
      try {
        readXml(`<xml>${piece.repeat(65536 / piece.length)}`)
      } catch (error) {
        expect(error).toBeInstanceOf(CallbackRefused)
      }
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('writing', () => {
  test('puts words in CDATA and numbers bare, in the order given', () => {
    expect(writeXml({ ToUserName: 'o1', CreateTime: 1714112445, Content: '好的' })).toBe(
      '<xml><ToUserName><![CDATA[o1]]></ToUserName><CreateTime>1714112445</CreateTime><Content><![CDATA[好的]]></Content></xml>',
    )
  })

  test('splits an end of CDATA, so that words cannot become elements', () => {
    const forged = 'a]]></Content><MsgType>news</MsgType><Content><![CDATA[b'
    const xml = writeXml({ MsgType: 'text', Content: forged })
    expect(readXml(xml).text('MsgType')).toBe('text')
    expect(readXml(xml).text('Content')).toBe(forged)
  })

  test('leaves out what XML cannot carry', () => {
    expect(legalText('a\u0000b\u0008c\u000bd\u000ce\u001ff\ufffeg\uffffh')).toBe('abcdefgh')
    expect(legalText('x\ud83dy\udc00z')).toBe('xyz')
    // An illegal character between the brackets must not make an end of CDATA when it goes.
    expect(readXml(writeXml({ Content: ']]\u0001>' })).text('Content')).toBe(']]>')
  })

  test('keeps tabs, line ends, emoji and old scripts', () => {
    expect(legalText('\t\n\r👵🏻𠮷\u007f')).toBe('\t\n\r👵🏻𠮷\u007f')
  })

  test('what is written reads back, but for what XML cannot carry', () => {
    const words = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom(']]>', ']]', '>', '<![CDATA[', '&lt;', '\ud800'),
    )
    fc.assert(
      fc.property(fc.array(words), (pieces) => {
        const text = pieces.join('')
        // Line ends become \n in any XML reader.
        expect(readXml(writeXml({ Content: text })).text('Content')).toBe(
          legalText(text).replace(/\r\n?/g, '\n'),
        )
      }),
    )
  })
})
