/** Where rows are carried to: an empty folder or database, which serves nobody until all is there and compared. */
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TableName } from '../../../bot/store.ts'
import type { Base } from '../base/base.ts'
import { keepIndex } from '../base/open.ts'
import { realDisk, syncFolder } from '../disk.ts'
import { prepareFolder } from '../folder.ts'
import { markFolder, markOf, unmarkFolder } from '../half-filled.ts'
import { takeLock } from '../lock.ts'
import { recover } from '../recovery.ts'
import { SNAPSHOT } from '../snapshot.ts'
import { writeSnapshot } from '../snapshot-format.ts'
import { type Source, textsByTable } from './source.ts'

export interface Target {
  /**
   * Takes every row of the source, going on where an earlier try with the same source was stopped.
   *
   * @param onProgress told how many rows there are so far
   */
  fill(source: Source, onProgress: (rows: number) => void): Promise<void>
  /** The rows with these ids as they are kept here, by id. */
  lookUp(table: TableName, ids: readonly string[]): Promise<Map<string, string>>
  count(table: TableName): Promise<number>
  /** What was taken is not what it should be: the next try begins anew. */
  spoil(): Promise<void>
  /** Lets others open it who know that it is not whole; what is there stays. */
  leave(): Promise<void>
}

/** What a folder holds that is not rows: it may stay there. */
const ROWS = /^(?:db[.-]|journal-)/

/**
 * Takes an empty folder to be filled; keys and media may be in it already.
 *
 * @throws {Error} in Chinese, when another process has it or it holds data already
 */
export async function folderTarget(folder: string): Promise<Target> {
  await prepareFolder(folder, realDisk)
  const lock = await takeLock(folder)
  let base: Base | undefined
  try {
    const held = (await readdir(folder)).filter((name) => ROWS.test(name))
    if ((await markOf(folder)) === null && held.length > 0)
      throw new Error(
        `文件夹 ${folder} 里已经有数据（${held.slice(0, 3).join('、')}），不能往里搬。请另写一个空的文件夹；没有改动任何数据`,
      )
  } catch (error) {
    await lock.release()
    throw error
  }
  return {
    async fill(source, onProgress) {
      await markFolder(folder, source.stamp)
      for (const name of await readdir(folder)) if (ROWS.test(name)) await rm(join(folder, name))
      const path = join(folder, SNAPSHOT)
      const draft = `${path}.tmp`
      const texts = textsByTable(source)
      let rows = 0
      await writeSnapshot(realDisk, draft, { seq: 1, savedAt: new Date() }, async function* (table) {
        for await (const batch of texts.of(table)) {
          rows += batch.length
          onProgress(rows)
          yield batch
        }
      })
      await texts.end()
      await rename(draft, path)
      await syncFolder(realDisk, folder)
      base?.leave()
      const written = (await recover(folder)).image.base
      base = written && (await keepIndex(folder, SNAPSHOT, written, realDisk))
    },
    async lookUp(table, ids) {
      const found = new Map<string, string>()
      for (const id of ids) {
        const entry = base?.get(table, id)
        if (entry) found.set(id, entry.json)
      }
      return found
    },
    count: async (table) => base?.index.tables.get(table)?.region.rows ?? 0,
    spoil: async () => {},
    async leave() {
      base?.leave()
      await lock.release()
    },
  }
}

/** Takes the mark of a filled folder away: from now on it is served. */
export const finishFolder = unmarkFolder
