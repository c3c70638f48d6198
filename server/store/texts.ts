/**
 * The texts of rows that were changed since the snapshot: those of the latest lines in memory, all others in the journal,
 * where they are anyway. What finds a row stays in memory, a fraction of it.
 */
import { openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { StoreError } from '../../bot/store.ts'
import { closeFile, faultDetail } from './disk.ts'
import type { Place, Shelf } from './entry.ts'
import type { LineChanges } from './segment.ts'

/**
 * Texts of so many characters stay in memory: of the latest twenty messages or so, whose replies are marked a moment later.
 * What is let go so soon dies young, which costs the collector least: sixteen times as much took a tenth more memory.
 */
export const HELD_CHARACTERS = 1 << 16

export class Texts {
  readonly #most: number
  readonly #lines: { changes: LineChanges; length: number; path: string }[] = []
  #held = 0
  /** The journal's file that was read from last; null when it cannot be. */
  #shelf: { path: string; shelf: JournalFile | null } | undefined
  /** Every file that may be open. */
  #files: WeakRef<JournalFile>[] = []

  /** @param most how many characters stay in memory */
  constructor(most: number) {
    this.#most = most
  }

  /** A line of so many characters is on the disk: the texts of older ones need no memory any more. */
  add(changes: LineChanges, length: number, path: string): void {
    this.#lines.push({ changes, length, path })
    this.#held += length
    while (this.#held > this.#most) {
      const oldest = this.#lines.shift()
      if (!oldest) return
      this.#held -= oldest.length
      const shelf = this.#shelfOf(oldest.path)
      if (!shelf) continue
      for (const rows of oldest.changes.values()) for (const row of rows.values()) row?.leave(shelf)
    }
  }

  #shelfOf(path: string): Shelf | null {
    if (this.#shelf?.path !== path) {
      const shelf = JournalFile.open(path)
      this.#shelf = { path, shelf }
      this.#files = this.#files.filter((file) => file.deref())
      if (shelf) this.#files.push(new WeakRef(shelf))
    }
    return this.#shelf.shelf
  }

  /** Closes every file that rows were left in. */
  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.deref()?.close()))
    this.#files = []
  }
}

/**
 * Whoever reads on is given so many bytes at once: a snapshot reads every row, in the file's order, and a journey to the
 * system for each would cost more than all else that is done with it.
 */
const AHEAD_BYTES = 1 << 16

/** Files are closed when no row is in them any more, or with the store: a walk may hold rows long after a snapshot has them. */
const unused = new FinalizationRegistry((fd: number) => void closeFile(fd).catch(() => {}))

class JournalFile implements Shelf {
  readonly #path: string
  #fd: number | null
  /** Where the row that was read last ends. */
  #end = 0
  /** What was read at once, and how much of it. */
  readonly #ahead = { at: 0, length: 0, bytes: Buffer.alloc(0) }

  private constructor(path: string, fd: number) {
    this.#path = path
    this.#fd = fd
    unused.register(this, fd, this)
  }

  async close(): Promise<void> {
    if (this.#fd === null) return
    const fd = this.#fd
    // First of all: a number that is free may become another file's.
    this.#fd = null
    unused.unregister(this)
    await closeFile(fd).catch(() => {})
  }

  /** Null when it cannot be opened, e.g. for too many files: then the texts stay in memory. */
  static open(path: string): JournalFile | null {
    try {
      return new JournalFile(path, openSync(path, 'r'))
    } catch {
      return null
    }
  }

  read({ at, length, crc32: checksum }: Place, bytes: Buffer, into: number): void {
    const row = bytes.subarray(into, into + length)
    const isRight = () => (crc32(row) | 0) === checksum
    try {
      // What was read ahead may have been taken back since, and something else been written there.
      if (this.#readAhead(at, row) && isRight()) return
      if (this.#readAt(at, row) < length) throw new RangeError('the file ends too early')
      if (!isRight()) throw new RangeError('a row is no longer what was written')
    } catch (error) {
      throw new StoreError('unavailable', faultDetail(this.#path, error), { cause: error })
    }
  }

  /** Fills in a row that comes soon after the one before. False where it does not. */
  #readAhead(at: number, row: Buffer): boolean {
    const follows = at >= this.#end && at + row.length <= this.#end + AHEAD_BYTES
    this.#end = at + row.length
    if (!follows) return false
    const ahead = this.#ahead
    if (at < ahead.at || this.#end > ahead.at + ahead.length) {
      if (ahead.bytes.length === 0) ahead.bytes = Buffer.allocUnsafeSlow(AHEAD_BYTES)
      ahead.at = at
      ahead.length = this.#readAt(at, ahead.bytes)
    }
    return ahead.bytes.copy(row, 0, at - ahead.at, ahead.length) === row.length
  }

  /** Reads until `bytes` are full or the file ends. Returns how many were read. */
  #readAt(at: number, bytes: Buffer): number {
    if (this.#fd === null) throw new RangeError('the store is closed')
    let done = 0
    while (done < bytes.length) {
      const read = readSync(this.#fd, bytes, done, bytes.length - done, at + done)
      if (read === 0) break
      done += read
    }
    return done
  }
}
