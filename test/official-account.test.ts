import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallbackRefused } from '../bot/channels/channel.ts'
import { officialAccount } from '../bot/channels/official-account.ts'
import { envelopeCrypto } from '../bot/channels/wechat-crypto.ts'
import { readXml, writeXml } from '../bot/channels/wechat-xml.ts'
import type { MessageBody } from '../bot/message.ts'
import { anyCharacter } from './support/characters.ts'

const now = new Date('2026-03-03T09:00:00+08:00')
const timestamp = String(now.getTime() / 1000)
const openid = 'oAbCd-1234_efghIJKLmnopQRSTuv'
const settings = { appId: 'wx1234567890abcdef', token: 'token1', encodingAesKey: 'k'.repeat(43) }
const safe = officialAccount(settings)
const plain = officialAccount({ ...settings, encodingAesKey: null })

type Query = Record<string, string | string[] | undefined>

function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex')
}

/** A query as the platform signs it. */
function plainQuery(at = timestamp): Query {
  return { signature: sha1('token1', at, '99'), timestamp: at, nonce: '99', openid }
}

/** A message as the platform writes it; undefined leaves a field out. */
function push(fields: string, common: { from?: string; time?: string; to?: string } = {}): string {
  const { from = `<![CDATA[${openid}]]>`, time = timestamp, to = 'gh_0123456789ab' } = common
  return `<xml><ToUserName><![CDATA[${to}]]></ToUserName>
<FromUserName>${from}</FromUserName>
<CreateTime>${time}</CreateTime>
${fields}
</xml>`
}

const text = (content: string) =>
  push(
    `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>24533412345678901</MsgId>`,
  )

const event = (name: string, more = '') =>
  push(`<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>${more}`)

/** The request of safe mode that carries `inner`. */
function sealed(
  inner: string,
  how: { at?: string; receiver?: string; to?: string | null } = {},
): { query: Query; body: string; encrypt: string } {
  const { at = timestamp, receiver = settings.appId, to = 'gh_0123456789ab' } = how
  const crypto = envelopeCrypto({ ...settings, receiver })
  const { encrypt, msgSignature } = crypto.seal(inner, { timestampSeconds: Number(at), nonce: '99' })
  const query = { ...plainQuery(at), encrypt_type: 'aes', msg_signature: msgSignature }
  const body = writeXml({ ...(to === null ? {} : { ToUserName: to }), Encrypt: encrypt })
  return { query, body, encrypt }
}

function receiveSealed(inner: string, how?: Parameters<typeof sealed>[1]) {
  const { query, body } = sealed(inner, how)
  return safe.receive(query, body, now)
}

function refusal(act: () => unknown): CallbackRefused {
  try {
    act()
  } catch (error) {
    if (error instanceof CallbackRefused) return error
    throw error
  }
  throw new Error('It was accepted')
}

describe('the check of our address', () => {
  const official = officialAccount({
    appId: 'wxba5fad812f8e6fb9',
    token: 'AAAAA',
    encodingAesKey: 'A'.repeat(43),
  })
  const query = {
    signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696',
    timestamp: '1714036504',
    nonce: '1514711492',
    echostr: '4375120948345356249',
  }

  test('is answered with its own words, in plain mode and in safe mode alike', () => {
    expect(official.check(query)).toBe('4375120948345356249')
    const inPlainMode = officialAccount({ appId: 'wx', token: 'AAAAA', encodingAesKey: null })
    expect(inPlainMode.check(query)).toBe('4375120948345356249')
  })

  test('is answered decrypted when the words come sealed', () => {
    const { query, encrypt } = sealed('8391')
    expect(safe.check({ ...query, echostr: encrypt })).toBe('8391')
  })

  test.each([
    ['a wrong signature', { ...query, signature: '0'.repeat(40) }, 401],
    ['an upper-case signature', { ...query, signature: query.signature.toUpperCase() }, 401],
    ['another timestamp', { ...query, timestamp: '1714036505' }, 401],
    ['no signature', { ...query, signature: undefined }, 400],
    ['no timestamp', { ...query, timestamp: undefined }, 400],
    ['no nonce', { ...query, nonce: undefined }, 400],
    ['an empty nonce', { ...query, nonce: '' }, 400],
    ['no echostr', { ...query, echostr: undefined }, 400],
    ['a signature twice', { ...query, signature: [query.signature, query.signature] }, 400],
    ['an echostr twice', { ...query, echostr: ['1', '2'] }, 400],
    ['a sealed echostr that is none', { ...query, encrypt_type: 'aes', msg_signature: 'x' }, 400],
  ])('is refused with %s', (_, wrong: Query, status) => {
    expect(refusal(() => official.check(wrong)).status).toBe(status)
  })
})

