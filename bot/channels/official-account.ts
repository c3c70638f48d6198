/**
 * The Official Account's callback: who may speak to us, what they said, and how an answer goes back.
 *
 * Source: developers.weixin.qq.com "message-push", "Receiving standard messages", "Receiving event pushes",
 * "Passive user reply messages" and "Message encryption and decryption".
 */
import type { Message, MessageBody } from '../message.ts'
import { CallbackRefused } from './channel.ts'
import { type EnvelopeCrypto, envelopeCrypto, plainSignatureOk } from './wechat-crypto.ts'
import { legalText, readXml, writeXml, type XmlFields } from './wechat-xml.ts'

/** The platform repeats a push within seconds; anything older is a recording, anything newer a wrong clock. */
const MAX_AGE_MS = 10 * 60 * 1000
const QR_PREFIX = 'qrscene_'

export interface OfficialAccountSettings {
  appId: string
  /** The Token from the console's server settings. */
  token: string
  /** The EncodingAESKey for safe mode; null for plain mode, where nothing proves who wrote a message. */
  encodingAesKey: string | null
}

/** The query of a request; a parameter that stands there twice is an array. */
export type CallbackQuery = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Incoming {
  message: Message
  /**
   * The body of the response that says `text` to the sender of this message.
   *
   * @param text at most 2000 bytes of UTF-8; with nothing to say, the platform is told just that
   * @param nonce fresh for every answer; only digits and letters
   */
  answer(text: string, now: Date, nonce: string): string
}

export interface OfficialAccount {
  /**
   * Answers the platform's check of our address: the echostr, to be sent back exactly as it is.
   *
   * @throws {CallbackRefused} unless the platform signed the request
   */
  check(query: CallbackQuery): string
  /**
   * Reads one push. With an AES key only sealed pushes count; without one, only the query is signed.
   *
   * @throws {CallbackRefused} for anything that is not genuine, fresh and whole
   */
  receive(query: CallbackQuery, rawBody: Buffer | string, now: Date): Incoming
}

/**
 * The callback of one Official Account.
 *
 * @throws {RangeError} when token or key cannot be the platform's
 */
export function officialAccount({ appId, token, encodingAesKey }: OfficialAccountSettings): OfficialAccount {
  if (token === '') throw new RangeError('The callback token is empty, so anyone could sign for the platform')
  const crypto = encodingAesKey === null ? null : envelopeCrypto({ token, encodingAesKey, receiver: appId })

  function requirePlainSignature(query: CallbackQuery): void {
    const signature = required(query, 'signature')
    if (!plainSignatureOk(token, signature, required(query, 'timestamp'), required(query, 'nonce'))) {
      throw new CallbackRefused(401, 'signature does not fit this request')
    }
  }

  /** The inner XML, once its sender is established. */
  function genuine(query: CallbackQuery, body: string): XmlFields {
    if (!crypto) {
      requirePlainSignature(query)
      const push = readXml(body)
      if (push.text('Encrypt') !== undefined && push.text('FromUserName') === undefined) {
        throw new CallbackRefused(400, 'The push is encrypted, but no EncodingAESKey is set')
      }
      return push
    }
    if (query['encrypt_type'] !== 'aes') {
      throw new CallbackRefused(403, 'Only encrypted pushes are accepted: choose safe mode in the console')
    }
    const envelope = readXml(body)
    const plaintext = opened(crypto, query, field(envelope, 'Encrypt'))
    // The console can switch pushes to JSON, which arrives well signed and would baffle whoever set it up.
    if (plaintext.startsWith('{')) {
      throw new CallbackRefused(400, 'The push is JSON: choose XML as the data format in the console')
    }
    const push = readXml(plaintext)
    const addressee = envelope.text('ToUserName')
    if (addressee !== undefined && addressee !== push.text('ToUserName')) {
      throw new CallbackRefused(403, 'ToUserName differs between the envelope and the message')
    }
    return push
  }

  return {
    check(query) {
      refuseRepeated(query)
      const echo = required(query, 'echostr')
      if (crypto && query['encrypt_type'] === 'aes' && query['msg_signature'] !== undefined) {
        return opened(crypto, query, echo)
      }
      // Even in safe mode the platform sends this check in the clear.
      requirePlainSignature(query)
      return echo
    },

    receive(query, rawBody, now) {
      refuseRepeated(query)
      const push = genuine(query, rawBody.toString())
      const age = Math.abs(now.getTime() - Number(required(query, 'timestamp')) * 1000)
      if (age > MAX_AGE_MS) throw new CallbackRefused(403, 'timestamp is more than 10 minutes off')
      const account = field(push, 'ToUserName')
      const message = messageFrom(push)
      return {
        message,
        answer(text, at, nonce) {
          const content = legalText(text)
          // An empty Content would make the platform show its fault notice.
          if (content === '') return 'success'
          const timestampSeconds = Math.floor(at.getTime() / 1000)
          const reply = writeXml({
            ToUserName: message.from,
            FromUserName: account,
            CreateTime: timestampSeconds,
            MsgType: 'text',
            Content: content,
          })
          if (!crypto) return reply
          const sealed = crypto.seal(reply, { timestampSeconds, nonce })
          return writeXml({
            Encrypt: sealed.encrypt,
            MsgSignature: sealed.msgSignature,
            TimeStamp: sealed.timeStamp,
            Nonce: sealed.nonce,
          })
        },
      }
    },
  }
}

