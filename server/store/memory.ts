/**
 * The tables as they stand: the rows of the last snapshot, which stay in its file, and what was changed since, found in
 * memory by id and in the ordered indexes that bot/tables.ts declares. What was changed hides what the snapshot says.
 */
import type { Query, TableName } from '../../bot/store.ts'
import type { Base } from './base/base.ts'
import { type Declared, type Entry, idIn, indexesOf, TABLES, type WrittenEntry } from './entry.ts'
import { type Changed, Gone, Layer, type Next } from './layer.ts'
import { type Asked, readQuery, refuseUnanswerable } from './query.ts'
import { Rows } from './rows.ts'

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

/** An index by its place among its table's. */
type Index = Declared & { position: number }

/** What became of rows, as of one moment. */
export interface ChangedRows {
  get(id: string): Changed | undefined
  /** Every row once, in no order that means anything. */
  values(): Iterable<Changed>
}

/** What the newest of these layers knows of a row; undefined when none does. */
function newestOf(newestFirst: readonly Pick<Layer, 'rows'>[], id: string): Changed | undefined {
  for (const { rows } of newestFirst) {
    const row = rows.get(id)
    if (row !== undefined) return row
  }
  return undefined
}

/** The rows of layers, of which a newer one hides what older ones say. */
class Layered implements ChangedRows {
  readonly #newestFirst: readonly Pick<Layer, 'rows'>[]
  constructor(newestFirst: readonly Pick<Layer, 'rows'>[]) {
    this.#newestFirst = newestFirst
  }

  get(id: string): Changed | undefined {
    return newestOf(this.#newestFirst, id)
  }

  *values(): Generator<Changed> {
    for (const [place, { rows }] of this.#newestFirst.entries()) {
      const newer = this.#newestFirst.slice(0, place)
      for (const row of rows.values()) if (newestOf(newer, row.id) === undefined) yield row
    }
  }
}

class Table {
  readonly name: TableName
  readonly #indexes: ReadonlyMap<string, Index>
  /**
   * The newest first, in which changes are noted; then what a snapshot under way is made of, and what one was that failed.
   * All that still happens to those is that changes the disk did not take are taken back, which ends the snapshot.
   */
  #layers: readonly [open: Layer, ...frozen: Layer[]]

  constructor(name: TableName, rows: Rows<Changed>) {
    this.name = name
    this.#layers = [new Layer(name, rows)]
    this.#indexes = new Map(
      indexesOf(name).map((index, position) => [index.name, { ...index, position }] as const),
    )
  }

  /** Notes what became of the row at `id`. Returns what takes that back, from where it was noted. */
  note(id: string, row: Changed): () => void {
    const [layer] = this.#layers
    const before = layer.set(id, row)
    return () => void layer.set(id, before)
  }

  /** Changes are noted elsewhere from now on. Returns all that were until now; costs the same at any size, mostly. */
  freeze(): Rows<Changed> {
    const frozen = this.#layers
    this.#layers = [new Layer(this.name), ...frozen]
    if (frozen.length === 1) return frozen[0].rows
    // Snapshots that failed: no other way leads here.
    const all = new Rows<Changed>()
    for (const row of new Layered(frozen).values()) all.set(row.id, row)
    return all
  }

  /** Forgets all that was noted before the last {@link freeze}. */
  forgetFrozen(): void {
    this.#layers = [this.#layers[0]]
  }

  /** How many rows were noted; one that was noted in several layers counts in each. */
  get size(): number {
    return this.#layers.reduce((sum, { rows }) => sum + rows.size, 0)
  }

  /** What was noted, unmoved by later changes. Costs the same at any size. */
  changed(): ChangedRows {
    const [open, ...frozen] = this.#layers
    return new Layered([{ rows: open.rows.clone() }, ...frozen])
  }

