/**
 * The keys that personal data are sealed with: from DATA_KEY, or from a file made on first start.
 *
 * Every key that has sealed something is recorded in the store, and a start that lacks one of them is refused:
 * rows that nobody can read would otherwise show up one by one, in front of residents. So an old key stays in
 * DATA_KEY until everything is sealed anew (rotation.ts). What fingerprints are made with came from the first key
 * of all and is handed on from key to key, so that they stay equal.
 */
import { randomBytes } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataKey, Fingerprint, Store } from '../../bot/store.ts'
import { faultCode, realDisk, syncFolder } from './disk.ts'
import { openRow, sealedStore } from './sealed.ts'
import { createSealer, fingerprintOf, KEY_BYTES, type RingKey, ringKey, type Sealer } from './sealer.ts'

export const KEY_FILE = 'data.key'
const PROBE = '救助顾问'

export interface KeyPlaces {
  /** The data folder, where the key file is. */
  folder: string
  /** DATA_KEY's keys, current first; with none the key file is used, and it is always read with. */
  keys: readonly Uint8Array[]
}

/** Told in Chinese what an operator should know. */
interface Told {
  warn(message: string): void
  error(message: string): void
}

export interface Unlocked {
  store: Store
  /** For what is kept in files of its own beside the store. */
  sealer: Sealer
  fingerprint: Fingerprint
  /** The rows as they are kept, sealed, for whoever seals them anew. */
  kept: Store
  /** The id of the key that is sealed with. */
  key: string
}

/** A key as text: 64 hexadecimal digits, or base64 with or without its `=`. Null when it is neither. */
export function parseDataKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null
}

/**
 * Opens the personal data of a store, making the key file when there is no key and nothing was ever sealed.
 *
 * @throws {Error} in Chinese, naming DATA_KEY or the key file and the mend, when a key is missing or wrong;
 *   nothing is written then, and the store is closed
 */
export async function unlock(store: Store, places: KeyPlaces, log: Told): Promise<Unlocked> {
  try {
    return await unlocked(store, places, log)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function unlocked(store: Store, places: KeyPlaces, log: Told): Promise<Unlocked> {
  let ring = await readRing(places)
  const records = await checkedRecords(store, ring, places)
  if (ring.length === 0) {
    const path = await makeKeyFile(places.folder)
    log.warn(
      `已生成数据密钥 ${path}，居民的个人信息用它加密。请现在就另存一份，不要和数据的备份放在一起：丢了它，加密的内容谁也读不出来`,
    )
    ring = await readRing(places)
  }
  const sealer = createSealer(ring)
  const opened = sealedStore(store, sealer, (error) => log.error(error.message))
  const [current] = ring
  if (!current) throw new Error(`密钥文件 ${join(places.folder, KEY_FILE)} 刚写好就不见了，请检查磁盘`)
  const fingerprints = fingerprintsOf(records, ring) ?? current.fingerprints
  const mine = records.find(({ id }) => id === current.id)
  if (!mine || mine.fingerprints === null) {
    const order = mine?.order ?? Math.max(0, ...records.map((record) => record.order)) + 1
    const record = { id: current.id, probe: PROBE, order, fingerprints: fingerprints.toString('base64') }
    // Another process may start on the same database at this moment, with the same key.
    await opened.transaction(async (tx) => {
      if (!(await tx.get('data_keys', record.id))?.fingerprints) await tx.put('data_keys', record)
    })
  }
  return { store: opened, sealer, fingerprint: fingerprintOf(fingerprints), kept: store, key: current.id }
}

/** What fingerprints are made with here; undefined before the first key. */
function fingerprintsOf(records: readonly DataKey[], ring: readonly RingKey[]): Buffer | undefined {
  const handedOn = records.find(({ fingerprints }) => fingerprints !== null)?.fingerprints
  if (handedOn) return Buffer.from(handedOn, 'base64')
  return ring.find(({ id }) => records.some((record) => record.id === id && record.order === 1))?.fingerprints
}

/**
 * What opens the sealed fields of a store that is only read, and checks what was fingerprinted; makes no key.
 *
 * @throws {Error} as {@link unlock}, or when nothing was ever sealed and there is no key either
 */
export async function keysFor(
  store: Pick<Store, 'scan'>,
  places: KeyPlaces,
): Promise<Pick<Unlocked, 'sealer' | 'fingerprint'>> {
  const ring = await readRing(places)
  const records = await checkedRecords(store, ring, places)
  const secret = fingerprintsOf(records, ring) ?? ring[0]?.fingerprints
  const known = secret && fingerprintOf(secret)
  const fingerprint: Fingerprint = (kind, value) => {
    if (!known) throw new Error('没有数据密钥，也还没有任何加密过的数据。')
    return known(kind, value)
  }
  return { sealer: createSealer(ring), fingerprint }
}

/** The id of the key that is sealed with; null when there is none yet. Throws {@link Error} as {@link unlock}. */
export async function currentKey(places: KeyPlaces): Promise<string | null> {
  return (await readRing(places))[0]?.id ?? null
}

async function readRing({ folder, keys }: KeyPlaces): Promise<RingKey[]> {
  const path = join(folder, KEY_FILE)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (faultCode(error) === 'ENOENT') return null
    throw new Error(`密钥文件 ${path} 读不了（${faultCode(error)}）：请检查它的属主和权限`, { cause: error })
  })
  const filed = text === null ? null : parseDataKey(text.trim())
  if (text !== null && !filed) throw new Error(`密钥文件 ${path} 的内容不对：请把另存的那一份放回来`)
  const ring = [...keys, ...(filed ? [filed] : [])].map(ringKey)
  return ring.filter(({ id }, position) => ring.findIndex((key) => key.id === id) === position)
}