describe('a message is understood', () => {
  const message = (fields: string): MessageBody => receiveSealed(push(fields)).message.body

  test('with its sender, moment and identity, in both modes', () => {
    const expected = {
      id: `${openid}:24533412345678901`,
      channel: 'official-account',
      from: openid,
      sentAt: now,
      body: { kind: 'text', text: '低保怎么申请' },
    }
    expect(receiveSealed(text('低保怎么申请')).message).toEqual(expected)
    const body = Buffer.from(text('低保怎么申请'))
    expect(plain.receive(plainQuery(), body, now).message).toEqual(expected)
  })

  test.each(['000001', '1e5', '0012', ' 两边有空格 ', '<b>&amp;</b>', '换\n行', '👨‍👩‍👧', ''])(
    'with its words as they were sent: %j',
    (words) => {
      expect(receiveSealed(text(words)).message.body).toEqual({ kind: 'text', text: words })
    },
  )

  test('with a MsgId beyond what a number can hold', () => {
    const inner = push(
      '<MsgType>text</MsgType><Content>1</Content><MsgId>9223372036854775807</MsgId><bizmsgmenuid>3</bizmsgmenuid>',
    )
    expect(receiveSealed(inner).message.id).toBe(`${openid}:9223372036854775807`)
  })

  test('with an id in one byte a character, whatever the words are: thousands are held', () => {
    const { id, from } = receiveSealed(text('低保怎么申请')).message
    for (const kept of [id, from]) expect(serialize(kept).length).toBeLessThan(1.5 * kept.length)
  })

  test('as voice, with the transcript or with null where there is none', () => {
    const voice = (more: string) =>
      message(
        `<MsgType><![CDATA[voice]]></MsgType><MediaId><![CDATA[m1]]></MediaId><Format><![CDATA[amr]]></Format>
        <MediaId16K><![CDATA[m2]]></MediaId16K>${more}<MsgId>1</MsgId>`,
      )
    const silent = { kind: 'voice', mediaId: 'm1', format: 'amr', transcript: null }
    expect(voice('')).toEqual(silent)
    expect(voice('<Recognition><![CDATA[]]></Recognition>')).toEqual(silent)
    expect(voice('<Recognition><![CDATA[ ]]></Recognition>')).toEqual(silent)
    expect(voice('<Recognition><![CDATA[没钱看病]]></Recognition>')).toEqual({
      ...silent,
      transcript: '没钱看病',
    })
  })

  test('as an image or a video, long or short', () => {
    const media = '<MediaId><![CDATA[m1]]></MediaId><MsgId>1</MsgId>'
    expect(
      message(`<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[http://p/?a=1&b=2]]></PicUrl>${media}`),
    ).toEqual({ kind: 'image', mediaId: 'm1' })
    for (const type of ['video', 'shortvideo']) {
      expect(
        message(`<MsgType><![CDATA[${type}]]></MsgType>${media}<ThumbMediaId><![CDATA[t1]]></ThumbMediaId>`),
      ).toEqual({ kind: 'video', mediaId: 'm1' })
    }
  })

  test('as a place', () => {
    const place = '<MsgType><![CDATA[location]]></MsgType><Location_X>23.134521</Location_X>'
    expect(
      message(
        `${place}<Location_Y>-113.358803</Location_Y><Scale>20</Scale><Label><![CDATA[幸福路 1 号]]></Label><MsgId>1</MsgId>`,
      ),
    ).toEqual({ kind: 'location', latitude: 23.134521, longitude: -113.358803, label: '幸福路 1 号' })
    for (const longitude of ['', 'x', '1e2', '180.1', 'Infinity', '0x10']) {
      const wrong = push(`${place}<Location_Y>${longitude}</Location_Y><MsgId>1</MsgId>`)
      expect(refusal(() => receiveSealed(wrong)).status).toBe(400)
    }
  })

  test('as a link', () => {
    expect(
      message(
        `<MsgType><![CDATA[link]]></MsgType><Title><![CDATA[题]]></Title><Description><![CDATA[述]]></Description>
        <Url><![CDATA[https://a.cn/?x=1&y=2]]></Url><MsgId>1</MsgId>`,
      ),
    ).toEqual({ kind: 'link', title: '题', description: '述', url: 'https://a.cn/?x=1&y=2' })
  })

  test('as unspoken when its kind is new to us', () => {
    expect(message('<MsgType><![CDATA[hologram]]></MsgType><MsgId>1</MsgId>')).toEqual({
      kind: 'unspoken',
      type: 'hologram',
    })
  })
})

