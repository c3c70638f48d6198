import { describe, expect, test } from 'vitest'
import { CallbackRefused } from '../bot/channels/channel.ts'
import { envelopeCrypto } from '../bot/channels/wechat-crypto.ts'
import { wecomCallback } from '../bot/channels/wecom-callback.ts'
import { plainXml } from './support/wechat.ts'
import { APP, appPush, appXml, openedAppAnswer, textFields } from './support/wecom.ts'

/** The samples of developer.work.weixin.qq.com 90968 and 91144. */
const SAMPLE = {
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  corpId: 'wx5823bf96d3bd56c7',
  agentId: 218,
}
const CHECK = {
  msg_signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
  timestamp: '1409659589',
  nonce: '263014780',
  echostr: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
}
const PUSH = {
  query: {
    msg_signature: '477715d11cdb4164915debcba66cb864d751f3e6',
    timestamp: '1409659813',
    nonce: '1372623149',
  },
  body: `<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>`,
}
const SAMPLE_AT = new Date(1409659813_000)

const NOW = new Date('2026-11-23T09:00:00+08:00')
const callback = wecomCallback(APP)
const queryOf = ({ path }: { path: string }) => Object.fromEntries(new URLSearchParams(path.split('?')[1]))
const received = (push: { path: string; body: string }) => callback.receive(queryOf(push), push.body, NOW)
const bodyOf = (fields: Record<string, string | number>) =>
  received(appPush({ ...textFields('WangFang', '', '1', NOW), ...fields }, NOW)).message.body
const event = (Event: string, more: Record<string, string | number> = {}) => ({
  ...textFields('WangFang', '', '1', NOW),
  MsgType: 'event',
  Event,
  ...more,
})

/** The status it is refused with. */
function refused(act: () => unknown): number {
  try {
    act()
  } catch (error) {
    if (error instanceof CallbackRefused) return error.status
    throw error
  }
  return 200
}

describe('the platform’s own samples', () => {
  test('its check of the address is answered with what was sealed in it', () => {
    expect(wecomCallback(SAMPLE).check(CHECK)).toBe('1616140317555161061')
  })

  test('its push is read', () => {
    const { message } = wecomCallback(SAMPLE).receive(PUSH.query, PUSH.body, SAMPLE_AT)
    expect(message).toEqual({
      id: 'mycreate:4561255354251345929',
      from: 'mycreate',
      sentAt: new Date(1409659813_000),
      body: { kind: 'text', text: 'hello' },
    })
  })

  test('a plus sign that a relay turned into a blank is refused, not misread', () => {
    const check = { ...CHECK, echostr: CHECK.echostr.replaceAll('+', ' ') }
    expect(refused(() => wecomCallback(SAMPLE).check(check))).toBe(400)
  })
})

describe('what a member does', () => {
  test('is read, and deliveries of one message are known by its number, beyond 2^53 too', () => {
    const ids = ['9007199254740992', '9007199254740993'].map(
      (id) => received(appPush(textFields('WangFang', '接单 Q-0412-7', id, NOW), NOW)).message.id,
    )
    expect(ids).toEqual(['WangFang:9007199254740992', 'WangFang:9007199254740993'])
  })

  test.each(['000001', '1e5', '<b>&amp;</b> 👵'])('words stay as written: %s', (Content) => {
    expect(bodyOf({ Content })).toEqual({ kind: 'text', text: Content })
  })

  test('a photo, a voice, a place, a link', () => {
    expect(bodyOf({ MsgType: 'image', PicUrl: 'http://a', MediaId: 'm1' })).toEqual({
      kind: 'media',
      media: 'image',
      mediaId: 'm1',
    })
    expect(bodyOf({ MsgType: 'voice', MediaId: 'm2', Format: 'amr' })).toMatchObject({ media: 'voice' })
    expect(bodyOf({ MsgType: 'location', Location_X: '38.4', Location_Y: '106.2', Label: '城关' })).toEqual({
      kind: 'location',
      latitude: 38.4,
      longitude: 106.2,
      label: '城关',
    })
    expect(bodyOf({ MsgType: 'link', Title: '通知', Url: 'https://a.cn' })).toEqual({
      kind: 'text',
      text: '通知\nhttps://a.cn',
    })
  })

  test('a tap on a card, whose deliveries are known by member, second, button and card', () => {
    const tap = (more: Record<string, string> = {}) =>
      received(
        appPush(
          event('template_card_event', {
            EventKey: 'claim',
            TaskId: 'Q-0412-7_1',
            ResponseCode: 'c1',
            ...more,
          }),
          NOW,
        ),
      ).message
    expect(tap().body).toEqual({ kind: 'tap', key: 'claim', task: 'Q-0412-7_1', code: 'c1' })
    expect(tap({ ResponseCode: '' }).body).toMatchObject({ code: null })
    expect(tap({ ResponseCode: 'c2' }).id).toBe(tap().id)
    expect(new Set([tap().id, tap({ EventKey: 'reached' }).id, tap({ TaskId: 'Q-0412-7_2' }).id]).size).toBe(
      3,
    )
  })

  test.each([
    '<SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>a</OptionId></OptionIds></SelectedItem>',
    '<SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds></SelectedItem><SelectedItem><QuestionKey>r</QuestionKey></SelectedItem>',
  ])('a tap with one or several things chosen', (items) => {
    const fields = event('template_card_event', { EventKey: 'claim', TaskId: 't', ResponseCode: 'c' })
    const xml = plainXml(fields).replace('</xml>', `<SelectedItems>${items}</SelectedItems></xml>`)
    expect(received(appXml(xml, NOW)).message.body).toMatchObject({ kind: 'tap', key: 'claim' })
  })

  test('comes in, taps the menu, or does what needs no words', () => {
    expect(bodyOf(event('subscribe'))).toEqual({ kind: 'entered' })
    expect(bodyOf(event('click', { EventKey: '我的' }))).toEqual({ kind: 'text', text: '我的' })
    for (const quiet of ['enter_agent', 'view', 'unsubscribe', 'LOCATION', 'template_card_menu_event'])
      expect(bodyOf(event(quiet, { EventKey: 'x' }))).toEqual({ kind: 'unspoken', type: quiet })
  })

  test('is answered, sealed and signed for this company', () => {
    const incoming = received(appPush(textFields('WangFang', '我的', '1', NOW), NOW))
    const answer = incoming.answer('您手上没有要办的 ]]> <b>', NOW, '123456789012')
    expect(answer).not.toContain('没有要办的')
    expect(openedAppAnswer(answer)).toBe('您手上没有要办的 ]]> <b>')
    expect(incoming.answer('', NOW, '1')).toBe('')
  })
})