async function checkedRecords(
  store: Pick<Store, 'scan'>,
  ring: readonly RingKey[],
  { folder, keys }: KeyPlaces,
): Promise<DataKey[]> {
  const path = join(folder, KEY_FILE)
  const records: DataKey[] = []
  for await (const record of store.scan('data_keys')) records.push(record)
  const missing = records.filter(({ id }) => !ring.some((key) => key.id === id)).map(({ id }) => id)
  if (missing.length > 0) {
    const found =
      ring.length === 0
        ? `没有写 DATA_KEY，也没有密钥文件 ${path}`
        : `${keys.length > 0 ? 'DATA_KEY' : `密钥文件 ${path}`} 里只有编号 ${ring.map(({ id }) => id).join('、')} 的密钥`
    throw new Error(
      `缺少数据密钥：个人信息用编号 ${missing.join('、')} 的密钥加密过，但${found}。` +
        `请把另存的密钥文件放回 ${path}，或把原来的密钥写进 DATA_KEY（换新密钥时，旧的接在新的后面，用英文逗号隔开）。没有改动任何数据`,
    )
  }
  const sealer = createSealer(ring)
  const altered = records.find((record) => !isProven(sealer, record))
  if (altered) throw new Error(`数据密钥 ${altered.id} 的校验值被改动过：请从备份恢复数据`)
  if (records.length > 0 && !fingerprintsOf(records, ring))
    throw new Error('第一把数据密钥的记录不见了，数据被改动过：请从备份恢复数据')
  return records
}

function isProven(sealer: Sealer, record: DataKey): boolean {
  try {
    return openRow(sealer, 'data_keys', record).probe === PROBE
  } catch {
    return false
  }
}

async function makeKeyFile(folder: string): Promise<string> {
  const path = join(folder, KEY_FILE)
  const draft = `${path}.tmp`
  const file = await realDisk.open(draft, 'w')
  try {
    await file.write(Buffer.from(`${randomBytes(KEY_BYTES).toString('base64')}\n`))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(realDisk, folder)
  return path
}
