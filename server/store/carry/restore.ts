/** `npm run store -- restore`: a backup into an empty folder or database. */
import { join, resolve } from 'node:path'
import { eraseAgain } from '../../../bot/erased-again.ts'
import type { Store } from '../../../bot/store.ts'
import { chinaClock, chinaDay } from '../../../flows/clocks.ts'
import { keysFor, unlock } from '../data-key.ts'
import { realDisk } from '../disk.ts'
import { prepareFolder } from '../folder.ts'
import { openLowdbStore } from '../lowdb.ts'
import { SNAPSHOT } from '../snapshot.ts'
import { carry, sayCounts } from './carry.ts'
import { CarryError } from './carry-error.ts'
import { type Later, laterErasures } from './erasures.ts'
import { isSame, proveBackup } from './manifest.ts'
import { copyMedia, MEDIA } from './media.ts'
import type { Stores } from './move.ts'
import { snapshotSource, walked } from './source.ts'
import { finishFolder, folderTarget, type Target } from './target.ts'

const log = {
  warn: (line: string) => void process.stderr.write(`${line}\n`),
  error: (line: string) => void process.stderr.write(`${line}\n`),
}

/**
 * Restores a backup into the store of `stores`, which must be empty, and erases again whoever was erased since.
 *
 * @param erased where later erasures are known besides the backups beside this one; null when nowhere
 * @param tell told in Chinese how it goes
 * @throws {Error} in Chinese, with the mend
 */
export async function restore(
  stores: Stores,
  { backup, erased, now }: { backup: string; erased: string | null; now: Date },
  tell: (line: string) => void,
): Promise<void> {
  const manifest = await proveBackup(backup)
  const { dataDir, databaseUrl, dataKeys } = stores
  const from = join(backup, SNAPSHOT)
  await prepareFolder(dataDir, realDisk)
  // Better now than at the next start: without the key nobody could read what was restored.
  await keysFor(walked(snapshotSource(from, '')), { folder: dataDir, keys: dataKeys })
  const later = await laterErasures(backup, erased, now, tell)
  const { target, reopen, finish } = await targetOf(stores)
  try {
    const stamp = `${resolve(backup)} ${manifest.files[SNAPSHOT]?.sha256}`
    const counts = await carry(snapshotSource(from, stamp), target, tell)
    const media = await copyMedia(join(backup, MEDIA), join(dataDir, MEDIA))
    for (const [name, copied] of media) {
      const told = manifest.files[`${MEDIA}/${name}`]
      if (!told || !isSame(told, copied))
        throw new CarryError(`照片 ${name} 复制得不对。请检查磁盘后把同一条命令再运行一次`)
    }
    tell(
      `恢复了 ${backup}（${momentOf(new Date(manifest.takenAt))} 的数据），每一行都核对过：\n${sayCounts(counts)}`,
    )
    if (media.size > 0) tell(`照片和语音 ${media.size} 份。`)
  } finally {
    await target.leave()
  }
  const { store, fingerprint } = await unlock(await reopen(), { folder: dataDir, keys: dataKeys }, log)
  try {
    const again = await eraseAgain(store, later, { now, seal: fingerprint })
    tell(erasuresSaid(again, later, { takenAt: new Date(manifest.takenAt), now }))
  } finally {
    await store.close()
  }
  await finish()
  tell(`可以启动了：npm start（数据在 ${databaseUrl === null ? dataDir : 'DATABASE_URL 写的数据库'}）。`)
}

/** What is filled, then opened by nobody else while it is set right, then served. */
interface Restoring {
  target: Target
  reopen: () => Promise<Store>
  finish: () => Promise<void>
}

async function targetOf({ dataDir, databaseUrl }: Stores): Promise<Restoring> {
  if (databaseUrl === null)
    return {
      target: await folderTarget(dataDir),
      reopen: () => openLowdbStore(dataDir, { log, halfFilled: true }),
      finish: () => finishFolder(dataDir),
    }
  const { databaseTarget } = await import('./database.ts')
  const { openPostgresStore } = await import('../postgres/postgres.ts')
  const target = await databaseTarget(databaseUrl)
  return {
    target,
    reopen: () => openPostgresStore(databaseUrl, { log, halfFilled: true }),
    finish: target.finish,
  }
}

function erasuresSaid(
  again: { residents: number; tickets: number },
  { until }: Later,
  { takenAt, now }: { takenAt: Date; now: Date },
): string {
  const done =
    again.residents + again.tickets === 0
      ? '备份之后没有人删除过信息。'
      : `备份之后删除过的，又删了一遍：居民 ${again.residents} 位，另外单独的求助单 ${again.tickets} 份。`
  if (until !== null && until >= now) return done
  return [
    until === null ? '注意：没有找到比这份备份更新的数据。' : done,
    `从 ${momentOf(until ?? takenAt)} 起，还有没有人要求删除过信息，无从知道。`,
    '原来的数据文件夹或数据库还读得出的话，换一个空的地方，加上 --erased 和它再恢复一次；读不出的话，请问一问经手的人，有就再删一遍。',
  ].join('')
}

const momentOf = (at: Date): string => `${chinaDay(at)} ${chinaClock(at)}`
