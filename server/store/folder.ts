/** The data folder itself: who may look inside, and putting right what a crash or a bad disk left there. */
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Disk, FILE_MODE, FOLDER_MODE, syncFolder } from './disk.ts'
import type { Recovered } from './recovery.ts'

const OURS = /^(db[.-]|journal-|lock|data\.key)/

/**
 * Creates the folder when it is not there and takes others' access to it and to our files away. Rejects with
 * the file system's error.
 */
export async function prepareFolder(folder: string, disk: Disk): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
  if (made !== undefined) await syncFolder(disk, dirname(resolve(made)))
  await close(folder, FOLDER_MODE)
  for (const name of await readdir(folder)) if (OURS.test(name)) await close(join(folder, name), FILE_MODE)
}

async function close(path: string, mode: number): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  // Another starter's lock draft may be gone again.
  if (found && (found.mode & 0o077) !== 0) await chmod(path, mode)
}

/** Sets damaged files aside under `<name>.damaged-<time>`, cuts a torn line off, and clears unfinished drafts. */
export async function putRight(folder: string, recovered: Recovered, disk: Disk, now: Date): Promise<void> {
  const aside = (path: string): string => `${path}.damaged-${now.toISOString().replaceAll(':', '')}`
  for (const name of await readdir(folder)) {
    if (/^db[.-].*\.tmp$/.test(name)) await rm(join(folder, name), { force: true })
  }
  for (const name of recovered.damaged) {
    const path = join(folder, name)
    await rename(path, aside(path))
  }
  const { torn } = recovered
  if (torn) {
    if (torn.whole) await writeFile(aside(torn.path), torn.bytes, { mode: FILE_MODE })
    const file = await disk.open(torn.path, 'a')
    try {
      await file.truncate(torn.offset)
      await file.sync()
    } finally {
      await file.close()
    }
  }
  await syncFolder(disk, folder)
}
