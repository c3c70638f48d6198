/**
 * What a snapshot's file looks like. It is one valid JSON document with a row per line:
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

import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { TableName } from '../../bot/store.ts'
import { BETWEEN } from './base/base.ts'
import type { Region } from './base/index-file.ts'
import { type Disk, hex } from './disk.ts'
import { isTable, TABLES } from './entry.ts'
import { SummedFile } from './summed-file.ts'

const FORMAT = 'jiuzhu-guwen-store'
const VERSION = 1
/** A snapshot that is not what we wrote. The message is Chinese and names the reason, never the data. */
export class SnapshotDamage extends Error {}

/** What a snapshot says of itself. */
export interface SnapshotHead {
  /** The journal line up to which it is complete. */
  seq: number
  savedAt: Date
}

/** The line a snapshot ends with. */
export const footerOf = (checksum: number): Buffer => Buffer.from(`"crc32":"${hex(checksum)}"}\n`)

/** Writes a snapshot to a file of its own, table by table. Its methods reject with the file system's error. */
export class SnapshotWriter {
  readonly #file: SummedFile
  #region: Region = { from: 0, to: 0, rows: 0, crc32: 0 }

  private constructor(file: SummedFile) {
    this.#file = file
  }

  static async open(disk: Disk, path: string, { seq, savedAt }: SnapshotHead): Promise<SnapshotWriter> {
    const file = await SummedFile.open(disk, path)
    const head = { format: FORMAT, version: VERSION, seq, savedAt: savedAt.toISOString() }
    await file.write(Buffer.from(`${JSON.stringify(head).slice(0, -1)},"tables":{\n`))
    return new SnapshotWriter(file)
  }

  /** Bytes written so far. */
  get at(): number {
    return this.#file.at
  }

  /** Begins a table; all declared ones are written, in their order. */
  async begin(table: TableName): Promise<void> {
    await this.#file.write(Buffer.from(`"${table}":[\n`))
    this.#region = { from: this.at, to: this.at, rows: 0, crc32: 0 }
  }

  /** Parts rows from those before. */
  async part(): Promise<void> {
    if (this.at > this.#region.from) await this.write(BETWEEN, 0)
  }

  /**
   * @param bytes may change once this has resolved
   * @param rows how many end in them
   */
  async write(bytes: Uint8Array, rows: number): Promise<void> {
    this.#region.rows += rows
    this.#region.crc32 = crc32(bytes, this.#region.crc32)
    await this.#file.write(bytes)
  }

  /** Ends the table. */
  async end(table: TableName): Promise<Region> {
    this.#region.to = this.at
    const last = table === TABLES.at(-1)
    await this.#file.write(Buffer.from(`${this.#region.rows > 0 ? '\n' : ''}]${last ? '}' : ''},\n`))
    return this.#region
  }

  /** Ends the snapshot, all of it on the disk itself. */
  async finish(): Promise<{ bytes: number; crc32: number }> {
    const checksum = await this.#file.checksum()
    await this.#file.write(footerOf(checksum))
    await this.#file.sync()
    return { bytes: this.at, crc32: checksum }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
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
  head: SnapshotHead,
  batches: (table: TableName) => Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<number> {
  const writer = await SnapshotWriter.open(disk, path, head)
  try {
    for (const table of TABLES) {
      await writer.begin(table)
      for await (const batch of batches(table)) {
        if (batch.length === 0) continue
        await writer.part()
        await writer.write(Buffer.from(batch.join(',\n')), batch.length)
        await setImmediate()
      }
      await writer.end(table)
    }
    return (await writer.finish()).bytes
  } finally {
    await writer.close()
  }
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
  readonly #onRow: (table: TableName, line: Buffer, length: number, offset: number) => void
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
  /** Where the line begins in the file. */
  #offset = 0
  #next = 0

  /** @param onRow given so many bytes of a line that are a row's JSON, which never change, and where they are in the file */
  constructor(onRow: (table: TableName, line: Buffer, length: number, offset: number) => void) {
    this.#onRow = onRow
  }

  /**
   * @param ended whether a newline ended the line
   * @throws {SnapshotDamage}
   */
  take(line: Buffer, ended: boolean): void {
    if (this.#footer) throw new SnapshotDamage('结尾之后还有内容')
    this.#lines += 1
    this.#offset = this.#next
    this.#next += line.length + (ended ? 1 : 0)
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
  finish(path: string): SnapshotHead & { crc32: number } {
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
    return { seq: this.#seq, savedAt: this.#savedAt, crc32: this.#footer.checksumBefore }
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
        const length = line[line.length - 1] === COMMA ? line.length - 1 : line.length
        this.#onRow(this.#table, line, length, this.#offset)
      } catch (error) {
        if (error instanceof SnapshotDamage) throw error
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
