/** `npm run store -- backup`: all of it at one moment, beside a running service. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FOLDER_MODE, faultCode, faultDetail, realDisk, syncFolder } from '../disk.ts'
import { imageOf } from '../read.ts'
import { SNAPSHOT } from '../snapshot.ts'
import { writeSnapshot } from '../snapshot-format.ts'
import { CarryError } from './carry-error.ts'
import { proveBackup, writeManifest } from './manifest.ts'
import { copyMedia, MEDIA, measure } from './media.ts'
import type { Stores } from './move.ts'
import { imageSource, type Source, snapshotSource, textsByTable } from './source.ts'

const DAY_MS = 86_400_000
/** A draft this old is a dead process's, in ms. */
const DRAFT_MS = DAY_MS
const CHINA_MS = 8 * 3_600_000
const NAME = /^jiuzhu-(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)(\d\d)$/
const DRAFT = /^\.(jiuzhu-[\d-]+)\.part$/

/** A backup's name says when it was taken, in China's time. */
function nameAt(at: Date): string {
  const [day = '', time = ''] = new Date(at.getTime() + CHINA_MS).toISOString().split('T')
  return `jiuzhu-${day}-${time.slice(0, 8).replaceAll(':', '')}`
}

/** When a backup was taken, by its name; null when it is none. */
export function takenAt(name: string): Date | null {
  const [, day, hour, minute, second] = NAME.exec(name) ?? []
  return day === undefined ? null : new Date(`${day}T${hour}:${minute}:${second}+08:00`)
}

/**
 * Takes a backup into a folder of its own, and removes those that are older than `keepDays`.
 *
 * @param tell told in Chinese how it went
 * @returns the new backup's folder; until it is whole and on the disk itself there is none of that name
 * @throws {CarryError} in Chinese, with the mend
 */
export async function backup(
  stores: Stores,
  { folder, keepDays, now }: { folder: string; keepDays: number; now: Date },
  tell: (line: string) => void,
): Promise<string> {
  const name = nameAt(now)
  const path = join(folder, name)
  const draft = join(folder, `.${name}.part`)
  const source = await sourceOf(stores)
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
    await mkdir(draft, { mode: FOLDER_MODE })
  } catch (error) {
    await source.close()
    if (faultCode(error) === 'EEXIST') throw new CarryError(`另一个备份正在写 ${draft}，等它写完再来`)
    throw new CarryError(faultDetail(folder, error))
  }
  try {
    const { rows, media } = await fill(draft, source, stores, now)
    await rename(draft, path)
    await syncFolder(realDisk, folder)
    tell(`备份好了：${path}（${rows} 行，照片和语音 ${media} 份，都核对过）。`)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw faultCode(error) === '' ? error : new CarryError(faultDetail(draft, error))
  } finally {
    await source.close()
  }
  tell(
    '个人信息在里面仍是加密的，密钥不在里面：请确认密钥（DATA_KEY 或 data.key）另存了一份，不和备份放在一起。',
  )
  const expired = await removeOld(folder, new Date(now.getTime() - keepDays * DAY_MS), now)
  if (expired > 0) tell(`删除了 ${expired} 份 ${keepDays} 天以前的备份。`)
  return path
}

async function sourceOf({ dataDir, databaseUrl }: Stores): Promise<Source & { close: () => Promise<void> }> {
  if (databaseUrl !== null) {
    const { databaseSource } = await import('./database.ts')
    return databaseSource(databaseUrl, { alone: false })
  }
  const image = await imageOf(dataDir).catch((error: unknown) => {
    if (faultCode(error) === 'ENOENT') throw new CarryError(`还没有数据：DATA_DIR ${dataDir} 不存在。`)
    throw error
  })
  return { ...imageSource(image, ''), close: async () => image.base?.leave() }
}

async function fill(draft: string, source: Source, { dataDir, databaseUrl }: Stores, now: Date) {
  const rows: Record<string, number> = {}
  let total = 0
  const texts = textsByTable(source)
  const path = join(draft, SNAPSHOT)
  await writeSnapshot(realDisk, path, { seq: 1, savedAt: now }, async function* (table) {
    let count = 0
    for await (const batch of texts.of(table)) {
      count += batch.length
      yield batch
    }
    rows[table] = count
    total += count
  })
  await texts.end()
  // After the rows: a photo they name was kept before they were read. One more than they name does no harm.
  const media = await copyMedia(join(dataDir, MEDIA), join(draft, MEDIA))
  const files: Record<string, { bytes: number; sha256: string }> = { [SNAPSHOT]: await measure(path) }
  for (const [name, copied] of media) files[`${MEDIA}/${name}`] = copied
  const keys: string[] = []
  const found: Record<string, number> = {}
  for await (const batch of snapshotSource(path, '').batches()) {
    found[batch.table] = (found[batch.table] ?? 0) + batch.rows.length
    if (batch.table === 'data_keys') keys.push(...batch.rows.map(({ id }) => id))
  }
  const wrong = Object.keys(rows).find((table) => rows[table] !== (found[table] ?? 0))
  if (wrong !== undefined)
    throw new CarryError(
      `备份写得不对：${wrong} 表应有 ${rows[wrong]} 行，实有 ${found[wrong] ?? 0} 行。请检查磁盘`,
    )
  const from = databaseUrl === null ? 'lowdb' : 'postgres'
  await writeManifest(draft, { takenAt: now.toISOString(), from, keys, rows, files })
  await syncFolder(realDisk, draft)
  await proveBackup(draft)
  return { rows: total, media: media.size }
}

/** Removes backups taken before `before`, and drafts of those who died over them. */
async function removeOld(folder: string, before: Date, now: Date): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder)) {
    const at = takenAt(name)
    const draftAt = takenAt(DRAFT.exec(name)?.[1] ?? '')
    const isOld = at !== null && at < before
    const isDead = draftAt !== null && now.getTime() - draftAt.getTime() > DRAFT_MS
    if (isOld || isDead) await rm(join(folder, name), { recursive: true, force: true })
    if (isOld) removed++
  }
  return removed
}
