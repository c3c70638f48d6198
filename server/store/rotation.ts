/**
 * Seals everything anew under the current key, a little at a time while the service runs, so that an older key can
 * leave DATA_KEY. Each step leaves everything readable, and the old key's record goes last of all, when nothing is
 * sealed with it any more: whoever is stopped begins again and finds less to do.
 */
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SEALED, type Store, StoreError, type TableName, type Transaction } from '../../bot/store.ts'
import { mediumOf } from '../media.ts'
import { CarryError } from './carry/carry-error.ts'
import { mediaIn } from './carry/media.ts'
import type { Unlocked } from './data-key.ts'
import { FILE_MODE, faultCode, realDisk, syncFolder } from './disk.ts'
import { TABLES } from './entry.ts'
import { FILE_HEAD_BYTES, isSealed, keyOfFile, keyOfSealed } from './sealer.ts'

/** Rows sealed anew in one transaction. */
const BATCH = 100
/** How long one step takes at least, in ms: what asks for steps should not ask too often. */
const STEP_MS = 500

export interface Progress {
  rows: number
  media: number
  done: boolean
}

export interface Rotation {
  /** The id of the key everything is to be sealed with. */
  key: string
  /**
   * Goes on for about half a second; after the last step a new round begins.
   *
   * @throws {CarryError} in Chinese, when something cannot be opened or another process seals with another key;
   *   the older keys are then still needed
   */
  step(): Promise<Progress>
}

export interface RotationParts extends Pick<Unlocked, 'store' | 'kept' | 'sealer' | 'key'> {
  mediaFolder: string
  /** How many other processes seal with another key. */
  others?: () => Promise<number>
}

export function createRotation(parts: RotationParts): Rotation {
  let running: AsyncGenerator<Progress> | undefined
  return {
    key: parts.key,
    async step() {
      running ??= rotate(parts)
      const until = Date.now() + STEP_MS
      try {
        for (;;) {
          const { value, done } = await running.next()
          if (done) throw new Error('a rotation ended without saying so')
          if (!value.done && Date.now() < until) continue
          if (value.done) running = undefined
          return value
        }
      } catch (error) {
        running = undefined
        throw error
      }
    },
  }
}

async function* rotate(parts: RotationParts): AsyncGenerator<Progress> {
  const { store, kept, key, others = async () => 0 } = parts
  const so = { rows: 0, media: 0 }
  for (;;) {
    let found = 0
    let unreadable = 0
    for (const table of TABLES.filter((one) => one !== 'data_keys' && SEALED[one].length > 0))
      for await (const ids of olderRows(kept, table, key)) {
        const count = await resealRows(store, table, ids)
        unreadable += ids.length - count
        found += count
        so.rows += count
        yield { ...so, done: false }
      }
    for (const name of await mediaIn(parts.mediaFolder)) {
      if (!(await resealMedium(parts, name))) continue
      found++
      so.media++
      yield { ...so, done: false }
    }
    if (found > 0) continue
    if (unreadable === 0) break
    throw new CarryError(
      `有 ${unreadable} 行读不出来，没有换成；其余的都换好了。旧的密钥还不能去掉。请查清谁动过数据，或从备份恢复`,
    )
  }
  const otherwise = await others()
  if (otherwise > 0)
    throw new CarryError(
      `还有 ${otherwise} 个进程在用别的密钥加密。请把每台机器的 DATA_KEY 都写成“新的,旧的”并重启，再运行一次；旧的密钥现在还不能去掉`,
    )
  await forgetOlderKeys(store, key)
  yield { ...so, done: true }
}

/** Ids of rows that hold something sealed with another key, some at a time. */
async function* olderRows(kept: Store, table: TableName, key: string): AsyncGenerator<string[]> {
  let ids: string[] = []
  for await (const row of kept.scan(table)) {
    const fields: readonly string[] = SEALED[table]
    const values: unknown[] = fields.map((field) => Reflect.get(row, field))
    if (!values.some((value) => isSealed(value) && keyOfSealed(value) !== key)) continue
    ids.push(row.id)
    if (ids.length < BATCH) continue
    yield ids
    ids = []
  }
  if (ids.length > 0) yield ids
}

/** @returns how many of them could be opened and were sealed anew */
async function resealRows(store: Store, table: TableName, ids: readonly string[]): Promise<number> {
  try {
    await store.transaction(async (tx) => {
      for (const id of ids) await resealRow(tx, table, id)
    })
    return ids.length
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'unreadable') throw error
    if (ids.length === 1) return 0
    let count = 0
    for (const id of ids) count += await resealRows(store, table, [id])
    return count
  }
}

/** Read and written in one transaction: what somebody changes meanwhile is not lost. */
async function resealRow<K extends TableName>(tx: Transaction, table: K, id: string): Promise<void> {
  const row = await tx.get(table, id)
  if (row) await tx.put(table, row)
}

/** @returns whether it was sealed with another key */
async function resealMedium(
  { store, sealer, key, mediaFolder }: RotationParts,
  name: string,
): Promise<boolean> {
  const path = join(mediaFolder, name)
  try {
    if ((await keyOf(path)) === key) return false
    const bytes = sealer.openBytes(await readFile(path), name)
    const half = join(mediaFolder, `.${name}.part`)
    await writeFile(half, sealer.sealBytes(bytes, name), { mode: FILE_MODE, flush: true })
    await rename(half, path)
    await syncFolder(realDisk, mediaFolder)
  } catch (error) {
    // Erased meanwhile.
    if (faultCode(error) === 'ENOENT') return false
    if (!(error instanceof StoreError)) throw error
    throw new CarryError(`${error.message}（media/${name}）。换密钥停在这里，旧的密钥还不能去掉`)
  }
  // What was to be erased between being read and being renamed would have come back.
  if (await store.get('jobs', `drop-media:${mediumOf(name)}`)) await rm(path, { force: true })
  return true
}

async function keyOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(FILE_HEAD_BYTES)
    await file.read(head, 0, head.length, 0)
    return keyOfFile(head)
  } finally {
    await file.close()
  }
}

async function forgetOlderKeys(store: Store, key: string): Promise<void> {
  const older: string[] = []
  for await (const { id } of store.scan('data_keys')) if (id !== key) older.push(id)
  await store.transaction(async (tx) => {
    const mine = await tx.get('data_keys', key)
    if (!mine?.fingerprints) throw new Error('the current key has no record')
    for (const id of older) await tx.remove('data_keys', id)
  })
}

const asked = z.strictObject({ store: z.literal('rotate'), key: z.string() })
export type RotationRequest = z.infer<typeof asked>
export const progressSchema = z.strictObject({ rows: z.number(), media: z.number(), done: z.boolean() })

/** Whether what somebody asks for at the desk's door is a step of a rotation. */
export const isOfRotation = (given: unknown): given is RotationRequest => asked.safeParse(given).success

/**
 * Does one step for somebody who asks through the door.
 *
 * @throws {CarryError} in words for whoever asked
 */
export async function atRotation(rotation: Rotation | undefined, { key }: RotationRequest): Promise<string> {
  if (!rotation || rotation.key !== key)
    throw new CarryError('正在运行的服务用的还不是 .env 里写在最前面的密钥。请先重启服务，再运行一次')
  return JSON.stringify(await rotation.step())
}
