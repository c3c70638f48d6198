/**
 * The tables as they stand: the rows of the last snapshot, which stay in its file, and what was changed since, found in
 * memory by id and in the ordered indexes that bot/tables.ts declares. What was changed hides what the snapshot says.
 */
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import type sortedBtree from 'sorted-btree'
import type sortedBulk from 'sorted-btree/extended/bulkLoad.js'
import type { Query, TableName } from '../../bot/store.ts'
import type { Base } from './base/base.ts'
import { byText } from './base/blocks.ts'
import {
  type Declared,
  type Entry,
  idIn,
  indexesOf,
  TABLES,
  type Writable,
  type WrittenEntry,
} from './entry.ts'
import { type Asked, readQuery, refuseUnanswerable } from './query.ts'
import { Rows } from './rows.ts'

// sorted-btree is CommonJS with an `exports.default`, which Node and vitest import differently; require is the
// same everywhere.
const required = createRequire(import.meta.url)
const { default: BTree }: typeof sortedBtree = required('sorted-btree')
const { bulkLoad }: typeof sortedBulk = required('sorted-btree/extended/bulkLoad.js')

/** A row that was taken away since the snapshot. */
export class Gone {
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** What became of a row since the snapshot. */
export type Changed = Writable | Gone

/** All rows at one position of the journal. */
export interface Image {
  /** The last journal line whose effect is included; 0 before the first. */
  seq: number
  /** The snapshot's rows; undefined when there is none yet. */
  base: Base | undefined
  /** What was changed since. */
  rows: Record<TableName, Rows<Changed>>
}

/** Rows a transaction means to write; undefined means removed. */
export type Changes = Map<string, WrittenEntry | undefined>

/** Keys in a node of an index, as sorted-btree has them by itself. */
const NODE_SIZE = 32

/** No rows at all, at position 0. */
export function emptyImage(): Image {
  return {
    seq: 0,
    base: undefined,
    rows: {
      residents: new Rows(),
      sessions: new Rows(),
      unfinished: new Rows(),
      turns: new Rows(),
      taken: new Rows(),
      outbox: new Rows(),
      events: new Rows(),
      jobs: new Rows(),
      tickets: new Rows(),
      ticket_keys: new Rows(),
      ticket_events: new Rows(),
      heard: new Rows(),
      tasks: new Rows(),
      nudges: new Rows(),
      ways: new Rows(),
      areas: new Rows(),
      advisors: new Rows(),
      rosters: new Rows(),
      households: new Rows(),
      household_keys: new Rows(),
      visit_tasks: new Rows(),
      visits: new Rows(),
      advisor_turns: new Rows(),
      advisor_talks: new Rows(),
      cards: new Rows(),
      data_keys: new Rows(),
      audit: new Rows(),
      audit_heads: new Rows(),
      tokens: new Rows(),
      accounts: new Rows(),
      sign_ins: new Rows(),
      questions: new Rows(),
      tallies: new Rows(),
      policies: new Rows(),
      policy_versions: new Rows(),
      policy_drafts: new Rows(),
      api_keys: new Rows(),
      handed_in: new Rows(),
      alerts: new Rows(),
      removed_tickets: new Rows(),
      mark_counts: new Rows(),
      policy_imports: new Rows(),
      imported_policies: new Rows(),
    },
  }
}

interface Index extends Declared {
  /** The place of this index's key in {@link Entry.keys}. */
  position: number
  ids: sortedBtree.default<string, string>
  /** By their ids, keys that have not been put in order yet: half of all are gone again before anybody asks. */
  fresh: Map<string, string>
}

/** So many keys are put in order at once, when nobody asked before. */
const FRESH_LIMIT = 2048

/** Puts in order what is not yet; sorted first, for neighbours cost half of what strangers do. */
function putInOrder({ ids, fresh }: Index): void {
  if (fresh.size === 0) return
  for (const [id, key] of [...fresh].sort(([, a], [, b]) => byText(a, b))) ids.set(key, id)
  fresh.clear()
}

/** An index of all changed rows. Sorted first, it is built four times as fast as row by row. */
function idsOf(rows: Rows<Changed>, position: number, { fields }: Declared): Index['ids'] {
  const keys: string[] = []
  for (const entry of rows.values()) {
    const key = keyIn(entry, position)
    if (key !== undefined) keys.push(key)
  }
  if (keys.length === 0) return new BTree<string, string>(undefined, byText)
  // Without a comparison function texts are compared by their UTF-16 units, which is what byText does.
  keys.sort()
  const ids = keys.map((key) => idIn(key, fields.length))
  return bulkLoad(keys, ids, NODE_SIZE, byText)
}

const keyIn = (row: Changed | undefined, position: number): string | undefined =>
  row === undefined || row instanceof Gone ? undefined : row.keys[position]

class Table {
  readonly name: TableName
  readonly rows: Rows<Changed>
  readonly #indexes = new Map<string, Index>()

