/** The snapshot in its folder, as a lowdb adapter: read when the store is opened, and replaced as a whole by a new one. */

import { copyFile, link, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Adapter } from 'lowdb'
import { chinaDay } from '../../flows/clocks.ts'
import { Base } from './base/base.ts'
import { INDEX } from './base/index-file.ts'
import { writeMerged } from './base/merge.ts'
import { openBase } from './base/open.ts'
import { type Disk, faultCode, openFile, syncFolder } from './disk.ts'
import { emptyImage, type Image } from './memory.ts'

export const SNAPSHOT = 'db.json'
export const PREVIOUS = 'db.previous.json'
export const DAILY = /^db-(\d{4}-\d\d-\d\d)\.json$/
/** A week covers a long holiday without staff, and bounds how long an erased resident stays in a backup. */
export const DAYS_KEPT = 7
/** A day brings one copy, so two a day catch up; a clock that is a year ahead costs two copies and not all. */
const DROPPED_A_DAY = 2

const DAY_MS = 86_400_000

/** Where a snapshot lives, and when it was made. */
export interface SnapshotOptions {
  folder: string
  disk: Disk
  clock: () => Date
  /** Which file {@link SnapshotFile.read} opens; it always writes db.json. */
  name?: string
}

/** lowdb's storage for the whole database. */
export class SnapshotFile implements Adapter<Image> {
  /** The snapshot last read or written; undefined before. */
  base: Base | undefined
  /** Whether its index stands beside it. */
  isIndexed = false
  readonly #options: SnapshotOptions

  constructor(options: SnapshotOptions) {
    this.#options = options
  }

  /**
   * The rows in the file, or null when there is no file. Modifies nothing.
   *
   * @throws {SnapshotDamage} when a byte of it changed or is missing
   */
  async read(): Promise<Image | null> {
    const { folder, name = SNAPSHOT } = this.#options
    const opened = await openBase(folder, name, name === SNAPSHOT)
    if (!opened) return null
    this.base = opened.base
    this.isIndexed = opened.isIndexed
    return { ...emptyImage(), seq: opened.base.of.seq, base: opened.base }
  }

  /**
   * Replaces db.json and its index, keeping the one before as db.previous.json and today's as db-<day>.json. The old
   * files stay whole until the new ones are safely on the disk. Yields to the event loop between chunks.
   *
   * @param image must not change meanwhile, and must be durable in the journal
   */
  async write(image: Image): Promise<void> {
    const { folder, disk, clock } = this.#options
    const path = join(folder, SNAPSHOT)
    const indexPath = join(folder, INDEX)
    const savedAt = clock()
    const drafts = { snapshot: `${path}.tmp`, index: `${indexPath}.tmp` }
    for (const draft of Object.values(drafts)) await rm(draft, { force: true })
    let base: Base
    try {
      const index = await writeMerged(disk, drafts, image, savedAt)
      try {
        await keepAs(path, join(folder, PREVIOUS))
        await rename(drafts.snapshot, path)
        await rename(drafts.index, indexPath)
        base = new Base(path, await openFile(path), index)
      } catch (error) {
        index.close()
        throw error
      }
    } catch (error) {
      // A full disk must get the space back at once: the journal needs it more.
      for (const draft of Object.values(drafts)) await rm(draft, { force: true })
      throw error
    }
    try {
      await this.#keepDay(path, savedAt)
    } catch (error) {
      base.leave()
      throw error
    }
    this.base = base
    this.isIndexed = true
  }

  /** Keeps the snapshot as its day's copy; the first of a day takes the place of those that are too old. */
  async #keepDay(path: string, savedAt: Date): Promise<void> {
    const { folder, disk } = this.#options
    const today = `db-${chinaDay(savedAt)}.json`
    const isFirst = !(await readdir(folder)).includes(today)
    await keepAs(path, join(folder, today))
    await syncFolder(disk, folder)
    if (isFirst) await this.#dropExpired(savedAt)
  }

  /** Deletes copies whose days are over, or have not come: a few a day, for the clock may be wrong today. */
  async #dropExpired(now: Date): Promise<void> {
    const { folder } = this.#options
    const oldest = chinaDay(new Date(now.getTime() - (DAYS_KEPT - 1) * DAY_MS))
    const expired = (await readdir(folder)).filter((name) => {
      const day = DAILY.exec(name)?.[1]
      return day !== undefined && (day < oldest || day > chinaDay(now))
    })
    for (const name of expired.sort().slice(0, DROPPED_A_DAY)) await rm(join(folder, name), { force: true })
  }
}

/** Gives the file at `from`, if any, a second name, replacing what had it, at no moment leaving neither. */
async function keepAs(from: string, to: string): Promise<void> {
  const draft = `${to}.tmp`
  await rm(draft, { force: true })
  try {
    await link(from, draft)
  } catch (error) {
    if (faultCode(error) === 'ENOENT') return
    // Some file systems (exFAT, some network mounts) have no hard links.
    await copyFile(from, draft)
  }
  await rename(draft, to)
  // When both names already were the same file, rename leaves the draft behind.
  await rm(draft, { force: true })
}
