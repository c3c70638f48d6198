/**
 * What the database holds: for each table of bot/store.ts one of an id and a row of JSON, and for each declared
 * index one over the row's fields. Made from the declarations at every start, so that they cannot differ.
 */
import { createHash } from 'node:crypto'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { INDEXES, statesIn, type TableName } from '../../../bot/store.ts'
import { TABLES } from '../memory.ts'

/** A row as it is kept; `data` is the row as jsonb, read and written as text. */
export type Database = { [K in TableName]: { id: string; data: string } }

/** Any number, as long as nobody else locks it: two processes that start at once make one schema. */
const SCHEMA_LOCK = 7_260_412

/** A field as an index sees it: a null or missing one is empty, and texts sort by their bytes. */
export const fieldOf = (name: string): RawBuilder<string> =>
  sql<string>`(coalesce(${sql.ref('data')} ->> ${sql.lit(name)}, '') collate "C")`

/** Whether a row is in one of the states an index is limited to; undefined when it is limited to none. */
export function isHeld(table: TableName, index: string): RawBuilder<boolean> | undefined {
  const states = statesIn(table, index)
  return states && sql<boolean>`${fieldOf('state')} in (${sql.join(states.map((state) => sql.lit(state)))})`
}

const indexName = (table: TableName, index: string): string => `${table}_${index}`.toLowerCase()

/** What {@link bringUp} makes, as statements; the same declarations make the same. */
function statements(): RawBuilder<unknown>[] {
  return TABLES.flatMap((table) => {
    const declared: Readonly<Record<string, readonly string[]>> = INDEXES[table]
    return [
      sql`create table if not exists ${sql.table(table)} (id text collate "C" primary key, data jsonb not null)`,
      ...Object.entries(declared).map(([index, fields]) => {
        const keys = sql.join([...fields.map((field) => sql`(${fieldOf(field)})`), sql.ref('id')])
        const held = isHeld(table, index)
        const rows = held ? sql`where ${held}` : sql``
        return sql`create index if not exists ${sql.ref(indexName(table, index))} on ${sql.table(table)} (${keys}) ${rows}`
      }),
    ]
  })
}

/** Makes what is missing. May be run by several processes at once, and again: then it only looks at a mark. */
export async function bringUp(db: Kysely<Database>): Promise<void> {
  const wanted = statements()
  const mark = createHash('sha256')
    .update(wanted.map((statement) => statement.compile(db).sql).join('\n'))
    .digest('hex')
  const seen = await sql<{ seen: boolean }>`select to_regclass('schema_mark') is not null as seen`.execute(db)
  if (seen.rows[0]?.seen) {
    const { rows } = await sql<{ mark: string }>`select mark from schema_mark`.execute(db)
    if (rows.some((row) => row.mark === mark)) return
  }
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(SCHEMA_LOCK)})`.execute(tx)
    // An index over many rows takes as long as it takes.
    await sql`set local statement_timeout = 0`.execute(tx)
    for (const statement of wanted) await statement.execute(tx)
    await sql`create table if not exists schema_mark (mark text primary key)`.execute(tx)
    await sql`insert into schema_mark values (${mark}) on conflict do nothing`.execute(tx)
  })
}
