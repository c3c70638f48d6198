/** Reading a data folder without writing to it: for export, beside a running service or without one. */
import { setImmediate } from 'node:timers/promises'
import type { Store, TableName, Tables } from '../../bot/store.ts'
import type { KeptRow } from './base/base.ts'
import { rowOf } from './draft.ts'
import { refuseHalfFilled } from './half-filled.ts'
import { Gone } from './layer.ts'
import { type Image, Memory } from './memory.ts'
import { recover } from './recovery.ts'

// Each attempt reads the names afresh; a compaction moves files at most once in several seconds.
const ATTEMPTS = 5
// Rows handed on before others get their turn; a row costs a few microseconds.
const ROWS_PER_TURN = 200
const ROWS_PER_BATCH = 1_000

/** What may be asked of a folder that is only read. */
export type ReadOnlyStore = Pick<Store, 'get' | 'list' | 'scan'>

/**
 * The rows in `folder` as they stand now; later changes are not seen. Takes no lock and modifies no file.
 *
 * @throws {Error} in Chinese, naming the file and the mend, when the rows cannot be known completely
 */
export async function readLowdbFolder(folder: string): Promise<ReadOnlyStore & Pick<Store, 'close'>> {
  const image = await imageOf(folder)
  const memory = new Memory(image)
  return {
    async get(table, id) {
      const entry = memory.get(table, id)
      return entry && rowOf(table, entry)
    },
    async list(table, index, query) {
      return memory.find(table, index, query).map((entry) => rowOf(table, entry))
    },
    scan: (table) => walk(table, memory.rows(table)),
    close: async () => image.base?.leave(),
  }
}

type Standing = ReturnType<Memory['rows']>

/** Every row of a table as it is kept, some at a time: first the snapshot's, then those that were changed since. */
export async function* keptRows(
  table: TableName,
  { base, changed }: Standing,
): AsyncGenerator<readonly KeptRow[]> {
  if (base)
    for await (const rows of base.batches(table)) yield rows.filter(({ id }) => changed.get(id) === undefined)
  let batch: KeptRow[] = []
  for (const row of changed.values()) {
    if (row instanceof Gone) continue
    batch.push({ id: row.id, json: row.json })
    if (batch.length < ROWS_PER_BATCH) continue
    yield batch
    batch = []
  }
  yield batch
}

/** Hands on every row once, letting others run in between. */
export async function* walk<K extends TableName>(table: K, rows: Standing): AsyncGenerator<Tables[K]> {
  let count = 0
  for await (const batch of keptRows(table, rows))
    for (const row of batch) {
      yield rowOf(table, row)
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
