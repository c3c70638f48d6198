/**
 * Whatever is thrown at the callback: no 5xx, no stack, no second spent on it. `npm run test:fuzz` throws 100,000;
 * FUZZ_SEED repeats a run.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAssistant } from '../server/assistant.ts'
import { createLimits, RULES } from '../server/limits.ts'
import { assistantParts } from './support/assistant.ts'
import { anyCharacter } from './support/characters.ts'
import { memoryStore } from './support/memory-store.ts'
import { suiteLog } from './support/suite-log.ts'
import { ACCOUNT, plainXml, sealedXml, textFields } from './support/wechat.ts'
import { serve } from './support/world.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2000)
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** All of them come from one address, and each is to be looked at. */
const NEVER = { count: Number.MAX_SAFE_INTEGER, seconds: 60 }
const AT = new Date('2026-11-22T09:00:00+08:00')
const TIMESTAMP = String(AT.getTime() / 1000)
/** Of work, as the machine may be busy with others; how long a request may take before the platform gives it up. */
const LIMIT_MS = { work: 1000, wait: 5000 }

interface Shot {
  kind: string
  method: string
  /** As it stands on the request line, in bytes. */
  target: string
  headers: string[]
  body: Buffer
  /** Fewer bytes than announced follow, and then the end. */
  cutOff: boolean
}

const shot = (kind: string, target: string, body: Buffer | string, more: Partial<Shot> = {}): Shot => ({
  kind,
  method: 'POST',
  target,
  headers: ['Content-Type: text/xml'],
  body: Buffer.isBuffer(body) ? body : Buffer.from(body),
  cutOff: false,
  ...more,
})

interface Seal {
  receiver?: string
  length?: number
  padding?: number[]
}