function opened(crypto: EnvelopeCrypto, query: CallbackQuery, encrypt: string): string {
  return crypto.open({
    msgSignature: required(query, 'msg_signature'),
    timestamp: required(query, 'timestamp'),
    nonce: required(query, 'nonce'),
    encrypt,
  })
}

function messageFrom(push: XmlFields): Message {
  const from = field(push, 'FromUserName')
  if (!/^[\x21-\x7e]{1,128}$/.test(from)) throw new CallbackRefused(400, 'FromUserName is not an openid')
  const createTime = digits(push, 'CreateTime', 10)
  const type = field(push, 'MsgType')
  const sent = { channel: 'official-account', from, sentAt: new Date(Number(createTime) * 1000) } as const
  if (type === 'event') {
    const event = field(push, 'Event')
    const key = push.text('EventKey') ?? ''
    // Events carry no MsgId (their MsgID belongs to something we sent); this is what stays the same.
    return { ...sent, id: `${from}:${createTime}:${event}:${key}`, body: eventBody(event, key) }
  }
  // Kept as text: a 64-bit number does not survive as a JavaScript number.
  return { ...sent, id: `${from}:${digits(push, 'MsgId', 20)}`, body: messageBody(type, push) }
}

function messageBody(type: string, push: XmlFields): MessageBody {
  switch (type) {
    case 'text':
      return { kind: 'text', text: field(push, 'Content').replace(/^\0+|\0+$/g, '') }
    case 'voice': {
      // Newer accounts get the element but always empty: nothing was written down.
      const heard = push.text('Recognition')?.trim() ?? ''
      return {
        kind: 'voice',
        mediaId: field(push, 'MediaId'),
        format: push.text('Format') ?? '',
        transcript: heard === '' ? null : heard,
      }
    }
    case 'image':
      return { kind: 'image', mediaId: field(push, 'MediaId') }
    case 'video':
    case 'shortvideo':
      return { kind: 'video', mediaId: field(push, 'MediaId') }
    case 'location':
      return {
        kind: 'location',
        latitude: degrees(push, 'Location_X', 90),
        longitude: degrees(push, 'Location_Y', 180),
        label: push.text('Label') ?? '',
      }
    case 'link':
      return {
        kind: 'link',
        title: push.text('Title') ?? '',
        description: push.text('Description') ?? '',
        url: field(push, 'Url'),
      }
    default:
      return { kind: 'unspoken', type }
  }
}

function eventBody(event: string, key: string): MessageBody {
  switch (event) {
    case 'subscribe': {
      const scene = key.startsWith(QR_PREFIX) ? key.slice(QR_PREFIX.length) : ''
      return { kind: 'followed', scene: scene === '' ? null : scene }
    }
    case 'unsubscribe':
      return { kind: 'unfollowed' }
    case 'SCAN':
      return { kind: 'scanned', scene: key }
    case 'CLICK':
      return { kind: 'tapped', key }
    default:
      return { kind: 'unspoken', type: event }
  }
}

/** A repeated parameter means two readings of one request: ours and whoever checked it before us. */
function refuseRepeated(query: CallbackQuery): void {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object')
      throw new CallbackRefused(400, `${name.slice(0, 40)} is given more than once`)
  }
}

function required(query: CallbackQuery, name: string): string {
  const value = query[name]
  if (typeof value !== 'string' || value === '') throw new CallbackRefused(400, `${name} is missing`)
  return value
}

function field(push: XmlFields, name: string): string {
  const value = push.text(name)
  if (value === undefined) throw new CallbackRefused(400, `${name} is missing`)
  return value
}

function digits(push: XmlFields, name: string, most: number): string {
  const value = field(push, name)
  if (!/^\d+$/.test(value) || value.length > most) {
    throw new CallbackRefused(400, `${name} must be 1 to ${most} digits`)
  }
  return value
}

function degrees(push: XmlFields, name: string, most: number): number {
  const value = field(push, name)
  const number = /^-?\d{1,3}(\.\d{1,20})?$/.test(value) ? Number(value) : Number.NaN
  if (!(Math.abs(number) <= most)) throw new CallbackRefused(400, `${name} must be degrees up to ${most}`)
  return number
}
