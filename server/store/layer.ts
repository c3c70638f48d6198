/** What became of a table's rows in a while: each by its id, and in the ordered indexes that bot/tables.ts declares. */
import { createRequire } from 'node:module'
import type sortedBtree from 'sorted-btree'
import type sortedBulk from 'sorted-btree/extended/bulkLoad.js'
import type { TableName } from '../../bot/store.ts'
import { byText } from './base/blocks.ts'
import { indexesOf, type Writable } from './entry.ts'
import type { Asked } from './query.ts'
import { Rows } from './rows.ts'

// sorted-btree is CommonJS with an `exports.default`, which Node and vitest import differently; require is the
// same everywhere.
const required = createRequire(import.meta.url)
const { default: BTree }: typeof sortedBtree = required('sorted-btree')
const { bulkLoad }: typeof sortedBulk = required('sorted-btree/extended/bulkLoad.js')

/** A row that was taken away. */
export class Gone {
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** What became of a row. */
export type Changed = Writable | Gone

/** Keys in their order. A key tells its row's id, so nothing stands beside it. */
type Keys = sortedBtree.default<string, undefined>

interface Ordered {
  keys: Keys
  /** By their ids, keys that have not been put in order yet: half of all are gone again before anybody asks. */
  fresh: Map<string, string>
}

/** So many keys are put in order at once, when nobody asked before. It takes some milliseconds; 2,048 held everybody up for 50. */
const FRESH_LIMIT = 256
/** Keys in a node of an index, as sorted-btree has them by itself. */
const NODE_SIZE = 32

/** Puts in order what is not yet; sorted first, for neighbours cost half of what strangers do. */
function putInOrder({ keys, fresh }: Ordered): void {
  if (fresh.size === 0) return
  for (const key of [...fresh.values()].sort(byText)) keys.set(key, undefined)
  fresh.clear()
}

/** All keys of an index. Sorted first, it is built four times as fast as row by row. */
function keysOf(rows: Rows<Changed>, position: number): Keys {
  const keys: string[] = []
  for (const row of rows.values()) {
    const key = keyIn(row, position)
    if (key !== undefined) keys.push(key)
  }
  if (keys.length === 0) return new BTree<string, undefined>(undefined, byText)
  // Without a comparison function texts are compared by their UTF-16 units, which is what byText does.
  keys.sort()
  const nothing: undefined[] = keys.map(() => undefined)
  return bulkLoad(keys, nothing, NODE_SIZE, byText)
}

const keyIn = (row: Changed | undefined, position: number): string | undefined =>
  row === undefined || row instanceof Gone ? undefined : row.keys[position]

/** The next of some keys; undefined behind the last. */
export type Next = () => string | undefined

export class Layer {
  readonly rows: Rows<Changed>
  readonly #indexes: readonly Ordered[]

  /** Takes over the rows and puts their keys in order. */
  constructor(table: TableName, rows: Rows<Changed> = new Rows()) {
    this.rows = rows
    this.#indexes = [...indexesOf(table).keys()].map((position) => ({
      keys: keysOf(rows, position),
      fresh: new Map(),
    }))
  }

  /** Notes what became of the row at `id`; undefined for nothing. Returns what was noted before. */
  set(id: string, row: Changed | undefined): Changed | undefined {
    const old = this.rows.replace(id, row)
    for (const [position, index] of this.#indexes.entries()) {
      const before = keyIn(old, position)
      const now = keyIn(row, position)
      if (before === now) continue
      if (before !== undefined && !index.fresh.delete(id)) index.keys.delete(before)
      if (now === undefined) continue
      index.fresh.set(id, now)
      if (index.fresh.size >= FRESH_LIMIT) putInOrder(index)
    }
    return old
  }

  /**
   * The keys in order that are asked for, and behind them perhaps others; undefined when there are none at all.
   *
   * @param position the index's place among its table's
   */
  keys(position: number, { low, high, backwards }: Asked): Next | undefined {
    const index = this.#indexes[position]
    if (!index) return undefined
    putInOrder(index)
    if (index.keys.isEmpty) return undefined
    const entries = backwards ? index.keys.entriesReversed(high, undefined, true) : index.keys.entries(low)
    return () => {
      const { done, value } = entries.next()
      return done === true ? undefined : value[0]
    }
  }
}