describe('an event is understood', () => {
  const key = (value: string) => `<EventKey><![CDATA[${value}]]></EventKey><Ticket><![CDATA[t]]></Ticket>`

  test.each<[string, string, MessageBody]>([
    ['subscribe', '', { kind: 'followed', scene: null }],
    ['subscribe', key(''), { kind: 'followed', scene: null }],
    ['subscribe', key('qrscene_'), { kind: 'followed', scene: null }],
    ['subscribe', key('qrscene_street-01'), { kind: 'followed', scene: 'street-01' }],
    ['subscribe', key('qrscene_000123'), { kind: 'followed', scene: '000123' }],
    ['subscribe', key('last_trade_no_4003'), { kind: 'followed', scene: null }],
    ['unsubscribe', key(''), { kind: 'unfollowed' }],
    ['SCAN', key('000123'), { kind: 'scanned', scene: '000123' }],
    ['CLICK', key('求助'), { kind: 'tapped', key: '求助' }],
    ['VIEW', `${key('https://a.cn/?a=1&b=2')}<MenuId>1</MenuId>`, { kind: 'unspoken', type: 'VIEW' }],
    [
      'LOCATION',
      '<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>1</Precision>',
      { kind: 'unspoken', type: 'LOCATION' },
    ],
    [
      'scancode_waitmsg',
      `${key('k')}<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult>1</ScanResult></ScanCodeInfo>`,
      { kind: 'unspoken', type: 'scancode_waitmsg' },
    ],
    [
      'pic_sysphoto',
      `${key('k')}<SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>a</PicMd5Sum></item>
      <item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo>`,
      { kind: 'unspoken', type: 'pic_sysphoto' },
    ],
    [
      'TEMPLATESENDJOBFINISH',
      '<MsgID>200163836</MsgID><Status><![CDATA[success]]></Status>',
      { kind: 'unspoken', type: 'TEMPLATESENDJOBFINISH' },
    ],
    [
      'TEMPLATESENDJOBFINISH',
      '<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>',
      { kind: 'unannounced' },
    ],
    [
      'subscribe_msg_popup_event',
      `<SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId></List><List><TemplateId>b</TemplateId></List>
      </SubscribeMsgPopupEvent>`,
      { kind: 'unspoken', type: 'subscribe_msg_popup_event' },
    ],
    ['click', key('求助'), { kind: 'unspoken', type: 'click' }],
  ])('%s %s', (name, more, body) => {
    expect(receiveSealed(event(name, more)).message.body).toEqual(body)
  })

  test('and known again by sender, second, name and key, never by its MsgID', () => {
    expect(receiveSealed(event('CLICK', key('求助'))).message.id).toBe(`${openid}:${timestamp}:CLICK:求助`)
    expect(receiveSealed(event('TEMPLATESENDJOBFINISH', '<MsgID>1</MsgID>')).message.id).toBe(
      `${openid}:${timestamp}:TEMPLATESENDJOBFINISH:`,
    )
  })
})

