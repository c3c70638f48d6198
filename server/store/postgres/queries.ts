/** The questions and changes of bot/tables.ts as prepared statements, each made once from the declarations. */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from 'kysely'
import type pg from 'pg'
import { INDEXES, type Query, statesIn, type TableName, type Tables } from '../../../bot/store.ts'
import { rowOf } from '../draft.ts'
import { requireHeld } from '../memory.ts'
import { type Database, fieldOf, isHeld } from './schema.ts'
import { jsonOf, keptText } from './text.ts'

/** Rows fetched at a time by a scan. */
export const SCAN_ROWS = 500

/** A statement and the values for its places, as the driver takes them; prepared once a connection by its name. */
export interface Statement {
  name: string
  text: string
  values: string[]
}

/** A row as a statement gives it. */
export interface Found {
  id: string
  data: string
}

/** Where a statement runs: in a transaction, or by itself on any connection. */
export interface QueryRunner {
  query(statement: Statement): Promise<pg.QueryResult<Found>>
}

const compiler = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
/** By what they ask; there are few dozens. */
const texts = new Map<string, { name: string; text: string }>()

/** @param build makes the statement; its places stand in the order of `values` */
function prepared(ask: string, values: string[], build: () => RawBuilder<unknown>): Statement {
  let made = texts.get(ask)
  if (!made) {
    made = { name: `s${texts.size}`, text: build().compile(compiler).sql }
    texts.set(ask, made)
  }
  return { ...made, values }
}

/** Stands for a value; the compiler numbers them. */
const PLACE = sql`${''}`

export const getting = (table: TableName, id: string): Statement =>
  prepared(
    `get ${table}`,
    [keptText(id)],
    () => sql`select id, data::text as data from ${sql.table(table)} where id = ${PLACE}`,
  )

/** A row of a scan and those after it; from the first when `after` is null. No id is empty. */
export const paging = (table: TableName, after: string | null): Statement =>
  prepared(
    `page ${table}`,
    [after ?? ''],
    () => sql`select id, data::text as data from ${sql.table(table)} where id > ${PLACE}
      order by id limit ${sql.lit(SCAN_ROWS)}`,
  )

export const inserting = (table: TableName, id: string, data: string): Statement =>
  prepared(
    `insert ${table}`,
    [id, data],
    () => sql`insert into ${sql.table(table)} (id, data) values (${PLACE}, ${PLACE}::jsonb)`,
  )

export const putting = (table: TableName, id: string, data: string): Statement =>
  prepared(
    `put ${table}`,
    [id, data],
    () => sql`insert into ${sql.table(table)} (id, data) values (${PLACE}, ${PLACE}::jsonb)
      on conflict (id) do update set data = excluded.data`,
  )

export const removing = (table: TableName, id: string): Statement =>
  prepared(`remove ${table}`, [keptText(id)], () => sql`delete from ${sql.table(table)} where id = ${PLACE}`)

/**
 * @param claims locks what it finds, and passes over what others have locked
 * @throws {RangeError} when the index cannot answer such a query
 */
export function listing(
  table: TableName,
  index: string,
  { equals, from, to, limit }: Query,
  claims = false,
): Statement {
  const declared: Readonly<Record<string, readonly string[]>> = INDEXES[table]
  const fields = declared[index]
  if (!fields) throw new RangeError(`${table} has no index ${index}`)
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit must be 1 or more, got ${limit}`)
  const ranged = fields[equals.length]
  if (equals.length > fields.length || ((from !== undefined || to !== undefined) && ranged === undefined))
    throw new RangeError(`this index has ${fields.length} fields: ${fields.join(', ')}`)
  requireHeld(equals[fields.indexOf('state')], statesIn(table, index))
  const bounds = [from, to].flatMap((bound) => (bound === undefined ? [] : keptText(bound)))
  const ask = `list ${table} ${index} ${equals.length} ${from !== undefined} ${to !== undefined} ${claims}`
  return prepared(ask, [...equals.map(keptText), ...bounds, String(limit)], () => {
    // Without these very words the planner does not see that a partial index holds all that is asked for.
    const held = isHeld(table, index)
    const parts: RawBuilder<unknown>[] = held ? [held] : []
    for (const field of fields.slice(0, equals.length)) parts.push(sql`${fieldOf(field)} = ${PLACE}`)
    if (ranged !== undefined && from !== undefined) parts.push(sql`${fieldOf(ranged)} >= ${PLACE}`)
    if (ranged !== undefined && to !== undefined) parts.push(sql`${fieldOf(ranged)} <= ${PLACE}`)
    const where = parts.length === 0 ? sql`true` : sql.join(parts, sql` and `)
    const order = sql.join([...fields.map(fieldOf), sql.ref('id')])
    return sql`select id, data::text as data from ${sql.table(table)} where ${where} order by ${order}
      limit ${PLACE}::bigint ${claims ? sql`for update skip locked` : sql``}`
  })
}

/** The rows as the contract gives them. */
export function rowsIn<K extends TableName>(table: K, { rows }: pg.QueryResult<Found>): Tables[K][] {
  return rows.map(({ data }) => rowOf(table, { json: jsonOf(data) }))
}
