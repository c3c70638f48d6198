/**
 * The mark of a folder or database that is being filled, by a move or from a backup: until all of it is there and
 * compared, nobody takes it for whole.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_MODE, faultCode, realDisk, syncFolder } from './disk.ts'

/** The mark's file in a folder; in a database it is a table of this name. */
export const HALF_FILLED = 'half_filled'

/** What a folder or database that is not whole yet is told of by, and what mends it. */
export const halfFilledWords = (place: string): string =>
  `${place} 里的数据还没有搬完、没有核对完，不能使用。请把刚才的命令（npm run store -- move 或 restore）再运行一次，它会接着做完；` +
  '不要这一份了，就换一个空的文件夹或空的数据库'

/** @throws {Error} in Chinese, when the folder is only half filled */
export async function refuseHalfFilled(folder: string): Promise<void> {
  if ((await markOf(folder)) !== null) throw new Error(halfFilledWords(`数据文件夹 ${folder}`))
}

/** What the folder is being filled from; null when it is not. */
export async function markOf(folder: string): Promise<string | null> {
  try {
    return await readFile(join(folder, HALF_FILLED), 'utf8')
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Marks the folder. Rejects with the file system's error. */
export async function markFolder(folder: string, from: string): Promise<void> {
  await writeFile(join(folder, HALF_FILLED), from, { mode: FILE_MODE, flush: true })
  await syncFolder(realDisk, folder)
}

/** Takes the mark away, once everything else is on the disk itself. */
export async function unmarkFolder(folder: string): Promise<void> {
  await syncFolder(realDisk, folder)
  await rm(join(folder, HALF_FILLED), { force: true })
  await syncFolder(realDisk, folder)
}
