/**
 * The callback of a WeCom application: which member wrote or tapped what, and how an answer goes back.
 *
 * Source: developer.work.weixin.qq.com 90238 (receiving), 90239 (messages), 90240 (events), 90241 (passive answers).
 * Whoever it comes from is told by FromUserName inside the envelope, and by nothing else.
 */
import {
  type CallbackQuery,
  degrees,
  digits,
  field,
  narrow,
  opened,
  refuseRepeated,
  required,
  requireFresh,
  sealedAnswer,
} from './callback.ts'
import { CallbackRefused } from './channel.ts'
import { envelopeCrypto } from './wechat-crypto.ts'
import { legalText, readXml, writeXml, type XmlFields } from './wechat-xml.ts'

export interface WecomCallbackSettings {
  corpId: string
  agentId: number
  /** As set where the application receives messages. */
  token: string
  encodingAesKey: string
}

/** What a member did in the application's chat. */
export type AdvisorMessageBody =
  | { kind: 'text'; text: string }
  | { kind: 'media'; media: 'image' | 'voice' | 'video'; mediaId: string }
  | { kind: 'location'; latitude: number; longitude: number; label: string }
  /** A button of a card. `code` lets this card be changed once, within 72 hours. */
  | { kind: 'tap'; key: string; task: string; code: string | null }
  /** The member may use the application from now on. That they open its chat needs no words every time. */
  | { kind: 'entered' }
  /** Something that needs no words from us. */
  | { kind: 'unspoken'; type: string }

export interface AdvisorMessage {
  /** The same for every delivery of one message. Opaque. */
  id: string
  /** The member's userid, as the platform writes it. Never logged. */
  from: string
  sentAt: Date
  body: AdvisorMessageBody
}

export interface AdvisorIncoming {
  message: AdvisorMessage
  /**
   * The body of the response that says `text` to the member; empty with nothing to say.
   *
   * @param text at most 2048 bytes of UTF-8
   * @param nonce fresh for every answer; only digits and letters
   */
  answer(text: string, now: Date, nonce: string): string
}

export interface WecomCallback {
  /**
   * Answers the platform's check of our address: what was sealed in `echostr`.
   *
   * @throws {CallbackRefused} unless the platform signed and sealed it for this company
   */
  check(query: CallbackQuery): string
  /**
   * Reads one push.
   *
   * @throws {CallbackRefused} for anything that is not genuine, fresh, whole and for this application
   */
  receive(query: CallbackQuery, rawBody: Buffer | string, now: Date): AdvisorIncoming
}

/**
 * The callback of one application.
 *
 * @throws {RangeError} when token or key cannot be the platform's
 */
export function wecomCallback({
  corpId,
  agentId,
  token,
  encodingAesKey,
}: WecomCallbackSettings): WecomCallback {
  const crypto = envelopeCrypto({ token, encodingAesKey, receiver: corpId })

  /** The inner XML, once its sender and addressee are established. */
  function genuine(query: CallbackQuery, body: string): XmlFields {
    const envelope = readXml(body)
    const push = readXml(opened(crypto, query, field(envelope, 'Encrypt')))
    for (const xml of [envelope, push]) {
      if (field(xml, 'ToUserName') !== corpId) throw new CallbackRefused(403, 'ToUserName is another company')
    }
    if (field(push, 'AgentID') !== String(agentId))
      throw new CallbackRefused(403, 'AgentID is another application')
    return push
  }

  return {
    check(query) {
      refuseRepeated(query)
      return opened(crypto, query, required(query, 'echostr'))
    },

    receive(query, rawBody, now) {
      refuseRepeated(query)
      const push = genuine(query, rawBody.toString())
      requireFresh(query, now)
      const message = messageFrom(push)
      return {
        message,
        answer(text, at, nonce) {
          const content = legalText(text)
          if (content === '') return ''
          const timestampSeconds = Math.floor(at.getTime() / 1000)
          const reply = writeXml({
            ToUserName: message.from,
            FromUserName: corpId,
            CreateTime: timestampSeconds,
            MsgType: 'text',
            Content: content,
          })
          return sealedAnswer(crypto, reply, timestampSeconds, nonce)
        },
      }
    },
  }
}

function messageFrom(push: XmlFields): AdvisorMessage {
  const userid = field(push, 'FromUserName')
  if (userid.length > 64 || !/^[0-9A-Za-z@._-]+$/.test(userid))
    throw new CallbackRefused(400, 'FromUserName is not a userid')
  const from = narrow(userid)
  const createTime = digits(push, 'CreateTime', 10)
  const type = field(push, 'MsgType')
  const sent = { from, sentAt: new Date(Number(createTime) * 1000) }
  if (type === 'event') {
    const event = field(push, 'Event')
    const about = [push.text('EventKey') ?? '', push.text('TaskId') ?? '']
    // Events carry no MsgId; this is what stays the same.
    return { ...sent, id: [from, createTime, event, ...about].join(':'), body: eventBody(event, push) }
  }
  // Kept as text: a 64-bit number does not survive as a JavaScript number.
  return { ...sent, id: `${from}:${digits(push, 'MsgId', 20)}`, body: messageBody(type, push) }
}

function messageBody(type: string, push: XmlFields): AdvisorMessageBody {
  switch (type) {
    case 'text':
      return { kind: 'text', text: field(push, 'Content') }
    case 'image':
    case 'voice':
    case 'video':
      return { kind: 'media', media: type, mediaId: field(push, 'MediaId') }
    case 'location':
      return {
        kind: 'location',
        latitude: degrees(push, 'Location_X', 90),
        longitude: degrees(push, 'Location_Y', 180),
        label: push.text('Label') ?? '',
      }
    case 'link':
      return { kind: 'text', text: [push.text('Title') ?? '', field(push, 'Url')].join('\n') }
    default:
      return { kind: 'unspoken', type }
  }
}

function eventBody(event: string, push: XmlFields): AdvisorMessageBody {
  switch (event) {
    case 'template_card_event':
      return {
        kind: 'tap',
        key: field(push, 'EventKey'),
        task: field(push, 'TaskId'),
        // An empty one changes nothing.
        code: push.text('ResponseCode') || null,
      }
    case 'subscribe':
      return { kind: 'entered' }
    case 'click':
      // The application's menu: its keys are words an advisor could have written.
      return { kind: 'text', text: field(push, 'EventKey') }
    default:
      return { kind: 'unspoken', type: event }
  }
}