  get(base: Base | undefined, id: string): Entry | undefined {
    const noted = newestOf(this.#layers, id)
    if (noted === undefined) return base?.get(this.name, id)
    return noted instanceof Gone ? undefined : noted
  }

  find(base: Base | undefined, name: string, query: Query, changes: Changes | undefined): Entry[] {
    const index = this.#index(name)
    refuseUnanswerable(index, query)
    const asked = readQuery(index, query)
    const keys = this.#keys(base, index, asked)
    // What every message asks finds nothing, mostly: whether there are requests, whether words wait.
    if (!changes && !keys) return []

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
    for (const key of iterated(keys)) {
      if (!asked.holds(key)) break
      if (!asked.fits(key)) continue
      takeOwnBefore(key)
      if (found.length >= query.limit) break
      const id = idIn(key, index.fields.length)
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
    for (const key of iterated(this.#keys(base, index, asked))) {
      if (!asked.holds(key) || count >= query.limit) break
      if (asked.fits(key)) count++
    }
    return count
  }

  #index(name: string): Index {
    const index = this.#indexes.get(name)
    if (!index) throw new RangeError(`${this.name} has no index ${name}`)
    return index
  }

  /**
   * Keys in the order that is asked for, all that are asked for among them, and behind those perhaps others; undefined
   * for none.
   */
  #keys(base: Base | undefined, index: Index, asked: Asked): Next | undefined {
    const layers = this.#layers
    let keys: Next | undefined
    for (const [place, layer] of layers.entries()) {
      const own = layer.keys(index.position, asked)
      keys = inOrder(keys, own && unhidden(own, index, asked, layers.slice(0, place)), asked)
    }
    const kept =
      base &&
      (asked.backwards
        ? base.keysBefore(this.name, index.position, asked.high)
        : base.keysFrom(this.name, index.position, asked.low))
    return inOrder(keys, kept && unhidden(kept, index, asked, layers), asked)
  }
}

function* iterated(next: Next | undefined): Generator<string> {
  for (let key = next?.(); key !== undefined; key = next?.()) yield key
}

/** Of keys those that are asked for, but for rows of which a newer layer knows better. */
function unhidden(next: Next, { fields }: Index, { holds, fits }: Asked, newer: readonly Layer[]): Next {
  if (newer.length === 0) return next
  return () => {
    for (let key = next(); key !== undefined && holds(key); key = next()) {
      if (!fits(key)) continue
      if (newestOf(newer, idIn(key, fields.length)) === undefined) return key
    }
    return undefined
  }
}

/** Two lists as one, both in the order that is asked for and none of their keys in both. */
function inOrder(one: Next | undefined, other: Next | undefined, { order }: Asked): Next | undefined {
  if (!one || !other) return one ?? other
  let mine = one()
  let theirs = other()
  return () => {
    if (mine !== undefined && (theirs === undefined || order(mine, theirs) < 0)) {
      const key = mine
      mine = one()
      return key
    }
    const key = theirs
    if (key !== undefined) theirs = other()
    return key
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
    const undo: (() => void)[] = []
    for (const [name, rows] of changes) {
      const table = this.#table(name)
      for (const [id, entry] of rows) undo.push(table.note(id, entry ?? new Gone(id)))
    }
    return () => {
      for (const one of undo.reverse()) one()
    }
  }

  /** How many rows all tables hold, at most: a row that was changed is counted again until the next snapshot. */
  get size(): number {
    let size = this.#base?.size ?? 0
    for (const table of this.#tables.values()) size += table.size
    return size
  }

  /** One table's rows as they stand, unmoved by later changes. Costs the same at any size. */
  rows(table: TableName): Pick<Image, 'base'> & { changed: ChangedRows } {
    return { base: this.#base, changed: this.#table(table).changed() }
  }

  /** All rows as they stand, unmoved by later changes, for a snapshot: one at a time. */
  image(seq: number): Image {
    const image = emptyImage()
    for (const name of TABLES) image.rows[name] = this.#table(name).freeze()
    image.base = this.#base
    image.seq = seq
    return image
  }

  /** Stands on the snapshot made of the last {@link image} from now on, which can no longer be taken back. */
  settleOn(base: Base): void {
    this.#base = base
    for (const name of TABLES) this.#table(name).forgetFrozen()
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(name)
    if (!table) throw new RangeError(`no table ${name}`)
    return table
  }
}
