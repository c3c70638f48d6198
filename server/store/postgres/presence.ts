/**
 * Who has the database open. Every process that serves from it holds a lock together with the others, on a
 * connection of its own; whoever carries the data away, or in, holds the same lock alone, so that nothing is
 * written meanwhile which would be left behind.
 */
import type { Socket } from 'node:net'
import pg from 'pg'
import { Carried, faultOf } from './faults.ts'

/** Any number that no other lock of ours has. */
const SERVING_LOCK = 7_260_413
/** Under this number and a key's own, a lock of whoever seals with that key. */
const KEY_LOCK = 7_260_414
const TIMEOUT_MS = 5_000

const CARRIED_WORDS =
  '数据库里的数据正在搬家或从备份恢复（npm run store），这时不能使用。请等它做完；它已经停了的话，请先停掉它的进程'

/** That this process has the database open. */
export interface Presence {
  /**
   * Undefined while the lock is held, otherwise resolves once it is again.
   *
   * Rejects with the driver's error, or with {@link Carried} when somebody carries the data.
   */
  held(): Promise<void> | undefined
  release(): Promise<void>
}

/**
 * @param key the id of the key this process seals with, so that nobody takes it for unused; null where it seals nothing
 * @param stream makes the connection's socket
 * @throws {Carried} when somebody carries the data; otherwise whatever the driver throws
 */
export async function takePresence(url: string, key: string | null, stream: () => Socket): Promise<Presence> {
  let client: pg.Client | undefined
  let taking: Promise<void> | undefined
  let released = false
  const take = async () => {
    const fresh = clientOf(url, stream)
    fresh.on('error', () => {})
    fresh.once('end', () => {
      if (client === fresh) client = undefined
    })
    try {
      await fresh.connect()
      if (!(await locked(fresh, 'pg_try_advisory_lock_shared($1)', [SERVING_LOCK])))
        throw new Carried(CARRIED_WORDS)
      if (key !== null) await fresh.query('select pg_advisory_lock_shared($1, $2)', [KEY_LOCK, numberOf(key)])
    } catch (error) {
      await fresh.end().catch(() => {})
      throw error
    }
    client = fresh
    if (released) await fresh.end()
  }
  const held = () => {
    if (client) return undefined
    taking ??= take().finally(() => {
      taking = undefined
    })
    return taking
  }
  await held()
  return {
    held,
    async release() {
      released = true
      await taking?.catch(() => {})
      await client?.end().catch(() => {})
    },
  }
}

/** A connection that has the database to itself: no process serves from it. */
export interface Alone {
  client: pg.Client
  close(): Promise<void>
}

/**
 * Takes the database for one process alone.
 *
 * @throws {Error} in Chinese, when it cannot be reached, or others have it open
 */
export async function takeAlone(url: string): Promise<Alone> {
  const client = clientOf(url)
  client.on('error', () => {})
  try {
    await client.connect()
    if (!(await locked(client, 'pg_try_advisory_lock($1)', [SERVING_LOCK]))) {
      const { rows } = await client.query<{ pid: number; address: string | null }>(
        `select a.pid, host(a.client_addr) as address from pg_locks l join pg_stat_activity a using (pid)
         where l.locktype = 'advisory' and l.classid = 0 and l.objid = $1 and l.granted
           and l.database = (select oid from pg_database where datname = current_database())`,
        [SERVING_LOCK],
      )
      const where = [...new Set(rows.map(({ address }) => address ?? '本机'))]
      throw new InUse(
        `数据库正由 ${rows.length} 个进程使用（来自 ${where.join('、')}）：请先停掉所有正在运行的服务。没有改动任何数据`,
      )
    }
  } catch (error) {
    await client.end().catch(() => {})
    if (error instanceof InUse) throw error
    throw new Error(faultOf(error) ?? '数据库用不了，请检查地址、用户和权限', { cause: error })
  }
  return { client, close: () => client.end().catch(() => {}) }
}

/** How many other processes seal with another key than this one. Rejects with the driver's error. */
export async function sealingOtherwise(url: string, key: string): Promise<number> {
  const client = clientOf(url)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ count: string }>(
      `select count(distinct pid) as count from pg_locks
       where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
         and objid <> ($2::bigint & 4294967295)::oid
         and database = (select oid from pg_database where datname = current_database())`,
      [KEY_LOCK, numberOf(key)],
    )
    return Number(rows[0]?.count ?? 0)
  } finally {
    await client.end().catch(() => {})
  }
}

class InUse extends Error {}

const clientOf = (url: string, stream?: () => Socket): pg.Client =>
  new pg.Client({
    ...(stream && { stream }),
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    keepAlive: true,
    application_name: 'jiuzhu-guwen',
  })

async function locked(client: pg.Client, call: string, values: unknown[]): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(`select ${call} as locked`, values)
  return rows[0]?.locked === true
}

/** A key's id, eight hexadecimal digits, as PostgreSQL's whole number of four bytes. */
const numberOf = (key: string): number => Number.parseInt(key, 16) | 0