/** A push with the right key and signature around whatever bytes. */
function sealed(kind: string, plaintext: Buffer | string, seal: Seal = {}): Shot {
  const bytes = Buffer.isBuffer(plaintext) ? plaintext : Buffer.from(plaintext)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(seal.length ?? bytes.length)
  const framed = Buffer.concat([
    Buffer.alloc(16, 'r'),
    length,
    bytes,
    Buffer.from(seal.receiver ?? ACCOUNT.appId),
  ])
  const pad = 32 - (framed.length % 32)
  const padding = Buffer.from(seal.padding?.length ? seal.padding : Array(pad).fill(pad))
  const whole = Buffer.concat([framed, padding])
  const key = Buffer.from(`${ACCOUNT.encodingAesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const aligned = whole.subarray(0, whole.length - (whole.length % 16))
  const encrypt = Buffer.concat([cipher.update(aligned), cipher.final()]).toString('base64')
  const nonce = '415670741'
  const signature = createHash('sha1')
    .update([ACCOUNT.token, TIMESTAMP, nonce, encrypt].sort().join(''))
    .digest('hex')
  return shot(
    kind,
    `/wechat?timestamp=${TIMESTAMP}&nonce=${nonce}&encrypt_type=aes&msg_signature=${signature}`,
    `<xml><ToUserName><![CDATA[${ACCOUNT.original}]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  )
}

let messages = 0
/** Nobody says the same twice or more than anybody could, which would hardly be read. */
const someone = () => `oGZUI0egBJY1zhBYw2Khd${String(++messages % 5000).padStart(7, '0')}`
const message = (content: string, more: Record<string, string | number> = {}) => ({
  ...textFields(someone(), content, String(messages), AT),
  ...more,
})
const genuine = sealedXml(plainXml(message('低保怎么申请')), AT)
const query = genuine.path.slice('/wechat?'.length)
const pairs = query.split('&')
const encrypted = /Encrypt><!\[CDATA\[(.+?)\]\]/.exec(genuine.body)?.[1] ?? ''

/** What a page's form would send; fast-check's own makes the table that {@link anyCharacter} does without. */
const webForm = fc
  .array(fc.string({ unit: anyCharacter, maxLength: 20 }), { maxLength: 8 })
  .map((words) => words.map((word, at) => encodeURIComponent(word) + (at % 2 === 0 ? '=' : '&')).join(''))
const anyText = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: anyCharacter, maxLength: 200 }),
  fc.constantFrom(
    '\0',
    '\u2028',
    '\uFEFF',
    '\uD800',
    '\u202E低保',
    'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍',
    '👨‍👩‍👧‍👦',
    '%n%s',
    '#{7*7}',
    "';DROP TABLE residents;--",
  ),
)
/** Half a surrogate pair becomes the sign for that. */
const escaped = (text: string) => encodeURIComponent(Buffer.from(text).toString())
const anyBytes = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes))
const anyPair = fc.nat({ max: pairs.length - 1 })
const fieldName = fc.constantFrom(
  ...['ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'Content', 'MsgId', 'Event', 'EventKey'],
  ...['MediaId', 'Location_X', 'Location_Y', 'Label', 'Recognition', 'Url', 'Encrypt', 'xml'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '#text', '@_a', 'a:b', '一'],
)
const msgType = fc.constantFrom(
  ...[
    'text',
    'voice',
    'image',
    'video',
    'shortvideo',
    'location',
    'link',
    'event',
    '',
    'TEXT',
    'constructor',
  ],
)
const element = (name: string, inside: string) => `<${name}>${inside}</${name}>`
const cdata = (text: string) => `<![CDATA[${text}]]>`
/** Long and even: what makes a careless pattern slow. */
const long = fc
  .tuple(
    fc.constantFrom(
      ...[
        'a',
        '1',
        ' ',
        '我',
        '低保',
        '（',
        '，',
        '。',
        '\n',
        '<',
        '&amp;',
        '补贴怎么',
        '我爸',
        '0.',
        '13800138000',
      ],
      ...['https://a', '<a href=', '不想', '救命', '还没', '申请上去了', '一二三', 'é', '👨‍👩‍👧'],
    ),
    fc.integer({ min: 1, max: 15_000 }),
    fc.constantFrom('', '!', '吗', '<', '没动静', '怎么办'),
  )
  .map(
    ([unit, times, end]) => unit.repeat(Math.min(times, Math.floor(40_000 / Buffer.byteLength(unit)))) + end,
  )

const kinds: Record<string, fc.Arbitrary<Omit<Shot, 'kind'>>> = {
  truncated: fc
    .nat({ max: genuine.body.length })
    .map((end) => shot('', genuine.path, genuine.body.slice(0, end))),
  'bits flipped': fc
    .array(fc.tuple(fc.nat({ max: genuine.body.length - 1 }), fc.nat({ max: 7 })), {
      minLength: 1,
      maxLength: 20,
    })
    .map((flips) => {
      const body = Buffer.from(genuine.body)
      for (const [at, bit] of flips) body[at] = (body[at] ?? 0) ^ (1 << bit)
      return shot('', genuine.path, body)
    }),
  'bytes put in': fc.tuple(fc.nat({ max: genuine.body.length }), anyBytes).map(([at, bytes]) => {
    const body = Buffer.from(genuine.body)
    return shot('', genuine.path, Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]))
  }),
  'ciphertext replaced': fc.oneof(fc.base64String({ maxLength: 400 }), anyText).map((text) =>
    shot(
      '',
      genuine.path,
      genuine.body.replace(encrypted, () => text),
    ),
  ),
  'ciphertext cut': fc
    .nat({ max: encrypted.length })
    .map((end) => shot('', genuine.path, genuine.body.replace(encrypted, encrypted.slice(0, end)))),
  'parameter missing': fc
    .subarray(pairs, { maxLength: pairs.length - 1 })
    .map((left) => shot('', `/wechat?${left.join('&')}`, genuine.body)),
  'parameter repeated': fc
    .tuple(anyPair, fc.nat({ max: 30 }))
    .map(([index, times]) =>
      shot('', `/wechat?${query}${`&${pairs[index]}`.repeat(times + 1)}`, genuine.body),
    ),
  'parameter as list or object': fc
    .tuple(anyPair, fc.constantFrom('[]', '[0]', '[x]', '[__proto__]', '%5B%5D', '.x'))
    .map(([index, mark]) =>
      shot(
        '',
        `/wechat?${query.replace(pairs[index] ?? '', (pair) => pair.replace('=', `${mark}=`))}`,
        genuine.body,
      ),
    ),
  'parameter of another value': fc.tuple(anyPair, anyText).map(([index, text]) => {
    const others = pairs.filter((_, other) => other !== index)
    const name = pairs[index]?.split('=')[0]
    return shot('', `/wechat?${others.join('&')}&${name}=${escaped(text)}`, genuine.body)
  }),
  'parameter huge': fc
    .tuple(anyPair, fc.integer({ min: 100, max: 20_000 }))
    .map(([index, size]) => shot('', `/wechat?${query}&${pairs[index]}${'9'.repeat(size)}`, genuine.body)),
  'many parameters': fc
    .integer({ min: 100, max: 1500 })
    .map((count) => shot('', `/wechat?${query}${'&a=1'.repeat(count)}`, genuine.body)),
  'raw query': fc.uint8Array({ maxLength: 300 }).map((bytes) =>
    shot(
      '',
      `/wechat?${Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\r\n]/g, '')}`,
      genuine.body,
    ),
  ),
  'broken percent signs': fc
    .array(fc.constantFrom('%', '%z', '%E0', '%E0%A4', '%00', '%FF', '%25', '+', '&', '=', ';', 'a'), {
      maxLength: 40,
    })
    .map((parts) => shot('', `/wechat?${query}&${parts.join('')}`, genuine.body)),
  'digits moved between timestamp and nonce': fc.integer({ min: -9, max: 8 }).map((by) => {
    const digits = `${TIMESTAMP}415670741`
    const moved = query
      .replace(/timestamp=\d+/, `timestamp=${digits.slice(0, 10 + by)}`)
      .replace(/nonce=\d+/, `nonce=${digits.slice(10 + by)}`)
    return shot('', `/wechat?${moved}`, genuine.body)
  }),
  'another address': fc
    .array(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%2e',
        'wechat',
        'metrics',
        '%00',
        '%E0%A4%A',
        '\\',
        ':',
        '*',
        '?',
        '#',
        'é',
      ),
      { maxLength: 12 },
    )
    .map((parts) => shot('', `/${parts.join('')}`, genuine.body)),
  'another method': fc
    .constantFrom(
      ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'SEARCH', 'FOO'],
    )
    .map((method) => shot('', genuine.path, genuine.body, { method })),
  'check of the address': fc.tuple(anyText, fc.boolean()).map(([text, sign]) => {
    const echo = escaped(text)
    const target = sign ? `/wechat?${query}&echostr=${echo}` : `/wechat?echostr=${echo}`
    return shot('', target, '', { method: 'GET' })
  }),
  'too large': fc
    .integer({ min: 60_000, max: 200_000 })
    .map((size) => shot('', genuine.path, Buffer.alloc(size, genuine.body))),
  'binary body': anyBytes.map((bytes) => shot('', genuine.path, bytes)),
  'another content type': fc
    .constantFrom(
      '',
      'application/json',
      'multipart/form-data; boundary=x',
      'text/xml; charset=utf-7',
      '\x01',
      'a'.repeat(3000),
    )
    .map((type) => shot('', genuine.path, genuine.body, { headers: [`Content-Type: ${type}`] })),
  'another encoding announced': fc
    .constantFrom(
      'Content-Encoding: gzip',
      'Content-Encoding: br',
      'Expect: 100-continue',
      'Expect: magic',
      'Upgrade: h2c',
      'Range: bytes=0-1',
    )
    .map((header) => shot('', genuine.path, genuine.body, { headers: [header] })),
  'broken framing': fc
    .constantFrom(
      'Content-Length: -1',
      'Content-Length: x',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: gzip',
      'Host: a',
      ': empty',
      'bad header',
    )
    .map((header) => shot('', genuine.path, genuine.body, { headers: [header] })),
  'cut off': fc
    .nat({ max: genuine.body.length - 1 })
    .map((end) => shot('', genuine.path, genuine.body.slice(0, end), { cutOff: true })),
  'not XML': fc.oneof(fc.json(), webForm, anyText).map((text) => shot('', genuine.path, text)),
  'another character set': fc
    .constantFrom<BufferEncoding>('utf16le', 'latin1', 'base64', 'hex')
    .map((encoding) =>
      shot(
        '',
        genuine.path,
        Buffer.from(genuine.body, encoding === 'utf16le' ? encoding : 'utf8').toString(
          encoding === 'utf16le' ? 'latin1' : encoding,
        ),
      ),
    ),
  'nested elements': fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.boolean(), fieldName)
    .map(([depth, inside, name]) => {
      const xml = element('xml', element(name, `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`))
      return inside ? sealed('', xml) : shot('', genuine.path, xml)
    }),
  'CDATA tricks': fc
    .tuple(
      fieldName,
      fc.array(
        fc.constantFrom(
          '<![CDATA[',
          ']]>',
          ']]',
          '>',
          '<!',
          ']]&gt;',
          '<xml>',
          '</xml>',
          '低保',
          '\0',
          '&#0;',
        ),
        { maxLength: 30 },
      ),
      fc.boolean(),
    )
    .map(([name, parts, inside]) => {
      const xml = plainXml(message('低保')).replace('</xml>', () => `${element(name, parts.join(''))}</xml>`)
      return inside ? sealed('', xml) : shot('', genuine.path, xml)
    }),
  entities: fc
    .tuple(
      fc.constantFrom(
        '&#0;',
        '&#x110000;',
        '&#xD800;',
        '&unknown;',
        '&a;',
        '&',
        '&#;',
        '&amp;amp;',
        '&#99999999999;',
        '&__proto__;',
        '&xxe;',
      ),
      fc.constantFrom(
        '',
        '<!DOCTYPE xml>',
        '<!DOCTYPE xml [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
        '<!doctype xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<?xml version="1.0"?>',
        '<?xml-stylesheet href="x"?>',
        '<!-- -->',
      ),
      fieldName,
      fc.boolean(),
    )
    .map(([entity, before, name, inside]) => {
      const xml =
        before + plainXml(message('低保')).replace('</xml>', `${element(name, entity.repeat(50))}</xml>`)
      return inside ? sealed('', xml) : shot('', genuine.path, xml)
    }),
  'attributes and comments': fc
    .tuple(
      fc.constantFrom(
        '<a b="c"/>',
        "<a b='c",
        '<!-- -- -->',
        '<?php ?>',
        '<a:b xmlns:a="x"/>',
        '<xml/>',
        '</xml>',
        '<a b=c d>',
      ),
      fc.nat({ max: 60 }),
    )
    .map(([part, at]) => {
      const xml = plainXml(message('低保'))
      return sealed('', xml.slice(0, at) + part + xml.slice(at))
    }),
  'sealed garbage': anyText.map((text) => sealed('', text)),
  'sealed bytes': anyBytes.map((bytes) => sealed('', bytes)),
  'sealed JSON': fc.json().map((text) => sealed('', text)),
  'sealed, cut': fc.nat({ max: 300 }).map((end) => sealed('', plainXml(message('低保')).slice(0, end))),
  'sealed for somebody else': anyText.map((receiver) => sealed('', plainXml(message('低保')), { receiver })),
  'sealed with a wrong length': fc
    .oneof(fc.nat({ max: 2 ** 32 - 1 }), fc.nat({ max: 400 }))
    .map((length) => sealed('', plainXml(message('低保')), { length })),
  'sealed with wrong padding': fc
    .array(fc.nat({ max: 255 }), { maxLength: 64 })
    .map((padding) => sealed('', plainXml(message('低保')), { padding })),
  'any value of any field': fc
    .tuple(msgType, fc.array(fc.tuple(fieldName, anyText), { maxLength: 8 }))
    .map(([type, fields]) => {
      const more = fields.map(([name, text]) => element(name, cdata(text))).join('')
      return sealed(
        '',
        plainXml(message('低保', { MsgType: type, Event: 'CLICK' })).replace('</xml>', () => `${more}</xml>`),
      )
    }),
  'fields missing or repeated': fc
    .tuple(msgType, fc.array(fieldName, { maxLength: 12 }), fc.boolean())
    .map(([type, names, nested]) =>
      sealed(
        '',
        element(
          'xml',
          `${element('MsgType', type)}${names.map((name) => element(name, nested ? '<item>1</item>' : '1')).join('')}`,
        ),
      ),
    ),
  'any words of a resident': fc.tuple(anyText, fc.bigInt({ min: 0n, max: 2n ** 64n })).map(([text, id]) =>
    sealed(
      '',
      plainXml(message('', { MsgId: String(id) })).replace(
        '<Content><![CDATA[',
        () => `<Content><![CDATA[${text}`,
      ),
    ),
  ),
  'long words of a resident': fc
    .tuple(long, fc.bigInt({ min: 0n, max: 2n ** 64n }))
    .map(([text, id]) => sealed('', plainXml(message(text, { MsgId: String(id) })))),
  'odd numbers': fc
    .tuple(
      fc.constantFrom('MsgId', 'CreateTime', 'Location_X', 'Location_Y', 'Scale'),
      fc.constantFrom(
        '-1',
        '1e308',
        'NaN',
        '0x10',
        '９',
        '1.5',
        '9'.repeat(400),
        '',
        ' 1 ',
        '1,5',
        'Infinity',
        '٣',
        '8640000000001',
      ),
      msgType,
    )
    .map(([name, value, type]) =>
      sealed(
        '',
        plainXml(message('低保', { Location_X: '1', Location_Y: '2', MsgType: type, [name]: value })),
      ),
    ),
  'any event': fc
    .tuple(
      fc.constantFrom('subscribe', 'unsubscribe', 'SCAN', 'CLICK', 'VIEW', '__proto__', ''),
      anyText,
      fc.nat({ max: 10 ** 10 - 1 }),
    )
    .map(([event, key, time]) =>
      sealed(
        '',
        plainXml({ ...message('x', { MsgType: 'event', Event: event, CreateTime: time }), EventKey: key }),
      ),
    ),
  'any sender': anyText.map((from) => sealed('', plainXml(message('低保', { FromUserName: from })))),
}

