/** A PostgreSQL database as what rows are carried from and to. Loaded only when one is used. */
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { TableName } from '../../../bot/store.ts'
import type { KeptRow } from '../base/base.ts'
import { TABLES } from '../entry.ts'
import { HALF_FILLED } from '../half-filled.ts'
import { asStoreError, faultOf } from '../postgres/faults.ts'
import { markIn, refuseHalfFilledDatabase } from '../postgres/half-filled.ts'
import { takeAlone } from '../postgres/presence.ts'
import { bringUp, type Database, indexNames } from '../postgres/schema.ts'
import { jsonOf, keptJson, keptText } from '../postgres/text.ts'
import { BATCH_ROWS, type Batch, keptRow, type Source } from './source.ts'
import type { Target } from './target.ts'

/** A mark that no source's stamp equals. */
const SPOILT = ''

/** A source whose connection is to be closed. */
export interface OpenSource extends Source {
  /** What the database itself knows to be wrong with its indexes, in Chinese. */
  indexFaults(): Promise<string[]>
  /** Tables with rows that are no object or stand under another id than their own, and how many. */
  strangeRows(): Promise<ReadonlyMap<TableName, number>>
  close(): Promise<void>
}

/**
 * The rows of a database at one moment, in pages; what is changed meanwhile is not seen, and nobody is held up.
 *
 * @param alone refuses while anybody serves from the database, and keeps everybody from it until it is closed
 * @throws {Error} in Chinese, when the database cannot be read or is only half filled
 */
export async function databaseSource(url: string, { alone }: { alone: boolean }): Promise<OpenSource> {
  const { client, close } = alone ? await takeAlone(url) : await connect(url)
  try {
    await refuseHalfFilledDatabase(client)
    await client.query('begin isolation level repeatable read read only')
    const { rows } = await client.query<{ tables: string[] }>(
      `select coalesce(array_agg(table_name::text), '{}') as tables from information_schema.tables
       where table_schema = current_schema() and table_name = any($1::text[])`,
      [TABLES],
    )
    // A table that a version before did not have is an empty one.
    const there = new Set(rows[0]?.tables)
    if (there.size === 0) throw new Error('数据库里没有救助顾问的数据，请检查地址里的库名')
    return {
      stamp: 'postgres',
      indexFaults: () => indexFaults(client),
      strangeRows: () =>
        strangeRows(
          client,
          TABLES.filter((table) => there.has(table)),
        ),
      batches: (tables = TABLES) =>
        pages(
          client,
          tables.filter((table) => there.has(table)),
        ),
      close,
    }
  } catch (error) {
    await close()
    throw inWords(error)
  }
}

/** Indexes that are gone or unusable. */
async function indexFaults(client: pg.Client): Promise<string[]> {
  const faults: string[] = []
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `select c.relname as name, i.indisvalid and i.indisready as valid
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
     where t.relnamespace = current_schema()::regnamespace and c.relname = any($1::text[])`,
    [indexNames()],
  )
  const there = new Set(rows.map(({ name }) => name))
  for (const name of indexNames())
    if (!there.has(name)) faults.push(`索引 ${name} 没有建：启动一次服务就会建`)
  for (const { name, valid } of rows)
    if (!valid) faults.push(`索引 ${name} 用不了：请执行 reindex index "${name}"`)
  return faults
}

