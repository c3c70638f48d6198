/** Encrypts single fields of rows with AES-256-GCM, and makes keyed fingerprints. Keys in, text out; no I/O. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { type Fingerprint, StoreError, type TableName } from '../../bot/store.ts'

/** A data key's length in bytes. */
export const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'
const VERSION = 'v1'

/** What a backend keeps in a sealed field: `v1:<key id>:<base64 of iv, tag, ciphertext>`. */
export interface Sealed {
  sealed: string
}

/** Where a sealed value stands. It can be opened nowhere else. */
export interface Place {
  table: TableName
  id: string
  field: string
}

export interface Sealer {
  /** @param value any JSON */
  seal(value: unknown, place: Place): Sealed
  /** @throws {StoreError} `unreadable` when a bit of it or its place was altered, or its key is not in the ring */
  open(sealed: Sealed, place: Place): unknown
}

/** A data key, ready for use. */
export interface RingKey {
  /** Eight hexadecimal digits that follow from the key and do not betray it. */
  id: string
  cipher: KeyObject
  fingerprint: Fingerprint
}

/** @param secret {@link KEY_BYTES} random bytes, from which a key for each purpose is derived (HKDF-SHA-256) */
export function ringKey(secret: Uint8Array): RingKey {
  const derived = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `jiuzhu-guwen ${purpose} v1`, bytes))
  const hmacKey = createSecretKey(derived('fingerprint', KEY_BYTES))
  return {
    id: derived('key id', 4).toString('hex'),
    cipher: createSecretKey(derived('field encryption', KEY_BYTES)),
    fingerprint: (kind, value) =>
      createHmac('sha256', hmacKey)
        .update(JSON.stringify([kind, value]))
        .digest('base64url'),
  }
}

/** Whether `value` has the form {@link Sealer.seal} gives. */
export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string'
}

/** @param ring what is sealed with its first key can be opened with any; an empty one only refuses */
export function createSealer(ring: readonly RingKey[]): Sealer {
  const [current] = ring
  const byId = new Map(ring.map((key) => [key.id, key]))
  return {
    seal(value, place) {
      if (!current) throw new Error('there is no data key to seal with')
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, current.cipher, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(boundTo(current.id, place))
      const text = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]
      const bytes = Buffer.concat([iv, cipher.getAuthTag(), ...text])
      return { sealed: `${VERSION}:${current.id}:${bytes.toString('base64')}` }
    },
    open({ sealed }, place) {
      const [version, id = '', text = '', ...more] = sealed.split(':')
      if (version !== VERSION || more.length > 0) throw unreadable(place, '不是本版本的密文格式')
      const key = byId.get(id)
      if (!key) throw unreadable(place, `加密它的密钥（编号 ${id.slice(0, 8)}）不在 DATA_KEY 和密钥文件里`)
      const bytes = Buffer.from(text, 'base64')
      // Node skips what is not base64; only the one spelling we wrote is accepted.
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64') !== text)
        throw unreadable(place, '密文不完整')
      const decipher = createDecipheriv(CIPHER, key.cipher, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(boundTo(id, place))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      try {
        const plain = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]
        return JSON.parse(Buffer.concat(plain).toString())
      } catch {
        throw unreadable(place, '密文被改动过，或者是从别处搬来的')
      }
    },
  }
}

const boundTo = (key: string, { table, id, field }: Place): Buffer =>
  Buffer.from(JSON.stringify([VERSION, key, table, id, field]))

/** The row's id stays out of the message: it may hold a resident's address. */
export function unreadable({ table, field }: Pick<Place, 'table' | 'field'>, why: string): StoreError {
  return new StoreError(
    'unreadable',
    `${table} 表有一行的 ${field} 读不出来：${why}。其余各行不受影响；请查清谁动过数据，或从备份恢复`,
  )
}
