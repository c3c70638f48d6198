/**
 * The JSON snapshot, as a lowdb adapter. It is one valid JSON document with a row per line:
 *
 *     {"format":"jiuzhu-guwen-store","version":1,"seq":42,"savedAt":"2026-03-03T01:00:00.000Z","tables":{
 *     "residents":[
 *     {"id":"sandbox:a",...},
 *     {"id":"sandbox:b",...}
 *     ],
 *     ...
 *     ]},
 *     "crc32":"89abcdef"}
 *
 * `seq` is the journal line up to which it is complete; `crc32` is over every byte before its own line.
 */

import { copyFile, link, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { Adapter } from 'lowdb'
import type { TableName } from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { type Disk, faultCode, hex, readLines, syncFolder } from './disk.ts'
import { emptyImage, entryFrom, type Image, isTable, TABLES } from './memory.ts'

export const SNAPSHOT = 'db.json'
export const PREVIOUS = 'db.previous.json'
export const DAILY = /^db-(\d{4}-\d\d-\d\d)\.json$/
/** A week covers a long holiday without staff, and bounds how long an erased resident stays in a backup. */
export const DAYS_KEPT = 7

const FORMAT = 'jiuzhu-guwen-store'
const VERSION = 1
const DAY_MS = 86_400_000
// A chunk of 128 K characters took under 1 ms to join and encode when measured; the loop runs between chunks.
const CHUNK_CHARACTERS = 1 << 17
// Rows are visited this many at a time even where they are tiny.
const CHUNK_ROWS = 2_000
// A journal line waits for the disk to finish what it is doing: so hand it the snapshot in small helpings.
const SYNC_BYTES = 4 << 20

/** A snapshot that is not what we wrote. The message is Chinese and names the reason, never the data. */
export class SnapshotDamage extends Error {}

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
  /** Size in bytes and day of the snapshot last read or written; 0 and '' before. */
  bytes = 0
  day = ''
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
    const path = join(this.#options.folder, this.#options.name ?? SNAPSHOT)
    const parser = new SnapshotParser()
    try {
      this.bytes = await readLines(path, (line, _offset, ended) => parser.take(line, ended))
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return null
      throw error
    }
    const { image, savedAt } = parser.finish(path)
    this.day = chinaDay(savedAt)
    return image
  }

  /**
   * Replaces db.json, keeping the one before as db.previous.json and today's as db-<day>.json. The old files
   * stay whole until the new one is safely on the disk. Yields to the event loop between chunks.
   *
   * @param image must not change meanwhile, and must be durable in the journal
   */
  async write(image: Image): Promise<void> {
    const { folder, disk, clock } = this.#options
    const path = join(folder, SNAPSHOT)
    const savedAt = clock()
    const draft = `${path}.tmp`
    await rm(draft, { force: true })
    try {
      this.bytes = await this.#writeDraft(draft, image, savedAt)
      await keepAs(path, join(folder, PREVIOUS))
      await rename(draft, path)
    } catch (error) {
      // A full disk must get the space back at once: the journal needs it more.
      await rm(draft, { force: true })
      throw error
    }
    this.day = chinaDay(savedAt)
    await keepAs(path, join(folder, `db-${this.day}.json`))
    await syncFolder(disk, folder)
    const oldest = chinaDay(new Date(savedAt.getTime() - (DAYS_KEPT - 1) * DAY_MS))
    for (const name of await readdir(folder)) {
      const day = DAILY.exec(name)?.[1]
      if (day !== undefined && day < oldest) await rm(join(folder, name), { force: true })
    }
  }

  async #writeDraft(path: string, image: Image, savedAt: Date): Promise<number> {
    const file = await this.#options.disk.open(path, 'w')
    let checksum = 0
    let total = 0
    let unsynced = 0
    const write = async (text: string): Promise<void> => {
      const bytes = Buffer.from(text)
      checksum = crc32(bytes, checksum)
      total += bytes.length
      unsynced += bytes.length
      await file.write(bytes)
      if (unsynced < SYNC_BYTES) return
      await file.sync()
      unsynced = 0
    }
    try {
      const head = { format: FORMAT, version: VERSION, seq: image.seq, savedAt: savedAt.toISOString() }
      await write(`${JSON.stringify(head).slice(0, -1)},"tables":{\n`)
      for (const [position, table] of TABLES.entries()) {
        let text = `"${table}":[`
        let count = 0
        for (const entry of image.rows[table].values()) {
          text += `${count === 0 ? '' : ','}\n${entry.json}`
          count += 1
          if (text.length < CHUNK_CHARACTERS && count % CHUNK_ROWS !== 0) continue
          await write(text)
          await setImmediate()
          text = ''
        }
        await write(`${text}\n]${position === TABLES.length - 1 ? '}' : ''},\n`)
      }
      await write(`"crc32":"${hex(checksum)}"}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    return total
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

/** Reads a snapshot line by line. What it gathers counts only once {@link finish} has seen the checksum. */
class SnapshotParser {
  readonly #image = emptyImage()
  #version: unknown
  #savedAt = new Date(0)
  #table: TableName | undefined
  #lines = 0
  #checksum = 0
  #footer: { text: string; checksumBefore: number } | undefined

  take(line: Buffer, ended: boolean): void {
    if (this.#footer) throw new SnapshotDamage('结尾之后还有内容')
    this.#lines += 1
    const checksumBefore = this.#checksum
    this.#checksum = crc32('\n', crc32(line, this.#checksum))
    const text = line.toString()
    if (text.startsWith('"crc32":') && ended) this.#footer = { text, checksumBefore }
    else if (this.#lines === 1) this.#takeHead(text)
    else if (this.#version === VERSION) this.#takeLine(text)
  }

  finish(path: string): { image: Image; savedAt: Date } {
    if (this.#lines === 0) throw new SnapshotDamage('文件是空的')
    if (!this.#footer) throw new SnapshotDamage('文件不完整,缺少结尾的校验码')
    if (this.#footer.text !== `"crc32":"${hex(this.#footer.checksumBefore)}"}`) {
      throw new SnapshotDamage('校验码与内容不符,内容被改动过')
    }
    if (this.#version !== VERSION) {
      throw new Error(
        `${path} 由更新的版本写成(格式 ${this.#version}),本版本只认识 ${VERSION}:请改用写它的版本`,
      )
    }
    return { image: this.#image, savedAt: this.#savedAt }
  }

  #takeHead(text: string): void {
    const head = this.#parse(`${text}}}`)
    if (
      typeof head !== 'object' ||
      head === null ||
      !('format' in head && head.format === FORMAT) ||
      !('version' in head && typeof head.version === 'number') ||
      !('seq' in head && typeof head.seq === 'number' && Number.isSafeInteger(head.seq)) ||
      !('savedAt' in head && typeof head.savedAt === 'string' && !Number.isNaN(Date.parse(head.savedAt)))
    ) {
      throw new SnapshotDamage('第 1 行不是本程序写的开头')
    }
    this.#version = head.version
    this.#image.seq = head.seq
    this.#savedAt = new Date(head.savedAt)
  }

  #takeLine(text: string): void {
    if (text.startsWith(']')) {
      this.#table = undefined
    } else if (this.#table === undefined) {
      const name = /^"(\w+)":\[$/.exec(text)?.[1]
      if (!isTable(name)) throw new SnapshotDamage(`第 ${this.#lines} 行应是表名`)
      this.#table = name
    } else {
      const json = text.endsWith(',') ? text.slice(0, -1) : text
      try {
        const entry = entryFrom(this.#table, json)
        this.#image.rows[this.#table].set(entry.id, entry)
      } catch {
        throw new SnapshotDamage(`第 ${this.#lines} 行不是 ${this.#table} 的一行`)
      }
    }
  }

  #parse(json: string): unknown {
    try {
      return JSON.parse(json)
    } catch {
      // The parser's own message quotes the text, which may be what a resident wrote.
      throw new SnapshotDamage(`第 ${this.#lines} 行不是 JSON`)
    }
  }
}
