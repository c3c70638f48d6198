/**
 * The store on PostgreSQL: for a city, several processes on one database.
 *
 * A transaction that met another is computed again, so `work` must be free of effects besides its transaction.
 * Nothing is locked while it thinks. Whole isolation is SERIALIZABLE, of which the database also suspects neighbours:
 * on tables of few pages nearly everything meets. Isolation of rows is REPEATABLE READ, which only meets on a row.
 */
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import {
  type Health,
  type IndexName,
  type Isolation,
  type Outline,
  type Query,
  type Store,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../../bot/store.ts'
import { Announcements } from '../announcements.ts'
import { asStoreError, faultOf, isConflict, isTaken } from './faults.ts'
import { refuseHalfFilledDatabase } from './half-filled.ts'
import { type Listening, startListening } from './listening.ts'
import { type Presence, takePresence } from './presence.ts'
import { counting, type Found, getting, listing, paging, rowsIn, SCAN_ROWS } from './queries.ts'
import { bringUp, type Database, NewerSchema } from './schema.ts'
import { createSockets, type Sockets } from './sockets.ts'
import { PostgresTransaction } from './transaction.ts'

/** Connections of one process; transactions beyond them wait their turn. */
const CONNECTIONS = 16
/** Well below the time in which a message must be answered: whoever writes meanwhile is told that nothing is kept. */
const CONNECT_TIMEOUT_MS = 3_000
/** No statement and no thinking inside a transaction takes longer; in ms. */
const STATEMENT_TIMEOUT_MS = 10_000
/** After so long without an answer the connection is given up: the other end may be gone without a word; in ms. */
const SILENCE_MS = 12_000
/** How often a transaction that met others is computed again before it gives up. */
const ATTEMPTS = 40
/** The longest pause before it is, in ms. */
const LONGEST_PAUSE_MS = 100
/** After so long a closing is done without the database's answers, in ms: whoever is stopped must end. */
const CLOSE_MS = 15_000
/** How often the connection is looked at while nobody asks for anything, in ms. */
const PULSE_MS = 5_000

export interface PostgresOptions {
  /** Spreads out those that met, 0 to 1. Default: Math.random. */
  random?: () => number
  /** Told in Chinese what an operator should know. Default: the console. */
  log?: Log
  /** The id of the key that what is written is sealed with, see presence.ts. Default: none. */
  key?: string | null
  /** After so long without an answer a connection is given up, in ms. Default: somewhat above a statement's limit. */
  silenceMs?: number
  /** How long closing may take, in ms; then connections are closed without a word. Default: somewhat above the silence. */
  closeMs?: number
  /** Opened by whoever is still filling the database; see ../half-filled.ts. */
  halfFilled?: boolean
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
  const {
    random = Math.random,
    log = console,
    key = null,
    halfFilled = false,
    silenceMs = SILENCE_MS,
    closeMs = CLOSE_MS,
  } = options
  const sockets = createSockets()
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'jiuzhu-guwen',
    stream: sockets.open,
  }
  const pool = new pg.Pool({
    ...connection,
    max: CONNECTIONS,
    keepAlive: true,
    pipeline: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: silenceMs,
    // A walk over a whole table would make every other transaction meet this one.
    options: '-c enable_seqscan=off -c synchronous_commit=on',
  })
  // Without listeners a connection that breaks would end the process; whoever uses it hears of it anyway.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (error) => log.warn(faultOf(error) ?? `数据库连接出错：${error.message}`))
  const announcements = new Announcements()
  let presence: Presence | undefined
  try {
    presence = await takePresence(url, key, sockets.open)
    if (!halfFilled) await refuseHalfFilledDatabase(pool)
    await prepareSchema(connection)
    const listening = await startListening(connection, (topics) => announcements.tell(topics))
    return new PostgresStore({ pool, random, log, announcements, listening, presence, sockets, closeMs })
  } catch (error) {
    await presence?.release()
    await pool.end()
    if (error instanceof NewerSchema) throw new Error(`DATABASE_URL：${error.message}`, { cause: error })
    throw new Error(`DATABASE_URL：${faultOf(error) ?? '数据库用不了，请检查地址、用户和权限'}`, {
      cause: error,
    })
  }
}