describe('safe mode refuses', () => {
  const genuine = sealed(text('你好'))

  test('nothing that is genuine, also when told twice or written without CDATA', () => {
    for (let time = 0; time < 2; time++) {
      expect(safe.receive(genuine.query, genuine.body, now).message.body).toEqual({
        kind: 'text',
        text: '你好',
      })
    }
    const bare = `<xml><Encrypt>${genuine.encrypt}</Encrypt><ToUserName>gh_0123456789ab</ToUserName></xml>`
    expect(safe.receive(genuine.query, bare, now).message.from).toBe(openid)
    expect(receiveSealed(text('你好'), { to: null }).message.from).toBe(openid)
  })

  test('a plain push, even one that is signed (403)', () => {
    expect(refusal(() => safe.receive(plainQuery(), text('你好'), now)).status).toBe(403)
  })

  test('a plain message beside a sealed one: only the sealed one is read', () => {
    const both = text('伪造').replace('</xml>', `<Encrypt>${genuine.encrypt}</Encrypt></xml>`)
    expect(safe.receive(genuine.query, both, now).message.body).toEqual({ kind: 'text', text: '你好' })
    const forged = { ...plainQuery(), encrypt_type: 'aes' }
    expect(refusal(() => safe.receive(forged, both, now)).status).toBe(400)
  })

  test('a right signature over a tampered envelope (401)', () => {
    const other = sealed(text('伪造'))
    expect(refusal(() => safe.receive(genuine.query, other.body, now)).status).toBe(401)
  })

  test.each([
    ['encrypt_type', { encrypt_type: undefined }, 403],
    ['encrypt_type raw', { encrypt_type: 'raw' }, 403],
    ['msg_signature', { msg_signature: undefined }, 400],
    ['timestamp', { timestamp: undefined }, 400],
    ['nonce', { nonce: undefined }, 400],
    ['another nonce', { nonce: '98' }, 401],
    ['signature in place of msg_signature', { msg_signature: sha1('token1', timestamp, '99') }, 401],
    ['msg_signature twice', { msg_signature: ['a', 'b'] }, 400],
    ['timestamp twice', { timestamp: [timestamp, timestamp] }, 400],
    ['openid twice', { openid: [openid, openid] }, 400],
  ])('a request without its proper %s', (_, change: Query, status) => {
    const query = { ...genuine.query, ...change }
    expect(refusal(() => safe.receive(query, genuine.body, now)).status).toBe(status)
  })

  test('a push for another account (403)', () => {
    expect(refusal(() => receiveSealed(text('你好'), { receiver: 'wxother' })).status).toBe(403)
  })

  test('a push whose envelope names another account than its message (403)', () => {
    expect(refusal(() => receiveSealed(text('你好'), { to: 'gh_other' })).status).toBe(403)
  })

  test.each([
    ['10 minutes old', -600, true],
    ['older than 10 minutes', -601, false],
    ['10 minutes ahead', 600, true],
    ['more than 10 minutes ahead', 601, false],
  ])('a push by its age: %s', (_, seconds, accepted) => {
    const at = String(Number(timestamp) + seconds)
    if (accepted) expect(receiveSealed(text('你好'), { at }).message.from).toBe(openid)
    else expect(refusal(() => receiveSealed(text('你好'), { at })).status).toBe(403)
  })

  test.each([
    ['empty', ''],
    ['not XML', 'hello'],
    ['without Encrypt', '<xml><ToUserName>gh_1</ToUserName></xml>'],
    ['with an empty Encrypt', '<xml><Encrypt></Encrypt></xml>'],
    ['with an Encrypt that is not base64', '<xml><Encrypt>%%%%</Encrypt></xml>'],
    ['with two', `<xml><Encrypt>${genuine.encrypt}</Encrypt><Encrypt>x</Encrypt></xml>`],
    ['with a DOCTYPE', `<!DOCTYPE xml><xml><Encrypt>${genuine.encrypt}</Encrypt></xml>`],
  ])('a body that is %s (400)', (_, body) => {
    expect(refusal(() => safe.receive(genuine.query, body, now)).status).toBe(400)
  })

  test('JSON, naming the setting to change (400)', () => {
    const { status, message } = refusal(() => receiveSealed('{"MsgType":"text"}'))
    expect(status).toBe(400)
    expect(message).toContain('XML')
  })

  test('the official example, which is JSON, but only after opening it', () => {
    const official = officialAccount({
      appId: 'wxba5fad812f8e6fb9',
      token: 'AAAAA',
      encodingAesKey: 'A'.repeat(43),
    })
    const query = {
      signature: '6c5c811b55cc85e0e1b54100749188c20beb3f5d',
      msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
      encrypt_type: 'aes',
      timestamp: '1714112445',
      nonce: '415670741',
    }
    const encrypt =
      '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04='
    const body = writeXml({ ToUserName: 'gh_97417a04a28d', Encrypt: encrypt })
    expect(refusal(() => official.receive(query, body, new Date(1714112445000))).message).toContain('JSON')
  })

  test('anything at all in no other way, however a genuine request is bent', () => {
    const bend = fc.record({
      at: fc.nat(genuine.body.length),
      cut: fc.nat(40),
      put: fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 20 }),
        fc.constantFrom('<', ']]>', '<xml>', '&', '='),
      ),
      name: fc.constantFrom('msg_signature', 'timestamp', 'nonce', 'encrypt_type', 'openid'),
      value: fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined)),
      bentQuery: fc.boolean(),
    })
    fc.assert(
      fc.property(bend, ({ at, cut, put, name, value, bentQuery }) => {
        const query = bentQuery ? { ...genuine.query, [name]: value } : genuine.query
        const body = genuine.body.slice(0, at) + put + genuine.body.slice(at + cut)
        try {
          const { message } = safe.receive(query, body, now)
          // What still gets through says what it said before.
          expect(message.body).toEqual({ kind: 'text', text: '你好' })
          expect(message.from).toBe(openid)
        } catch (error) {
          if (!(error instanceof CallbackRefused)) throw error
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('plain mode refuses', () => {
  test.each([
    ['a wrong signature', { ...plainQuery(), signature: '0'.repeat(40) }, 401],
    ['no signature', { ...plainQuery(), signature: undefined }, 400],
    ['a signature twice', { ...plainQuery(), signature: ['a', 'b'] }, 400],
    ['a push of another day', plainQuery(String(Number(timestamp) - 86400)), 403],
  ])('%s', (_, query: Query, status) => {
    expect(refusal(() => plain.receive(query, text('你好'), now)).status).toBe(status)
  })

  test('a sealed push, naming the missing key (400)', () => {
    const { query, body } = sealed(text('你好'))
    expect(refusal(() => plain.receive(query, body, now)).message).toContain('EncodingAESKey')
  })

  test('nothing of compatibility mode, where the plain message stands beside a sealed one', () => {
    const { query, encrypt } = sealed(text('你好'))
    const both = text('你好').replace('</xml>', `<Encrypt>${encrypt}</Encrypt></xml>`)
    expect(plain.receive(query, both, now).message.body).toEqual({ kind: 'text', text: '你好' })
  })
})

describe('a message without what makes it one is refused (400):', () => {
  const type = '<MsgType>text</MsgType><Content>1</Content>'
  test.each([
    [
      'no sender',
      `<xml><ToUserName>gh_1</ToUserName><CreateTime>1</CreateTime>${type}<MsgId>1</MsgId></xml>`,
    ],
    [
      'no account',
      `<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>${type}<MsgId>1</MsgId></xml>`,
    ],
    [
      'no time',
      `<xml><ToUserName>g</ToUserName><FromUserName>o1</FromUserName>${type}<MsgId>1</MsgId></xml>`,
    ],
    ['an empty sender', push(`${type}<MsgId>1</MsgId>`, { from: '' })],
    ['a sender with blanks', push(`${type}<MsgId>1</MsgId>`, { from: 'o 1' })],
    ['a sender in Chinese', push(`${type}<MsgId>1</MsgId>`, { from: '张三' })],
    ['a sender of 129 letters', push(`${type}<MsgId>1</MsgId>`, { from: 'o'.repeat(129) })],
    ['a time in words', push(`${type}<MsgId>1</MsgId>`, { time: 'now' })],
    ['a time in milliseconds', push(`${type}<MsgId>1</MsgId>`, { time: '1714112445000' })],
    ['no type', push('<Content>1</Content><MsgId>1</MsgId>')],
    ['no MsgId', push(type)],
    ['a MsgId in letters', push(`${type}<MsgId>1e5</MsgId>`)],
    ['a MsgId of 21 digits', push(`${type}<MsgId>${'1'.repeat(21)}</MsgId>`)],
    ['no words', push('<MsgType>text</MsgType><MsgId>1</MsgId>')],
    ['no media', push('<MsgType>image</MsgType><MsgId>1</MsgId>')],
    ['no event', push('<MsgType>event</MsgType>')],
    ['two senders', push(`${type}<MsgId>1</MsgId><FromUserName>o2</FromUserName>`)],
  ])('%s', (_, inner) => {
    expect(refusal(() => plain.receive(plainQuery(), inner, now)).status).toBe(400)
    expect(refusal(() => receiveSealed(inner, { to: null })).status).toBe(400)
  })
})

describe('an answer', () => {
  const later = new Date(now.getTime() + 4999)
  const seconds = String(Number(timestamp) + 4)

  /** Reads a sealed answer the way the platform does. */
  function opened(answer: string) {
    const envelope = readXml(answer)
    const part = (name: string) => envelope.text(name) ?? ''
    expect(part('MsgSignature')).toBe(sha1(settings.token, part('TimeStamp'), part('Nonce'), part('Encrypt')))
    const crypto = envelopeCrypto({ ...settings, receiver: settings.appId })
    return {
      envelope,
      reply: crypto.open({
        encrypt: part('Encrypt'),
        msgSignature: part('MsgSignature'),
        timestamp: part('TimeStamp'),
        nonce: part('Nonce'),
      }),
    }
  }

  test('in plain mode goes back to the sender, from the account, in seconds', () => {
    const { answer } = plain.receive(plainQuery(), text('你好'), now)
    expect(answer('您好', later, '7')).toBe(
      `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>` +
        `<CreateTime>${seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好]]></Content></xml>`,
    )
  })

  test('in safe mode goes back sealed, with the names the platform wants', () => {
    const { envelope, reply } = opened(receiveSealed(text('你好')).answer('您好', later, '7'))
    expect(envelope.text('TimeStamp')).toBe(seconds)
    expect(envelope.text('Nonce')).toBe('7')
    expect(readXml(reply).text('Content')).toBe('您好')
    expect(readXml(reply).text('ToUserName')).toBe(openid)
  })

  test('keeps any words in their place', () => {
    const { answer } = receiveSealed(text('你好'))
    for (const words of [
      'a]]></Content><MsgType>news</MsgType>',
      '<a href="https://a.cn/?a=1&b=2">看</a>',
      '👨‍👩‍👧\n好',
    ]) {
      const reply = readXml(opened(answer(words, now, '7')).reply)
      expect(reply.text('Content')).toBe(words)
      expect(reply.text('MsgType')).toBe('text')
    }
  })

  test.each(['', '\u0001'])('with nothing to say (%j) is "success", never an empty Content', (words) => {
    expect(receiveSealed(text('你好')).answer(words, now, '7')).toBe('success')
    expect(plain.receive(plainQuery(), text('你好'), now).answer(words, now, '7')).toBe('success')
  })
})

test('an account whose keys cannot be right does not start', () => {
  expect(() => officialAccount({ ...settings, encodingAesKey: 'short' })).toThrow(RangeError)
  expect(() => officialAccount({ ...settings, token: '' })).toThrow(RangeError)
  expect(() => officialAccount({ ...settings, token: '', encodingAesKey: null })).toThrow(RangeError)
})