const anyShot = fc.oneof(
  ...Object.entries(kinds).map(([kind, arbitrary]) => arbitrary.map((one): Shot => ({ ...one, kind }))),
)

test(
  `${RUNS} malformed or hostile requests are each answered in time, without 5xx or stack`,
  async () => {
    const errors: string[] = []
    const { app } = createAssistant(
      assistantParts({
        store: memoryStore(),
        log: suiteLog('error', errors),
        now: () => AT,
        fetch: () => Promise.reject(new Error('nothing is to be sent')),
        limits: createLimits({ ...RULES, refused: NEVER, page: NEVER, form: NEVER }),
      }),
    )
    const { hostname, port } = new URL(await serve(app.callback()))
    const seen = new Map<string, Set<number>>()
    const check = async (one: Shot) => {
      const start = performance.now()
      const before = process.cpuUsage()
      const answer = await fire(one, Number(port), hostname)
      const wait = performance.now() - start
      const { user, system } = process.cpuUsage(before)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
      seen.set(one.kind, (seen.get(one.kind) ?? new Set()).add(status))
      // Only a sender who hung up may be left without an answer.
      if (!(status === 0 && one.cutOff)) expect(status).toBeGreaterThanOrEqual(200)
      expect(status).toBeLessThan(500)
      expect(answer).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d|\/work\/|Error:/)
      expect(errors).toEqual([])
      expect((user + system) / 1000).toBeLessThan(LIMIT_MS.work)
      expect(wait).toBeLessThan(LIMIT_MS.wait)
    }
    console.log(`fuzz: ${RUNS} runs of ${Object.keys(kinds).length} kinds, FUZZ_SEED=${SEED}`)
    await fc.assert(fc.asyncProperty(anyShot, check), { numRuns: RUNS, seed: SEED })

    expect(Object.keys(kinds).filter((kind) => !seen.has(kind))).toEqual([])
    const statuses = new Set([...seen.values()].flatMap((some) => [...some]))
    for (const status of [200, 400, 401, 403, 404, 405, 413]) expect(statuses).toContain(status)
    const alive = await fire(shot('', '/healthz', '', { method: 'GET' }), Number(port), hostname)
    expect(alive).toMatch(/^HTTP\/1\.1 200 /)
  },
  60_000 + RUNS * 50,
)

/** Sends a request byte by byte as it stands and takes whatever comes until the line is closed. */
function fire({ method, target, headers, body, cutOff }: Shot, port: number, host: string): Promise<string> {
  const framed = headers.some((header) => /^(?:content-length|transfer-encoding)/i.test(header))
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...(framed ? [] : [`Content-Length: ${body.length + (cutOff ? 7 : 0)}`]),
    ...headers,
  ]
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, host)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A line broken while we still send is fine as long as the answer came.
    socket.on('error', () => {})
    socket.on('close', () => {
      const answer = Buffer.concat(chunks).toString('latin1')
      resolve(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))
    })
    socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
    if (cutOff) socket.end(body)
    else socket.write(body)
  })
}
