/**
 * The rows of a snapshot, left in its file: each is read from its position when somebody asks for it, and which they are
 * is known by the index beside it. Nothing of it changes; what is changed afterwards is kept elsewhere.
 */
import { readSync } from 'node:fs'
import { StoreError, type TableName } from '../../../bot/store.ts'
import { closeFile, faultDetail, piecesOf } from '../disk.ts'
import { type Entry, entryOf, isIdentified, TABLES } from '../entry.ts'
import { Blocks } from './blocks.ts'
import type { Region, SnapshotId, SnapshotIndex } from './index-file.ts'
import { hashOf } from './places.ts'

/** A row as it is kept. */
export interface KeptRow {
  id: string
  json: string
}

/** What stands between two rows of a table: a comma and a newline. */
export const BETWEEN = Buffer.from(',\n')
const NEWLINE = 10
const COMMA = 0x2c
/** Rows handed on at a time. */
const ROWS_AT_ONCE = 1_000
/** Most rows are shorter: they are read at once. */
const ROW_BYTES = 4 << 10
let scratch = Buffer.allocUnsafeSlow(ROW_BYTES)

const tableNumbers = new Map<TableName, number>(TABLES.map((table, number) => [table, number]))
/** The hash a row is found by. */
export const rowHash = (table: TableName, id: string): number => hashOf(tableNumbers.get(table) ?? 0, id)

class BaseEntry implements Entry {
  readonly id: string
  readonly json: string
  readonly #table: TableName
  constructor(table: TableName, id: string, json: string) {
    this.#table = table
    this.id = id
    this.json = json
  }

  get keys(): Entry['keys'] {
    return entryOf(this.#table, JSON.parse(this.json), this.json).keys
  }
}

export class Base {
  readonly #path: string
  readonly #fd: number
  readonly #index: SnapshotIndex
  readonly #blocks: Blocks
  /** Those who are reading it from end to end. */
  #readers = 0
  #left = false

  /** @param fd its file, which is closed by {@link leave} */
  constructor(path: string, fd: number, index: SnapshotIndex) {
    this.#path = path
    this.#fd = fd
    this.#index = index
    this.#blocks = new Blocks(index.read)
  }

  get of(): SnapshotId {
    return this.#index.of
  }

  get index(): Omit<SnapshotIndex, 'close'> {
    return this.#index
  }

  /** How many rows it holds. */
  get size(): number {
    return this.#index.places.count
  }

  /** @throws {StoreError} `unavailable` when the disk does not give it */
  get(table: TableName, id: string): Entry | undefined {
    const { offset, json } = this.find(table, id) ?? {}
    return offset === undefined || json === undefined ? undefined : new BaseEntry(table, id, json)
  }

  /** A row and where its first byte is. */
  find(table: TableName, id: string): { offset: number; json: string } | undefined {
    const region = this.#index.tables.get(table)?.region
    if (!region || region.rows === 0) return undefined
    const { places } = this.#index
    const hash = rowHash(table, id)
    for (let at = places.find(hash, -1); at >= 0; at = places.find(hash, at)) {
      const found = at
      const offset = this.#reading(() => places.offset(found))
      if (offset < region.from || offset >= region.to) continue
      const json = this.#read(offset)
      if (isOf(id, json)) return { offset, json }
    }
    return undefined
  }

  /**
   * The keys of an index from `low` on, one at a time; undefined when it has none.
   *
   * @param position the index's place among its table's
   */
  keysFrom(table: TableName, position: number, low: string): (() => string | undefined) | undefined {
    const run = this.#index.tables.get(table)?.runs[position]
    if (!run || run.firsts.length === 0) return undefined
    return this.#reading(() => {
      const next = this.#blocks.from(run, low)
      return () => this.#reading(next)
    })
  }

  /** The same backwards: the last key before `high` first; from the end when that is undefined. */
  keysBefore(
    table: TableName,
    position: number,
    high: string | undefined,
  ): (() => string | undefined) | undefined {
    const run = this.#index.tables.get(table)?.runs[position]
    if (!run || run.firsts.length === 0) return undefined
    return this.#reading(() => {
      const next = this.#blocks.before(run, high)
      return () => this.#reading(next)
    })
  }

  /** Every row of a table once, a thousand at a time, in the file's order. */
  async *batches(table: TableName): AsyncGenerator<KeptRow[]> {
    const { region } = this.#index.tables.get(table) ?? {}
    if (!region || region.rows === 0) return
    this.#readers++
    try {
      let rest: Buffer = Buffer.alloc(0)
      let rows: KeptRow[] = []
      // The last row ends with a newline too.
      for await (const { bytes } of piecesOf(this.#fd, region.from, region.to + 1)) {
        const text = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
        let from = 0
        for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, from)) {
          rows.push(rowIn(text.toString('utf8', from, text[end - 1] === COMMA ? end - 1 : end)))
          from = end + 1
          if (rows.length < ROWS_AT_ONCE) continue
          yield rows
          rows = []
        }
        // A copy: the next piece stands where this one does.
        rest = Buffer.from(text.subarray(from))
      }
      if (rows.length > 0) yield rows
    } finally {
      this.#readers--
      this.#closeIfLeft()
    }
  }

  /** Does something with the open file, which must not close it. */
  async with<T>(work: (fd: number, path: string) => Promise<T>): Promise<T> {
    this.#readers++
    try {
      return await work(this.#fd, this.#path)
    } finally {
      this.#readers--
      this.#closeIfLeft()
    }
  }

  /** The bytes of a table's rows, a megabyte at a time, each where the one before was. */
  bytesOf({ from, to }: Region): AsyncIterable<{ at: number; bytes: Buffer }> {
    return piecesOf(this.#fd, from, to)
  }

  /** Closes the files once nobody reads it from end to end any more. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    this.#index.close()
    this.#closeIfLeft()
  }

  #closeIfLeft(): void {
    if (this.#left && this.#readers === 0) void closeFile(this.#fd)
  }

  #read(offset: number): string {
    return this.#reading(() => {
      for (;;) {
        // With the newline before it: where a row is was read from a file too, and must not lead into one.
        const read = readSync(this.#fd, scratch, 0, scratch.length, offset - 1)
        if (read > 0 && scratch[0] !== NEWLINE) throw new RangeError('no row begins there')
        const end = scratch.subarray(0, read).indexOf(NEWLINE, 1)
        if (end >= 0) return scratch.toString('utf8', 1, scratch[end - 1] === COMMA ? end - 1 : end)
        if (read < scratch.length) throw new RangeError('a row has no end')
        scratch = Buffer.allocUnsafeSlow(2 * scratch.length)
      }
    })
  }

  #reading<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw new StoreError('unavailable', faultDetail(this.#path, error), { cause: error })
    }
  }
}

/** What stands in most rows before their id. */
const HEAD = '{"id":"'

function isOf(id: string, json: string): boolean {
  const end = HEAD.length + id.length
  if (json.startsWith(id, HEAD.length) && json.startsWith(HEAD) && json[end] === '"' && !/["\\]/.test(id))
    return true
  return rowIn(json).id === id
}

/** A row by its text, of which no more is read than tells its id. */
export function rowIn(json: string): KeptRow {
  if (json.startsWith(HEAD)) {
    const end = json.indexOf('"', HEAD.length)
    const id = json.slice(HEAD.length, end)
    if (end > HEAD.length && !id.includes('\\')) return { id, json }
  }
  const row: unknown = JSON.parse(json)
  if (!isIdentified(row)) throw new TypeError('a row must have an id')
  return { id: row.id, json }
}
