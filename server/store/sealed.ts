/** A store whose personal fields its backend only ever sees encrypted. Which fields: SEALED in bot/tables.ts. */
import {
  type IndexName,
  type Query,
  SEALED,
  type Store,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../bot/store.ts'
import { isSealed, type Sealer, unreadable } from './sealer.ts'

/**
 * Seals what is written to `store` and opens what is read from it. Closing one closes both.
 *
 * Reading a row whose sealed field was altered rejects with {@link StoreError} `unreadable`; a claim instead
 * leaves such a row out, leased like the others, and a scan goes on without it, so that it holds nobody up.
 *
 * @param onUnreadable told of each row that was left out
 */
export function sealedStore(store: Store, sealer: Sealer, onUnreadable: (error: StoreError) => void): Store {
  return {
    transaction: (work, isolation) =>
      store.transaction((tx) => work(new SealedTransaction(tx, sealer, onUnreadable)), isolation),
    async get(table, id) {
      const row = await store.get(table, id)
      return row && openRow(sealer, table, row)
    },
    async list(table, index, query) {
      return opened(sealer, table, query, await store.list(table, index, query))
    },
    count: (table, index, query) => store.count(table, index, query),
    async *scan(table) {
      for await (const row of store.scan(table)) yield* openable(sealer, table, row, onUnreadable)
    },
    outlines: (table) => store.outlines(table),
    onAnnounced: (topic, heard) => store.onAnnounced(topic, heard),
    health: () => store.health(),
    close: () => store.close(),
  }
}

class SealedTransaction implements Transaction {
  readonly #tx: Transaction
  readonly #sealer: Sealer
  readonly #onUnreadable: (error: StoreError) => void

  constructor(tx: Transaction, sealer: Sealer, onUnreadable: (error: StoreError) => void) {
    this.#tx = tx
    this.#sealer = sealer
    this.#onUnreadable = onUnreadable
  }

  // Every message passes here a dozen times: what needs no opening is handed on as it is.
  get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    const found = this.#tx.get(table, id)
    if (SEALED[table].length === 0) return found
    return found.then((row) => row && openRow(this.#sealer, table, row))
  }

  list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    const found = this.#tx.list(table, index, query)
    if (SEALED[table].length === 0) return found
    return found.then((rows) => opened(this.#sealer, table, query, rows))
  }

  insert<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    return this.#tx.insert(table, sealRow(this.#sealer, table, row))
  }

  put<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    return this.#tx.put(table, sealRow(this.#sealer, table, row))
  }

  remove(table: TableName, id: string): Promise<void> {
    return this.#tx.remove(table, id)
  }

  async claim<K extends 'outbox' | 'jobs'>(
    table: K,
    lease: { now: string; until: string; limit: number },
  ): Promise<Tables[K][]> {
    return (await this.#tx.claim(table, lease)).flatMap((row) =>
      openable(this.#sealer, table, row, this.#onUnreadable),
    )
  }

  announce(topic: Topic): void {
    this.#tx.announce(topic)
  }
}

/** Rows as they were asked for: opened, or with nothing in what is sealed. */
function opened<K extends TableName>(
  sealer: Sealer,
  table: K,
  { unopened }: Query,
  rows: Tables[K][],
): Tables[K][] {
  if (unopened !== true) return rows.map((row) => openRow(sealer, table, row))
  for (const row of rows)
    for (const field of SEALED[table]) if (isSealed(Reflect.get(row, field))) Reflect.set(row, field, null)
  return rows
}

/** The opened row, or nothing when it cannot be opened. */
function openable<K extends TableName>(
  sealer: Sealer,
  table: K,
  row: Tables[K],
  onUnreadable: (error: StoreError) => void,
): Tables[K][] {
  try {
    return [openRow(sealer, table, row)]
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    onUnreadable(error)
    return []
  }
}

const isPlain = (row: object): boolean => Reflect.get(row, 'personal') === false

/** The row as a backend keeps it; `row` itself when nothing in it is personal. */
export function sealRow<K extends TableName>(sealer: Sealer, table: K, row: Tables[K]): Tables[K] {
  const fields: readonly string[] = SEALED[table]
  if (fields.length === 0 || isPlain(row)) return row
  let kept = row
  for (const field of fields) {
    const value: unknown = Reflect.get(row, field)
    if (value === null || value === undefined) continue
    if (kept === row) kept = { ...row }
    Reflect.set(kept, field, sealer.seal(value, { table, id: row.id, field }))
  }
  return kept
}

/**
 * Opens the sealed fields of a row a backend has just read, in place.
 *
 * @throws {StoreError} `unreadable` when a field cannot be opened, or is plain where it should be sealed, or
 *   the other way round
 */
export function openRow<K extends TableName>(sealer: Sealer, table: K, row: Tables[K]): Tables[K] {
  const fields: readonly string[] = SEALED[table]
  for (const field of fields) {
    const value: unknown = Reflect.get(row, field)
    if (value === null || value === undefined) continue
    if (isSealed(value) === isPlain(row)) throw unreadable({ table, field }, '该加密的没有加密，或相反')
    if (isSealed(value)) Reflect.set(row, field, sealer.open(value, { table, id: row.id, field }))
  }
  return row
}