async function strangeRows(
  client: pg.Client,
  tables: readonly TableName[],
): Promise<ReadonlyMap<TableName, number>> {
  const strange = new Map<TableName, number>()
  for (const table of tables) {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count from "${table}"
       where jsonb_typeof(data) <> 'object' or data->>'id' is distinct from id`,
    )
    const count = Number(rows[0]?.count)
    if (count > 0) strange.set(table, count)
  }
  return strange
}

async function* pages(client: pg.Client, tables: readonly TableName[]): AsyncGenerator<Batch> {
  for (const table of tables) {
    for (let after: string | null = null; ; ) {
      const found: { rows: { id: string; data: string }[] } = await client.query(
        `select id, data::text as data from "${table}" where $1::text is null or id > $1 order by id limit ${BATCH_ROWS}`,
        [after],
      )
      const last = found.rows.at(-1)
      if (last === undefined) break
      yield { table, rows: found.rows.map(({ data }) => rowKept(data)) }
      if (found.rows.length < BATCH_ROWS) break
      after = last.id
    }
  }
}

/** As this program writes it, whatever blanks and order the database chose. */
const rowKept = (data: string): KeptRow => keptRow(JSON.stringify(JSON.parse(jsonOf(data))))

/** A database to be filled, and what takes its mark away. */
export interface DatabaseTarget extends Target {
  finish(): Promise<void>
}

/**
 * Takes an empty database to be filled, making its tables.
 *
 * @throws {Error} in Chinese, when it cannot be used, others have it open, or it holds data already
 */
export async function databaseTarget(url: string): Promise<DatabaseTarget> {
  const { client, close } = await takeAlone(url)
  try {
    await makeTables(url)
    if ((await markIn(client)) === null && (await isHeld(client)))
      throw new Error('这个数据库里已经有数据，不能往里搬。请另建一个空库；没有改动任何数据')
  } catch (error) {
    await close()
    throw inWords(error)
  }
  return {
    async fill(source, onProgress) {
      if ((await markIn(client)) !== source.stamp) {
        await client.query(`create table if not exists ${HALF_FILLED} (mark text not null)`)
        await client.query('begin')
        await client.query(`delete from ${HALF_FILLED}`)
        await client.query(`insert into ${HALF_FILLED} values ($1)`, [source.stamp])
        await client.query(`truncate ${TABLES.map((table) => `"${table}"`).join(', ')}`)
        await client.query('commit')
      }
      let sent = 0
      for await (const { table, rows } of source.batches()) {
        // What an earlier try left is of the same source, and all of it is compared afterwards.
        await client.query(
          `insert into "${table}" (id, data) select id, data::jsonb from unnest($1::text[], $2::text[]) as row(id, data)
           on conflict (id) do nothing`,
          [rows.map(({ id }) => keptText(id)), rows.map(({ json }) => keptJson(json))],
        )
        sent += rows.length
        onProgress(sent)
      }
      await client.query(`analyze ${TABLES.map((table) => `"${table}"`).join(', ')}`)
    },
    async lookUp(table, ids) {
      const { rows } = await client.query<{ data: string }>(
        `select data::text as data from "${table}" where id = any($1::text[])`,
        [ids.map(keptText)],
      )
      return new Map(rows.map(({ data }) => rowKept(data)).map(({ id, json }) => [id, json]))
    },
    count: (table) => countIn(client, table),
    async spoil() {
      await client.query(`update ${HALF_FILLED} set mark = $1`, [SPOILT])
    },
    leave: close,
    finish: () => finishDatabase(url),
  }
}

/** Takes the mark of a filled database away: from now on it is served. */
async function finishDatabase(url: string): Promise<void> {
  const { client, close } = await takeAlone(url)
  try {
    await client.query(`drop table if exists ${HALF_FILLED}`)
  } finally {
    await close()
  }
}

async function isHeld(client: pg.Client): Promise<boolean> {
  const any = TABLES.map((table) => `exists (select from "${table}")`).join(' or ')
  const { rows } = await client.query<{ held: boolean }>(`select ${any} as held`)
  return rows[0]?.held === true
}

async function countIn(client: pg.Client, table: TableName): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) as count from "${table}"`)
  return Number(rows[0]?.count)
}

async function makeTables(url: string): Promise<void> {
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }),
  })
  try {
    await bringUp(db)
  } finally {
    await db.destroy()
  }
}

async function connect(url: string) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'jiuzhu-guwen',
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw inWords(error)
  }
  return { client, close: () => client.end().catch(() => {}) }
}

const inWords = (error: unknown): unknown => {
  const fault = faultOf(error)
  return fault === null ? asStoreError(error) : new Error(`数据库：${fault}`, { cause: error })
}