describe('what is refused', () => {
  const push = appPush(textFields('WangFang', '接单', '1', NOW), NOW)
  const query = queryOf(push)

  test.each([
    ['without a signature', { ...query, msg_signature: undefined }, 400],
    ['with a parameter given twice', { ...query, nonce: ['1', '2'] }, 400],
    ['with a timestamp that is none', { ...query, timestamp: '123' }, 400],
    ['with another nonce', { ...query, nonce: '1' }, 401],
    ['with a signature of capitals', { ...query, msg_signature: query['msg_signature']?.toUpperCase() }, 401],
  ])('a push %s', (_, wrong, status) => {
    expect(refused(() => callback.receive(wrong, push.body, NOW))).toBe(status)
  })

  test('a check that is not sealed, not signed, or for somebody else', () => {
    const { echostr, ...rest } = CHECK
    const sample = wecomCallback(SAMPLE)
    expect(refused(() => sample.check(rest))).toBe(400)
    expect(refused(() => sample.check({ ...CHECK, echostr: '1616140317555161061' }))).toBe(400)
    expect(refused(() => sample.check({ ...CHECK, nonce: '263014781' }))).toBe(401)
    expect(refused(() => wecomCallback({ ...SAMPLE, corpId: 'wx0000000000000000' }).check(CHECK))).toBe(403)
  })

  test('plain words, a tampered envelope, nothing, and what is no XML', () => {
    const plain = plainXml(textFields('WangFang', '接单', '1', NOW))
    const tampered = push.body.replace(/(?<=Encrypt><!\[CDATA\[.{40})./s, (one) => (one === 'A' ? 'B' : 'A'))
    expect(refused(() => callback.receive(query, plain, NOW))).toBe(400)
    expect(refused(() => callback.receive(query, tampered, NOW))).toBe(401)
    for (const body of ['', '{}', '<xml>', `<!DOCTYPE a>${push.body}`])
      expect(refused(() => callback.receive(query, body, NOW))).toBe(400)
    expect(refused(() => received(appXml('<!DOCTYPE a><xml></xml>', NOW)))).toBe(400)
  })

  test('a push for another company, by its envelope, its ToUserName inside or outside', () => {
    const fields = textFields('WangFang', '接单', '1', NOW)
    const other = { ...APP, corpId: 'wwffffffffffffffff' }
    expect(refused(() => wecomCallback(other).receive(query, push.body, NOW))).toBe(403)
    expect(refused(() => received(appPush({ ...fields, ToUserName: other.corpId }, NOW)))).toBe(403)
    const outside = { ...push, body: push.body.replace(APP.corpId, other.corpId) }
    expect(refused(() => received(outside))).toBe(403)
    // Sealed with the same key for somebody else.
    const crypto = envelopeCrypto({ ...APP, receiver: other.corpId })
    const sealed = crypto.seal(plainXml(fields), { timestampSeconds: NOW.getTime() / 1000, nonce: '9' })
    const signed = { msg_signature: sealed.msgSignature, timestamp: String(sealed.timeStamp), nonce: '9' }
    const body = plainXml({ ToUserName: APP.corpId, AgentID: APP.agentId, Encrypt: sealed.encrypt })
    expect(refused(() => callback.receive(signed, body, NOW))).toBe(403)
  })

  test('a push for another application of the company', () => {
    const fields = textFields('WangFang', '接单', '1', NOW)
    expect(refused(() => received(appPush({ ...fields, AgentID: 1000003 }, NOW)))).toBe(403)
  })

  test('a recording, and a clock that is wrong', () => {
    for (const minutes of [-11, 11]) {
      const at = new Date(NOW.getTime() + minutes * 60_000)
      expect(refused(() => received(appPush(textFields('WangFang', '接单', '1', at), at)))).toBe(403)
    }
  })

  test.each([
    { FromUserName: '' },
    { FromUserName: 'a b' },
    { FromUserName: 'a'.repeat(65) },
    { MsgId: '12x' },
    { CreateTime: '' },
    { MsgType: 'location', Location_X: '1e1', Location_Y: '1' },
    { MsgType: 'event', Event: 'template_card_event', EventKey: 'claim' },
  ])('fields that cannot be the platform’s: %o', (wrong) => {
    expect(refused(() => bodyOf(wrong))).toBe(400)
  })
})