/** On a connection without limits of time: an index over many rows takes as long as it takes. */
async function prepareSchema(connection: pg.PoolConfig): Promise<void> {
  const pool = new pg.Pool({ ...connection, max: 1 })
  pool.on('error', () => undefined)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  try {
    await bringUp(db)
  } finally {
    await db.destroy()
  }
}

interface Parts {
  pool: pg.Pool
  random: () => number
  log: Log
  announcements: Announcements
  listening: Listening
  presence: Presence
  sockets: Sockets
  closeMs: number
}

class PostgresStore implements Store {
  readonly #pool: pg.Pool
  readonly #random: () => number
  readonly #log: Log
  readonly #pulse: NodeJS.Timeout
  readonly #running = new Set<Promise<unknown>>()
  readonly #announcements: Announcements
  readonly #listening: Listening
  readonly #presence: Presence
  readonly #sockets: Sockets
  readonly #closeMs: number
  #fault = ''
  #closing: Promise<void> | undefined

  constructor(parts: Parts) {
    const { pool, random, log, announcements, listening, presence, sockets, closeMs } = parts
    this.#pool = pool
    this.#random = random
    this.#log = log
    this.#announcements = announcements
    this.#listening = listening
    this.#presence = presence
    this.#sockets = sockets
    this.#closeMs = closeMs
    this.#pulse = setInterval(() => void this.#ask(() => pool.query('select 1')).catch(() => {}), PULSE_MS)
    this.#pulse.unref()
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>, isolation: Isolation = 'whole'): Promise<T> {
    return this.#ask(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#once(work, isolation)
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

  async #once<T>(work: (tx: Transaction) => Promise<T>, isolation: Isolation): Promise<T> {
    const client = await this.#pool.connect()
    const tx = new PostgresTransaction(client, isolation)
    try {
      const result = await work(tx).catch(async (error: unknown) => {
        throw await tx.rollBack(error)
      })
      await tx.commit()
      return result
    } finally {
      const { fault } = tx
      // Whether a connection on which something else failed is still sound is not worth the doubt.
      client.release(fault !== null && !isConflict(fault) && !isTaken(fault))
    }
  }

  async get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    return rowsIn(table, await this.#ask(() => this.#pool.query<Found>(getting(table, id))))[0]
  }

  async list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    return rowsIn(table, await this.#ask(() => this.#pool.query<Found>(listing(table, index, query))))
  }

  async count<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<number> {
    const { rows } = await this.#ask(() => this.#pool.query<Found>(counting(table, index, query)))
    return Number(rows[0]?.data)
  }

  async *scan<K extends TableName>(table: K): AsyncIterable<Tables[K]> {
    for (let after: string | null = null; ; ) {
      const found: pg.QueryResult<Found> = await this.#ask(() => this.#pool.query(paging(table, after)))
      yield* rowsIn(table, found)
      const last = found.rows.at(-1)
      if (!last || found.rows.length < SCAN_ROWS) return
      after = last.id
    }
  }

  outlines<K extends TableName>(table: K): AsyncIterable<Outline<K>> {
    return this.scan(table)
  }

  onAnnounced(topic: Topic, heard: () => void): () => void {
    return this.#announcements.on(topic, heard)
  }

  health(): Health {
    if (this.#closing) return { writable: false, detail: '存储已关闭', advice: [] }
    const fault = this.#fault
    return { writable: fault === '', detail: fault === '' ? '正常' : fault, advice: [] }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearInterval(this.#pulse)
    const ended = (async () => {
      await Promise.allSettled(this.#running)
      await this.#listening.close()
      await this.#presence.release()
      await this.#pool.end()
    })()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#closeMs, 'late')
    })
    const how = await Promise.race([ended, late])
    clearTimeout(timer)
    if (how !== 'late') return
    this.#log.warn('数据库一直没有答复，没等它就断开了')
    // Whatever waits for an answer hears that there will be none, and ends.
    this.#sockets.destroy()
    await ended.catch(() => undefined)
  }

  /** Keeps count of what runs, and of whether the database can be used. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreError('closed', '存储已关闭')
    const returning = this.#presence.held()
    const running = returning ? returning.then(work) : work()
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
