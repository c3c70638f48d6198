/** `npm run store -- check`: every row and file of a folder, a database or a backup, beside a running service. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verify } from '../../../bot/audit.ts'
import { SEALED, type Store, StoreError, type TableName, type Tables } from '../../../bot/store.ts'
import { indexFaultsOf } from '../base/check-index.ts'
import { keysFor, type Unlocked } from '../data-key.ts'
import { faultCode } from '../disk.ts'
import { rowOf } from '../draft.ts'
import { entryOf, TABLES } from '../entry.ts'
import { imageOf } from '../read.ts'
import { openRow } from '../sealed.ts'
import { isSealed, keyOfFile, keyOfSealed } from '../sealer.ts'
import { DAILY, PREVIOUS, SNAPSHOT } from '../snapshot.ts'
import { CarryError } from './carry-error.ts'
import { isBackup, proveBackup } from './manifest.ts'
import { MEDIA, mediaIn } from './media.ts'
import { isDatabase, type Stores } from './move.ts'
import { imageSource, type Source, snapshotSource, walked } from './source.ts'
import { createBelonging, isReadable } from './whole.ts'

/** Something to check. */
interface Checked extends Source {
  /** Where its media are. */
  media: string
  /** What a database says of its own indexes. */
  indexFaults: () => Promise<string[]>
  /** Tables with rows that are none of ours, and cannot be walked; and how many. */
  strangeRows: () => Promise<ReadonlyMap<TableName, number>>
  close: () => Promise<void>
}

const nothing = async () => {}
const noFaults = async (): Promise<string[]> => []
const noStrangers = async (): Promise<ReadonlyMap<TableName, number>> => new Map()
/** What files need not be asked: their rows are known by checksums. */
const UNASKED = { indexFaults: noFaults, strangeRows: noStrangers, close: nothing }

/**
 * Reads every row, opens what is sealed, and compares what should agree.
 *
 * @param place a folder, a database's address or a backup; null is the current store
 * @param tell told in Chinese what was found
 * @returns whether nothing was wrong
 * @throws {Error} in Chinese, with the mend, when it cannot be read as a whole
 */
export async function check(
  stores: Stores,
  place: string | null,
  tell: (line: string) => void,
): Promise<boolean> {
  const faults: string[] = []
  const checked = await opened(stores, place, faults)
  try {
    const strange = await checked.strangeRows()
    for (const [table, count] of strange)
      faults.push(`${table} 表有 ${count} 行不是本程序写的样子，整张表没法看`)
    const keys = await keysFor(walked(checked), { folder: stores.dataDir, keys: stores.dataKeys })
    const byKey = new Map<string, number>()
    const rows = await checkRows(checked, [...strange.keys()], keys.sealer, byKey, faults)
    const media = await checkMedia(checked.media, keys.sealer, byKey, faults)
    faults.push(...(await checked.indexFaults()))
    const unchained = strange.has('audit') || strange.has('audit_heads')
    const audit = unchained ? null : await verify(readerOf(checked), keys.fingerprint)
    if (audit?.broken)
      faults.push(`审计记录第 ${audit.broken.line} 行接不上：被改动或删除过，见 npm run audit -- verify`)
    tell(`看了 ${rows} 行、照片和语音 ${media} 份、审计记录 ${audit?.lines ?? 0} 行。`)
    for (const [key, count] of byKey) tell(`用编号 ${key} 的密钥加密的：${count} 处。`)
    if (byKey.size > 1) tell('用了不止一把密钥：旧的还不能去掉。要换成一把，运行 npm run store -- rotate。')
  } finally {
    await checked.close()
  }
  for (const fault of faults) tell(`不对：${fault}`)
  tell(
    faults.length === 0
      ? '没有发现问题。'
      : `有 ${faults.length} 处不对。请先备份现在的文件，再从好的备份恢复。`,
  )
  return faults.length === 0
}

