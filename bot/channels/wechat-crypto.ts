/**
 * The sealed envelope around every callback of WeChat's platforms, opened and closed.
 *
 * The scheme is the same for Official Accounts and WeCom; only the receiver differs (AppID, CorpID, SuiteID
 * or nothing). Source: developers.weixin.qq.com "message-push" and "Message encryption and decryption",
 * developer.work.weixin.qq.com 90968 and 91144.
 */
import { createCipheriv, createDecipheriv, hash, randomFillSync, timingSafeEqual } from 'node:crypto'
import { CallbackRefused } from './channel.ts'

/** The platform pads to whole blocks of 32 bytes, twice the block of AES. */
const PADDING_BLOCK = 32
const CIPHER = 'aes-256-cbc'
/** What AES encrypts at once; also the length of an initialisation vector. */
const AES_BLOCK = 16
/** 16 random bytes and the length of the message stand before the message. */
const HEADER_BYTES = 20
/** Genuine nonces are about ten digits; a longer one is nobody we know. */
const MAX_NONCE = 128
/** Every envelope begins with as many random bytes. */
const RANDOM_BYTES = 16
/** Asking the system for random bytes costs the same for one envelope as for 256. */
const RANDOM_AT_ONCE = 256 * RANDOM_BYTES

export interface EnvelopeKeys {
  /** The Token from the console of the platform. */
  token: string
  /** The EncodingAESKey from the same page: 43 letters and digits. */
  encodingAesKey: string
  /** Whom the envelope must be addressed to: AppID, CorpID or SuiteID; empty for group robots. */
  receiver: string
}

export interface SealedEnvelope {
  /** Base64 text, exactly as it stood in the element or parameter. */
  encrypt: string
  msgSignature: string
  timestamp: string
  nonce: string
}

export interface Sealing {
  timestampSeconds: number
  nonce: string
  /** 16 bytes. Left out: fresh random ones; given only to reproduce a known envelope. */
  random?: Buffer
}

export interface EnvelopeCrypto {
  /**
   * Verifies and opens an envelope.
   *
   * @throws {CallbackRefused} 400 malformed, 401 wrong signature, 403 addressed to someone else
   */
  open(envelope: SealedEnvelope): string
  /** Closes an envelope. Its parts are named as the platform's elements are. */
  seal(
    plaintext: string,
    sealing: Sealing,
  ): { encrypt: string; msgSignature: string; timeStamp: number; nonce: string }
}

/**
 * Makes the opener and sealer for one account. No two of its calls may run at the same moment.
 *
 * `@wecom/crypto` would not do: its `decrypt` throws away the padding and the byte lengths, the very things that
 * tell a genuine envelope from a damaged one, and its `encrypt` takes three times as long.
 *
 * @throws {RangeError} when a key cannot be one of the platform's
 */
export function envelopeCrypto({ token, encodingAesKey, receiver }: EnvelopeKeys): EnvelopeCrypto {
  if (token === '') throw new RangeError('The callback token is empty, so anyone could sign for the platform')
  // Looser text (44 characters, a trailing newline) would decode to 32 bytes as well, and to the wrong key.
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey)) {
    throw new RangeError('EncodingAESKey must be the 43 letters and digits shown in the console')
  }
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const decrypted = decryption(key)
  const encrypted = encryption(key)
  const receiverBytes = Buffer.from(receiver)
  const freshRandom = randomSupply()

  return {
    open({ msgSignature, timestamp, nonce, encrypt }) {
      requireSignedShape(timestamp, nonce)
      if (!isWholeCiphertext(encrypt)) throw new CallbackRefused(400, 'Encrypt is not a whole ciphertext')
      if (!sameSignature(signatureOf(token, timestamp, nonce, encrypt), msgSignature)) {
        throw new CallbackRefused(401, 'msg_signature does not fit this envelope')
      }
      const plain = unpadded(decrypted(encrypt))
      const messageEnd = HEADER_BYTES + plain.readUInt32BE(16)
      if (messageEnd > plain.length) throw damaged()
      const addressee = plain.subarray(messageEnd)
      if (addressee.length !== receiverBytes.length || !timingSafeEqual(addressee, receiverBytes)) {
        throw new CallbackRefused(403, 'The envelope is addressed to another receiver')
      }
      return plain.toString('utf8', HEADER_BYTES, messageEnd)
    },

    seal(plaintext, { timestampSeconds, nonce, random }) {
      // A shorter or longer one would silently shift every byte after it.
      if (random && random.length !== RANDOM_BYTES) throw new RangeError('The random part must be 16 bytes')
      const encrypt = encrypted(framed(random ?? freshRandom(), plaintext, receiverBytes)).toString('base64')
      const msgSignature = signatureOf(token, String(timestampSeconds), nonce, encrypt)
      return { encrypt, msgSignature, timeStamp: timestampSeconds, nonce }
    },
  }
}

