/** Where rows come from: all of them, as they are kept (what is sealed stays sealed), at one moment. */
import { open } from 'node:fs/promises'
import type { Store, TableName } from '../../../bot/store.ts'
import type { KeptRow } from '../base/base.ts'
import { rowOf } from '../draft.ts'
import { isIdentified, TABLES } from '../entry.ts'
import type { Image } from '../memory.ts'
import { keptRows } from '../read.ts'
import { SnapshotParser } from '../snapshot-format.ts'

export interface Batch {
  table: TableName
  rows: readonly KeptRow[]
}

export interface Source {
  /** Tells this state of this source from any other, for whoever goes on where they were stopped. */
  stamp: string
  /** Every row of these tables (all of them) once, table by table in declared order; the same each time it is asked. */
  batches(tables?: readonly TableName[]): AsyncIterable<Batch>
}

/** Rows handed on at a time. */
export const BATCH_ROWS = 1_000
const READ_BYTES = 1 << 20

/** The rows of an image that no longer changes. */
export function imageSource(image: Image, stamp: string): Source {
  return {
    stamp,
    async *batches(tables = TABLES) {
      for (const table of tables)
        for await (const rows of keptRows(table, { base: image.base, changed: image.rows[table] }))
          if (rows.length > 0) yield { table, rows }
    },
  }
}

/**
 * The rows of a snapshot file, of which no more than a part is held at once. What it hands on counts only once all
 * batches were taken without a fault.
 */
export function snapshotSource(path: string, stamp: string): Source {
  return { stamp, batches: (tables = TABLES) => snapshotBatches(path, tables) }
}

/** @throws {SnapshotDamage} at the end, or where it shows, when a byte changed or is missing */
async function* snapshotBatches(path: string, tables: readonly TableName[]): AsyncGenerator<Batch> {
  let ready: { table: TableName; rows: KeptRow[] }[] = []
  const parser = new SnapshotParser((table, line, length) => {
    if (!tables.includes(table)) return
    const last = ready.at(-1)
    const batch = last?.table === table && last.rows.length < BATCH_ROWS ? last : { table, rows: [] }
    if (batch !== last) ready.push(batch)
    batch.rows.push(keptRow(line.toString('utf8', 0, length)))
  })
  const file = await open(path, 'r')
  try {
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null)
      if (bytesRead === 0) break
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      let start = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        parser.take(bytes.subarray(start, end), true)
        start = end + 1
      }
      rest = bytes.subarray(start)
      yield* ready
      ready = []
    }
    if (rest.length > 0) parser.take(rest, false)
    parser.finish(path)
    yield* ready
  } finally {
    await file.close()
  }
}

/** @throws {SyntaxError | TypeError} when it is no row */
export function keptRow(json: string): KeptRow {
  const row: unknown = JSON.parse(json)
  if (!isIdentified(row)) throw new TypeError('a row must have an id')
  return { id: row.id, json }
}

/**
 * A source's rows as their texts, for a writer that asks for one declared table after the other.
 *
 * @returns what gives one table's, and what throws when the source had more than was asked for
 */
export function textsByTable(source: Source): {
  of: (table: TableName) => AsyncGenerator<string[]>
  end: () => Promise<void>
} {
  const batches = source.batches()[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Batch>> | undefined
  return {
    async *of(table) {
      for (;;) {
        next ??= batches.next()
        const { done, value } = await next
        if (done || value.table !== table) return
        next = undefined
        yield value.rows.map(({ json }) => json)
      }
    },
    async end() {
      next ??= batches.next()
      if (!(await next).done) throw new Error('the source gave its tables in another order than declared')
    },
  }
}

/** A source as a store of which whole tables are walked. */
export function walked(source: Source): Pick<Store, 'scan'> {
  return {
    async *scan(table) {
      for await (const { rows } of source.batches([table]))
        for (const { json } of rows) yield rowOf(table, { json })
    },
  }
}