  constructor(name: TableName, rows: Rows<Changed>) {
    this.name = name
    this.rows = rows
    indexesOf(name).forEach((index, position) => {
      this.#indexes.set(index.name, {
        ...index,
        position,
        ids: idsOf(rows, position, index),
        fresh: new Map(),
      })
    })
  }

  /** Notes what became of the row at `id`; undefined is what the snapshot says. Returns what was noted before. */
  set(id: string, row: Changed | undefined): Changed | undefined {
    const old = this.rows.replace(id, row)
    for (const index of this.#indexes.values()) {
      const { position, ids, fresh } = index
      const before = keyIn(old, position)
      const now = keyIn(row, position)
      if (before === now) continue
      if (before !== undefined && !fresh.delete(id)) ids.delete(before)
      if (now === undefined) continue
      fresh.set(id, now)
      if (fresh.size >= FRESH_LIMIT) putInOrder(index)
    }
    return old
  }

  /** Forgets at once what stands as it did in `saved`, made of these rows. */
  forget(saved: Rows<Changed>): void {
    if (!this.rows.forget(saved)) return
    // Little is left: it is put in order anew far sooner than all the rest is taken out one by one.
    for (const index of this.#indexes.values()) {
      index.ids = idsOf(this.rows, index.position, index)
      index.fresh.clear()
    }
  }

  get(base: Base | undefined, id: string): Entry | undefined {
    const changed = this.rows.get(id)
    if (changed === undefined) return base?.get(this.name, id)
    return changed instanceof Gone ? undefined : changed
  }

  find(base: Base | undefined, name: string, query: Query, changes: Changes | undefined): Entry[] {
    const index = this.#index(name)
    refuseUnanswerable(index, query)
    // What every message asks finds nothing, mostly: whether there are requests, whether words wait.
    if (!changes && index.ids.isEmpty && !base?.hasKeys(this.name, index.position)) return []
    const asked = readQuery(index, query)
    const keys = this.#keys(base, index, asked)

    const own: { key: string; entry: Entry }[] = []
    for (const entry of changes?.values() ?? []) {
      const key = entry?.keys[index.position]
      if (entry && key !== undefined && asked.holds(key) && asked.fits(key)) own.push({ key, entry })
    }
    own.sort((a, b) => asked.order(a.key, b.key))

    const found: Entry[] = []
    const takeOwnBefore = (key: string | undefined): void => {
      while (
        own[0] &&
        found.length < query.limit &&
        (key === undefined || asked.order(own[0].key, key) < 0)
      ) {
        found.push(own[0].entry)
        own.shift()
      }
    }
    for (const [key, id] of keys ?? []) {
      if (!asked.holds(key)) break
      if (!asked.fits(key)) continue
      takeOwnBefore(key)
      if (found.length >= query.limit) break
      const entry = changes?.has(id) ? undefined : this.get(base, id)
      if (entry) found.push(entry)
    }
    takeOwnBefore(undefined)
    return found
  }

  /** How many rows {@link find} would find. */
  count(base: Base | undefined, name: string, query: Query): number {
    const index = this.#index(name)
    refuseUnanswerable(index, query)
    const asked = readQuery(index, query)
    let count = 0
    for (const [key] of this.#keys(base, index, asked) ?? []) {
      if (!asked.holds(key) || count >= query.limit) break
      if (asked.fits(key)) count++
    }
    return count
  }

  #index(name: string): Index {
    const index = this.#indexes.get(name)
    if (!index) throw new RangeError(`${this.name} has no index ${name}`)
    putInOrder(index)
    return index
  }

  /**
   * Keys with their ids in the order that is asked for, all that are asked for among them, and behind those perhaps
   * others; undefined for none.
   */
  #keys(base: Base | undefined, index: Index, asked: Asked): Iterable<Keyed> | undefined {
    const kept = base && this.#kept(base, index, asked)
    if (index.ids.isEmpty && !kept) return undefined
    const { low, high, backwards } = asked
    const changed = backwards ? index.ids.entriesReversed(high, undefined, true) : index.ids.entries(low)
    return kept ? inOrder(changed, kept, asked) : changed
  }

  /** Those of the snapshot that are asked for, but for rows that were changed since. */
  #kept(
    base: Base,
    { position, fields }: Index,
    { low, high, backwards, holds, fits }: Asked,
  ): (() => Keyed | undefined) | undefined {
    const next = backwards
      ? base.keysBefore(this.name, position, high)
      : base.keysFrom(this.name, position, low)
    return (
      next &&
      (() => {
        for (let key = next(); key !== undefined && holds(key); key = next()) {
          if (!fits(key)) continue
          const id = idIn(key, fields.length)
          if (this.rows.get(id) === undefined) return [key, id]
        }
        return undefined
      })
    )
  }
}