/**
 * Whether `signature` is the platform's for this timestamp and nonce.
 *
 * It covers neither the body nor the address of a request, so it proves no more than that the sender knows
 * the token or has seen an earlier request. Source: developers.weixin.qq.com "message-push".
 *
 * @throws {CallbackRefused} 400 when timestamp or nonce cannot be the platform's
 */
export function plainSignatureOk(
  token: string,
  signature: string,
  timestamp: string,
  nonce: string,
): boolean {
  requireSignedShape(timestamp, nonce)
  return sameSignature(signatureOf(token, timestamp, nonce), signature)
}

function signatureOf(...parts: string[]): string {
  return hash('sha1', parts.sort().join(''))
}

/** Compares two hexadecimal SHA-1 signatures in a time that does not tell where they differ. */
export function sameSignature(expected: string, given: string): boolean {
  if (!/^[0-9a-f]{40}$/.test(given) || expected.length !== given.length) return false
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given))
}

/**
 * The signed parts are joined without a separator, so digits could wander between timestamp and nonce under
 * the same digest. A timestamp of exactly ten digits pins the border.
 */
function requireSignedShape(timestamp: string, nonce: string): void {
  if (!/^\d{10}$/.test(timestamp)) throw new CallbackRefused(400, 'timestamp must be 10 digits')
  if (nonce === '' || nonce.length > MAX_NONCE) {
    throw new CallbackRefused(400, `nonce must have 1 to ${MAX_NONCE} characters`)
  }
}

function isWholeCiphertext(base64: string): boolean {
  if (base64.length === 0 || base64.length % 4 !== 0) return false
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return false
  const filler = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return ((base64.length / 4) * 3 - filler) % PADDING_BLOCK === 0
}

/** Hands out random bytes, each of them once. */
function randomSupply(): () => Buffer {
  const supply = Buffer.alloc(RANDOM_AT_ONCE)
  let used = RANDOM_AT_ONCE
  return () => {
    if (used === RANDOM_AT_ONCE) {
      randomFillSync(supply)
      used = 0
    }
    used += RANDOM_BYTES
    return supply.subarray(used - RANDOM_BYTES, used)
  }
}

/*
 * Setting a cipher up takes longer than an envelope. In CBC a block depends on nothing but itself and the encrypted
 * block before it, which for the first one is the initialisation vector: so one cipher serves all envelopes when
 * each begins as if that vector stood before it.
 */

/** Decrypts whole blocks, given as base64. */
function decryption(key: Buffer): (base64: string) => Buffer {
  const iv = key.subarray(0, AES_BLOCK)
  // OpenSSL only knows padding up to 16 bytes and fails on the rest.
  const decipher = createDecipheriv(CIPHER, key, iv).setAutoPadding(false)
  return (base64) => {
    decipher.update(iv)
    return decipher.update(base64, 'base64')
  }
}

/** Encrypts whole blocks, and changes the first of them. */
function encryption(key: Buffer): (blocks: Buffer) => Buffer {
  const iv = key.subarray(0, AES_BLOCK)
  const cipher = createCipheriv(CIPHER, key, iv).setAutoPadding(false)
  let before = iv
  return (blocks) => {
    for (let at = 0; at < AES_BLOCK; at++) blocks[at] = (blocks[at] ?? 0) ^ (iv[at] ?? 0) ^ (before[at] ?? 0)
    const encrypted = cipher.update(blocks)
    before = encrypted.subarray(-AES_BLOCK)
    return encrypted
  }
}

/** Random bytes, the message's length, the message, its receiver, and what fills the last block. */
function framed(random: Buffer, message: string, receiver: Buffer): Buffer {
  const messageBytes = Buffer.byteLength(message)
  const end = HEADER_BYTES + messageBytes + receiver.length
  const padding = PADDING_BLOCK - (end % PADDING_BLOCK)
  const frame = Buffer.allocUnsafe(end + padding)
  frame.set(random)
  frame.writeUInt32BE(messageBytes, RANDOM_BYTES)
  frame.write(message, HEADER_BYTES)
  frame.set(receiver, HEADER_BYTES + messageBytes)
  return frame.fill(padding, end)
}

function unpadded(plain: Buffer): Buffer {
  const padding = plain[plain.length - 1] ?? 0
  const end = plain.length - padding
  if (padding < 1 || padding > PADDING_BLOCK || end < HEADER_BYTES) throw damaged()
  for (let index = end; index < plain.length; index++) {
    if (plain[index] !== padding) throw damaged()
  }
  return plain.subarray(0, end)
}

/** Behind a right signature, damage nearly always means that only the token was copied correctly. */
function damaged(): CallbackRefused {
  return new CallbackRefused(400, 'The envelope does not decrypt to a message; check the EncodingAESKey')
}
