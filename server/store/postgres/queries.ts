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
import { refuseUnanswerable } from '../query.ts'
import { type Database, fieldOf, isHeld } from './schema.ts'
import { jsonOf, keptText } from './text.ts'

/** Rows fetched at a time by a scan. */
export const SCAN_ROWS = 500

/** A statement and the values for its places, as the driver takes them; prepared once a connection by its name. */
export interface Statement {
  name: string
  text: string
  values: (string | string[])[]
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
function prepared(ask: string, values: Statement['values'], build: () => RawBuilder<unknown>): Statement {
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
export function listing(table: TableName, index: string, query: Query, claims = false): Statement {
  const { fields, ask, values, where } = selecting(table, index, query)
  const { backwards = false } = query
  return prepared(`list ${ask} ${backwards} ${claims}`, values, () => {
    const keys = [...fields.map(fieldOf), sql.ref('id')]
    const order = sql.join(backwards ? keys.map((key) => sql`${key} desc`) : keys)
    return sql`select id, data::text as data from ${sql.table(table)} where ${where()} order by ${order}
      limit ${PLACE}::bigint ${claims ? sql`for update skip locked` : sql``}`
  })
}

/** How many rows {@link listing} would give, as its only row's data. */
export function counting(table: TableName, index: string, query: Query): Statement {
  const { ask, values, where } = selecting(table, index, query)
  return prepared(
    `count ${ask}`,
    values,
    () => sql`select '' as id, count(*)::text as data from
      (select 1 from ${sql.table(table)} where ${where()} limit ${PLACE}::bigint) as found`,
  )
}

/** Which rows a query asks for, with the values for its places; the last is the limit's. */
function selecting(table: TableName, index: string, query: Query) {
  const declared: Readonly<Record<string, readonly string[]>> = INDEXES[table]
  const fields = declared[index]
  if (!fields) throw new RangeError(`${table} has no index ${index}`)
  refuseUnanswerable({ fields, states: statesIn(table, index) }, query)
  const { equals, from, to, limit } = query
  const ranged = fields[equals.length]
  const bounds = [from, to].flatMap((bound) => (bound === undefined ? [] : keptText(bound)))
  const others = Object.entries(query.where ?? {}).map(([name, allowed]) => {
    const [only, ...more] = allowed.map(keptText)
    // One value is looked for in the index by every version of the database, whatever the order of the rows.
    return { name, value: only !== undefined && more.length === 0 ? only : allowed.map(keptText) }
  })
  const asked = others.map(({ name, value }) => `${name}${typeof value === 'string' ? '' : '*'}`)
  return {
    fields,
    ask: `${table} ${index} ${equals.length} ${from !== undefined} ${to !== undefined} ${asked.join(',')}`,
    values: [...equals.map(keptText), ...bounds, ...others.map(({ value }) => value), String(limit)],
    where: () => {
      // Without these very words the planner does not see that a partial index holds all that is asked for.
      const held = isHeld(table, index)
      const parts: RawBuilder<unknown>[] = held ? [held] : []
      for (const field of fields.slice(0, equals.length)) parts.push(sql`${fieldOf(field)} = ${PLACE}`)
      if (ranged !== undefined && from !== undefined) parts.push(sql`${fieldOf(ranged)} >= ${PLACE}`)
      if (ranged !== undefined && to !== undefined) parts.push(sql`${fieldOf(ranged)} <= ${PLACE}`)
      for (const { name, value } of others)
        parts.push(
          typeof value === 'string'
            ? sql`${fieldOf(name)} = ${PLACE}`
            : sql`${fieldOf(name)} = any(${PLACE}::text[])`,
        )
      return parts.length === 0 ? sql`true` : sql.join(parts, sql` and `)
    },
  }
}

/** The rows as the contract gives them. */
export function rowsIn<K extends TableName>(table: K, { rows }: pg.QueryResult<Found>): Tables[K][] {
  return rows.map(({ data }) => rowOf(table, { json: jsonOf(data) }))
}
