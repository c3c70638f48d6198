/** What the callbacks of an Official Account and of WeCom have in common: their query, fields and sealed answers. */
import { CallbackRefused } from './channel.ts'
import type { EnvelopeCrypto } from './wechat-crypto.ts'
import { writeXml, type XmlFields } from './wechat-xml.ts'

/** The platform repeats a push within seconds; anything older is a recording, anything newer a wrong clock. */
const MAX_AGE_MS = 10 * 60 * 1000

/** The query of a request; a parameter that stands there twice is an array. */
export type CallbackQuery = Readonly<Record<string, string | readonly string[] | undefined>>

/** A repeated parameter means two readings of one request: ours and whoever checked it before us. */
export function refuseRepeated(query: CallbackQuery): void {
  for (const name in query) {
    if (typeof query[name] === 'object')
      throw new CallbackRefused(400, `${name.slice(0, 40)} is given more than once`)
  }
}

/** @throws {CallbackRefused} 400 when it is absent or empty */
export function required(query: CallbackQuery, name: string): string {
  const value = query[name]
  if (typeof value !== 'string' || value === '') throw new CallbackRefused(400, `${name} is missing`)
  return value
}

/** @throws {CallbackRefused} 403 when the signed timestamp is too far from `now` */
export function requireFresh(query: CallbackQuery, now: Date): void {
  const age = Math.abs(now.getTime() - Number(required(query, 'timestamp')) * 1000)
  if (age > MAX_AGE_MS) throw new CallbackRefused(403, 'timestamp is more than 10 minutes off')
}

/**
 * Opens what the query signs.
 *
 * @throws {CallbackRefused} as {@link EnvelopeCrypto.open} does
 */
export function opened(crypto: EnvelopeCrypto, query: CallbackQuery, encrypt: string): string {
  return crypto.open({
    msgSignature: required(query, 'msg_signature'),
    timestamp: required(query, 'timestamp'),
    nonce: required(query, 'nonce'),
    encrypt,
  })
}

/** The envelope of an answer, with its elements as the platform writes them. */
export function sealedAnswer(
  crypto: EnvelopeCrypto,
  answer: string,
  timestampSeconds: number,
  nonce: string,
): string {
  const sealed = crypto.seal(answer, { timestampSeconds, nonce })
  return writeXml({
    Encrypt: sealed.encrypt,
    MsgSignature: sealed.msgSignature,
    TimeStamp: sealed.timeStamp,
    Nonce: sealed.nonce,
  })
}

/** @throws {CallbackRefused} 400 when it is absent; it may be empty */
export function field(push: XmlFields, name: string): string {
  const value = push.text(name)
  if (value === undefined) throw new CallbackRefused(400, `${name} is missing`)
  return value
}

/**
 * A text of ASCII alone, in one byte a character: what is cut from a message takes two as soon as the message holds Chinese,
 * and so does every id and key that is put together from it.
 */
export const narrow = (ascii: string): string => Buffer.from(ascii, 'latin1').toString('latin1')

/** @throws {CallbackRefused} 400 unless it is 1 to `most` digits */
export function digits(push: XmlFields, name: string, most: number): string {
  const value = field(push, name)
  if (!/^\d+$/.test(value) || value.length > most) {
    throw new CallbackRefused(400, `${name} must be 1 to ${most} digits`)
  }
  return narrow(value)
}

/** @throws {CallbackRefused} 400 unless it is a number of degrees up to `most` either way */
export function degrees(push: XmlFields, name: string, most: number): number {
  const value = field(push, name)
  const number = /^-?\d{1,3}(\.\d{1,20})?$/.test(value) ? Number(value) : Number.NaN
  if (!(Math.abs(number) <= most)) throw new CallbackRefused(400, `${name} must be degrees up to ${most}`)
  return number
}
