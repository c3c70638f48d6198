/**
 * The store on PostgreSQL: for a city, several processes on one database.
 *
 * Transactions are serializable: one that met another is computed again, so `work` must be free of effects
 * besides its transaction. Nothing is locked while it thinks.
 */
import { Kysely, PostgresDialect, type RawBuilder, type Transaction as SqlTransaction, sql } from 'kysely'
import pg from 'pg'
import {
  type Health,
  INDEXES,
  type IndexName,
  type Query,
  type Store,
  StoreError,
  statesIn,
  type TableName,
  type Tables,
  type Transaction,
} from '../../../bot/store.ts'
import { rowOf } from '../draft.ts'
import { entryOf, requireHeld } from '../memory.ts'
import { asStoreError, faultOf, isConflict } from './faults.ts'
import { bringUp, type Database, fieldOf, isHeld } from './schema.ts'
import { jsonOf, keptJson, keptText } from './text.ts'

/** Connections of one process; transactions beyond them wait their turn. */
const CONNECTIONS = 16
const CONNECT_TIMEOUT_MS = 5_000
/** No statement and no thinking inside a transaction takes longer; in ms. */
const STATEMENT_TIMEOUT_MS = 10_000
/** How often a transaction that met others is computed again before it gives up. */
const ATTEMPTS = 40
/** The longest pause before it is, in ms. */
const LONGEST_PAUSE_MS = 100
/** Rows fetched at a time by a scan. */
const SCAN_ROWS = 500
/** How often the connection is looked at while nobody asks for anything, in ms. */
const PULSE_MS = 5_000

export interface PostgresOptions {
  /** Spreads out those that met, 0 to 1. Default: Math.random. */
  random?: () => number
  /** Told in Chinese what an operator should know. Default: the console. */
  log?: Log
}

interface Log {
  warn(message: string): void
  error(message: string): void
}

/**
 * Opens the store in the database at `url`, making its tables when they are not there.
 *
 * @throws {Error} in Chinese, with the mend, when the database cannot be reached or used
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const { random = Math.random, log = console } = options
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'jiuzhu-guwen',
    // A walk over a whole table would make every other transaction meet this one.
    options: '-c enable_seqscan=off -c synchronous_commit=on',
  })
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', (error) => log.warn(faultOf(error) ?? `数据库连接出错：${error.message}`))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  try {
    await bringUp(db)
  } catch (error) {
    await db.destroy()
    throw new Error(`DATABASE_URL：${faultOf(error) ?? '数据库用不了，请检查地址、用户和权限'}`, {
      cause: error,
    })
  }
  return new PostgresStore(db, random, log)
}

/** Where a statement runs: a transaction, or by itself. */
type QueryRunner = Kysely<Database>

class PostgresStore implements Store {
  readonly #db: Kysely<Database>
  readonly #random: () => number
  readonly #log: Log
  readonly #pulse: NodeJS.Timeout
  readonly #running = new Set<Promise<unknown>>()
  #fault = ''
  #closing: Promise<void> | undefined

