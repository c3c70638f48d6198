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
import { entryFrom } from './line.ts'
import { type Entry, emptyImage, type Image, isTable, TABLES } from './memory.ts'
import type { Rows } from './rows.ts'

export const SNAPSHOT = 'db.json'
export const PREVIOUS = 'db.previous.json'
export const DAILY = /^db-(\d{4}-\d\d-\d\d)\.json$/
/** A week covers a long holiday without staff, and bounds how long an erased resident stays in a backup. */
export const DAYS_KEPT = 7
/** A day brings one copy, so two a day catch up; a clock that is a year ahead costs two copies and not all. */
const DROPPED_A_DAY = 2

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
    const image = emptyImage()
    const parser = new SnapshotParser((table, line, length) => {
      const entry = entryFrom(table, line, length)
      image.rows[table].set(entry.id, entry)
    })
    try {
      this.bytes = await readLines(path, (line, _offset, ended) => parser.take(line, ended))
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return null
      throw error
    }
    const { seq, savedAt } = parser.finish(path)
    image.seq = seq
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
      this.bytes = await writeSnapshot(disk, draft, { seq: image.seq, savedAt }, (table) =>
        batchesOf(image.rows[table]),
      )
      await keepAs(path, join(folder, PREVIOUS))
      await rename(draft, path)
    } catch (error) {
      // A full disk must get the space back at once: the journal needs it more.
      await rm(draft, { force: true })
      throw error
    }
    this.day = chinaDay(savedAt)
    const today = `db-${this.day}.json`
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

/** Rows' texts, so many at a time that others get their turn in between. */
function* batchesOf(rows: Rows<Entry>): Generator<string[]> {
  let batch: string[] = []
  let length = 0
  for (const { json } of rows.values()) {
    batch.push(json)
    length += json.length
    if (length < CHUNK_CHARACTERS && batch.length < CHUNK_ROWS) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}

/** What a snapshot says of itself. */
export interface SnapshotHead {
  /** The journal line up to which it is complete. */
  seq: number
  savedAt: Date
}

/**
 * Writes a whole snapshot to a file of its own, and to the disk itself.
 *
 * @param batches the texts of a table's rows, each row once; never more than one batch is held
 * @returns the file's length in bytes. Rejects with the file system's error.
 */
export async function writeSnapshot(
  disk: Disk,
  path: string,
  { seq, savedAt }: SnapshotHead,
  batches: (table: TableName) => Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<number> {
  const file = await disk.open(path, 'w')
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
    const head = { format: FORMAT, version: VERSION, seq, savedAt: savedAt.toISOString() }
    await write(`${JSON.stringify(head).slice(0, -1)},"tables":{\n`)
    for (const [position, table] of TABLES.entries()) {
      let before = `"${table}":[\n`
      for await (const batch of batches(table)) {
        await write(before + batch.join(',\n'))
        before = ',\n'
        await setImmediate()
      }
      const nothing = before !== ',\n'
      await write(`${nothing ? before : '\n'}]${position === TABLES.length - 1 ? '}' : ''},\n`)
    }
    await write(`"crc32":"${hex(checksum)}"}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  return total
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

const COMMA = 0x2c
const CLOSE_LIST = 0x5d
const FOOTER = Buffer.from('"crc32":')
const isFooter = (line: Buffer): boolean =>
  line[0] === FOOTER[0] &&
  line.length >= FOOTER.length &&
  line.compare(FOOTER, 0, FOOTER.length, 0, FOOTER.length) === 0

/**
 * Reads a snapshot line by line. What it hands on counts only once {@link finish} has seen the checksum.
 */
export class SnapshotParser {
  /** Throws when it is no row of the table. */
  readonly #onRow: (table: TableName, line: Buffer, length: number) => void
  #seq = 0
  #version: unknown
  #savedAt = new Date(0)
  #table: TableName | undefined
  #lines = 0
  #checksum = 0
  /** Where the lines stand in memory that the checksum lacks yet, with their newlines. */
  #piece: ArrayBufferLike = new ArrayBuffer(0)
  #from = 0
  #to = 0
  #footer: { text: string; checksumBefore: number } | undefined

  /** @param onRow given so many bytes of a line that are a row's JSON; they never change */
  constructor(onRow: (table: TableName, line: Buffer, length: number) => void) {
    this.#onRow = onRow
  }

  /**
   * @param ended whether a newline ended the line
   * @throws {SnapshotDamage}
   */
  take(line: Buffer, ended: boolean): void {
    if (this.#footer) throw new SnapshotDamage('结尾之后还有内容')
    this.#lines += 1
    if (ended && isFooter(line)) {
      this.#footer = { text: line.toString(), checksumBefore: this.#checksumNow() }
      return
    }
    this.#sum(line, ended)
    if (this.#lines === 1) this.#takeHead(line.toString())
    else if (this.#version === VERSION) this.#takeLine(line)
  }

  /** Sums a megabyte at a time: a call for each line would take longer than the summing. */
  #sum(line: Buffer, ended: boolean): void {
    if (this.#piece !== line.buffer || this.#to !== line.byteOffset) {
      this.#checksumNow()
      this.#piece = line.buffer
      this.#from = line.byteOffset
    }
    this.#to = line.byteOffset + line.length + (ended ? 1 : 0)
  }

  #checksumNow(): number {
    this.#checksum = crc32(Buffer.from(this.#piece, this.#from, this.#to - this.#from), this.#checksum)
    this.#from = this.#to
    return this.#checksum
  }

  /**
   * @throws {SnapshotDamage} when a byte changed or is missing
   * @throws {Error} when a newer version wrote it
   */
  finish(path: string): SnapshotHead {
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
    return { seq: this.#seq, savedAt: this.#savedAt }
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
    this.#seq = head.seq
    this.#savedAt = new Date(head.savedAt)
  }

  #takeLine(line: Buffer): void {
    if (line[0] === CLOSE_LIST) {
      this.#table = undefined
    } else if (this.#table === undefined) {
      const name = /^"(\w+)":\[$/.exec(line.toString())?.[1]
      if (!isTable(name)) throw new SnapshotDamage(`第 ${this.#lines} 行应是表名`)
      this.#table = name
    } else {
      try {
        this.#onRow(this.#table, line, line[line.length - 1] === COMMA ? line.length - 1 : line.length)
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
