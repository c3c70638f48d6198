/** Reading a data folder without writing to it: for export, beside a running service or without one. */
import { setImmediate } from 'node:timers/promises'
import type { Store, TableName, Tables } from '../../bot/store.ts'
import { rowOf } from './draft.ts'
import { refuseHalfFilled } from './half-filled.ts'
import { type Entry, type Image, Memory } from './memory.ts'
import { recover } from './recovery.ts'
import type { Rows } from './rows.ts'

// Each attempt reads the names afresh; a compaction moves files at most once in several seconds.
const ATTEMPTS = 5
// Rows handed on before others get their turn; a row costs a few microseconds.
const ROWS_PER_TURN = 200

/** What may be asked of a folder that is only read. */
export type ReadOnlyStore = Pick<Store, 'get' | 'list' | 'scan'>

/**
 * The rows in `folder` as they stand now; later changes are not seen. Takes no lock and modifies no file.
 *
 * @throws {Error} in Chinese, naming the file and the mend, when the rows cannot be known completely
 */
export async function readLowdbFolder(folder: string): Promise<ReadOnlyStore> {
  const memory = new Memory(await imageOf(folder))
  return {
    async get(table, id) {
      const entry = memory.get(table, id)
      return entry && rowOf(table, entry)
    },
    async list(table, index, query) {
      return memory.find(table, index, query).map((entry) => rowOf(table, entry))
    },
    scan: (table) => walk(table, memory.rows(table)),
  }
}

/** Hands on every row once, letting others run in between. `rows` must not change meanwhile. */
export async function* walk<K extends TableName>(table: K, rows: Rows<Entry>): AsyncGenerator<Tables[K]> {
  let count = 0
  for (const entry of rows.values()) {
    yield rowOf(table, entry)
    count += 1
    if (count % ROWS_PER_TURN === 0) await setImmediate()
  }
}

/**
 * All rows in `folder` as they stand now, for whoever needs no index.
 *
 * @throws {Error} as {@link readLowdbFolder}
 */
export async function imageOf(folder: string): Promise<Image> {
  await refuseHalfFilled(folder)
  return steadily(folder)
}

async function steadily(folder: string): Promise<Image> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await recover(folder)).image
    } catch (error) {
      // Files that a compaction moved between being listed and being read look lost.
      if (attempt === ATTEMPTS) throw error
      await setImmediate()
    }
  }
}