  constructor(db: Kysely<Database>, random: () => number, log: Log) {
    this.#db = db
    this.#random = random
    this.#log = log
    this.#pulse = setInterval(() => void this.#ask(() => sql`select 1`.execute(db)).catch(() => {}), PULSE_MS)
    this.#pulse.unref()
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#ask(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#db
            .transaction()
            .setIsolationLevel('serializable')
            .execute(async (sqlTx) => {
              const tx = new PostgresTransaction(sqlTx)
              try {
                return await work(tx)
              } finally {
                tx.end()
              }
            })
        } catch (error) {
          if (!isConflict(error)) throw error
          if (attempt >= ATTEMPTS)
            throw new StoreError('unavailable', '数据库太忙，这次改动一直轮不上，请稍后再试', {
              cause: error,
            })
        }
        await new Promise((resolve) =>
          setTimeout(resolve, this.#random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt)),
        )
      }
    })
  }

  get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    return this.#ask(() => rowAt(this.#db, table, id))
  }

  list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    return this.#ask(() => rowsOf(this.#db, table, index, query))
  }

  async *scan<K extends TableName>(table: K): AsyncIterable<Tables[K]> {
    for (let after: string | null = null; ; ) {
      const found: { id: string; data: string }[] = await this.#ask(() => page(this.#db, table, after))
      for (const { data } of found) yield parsed(table, data)
      const last = found.at(-1)
      if (!last || found.length < SCAN_ROWS) return
      after = last.id
    }
  }

  health(): Health {
    if (this.#closing) return { writable: false, detail: '存储已关闭', advice: [] }
    const fault = this.#fault
    return { writable: fault === '', detail: fault === '' ? '正常' : fault, advice: [] }
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#pulse)
      await Promise.allSettled(this.#running)
      await this.#db.destroy()
    })()
    return this.#closing
  }

  /** Keeps count of what runs, and of whether the database can be used. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreError('closed', '存储已关闭')
    const running = work()
    this.#running.add(running)
    try {
      const result = await running
      if (this.#fault !== '') this.#log.warn('数据库恢复了，可以存了')
      this.#fault = ''
      return result
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== null) {
        if (this.#fault === '') this.#log.error(`${fault}。没存成的改动都没有确认；恢复后会再记一行`)
        this.#fault = fault
      }
      throw asStoreError(error)
    } finally {
      this.#running.delete(running)
    }
  }
}

class PostgresTransaction implements Transaction {
  readonly #tx: SqlTransaction<Database>
  #ended = false

  constructor(tx: SqlTransaction<Database>) {
    this.#tx = tx
  }

  end(): void {
    this.#ended = true
  }

  async get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    return rowAt(this.#open(), table, id)
  }

  async list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    return rowsOf(this.#open(), table, index, query)
  }

  async insert<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    const { id, json } = entryOf(table, row)
    const inserted =
      await sql`insert into ${sql.table(table)} (id, data) values (${keptText(id)}, ${keptJson(json)}::jsonb)
        on conflict (id) do nothing`.execute(this.#open())
    if (inserted.numAffectedRows !== 1n) throw new StoreError('duplicate', `${table} 表中已有这个 id`)
  }

  async put<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    const { id, json } = entryOf(table, row)
    await sql`insert into ${sql.table(table)} (id, data) values (${keptText(id)}, ${keptJson(json)}::jsonb)
      on conflict (id) do update set data = excluded.data`.execute(this.#open())
  }

  async remove(table: TableName, id: string): Promise<void> {
    await sql`delete from ${sql.table(table)} where id = ${keptText(id)}`.execute(this.#open())
  }

  async claim<K extends 'outbox' | 'jobs'>(
    table: K,
    { now, until, limit }: { now: string; until: string; limit: number },
  ): Promise<Tables[K][]> {
    const due = whereOf(table, 'due', { equals: ['pending'], to: now, limit })
    const found = await sql<{ data: string }>`
      select data::text as data from ${sql.table(table)} where ${due.where} order by ${due.order} limit ${limit}
      for update skip locked`.execute(this.#open())
    const claimed = found.rows.map(({ data }) => {
      const due = parsed(table, data)
      return { ...due, dueAt: until, attempts: due.attempts + 1 }
    })
    for (const row of claimed) await this.put(table, row)
    return claimed
  }

  #open(): SqlTransaction<Database> {
    if (this.#ended)
      throw new Error('a transaction was used after its work ended: await every call inside work')
    return this.#tx
  }
}

function parsed<K extends TableName>(table: K, data: string): Tables[K] {
  return rowOf(table, { id: '', json: jsonOf(data), keys: [] })
}

async function rowAt<K extends TableName>(db: QueryRunner, table: K, id: string) {
  const { rows } = await sql<{ data: string }>`
    select data::text as data from ${sql.table(table)} where id = ${keptText(id)}`.execute(db)
  const [found] = rows
  return found && parsed(table, found.data)
}

async function rowsOf<K extends TableName>(
  db: QueryRunner,
  table: K,
  index: IndexName<K>,
  query: Query,
): Promise<Tables[K][]> {
  const { where, order } = whereOf(table, index, query)
  const { rows } = await sql<{ data: string }>`
    select data::text as data from ${sql.table(table)} where ${where} order by ${order} limit ${query.limit}`.execute(
    db,
  )
  return rows.map(({ data }) => parsed(table, data))
}

async function page(db: QueryRunner, table: TableName, after: string | null) {
  const from = after === null ? sql`true` : sql`id > ${after}`
  const { rows } = await sql<{ id: string; data: string }>`
    select id, data::text as data from ${sql.table(table)} where ${from} order by id limit ${sql.lit(SCAN_ROWS)}`.execute(
    db,
  )
  return rows
}

/** @throws {RangeError} when the index cannot answer such a query */
function whereOf(table: TableName, index: string, { equals, from, to, limit }: Query) {
  const declared: Readonly<Record<string, readonly string[]>> = INDEXES[table]
  const fields = declared[index]
  if (!fields) throw new RangeError(`${table} has no index ${index}`)
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit must be 1 or more, got ${limit}`)
  const ranged = fields[equals.length]
  if (equals.length > fields.length || ((from !== undefined || to !== undefined) && ranged === undefined))
    throw new RangeError(`this index has ${fields.length} fields: ${fields.join(', ')}`)
  requireHeld(equals[fields.indexOf('state')], statesIn(table, index))
  // Without these very words the planner does not see that a partial index holds all that is asked for.
  const held = isHeld(table, index)
  const found = equals.map((value, place) => sql`${fieldOf(fields[place] ?? '')} = ${keptText(value)}`)
  const parts: RawBuilder<unknown>[] = held ? [held, ...found] : found
  if (ranged !== undefined && from !== undefined) parts.push(sql`${fieldOf(ranged)} >= ${keptText(from)}`)
  if (ranged !== undefined && to !== undefined) parts.push(sql`${fieldOf(ranged)} <= ${keptText(to)}`)
  return {
    where: parts.length === 0 ? sql`true` : sql.join(parts, sql` and `),
    order: sql.join([...fields.map(fieldOf), sql.ref('id')]),
  }
}
