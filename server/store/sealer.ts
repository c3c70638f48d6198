/** Encrypts fields of rows and whole files with AES-256-GCM, and makes keyed fingerprints. No I/O. */
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
/** What a sealed file begins with; the key's id follows, then iv, tag and ciphertext. */
const FILE_MARK = 'JZGW1:'
/** A key's id in characters. */
const ID_LENGTH = 8

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
  /** @param name the file's own name; under another it cannot be opened */
  sealBytes(bytes: Uint8Array, name: string): Buffer
  /** @throws {StoreError} `unreadable` as {@link Sealer.open} */
  openBytes(sealed: Uint8Array, name: string): Buffer
}

/** A data key, ready for use. */
export interface RingKey {
  /** Eight hexadecimal digits that follow from the key and do not betray it. */
  id: string
  cipher: KeyObject
  /** What a store whose first key this is makes its fingerprints with. */
  fingerprints: Buffer
  fingerprint: Fingerprint
}

/** @param secret {@link KEY_BYTES} random bytes, from which a key for each purpose is derived (HKDF-SHA-256) */
export function ringKey(secret: Uint8Array): RingKey {
  const derived = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `jiuzhu-guwen ${purpose} v1`, bytes))
  const fingerprints = derived('fingerprint', KEY_BYTES)
  return {
    id: derived('key id', 4).toString('hex'),
    cipher: createSecretKey(derived('field encryption', KEY_BYTES)),
    fingerprints,
    fingerprint: fingerprintOf(fingerprints),
  }
}

/** @param secret {@link KEY_BYTES} that nobody else has */
export function fingerprintOf(secret: Uint8Array): Fingerprint {
  const hmacKey = createSecretKey(secret)
  return (kind, value) =>
    createHmac('sha256', hmacKey)
      .update(JSON.stringify([kind, value]))
      .digest('base64url')
}

/** The id of the key a value was sealed with; '' when it says none. */
export const keyOfSealed = ({ sealed }: Sealed): string => sealed.split(':')[1] ?? ''

/** How much of a sealed file tells its key, in bytes. */
export const FILE_HEAD_BYTES = FILE_MARK.length + ID_LENGTH

/** The id of the key a file was sealed with, by its first {@link FILE_HEAD_BYTES}; '' when it is not sealed. */
export function keyOfFile(head: Uint8Array): string {
  const text = Buffer.from(head).toString('latin1', 0, FILE_HEAD_BYTES)
  return text.startsWith(FILE_MARK) ? text.slice(FILE_MARK.length) : ''
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
      const { id, bytes } = encrypt(Buffer.from(JSON.stringify(value)), (key) => boundTo(key, place))
      return { sealed: `${VERSION}:${id}:${bytes.toString('base64')}` }
    },
    open({ sealed }, place) {
      const [version, id = '', text = '', ...more] = sealed.split(':')
      if (version !== VERSION || more.length > 0) throw unreadable(place, '不是本版本的密文格式')
      const bytes = Buffer.from(text, 'base64')
      // Node skips what is not base64; only the one spelling we wrote is accepted.
      const whole = bytes.toString('base64') === text ? bytes : Buffer.alloc(0)
      const plain = decrypt(id, whole, boundTo(id, place), (why) => unreadable(place, why))
      return JSON.parse(plain.toString())
    },
    sealBytes(plain, name) {
      const { id, bytes } = encrypt(plain, (key) => boundToName(key, name))
      return Buffer.concat([Buffer.from(`${FILE_MARK}${id}`, 'latin1'), bytes])
    },
    openBytes(sealed, name) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const mark = bytes.toString('latin1', 0, FILE_MARK.length)
      if (mark !== FILE_MARK) throw unreadableFile('没有加密，或不是本版本的密文格式')
      const id = bytes.toString('latin1', FILE_MARK.length, FILE_MARK.length + ID_LENGTH)
      return decrypt(id, bytes.subarray(FILE_MARK.length + ID_LENGTH), boundToName(id, name), unreadableFile)
    },
  }

  function encrypt(plain: Uint8Array, boundBy: (key: string) => Buffer): { id: string; bytes: Buffer } {
    if (!current) throw new Error('there is no data key to seal with')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, current.cipher, iv, { authTagLength: TAG_BYTES })
    cipher.setAAD(boundBy(current.id))
    const text = [cipher.update(plain), cipher.final()]
    return { id: current.id, bytes: Buffer.concat([iv, cipher.getAuthTag(), ...text]) }
  }

  function decrypt(id: string, bytes: Buffer, bound: Buffer, fault: (why: string) => StoreError): Buffer {
    const key = byId.get(id)
    if (!key) throw fault(`加密它的密钥（编号 ${id.slice(0, ID_LENGTH)}）不在 DATA_KEY 和密钥文件里`)
    if (bytes.length < IV_BYTES + TAG_BYTES) throw fault('密文不完整')
    const decipher = createDecipheriv(CIPHER, key.cipher, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(bound)
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
    } catch {
      throw fault('密文被改动过，或者是从别处搬来的')
    }
  }
}

const boundTo = (key: string, { table, id, field }: Place): Buffer =>
  Buffer.from(JSON.stringify([VERSION, key, table, id, field]))

const boundToName = (key: string, name: string): Buffer =>
  Buffer.from(JSON.stringify([VERSION, key, 'file', name]))

function unreadableFile(why: string): StoreError {
  return new StoreError(
    'unreadable',
    `一份照片或语音读不出来：${why}。其余各份不受影响；请查清谁动过文件，或从备份恢复`,
  )
}

/** The row's id stays out of the message: it may hold a resident's address. */
export function unreadable({ table, field }: Pick<Place, 'table' | 'field'>, why: string): StoreError {
  return new StoreError(
    'unreadable',
    `${table} 表有一行的 ${field} 读不出来：${why}。其余各行不受影响；请查清谁动过数据，或从备份恢复`,
  )
}
