/** One transaction in progress on PostgreSQL. */
import { type Transaction as SqlTransaction, sql } from 'kysely'
import {
  type IndexName,
  type Query,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../../bot/store.ts'
import { entryOf } from '../memory.ts'
import { parsed, rowAt, rowsOf, whereOf } from './queries.ts'
import type { Database } from './schema.ts'
import { keptJson, keptText } from './text.ts'

/** Its methods fail once {@link end} was called. */
export class PostgresTransaction implements Transaction {
  readonly #tx: SqlTransaction<Database>
  /** To be told once it is committed. */
  readonly announced = new Set<Topic>()
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

  announce(topic: Topic): void {
    this.#open()
    this.announced.add(topic)
  }

  #open(): SqlTransaction<Database> {
    if (this.#ended)
      throw new Error('a transaction was used after its work ended: await every call inside work')
    return this.#tx
  }
}