type Keyed = [key: string, id: string]

/** Two lists as one, both in the order that is asked for and none of their keys in both. */
function* inOrder(
  changed: Iterator<Keyed>,
  kept: () => Keyed | undefined,
  { order }: Asked,
): Generator<Keyed> {
  let one = changed.next()
  let other = kept()
  while (!one.done || other) {
    if (!one.done && (!other || order(one.value[0], other[0]) < 0)) {
      yield one.value
      one = changed.next()
    } else if (other) {
      yield other
      other = kept()
    }
  }
}

/** Every table with its indexes. Synchronous: what is durable, and who may see it, is decided elsewhere. */
export class Memory {
  readonly #tables = new Map<TableName, Table>()
  #base: Base | undefined

  /** Takes over the image's rows and builds the indexes. */
  constructor(image: Image) {
    this.#base = image.base
    for (const name of TABLES) this.#tables.set(name, new Table(name, image.rows[name]))
  }

  /** The snapshot below all this. */
  get base(): Base | undefined {
    return this.#base
  }

  get(table: TableName, id: string): Entry | undefined {
    return this.#table(table).get(this.#base, id)
  }

  /**
   * Rows in the index's order, as if `changes` had been applied already.
   *
   * @throws {RangeError} when the index does not exist or cannot answer such a query
   */
  find(table: TableName, index: string, query: Query, changes?: Changes): Entry[] {
    return this.#table(table).find(this.#base, index, query, changes)
  }

  /** How many rows {@link find} would find without changes. */
  count(table: TableName, index: string, query: Query): number {
    return this.#table(table).count(this.#base, index, query)
  }

  /** Applies all changes at once. Returns what takes them back; it must run before any earlier one's. */
  apply(changes: ReadonlyMap<TableName, Changes>): () => void {
    const before: { table: Table; id: string; old: Changed | undefined }[] = []
    for (const [name, rows] of changes) {
      const table = this.#table(name)
      for (const [id, entry] of rows) before.push({ table, id, old: table.set(id, entry ?? new Gone(id)) })
    }
    return () => {
      for (const { table, id, old } of before.reverse()) table.set(id, old)
    }
  }

  /** How many rows all tables hold, at most: a row that was changed is counted again until the next snapshot. */
  get size(): number {
    let size = this.#base?.size ?? 0
    for (const table of this.#tables.values()) size += table.rows.size
    return size
  }

  /** One table's rows as they stand, unmoved by later changes. Costs the same at any size. */
  rows(table: TableName): Pick<Image, 'base'> & { changed: Rows<Changed> } {
    return { base: this.#base, changed: this.#table(table).rows.clone() }
  }

  /** All rows as they stand, unmoved by later changes. Costs the same at any size. */
  image(seq: number): Image {
    const image = emptyImage()
    for (const name of TABLES) image.rows[name] = this.#table(name).rows.clone()
    image.base = this.#base
    image.seq = seq
    return image
  }

  /**
   * Stands on a new snapshot from now on, and forgets table by table what that one holds.
   *
   * @param image the one the snapshot was made of, which can no longer be taken back
   */
  async settleOn(base: Base, image: Image): Promise<void> {
    this.#base = base
    for (const name of TABLES) {
      this.#table(name).forget(image.rows[name])
      await setImmediate()
    }
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(name)
    if (!table) throw new RangeError(`no table ${name}`)
    return table
  }
}
