/**
 * The sealed envelope around every callback of WeChat's platforms, opened and closed.
 *
 * The scheme is the same for Official Accounts and WeCom; only the receiver differs (AppID, CorpID, SuiteID
 * or nothing). Source: developers.weixin.qq.com "message-push" and "Message encryption and decryption",
 * developer.work.weixin.qq.com 90968 and 91144.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'
import { getSignature } from '@wecom/crypto'
import { CallbackRefused } from './channel.ts'

/** The platform pads to whole blocks of 32 bytes, twice the block of AES. */
const PADDING_BLOCK = 32
/** 16 random bytes and the length of the message stand before the message. */
const HEADER_BYTES = 20
const CIPHER = 'aes-256-cbc'
/** A block of AES, in bytes. */
const BLOCK = 16
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
 * Makes the opener and sealer for one account.
 *
 * `@wecom/crypto` signs. It does not decrypt here: its `decrypt` throws away the padding and the byte lengths, the very
 * things that tell a genuine envelope from a damaged one; and it makes a key and a cipher of anew for every envelope.
 *
 * @throws {RangeError} when a key cannot be one of the platform's
 */
export function envelopeCrypto({ token, encodingAesKey, receiver }: EnvelopeKeys): EnvelopeCrypto {
  if (token === '') throw new RangeError('The callback token is empty, so anyone could sign for the platform')
  // Looser text (44 characters, a trailing newline) would decode to 32 bytes as well, and to the wrong key.
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey)) {
    throw new RangeError('EncodingAESKey must be the 43 letters and digits shown in the console')
  }
  const keyBytes = Buffer.from(`${encodingAesKey}=`, 'base64')
  const iv = keyBytes.subarray(0, 16)
  const key = createSecretKey(keyBytes)
  const encrypted = encryptor(key, iv)
  const decrypted = decryptor(key, iv)
  const receiverBytes = Buffer.from(receiver)
  const freshRandom = randomSupply()

  return {
    open({ msgSignature, timestamp, nonce, encrypt }) {
      requireSignedShape(timestamp, nonce)
      const ciphertext = wholeCiphertext(encrypt)
      if (!ciphertext) throw new CallbackRefused(400, 'Encrypt is not a whole ciphertext')
      if (!sameSignature(getSignature(token, timestamp, nonce, encrypt), msgSignature)) {
        throw new CallbackRefused(401, 'msg_signature does not fit this envelope')
      }
      const plain = unpadded(decrypted(ciphertext))
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
      const encrypt = encrypted(padded(random ?? freshRandom(), plaintext, receiverBytes)).toString('base64')
      const msgSignature = getSignature(token, timestampSeconds, nonce, encrypt)
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
  // The empty fourth part sorts first and adds nothing: the same digest as over three parts.
  return sameSignature(getSignature(token, timestamp, nonce, ''), signature)
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

/** The bytes of a ciphertext; undefined unless it is whole blocks, in the one spelling that base64 has for them. */
function wholeCiphertext(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64')
  const isWhole = bytes.length > 0 && bytes.length % PADDING_BLOCK === 0
  // Node skips what is not base64.
  return isWhole && bytes.toString('base64') === base64 ? bytes : undefined
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

/**
 * Encrypts whole blocks, of which it changes the first, each time as if anew. A cipher takes longer to make than an envelope
 * to encrypt, so one is kept; it chains to the last block before, which is taken out of the next one's first block again.
 */
function encryptor(key: KeyObject, iv: Buffer): (plain: Buffer) => Buffer {
  const cipher = createCipheriv(CIPHER, key, iv).setAutoPadding(false)
  const last = Buffer.from(iv)
  return (plain) => {
    for (let at = 0; at < BLOCK; at++) plain[at] = (plain[at] ?? 0) ^ (iv[at] ?? 0) ^ (last[at] ?? 0)
    const text = cipher.update(plain)
    text.copy(last, 0, text.length - BLOCK)
    return text
  }
}

/** Decrypts whole blocks, each time as if anew, as {@link encryptor} does. */
function decryptor(key: KeyObject, iv: Buffer): (text: Buffer) => Buffer {
  const decipher = createDecipheriv(CIPHER, key, iv)
  // OpenSSL only knows padding up to 16 bytes and fails on the rest.
  decipher.setAutoPadding(false)
  const last = Buffer.from(iv)
  return (text) => {
    const plain = decipher.update(text)
    for (let at = 0; at < BLOCK; at++) plain[at] = (plain[at] ?? 0) ^ (iv[at] ?? 0) ^ (last[at] ?? 0)
    text.copy(last, 0, text.length - BLOCK)
    return plain
  }
}

/** What is encrypted, to the end of its last block. */
function padded(random: Buffer, message: string, receiver: Buffer): Buffer {
  const length = Buffer.byteLength(message)
  const end = HEADER_BYTES + length + receiver.length
  const padding = PADDING_BLOCK - (end % PADDING_BLOCK)
  const plain = Buffer.allocUnsafe(end + padding)
  random.copy(plain)
  plain.writeUInt32BE(length, RANDOM_BYTES)
  plain.write(message, HEADER_BYTES)
  receiver.copy(plain, HEADER_BYTES + length)
  return plain.fill(padding, end)
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
