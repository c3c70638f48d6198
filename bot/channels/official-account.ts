/**
 * The Official Account's callback: who may speak to us, what they said, and how an answer goes back.
 *
 * Source: developers.weixin.qq.com "message-push", "Receiving standard messages", "Receiving event pushes",
 * "Passive user reply messages" and "Message encryption and decryption".
 */
import type { Message, MessageBody } from '../message.ts'
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
import { envelopeCrypto, plainSignatureOk } from './wechat-crypto.ts'
import { legalText, readXml, writeXml, type XmlFields } from './wechat-xml.ts'

const QR_PREFIX = 'qrscene_'

export interface OfficialAccountSettings {
  appId: string
  /** The Token from the console's server settings. */
  token: string
  /** The EncodingAESKey for safe mode; null for plain mode, where nothing proves who wrote a message. */
  encodingAesKey: string | null
}

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
      requireFresh(query, now)
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
          return crypto ? sealedAnswer(crypto, reply, timestampSeconds, nonce) : reply
        },
      }
    },
  }
}

function messageFrom(push: XmlFields): Message {
  const openid = field(push, 'FromUserName')
  if (openid.length > 128 || !/^[\x21-\x7e]+$/.test(openid))
    throw new CallbackRefused(400, 'FromUserName is not an openid')
  const from = narrow(openid)
  const createTime = digits(push, 'CreateTime', 10)
  const type = field(push, 'MsgType')
  const sentAt = new Date(Number(createTime) * 1000)
  if (type === 'event') {
    const event = field(push, 'Event')
    const key = push.text('EventKey') ?? ''
    // Events carry no MsgId (their MsgID belongs to something we sent); this is what stays the same.
    const id = `${from}:${createTime}:${event}:${key}`
    return { id, channel: 'official-account', from, sentAt, body: eventBody(event, key, push) }
  }
  // Kept as text: a 64-bit number does not survive as a JavaScript number.
  const id = `${from}:${digits(push, 'MsgId', 20)}`
  return { id, channel: 'official-account', from, sentAt, body: messageBody(type, push) }
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

function eventBody(event: string, key: string, push: XmlFields): MessageBody {
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
    case 'TEMPLATESENDJOBFINISH':
      // `success`, `failed:user block` or `failed: system failed`.
      return push.text('Status')?.startsWith('failed')
        ? { kind: 'unannounced' }
        : { kind: 'unspoken', type: event }
    default:
      return { kind: 'unspoken', type: event }
  }
}