async function opened(stores: Stores, place: string | null, faults: string[]): Promise<Checked> {
  const database = place === null ? stores.databaseUrl : isDatabase(place) ? place : null
  if (database !== null) {
    const { databaseSource } = await import('./database.ts')
    const source = await databaseSource(database, { alone: false })
    return { ...source, media: join(stores.dataDir, MEDIA) }
  }
  const folder = place ?? stores.dataDir
  if (await isBackup(folder)) {
    await proveBackup(folder)
    const source = snapshotSource(join(folder, SNAPSHOT), '')
    return { ...source, media: join(folder, MEDIA), ...UNASKED }
  }
  const image = await imageOf(folder).catch((error: unknown) => {
    if (faultCode(error) === 'ENOENT') throw new CarryError(`没有这个文件夹：${folder}。`)
    throw error
  })
  for (const name of await readdir(folder))
    if (name === SNAPSHOT || name === PREVIOUS || DAILY.test(name)) await checkSnapshot(folder, name, faults)
  return {
    ...imageSource(image, ''),
    ...UNASKED,
    media: join(folder, MEDIA),
    indexFaults: () => indexFaultsOf(image.base),
    close: async () => image.base?.leave(),
  }
}

async function checkSnapshot(folder: string, name: string, faults: string[]): Promise<void> {
  try {
    for await (const _ of snapshotSource(join(folder, name), '').batches([]));
  } catch (error) {
    // Replaced by a newer one meanwhile, or its day is over.
    if (faultCode(error) === 'ENOENT') return
    faults.push(`快照 ${name}：${error instanceof Error ? error.message : String(error)}`)
  }
}

/** @param but tables that cannot be walked */
async function checkRows(
  source: Source,
  but: readonly TableName[],
  sealer: Unlocked['sealer'],
  byKey: Map<string, number>,
  faults: string[],
): Promise<number> {
  let count = 0
  const wrong = new Map<string, number>()
  const belonging = createBelonging()
  const tables = TABLES.filter((table) => !but.includes(table))
  for await (const { table, rows } of source.batches(tables)) {
    for (const { json } of rows) {
      count++
      const row = rowOf(table, { json })
      belonging.see(table, row)
      const why = faultOfRow(table, row, sealer, byKey)
      if (why !== null) wrong.set(why, (wrong.get(why) ?? 0) + 1)
    }
  }
  for (const [why, times] of wrong) faults.push(times === 1 ? why : `${why}（这样的有 ${times} 行）`)
  if (but.length === 0) faults.push(...belonging.faults())
  return count
}

/** Why a row is not what it should be; null when it is. The row's id stays out: it may be a resident's address. */
function faultOfRow<K extends TableName>(
  table: K,
  row: Tables[K],
  sealer: Unlocked['sealer'],
  byKey: Map<string, number>,
): string | null {
  for (const field of SEALED[table]) {
    const value: unknown = Reflect.get(row, field)
    if (isSealed(value)) byKey.set(keyOfSealed(value), (byKey.get(keyOfSealed(value)) ?? 0) + 1)
  }
  try {
    entryOf(table, row)
  } catch {
    return `${table} 表有一行的索引字段不是文字`
  }
  try {
    const opened = openRow(sealer, table, row)
    return isReadable(table, opened) ? null : `${table} 表有一行解得开，但不是本版本读得懂的内容`
  } catch (error) {
    if (error instanceof StoreError) return error.message
    throw error
  }
}

async function checkMedia(
  folder: string,
  sealer: Unlocked['sealer'],
  byKey: Map<string, number>,
  faults: string[],
): Promise<number> {
  let count = 0
  for (const name of await mediaIn(folder)) {
    try {
      const sealed = await readFile(join(folder, name))
      const key = keyOfFile(sealed)
      sealer.openBytes(sealed, name)
      byKey.set(key, (byKey.get(key) ?? 0) + 1)
      count++
    } catch (error) {
      // Erased meanwhile.
      if (faultCode(error) === 'ENOENT') continue
      faults.push(`media/${name}：${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return count
}

/** What the audit log's check needs: whole tables, and one row of a small one. */
function readerOf(source: Source): Pick<Store, 'get' | 'scan'> {
  const { scan } = walked(source)
  return {
    scan,
    async get(table, id) {
      for await (const row of scan(table)) if (row.id === id) return row
      return undefined
    },
  }
}
