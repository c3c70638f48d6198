/** The questions of bot/store.ts as SQL, inside a transaction or by themselves. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import {
  INDEXES,
  type IndexName,
  type Query,
  statesIn,
  type TableName,
  type Tables,
} from '../../../bot/store.ts'
import { rowOf } from '../draft.ts'
import { requireHeld } from '../memory.ts'
import { type Database, fieldOf, isHeld } from './schema.ts'
import { jsonOf, keptText } from './text.ts'

/** Rows fetched at a time by a scan. */
export const SCAN_ROWS = 500

/** Where a statement runs: a transaction, or by itself. */
export type QueryRunner = Kysely<Database>

export function parsed<K extends TableName>(table: K, data: string): Tables[K] {
  return rowOf(table, { id: '', json: jsonOf(data), keys: [] })
}

export async function rowAt<K extends TableName>(db: QueryRunner, table: K, id: string) {
  const { rows } = await sql<{ data: string }>`
    select data::text as data from ${sql.table(table)} where id = ${keptText(id)}`.execute(db)
  const [found] = rows
  return found && parsed(table, found.data)
}

export async function rowsOf<K extends TableName>(
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

export async function page(db: QueryRunner, table: TableName, after: string | null) {
  const from = after === null ? sql`true` : sql`id > ${after}`
  const { rows } = await sql<{ id: string; data: string }>`
    select id, data::text as data from ${sql.table(table)} where ${from} order by id limit ${sql.lit(SCAN_ROWS)}`.execute(
    db,
  )
  return rows
}

/** @throws {RangeError} when the index cannot answer such a query */
export function whereOf(table: TableName, index: string, { equals, from, to, limit }: Query) {
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
