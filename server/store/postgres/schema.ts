/**
 * What the database holds: for each table of bot/tables.ts one of an id and a row of JSON, and for each declared
 * index one over the row's fields. Made from the declarations at every start, so that they cannot differ.
 */
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { INDEXES, statesIn, type TableName } from '../../../bot/store.ts'
import { TABLES } from '../entry.ts'

/** A row as it is kept; `data` is the row as jsonb, read and written as text. */
export type Database = { [K in TableName]: { id: string; data: string } }

/** Any number, as long as nobody else locks it: two processes that start at once make one schema. */
const SCHEMA_LOCK = 7_260_412
/** How often one that waits for another's schema looks, in ms. */
const LOOK_MS = 100

/** A field as an index sees it: a null or missing one is empty, and texts sort by their bytes. */
export const fieldOf = (name: string): RawBuilder<string> =>
  sql<string>`(coalesce(${sql.ref('data')} ->> ${sql.lit(name)}, '') collate "C")`

/** Whether a row is in one of the states an index is limited to; undefined when it is limited to none. */
export function isHeld(table: TableName, index: string): RawBuilder<boolean> | undefined {
  const states = statesIn(table, index)
  return states && sql<boolean>`${fieldOf('state')} in (${sql.join(states.map((state) => sql.lit(state)))})`
}

const indexName = (table: TableName, index: string): string => `${table}_${index}`.toLowerCase()

/**
 * Raised when rows are written in a way that an older program would misread. One that knows less than the database
 * then refuses it; see {@link bringUp}.
 */
const FORMAT = 1

/** The names of all declared indexes. */
export const indexNames = (): string[] => declaredIndexes().map(({ name }) => name)

/** What {@link bringUp} makes; the same declarations make the same. */
function tableStatements(): RawBuilder<unknown>[] {
  return TABLES.map(
    (table) =>
      sql`create table if not exists ${sql.table(table)} (id text collate "C" primary key, data jsonb not null)`,
  )
}

interface DeclaredIndex {
  name: string
  table: TableName
  /** What follows `create index`. */
  made: RawBuilder<unknown>
}

function declaredIndexes(): DeclaredIndex[] {
  return TABLES.flatMap((table) => {
    const declared: Readonly<Record<string, readonly string[]>> = INDEXES[table]
    return Object.entries(declared).map(([index, fields]) => {
      const keys = sql.join([...fields.map((field) => sql`(${fieldOf(field)})`), sql.ref('id')])
      const held = isHeld(table, index)
      const rows = held ? sql`where ${held}` : sql``
      const name = indexName(table, index)
      return {
        name,
        table,
        made: sql`if not exists ${sql.ref(name)} on ${sql.table(table)} (${keys}) ${rows}`,
      }
    })
  })
}

/** The database was brought up by a newer program, whose rows this one may misread. */
export class NewerSchema extends Error {}

/**
 * Makes what is missing and, when this program is new here, drops indexes that are declared no more; one that was here
 * before the latest leaves the latest's alone, which may be serving. May be run by several processes at once, while
 * others work, and again: then it only looks at a mark. `db` must have a single connection.
 *
 * @throws {NewerSchema} in Chinese, when a newer program wrote here
 */
export async function bringUp(db: Kysely<Database>): Promise<void> {
  const tables = tableStatements()
  const indexes = declaredIndexes()
  const mark = createHash('sha256')
    .update([...tables, ...indexes.map(({ made }) => made)].map((made) => made.compile(db).sql).join('\n'))
    .digest('hex')
  if ((await standing(db, mark)) === 'latest') return
  await db.connection().execute(async (own) => {
    await sql`set statement_timeout = 0`.execute(own)
    // One process after the other. No transaction, and no waiting inside the database: building an index beside others
    // at work waits for whatever is under way there.
    while (!(await isOurs(own))) await setTimeout(LOOK_MS)
    try {
      const stands = await standing(own, mark)
      if (stands === 'latest') return
      for (const table of tables) await table.execute(own)
      await dropUnneeded(own, new Set(indexes.map(({ name }) => name)), stands === 'new')
      for (const { table, made } of indexes) {
        // Whoever writes meanwhile is not kept waiting, however many rows there are.
        const beside = (await isEmpty(own, table)) ? sql`` : sql`concurrently`
        await sql`create index ${beside} ${made}`.execute(own)
      }
      await sql`create table if not exists schema_mark (mark text primary key)`.execute(own)
      await sql`alter table schema_mark add column if not exists format integer not null default 0`.execute(
        own,
      )
      await sql`alter table schema_mark add column if not exists place bigserial`.execute(own)
      await sql`insert into schema_mark (mark, format) values (${mark}, ${sql.lit(FORMAT)})
        on conflict (mark) do update set format = excluded.format`.execute(own)
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(SCHEMA_LOCK)})`.execute(own)
    }
  })
}

async function isOurs(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ ours: boolean }>`
    select pg_try_advisory_lock(${sql.lit(SCHEMA_LOCK)}) as ours`.execute(db)
  return rows[0]?.ours === true
}

async function isEmpty(db: Kysely<Database>, table: TableName): Promise<boolean> {
  return (await sql`select 1 from ${sql.table(table)} limit 1`.execute(db)).rows.length === 0
}

/**
 * How the program that is known by a mark stands here: the latest that brought the database up, one of before (an
 * older one that starts again during an upgrade, or after one was taken back), or new.
 */
async function standing(db: Kysely<Database>, mark: string): Promise<'latest' | 'earlier' | 'new'> {
  const seen = await sql<{ seen: boolean }>`select to_regclass('schema_mark') is not null as seen`.execute(db)
  if (!seen.rows[0]?.seen) return 'new'
  const { rows } = await sql<{ found: { mark: string; format?: number; place?: number } }>`
    select to_jsonb(schema_mark) as found from schema_mark`.execute(db)
  const newest = Math.max(0, ...rows.map(({ found }) => found.format ?? 0))
  if (newest > FORMAT)
    throw new NewerSchema(
      `这个库是新版本的程序写过的（格式 ${newest}，本程序只认到 ${FORMAT}），没有改动任何数据。请用新版本启动，或从备份恢复到另一个库`,
    )
  const own = rows.find(({ found }) => found.mark === mark)?.found
  if (own?.format !== FORMAT) return 'new'
  const last = Math.max(...rows.map(({ found }) => found.place ?? 0))
  return (own.place ?? 0) === last ? 'latest' : 'earlier'
}

/**
 * Drops indexes whose building was broken off, which serve nobody, and with `older` those of ours by their names that
 * are not declared.
 */
async function dropUnneeded(
  db: Kysely<Database>,
  declared: ReadonlySet<string>,
  older: boolean,
): Promise<void> {
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid where t.relnamespace = current_schema()::regnamespace
    and t.relname in (${sql.join([...TABLES])}) and not i.indisprimary`.execute(db)
  for (const { name, valid } of rows)
    if (!valid || (older && !declared.has(name)))
      await sql`drop index concurrently if exists ${sql.ref(name)}`.execute(db)
}
