/** A transaction's own view: the tables with its changes laid over them, until they are committed or dropped. */
import {
  ABSENT,
  type IndexName,
  type Query,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../bot/store.ts'
import { type Entry, entryOf, type WrittenEntry } from './entry.ts'
import type { Changes, Memory } from './memory.ts'

/** A fresh copy of the row, the reader's to keep. */
export function rowOf<K extends TableName>(table: K, entry: Pick<Entry, 'json'>): Tables[K] {
  // Only rows of this table get into its entries: checked by put's types, and by checksums after a restart.
  const row: Tables[K] = JSON.parse(entry.json)
  for (const field in ABSENT[table]) if (!(field in row)) return { ...ABSENT[table], ...row }
  return row
}

/** One transaction in progress. Its methods reject once {@link end} was called. */
export class Draft implements Transaction {
  readonly #memory: Memory
  readonly #changes = new Map<TableName, Changes>()
  /** To be told once the changes are durable. */
  readonly announced = new Set<Topic>()
  #ended = false

  constructor(memory: Memory) {
    this.#memory = memory
  }

  async get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    this.#check()
    const entry = this.#entry(table, id)
    return entry && rowOf(table, entry)
  }

  async list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    this.#check()
    return this.#memory
      .find(table, index, query, this.#changes.get(table))
      .map((entry) => rowOf(table, entry))
  }

  async insert<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    this.#check()
    // The id stays out of the message: it may hold a resident's address.
    if (this.#entry(table, row.id)) throw new StoreError('duplicate', `${table} 表中已有这个 id`)
    this.#set(table, row.id, entryOf(table, row))
  }

  async put<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    this.#check()
    this.#set(table, row.id, entryOf(table, row))
  }

  async remove(table: TableName, id: string): Promise<void> {
    this.#check()
    if (this.#entry(table, id)) this.#set(table, id, undefined)
  }

  async claim<K extends 'outbox' | 'jobs'>(
    table: K,
    lease: { now: string; until: string; limit: number },
  ): Promise<Tables[K][]> {
    this.#check()
    const query: Query = { equals: ['pending'], to: lease.now, limit: lease.limit }
    const due = this.#memory.find(table, 'due', query, this.#changes.get(table))
    return due.map((entry) => {
      const row = rowOf(table, entry)
      const leased = { ...row, dueAt: lease.until, attempts: row.attempts + 1 }
      this.#set(table, row.id, entryOf(table, leased))
      return leased
    })
  }

  announce(topic: Topic): void {
    this.#check()
    this.announced.add(topic)
  }

  /** Closes the draft and hands over what it would change. */
  end(): ReadonlyMap<TableName, Changes> {
    this.#ended = true
    return this.#changes
  }

  #entry(table: TableName, id: string): Entry | undefined {
    const changes = this.#changes.get(table)
    return changes?.has(id) ? changes.get(id) : this.#memory.get(table, id)
  }

  #set(table: TableName, id: string, entry: WrittenEntry | undefined): void {
    let changes = this.#changes.get(table)
    if (!changes) {
      changes = new Map()
      this.#changes.set(table, changes)
    }
    changes.set(id, entry)
  }

  #check(): void {
    if (this.#ended)
      throw new Error('a transaction was used after its work ended: await every call inside work')
  }
}
