/**
 * One transaction in progress on PostgreSQL. What it changes is sent without waiting for the answer, and all answers
 * are awaited with the commit's: a change costs a statement, not a journey there and back. One that only makes a single
 * change, isolated by rows, is that statement and nothing else: the database itself makes it whole, and there is nothing
 * it was computed from.
 */
import type pg from 'pg'
import {
  type IndexName,
  type Isolation,
  type Query,
  StoreError,
  type TableName,
  type Tables,
  type Topic,
  type Transaction,
} from '../../../bot/store.ts'
import { entryOf } from '../entry.ts'
import { isAborted, isConflict, isTaken } from './faults.ts'
import { CHANNEL } from './listening.ts'
import {
  type Found,
  getting,
  inserting,
  listing,
  putting,
  removing,
  rowsIn,
  type Statement,
} from './queries.ts'
import { keptJson, keptText } from './text.ts'

const BEGIN: Record<Isolation, string> = {
  whole: 'begin isolation level serializable',
  rows: 'begin isolation level repeatable read',
}

/** Its methods fail once it is ended. */
export class PostgresTransaction implements Transaction {
  readonly #client: pg.ClientBase
  readonly #isolation: Isolation
  #begun = false
  /** The first change, as long as it may be the only one. */
  #held: Statement | null = null
  /** What was sent, in its order. */
  readonly #sent: Promise<unknown>[] = []
  /** The first statement that failed, which is why all later ones did. */
  #fault: { error: unknown } | null = null
  readonly #announced = new Set<Topic>()
  #ended = false

  /** @param client a connection of its own */
  constructor(client: pg.ClientBase, isolation: Isolation) {
    this.#client = client
    this.#isolation = isolation
    // The database counts it among those that must be as if each ran alone.
    if (isolation === 'whole') this.#begin()
  }

  async get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined> {
    return rowsIn(table, await this.#ask(getting(table, id)))[0]
  }

  async list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]> {
    return rowsIn(table, await this.#ask(listing(table, index, query)))
  }

  async insert<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    const { id, json } = entryOf(table, row)
    this.#change(inserting(table, keptText(id), keptJson(json)))
  }

  async put<K extends TableName>(table: K, row: Tables[K]): Promise<void> {
    const { id, json } = entryOf(table, row)
    this.#change(putting(table, keptText(id), keptJson(json)))
  }

  async remove(table: TableName, id: string): Promise<void> {
    this.#change(removing(table, id))
  }

  async claim<K extends 'outbox' | 'jobs'>(
    table: K,
    { now, until, limit }: { now: string; until: string; limit: number },
  ): Promise<Tables[K][]> {
    const due = listing(table, 'due', { equals: ['pending'], to: now, limit }, true)
    const claimed = rowsIn(table, await this.#ask(due)).map((row) => ({
      ...row,
      dueAt: until,
      attempts: row.attempts + 1,
    }))
    for (const row of claimed) await this.put(table, row)
    return claimed
  }

  announce(topic: Topic): void {
    this.#check()
    this.#announced.add(topic)
  }

  /**
   * Makes it durable.
   *
   * @throws what the first statement that failed threw, `duplicate` for a taken id; nothing was changed then
   */
  async commit(): Promise<void> {
    if (this.#announced.size > 0) this.#begin()
    // In the transaction itself: what is not committed is told to nobody, and what is, for certain.
    for (const topic of this.#announced)
      this.#send(this.#client.query('select pg_notify($1, $2)', [CHANNEL, topic]))
    this.#ended = true
    // After a statement that failed this takes back what there was.
    if (this.#begun) this.#send(this.#client.query('commit'))
    else if (this.#held) this.#send(this.#client.query(this.#held))
    await Promise.all(this.#sent)
    if (this.#fault) throw this.#reason()
  }

  /**
   * Takes it back.
   *
   * @param thrown by the work
   * @returns why: a statement's failure, when `thrown` only followed from it
   */
  async rollBack(thrown: unknown): Promise<unknown> {
    this.#ended = true
    if (this.#begun) this.#send(this.#client.query('rollback'))
    await Promise.all(this.#sent)
    const fault = this.#fault?.error
    return fault === undefined || (thrown !== fault && !isAborted(thrown) && !isConflict(fault))
      ? thrown
      : this.#reason()
  }

  /** Why no later statement can succeed; null while all did. */
  get fault(): unknown {
    return this.#fault?.error ?? null
  }

  #reason(): unknown {
    const error = this.#fault?.error
    // The id stays out of the message: it may hold a resident's address.
    return isTaken(error) ? new StoreError('duplicate', '表中已有这个 id', { cause: error }) : error
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#send(this.#client.query({ name: this.#isolation, text: BEGIN[this.#isolation] }))
    if (this.#held) this.#send(this.#client.query(this.#held))
    this.#held = null
  }

  #change(statement: Statement): void {
    this.#check()
    if (!this.#begun && !this.#held) this.#held = statement
    else void this.#ask(statement)
  }

  #ask(statement: Statement): Promise<pg.QueryResult<Found>> {
    this.#check()
    this.#begin()
    return this.#send(this.#client.query<Found>(statement))
  }

  /** Remembers the first failure; whoever waits for the answer hears of it too, and nobody has to. */
  #send<T>(answer: Promise<T>): Promise<T> {
    this.#sent.push(
      answer.then(
        () => undefined,
        (error: unknown) => {
          this.#fault ??= { error }
        },
      ),
    )
    return answer
  }

  #check(): void {
    if (this.#ended)
      throw new Error('a transaction was used after its work ended: await every call inside work')
  }
}
