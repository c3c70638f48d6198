/**
 * What must outlive the process, and the promises every backend keeps.
 *
 * A backend is a set of tables of plain JSON rows, each with a string `id`, plus the ordered indexes declared
 * in {@link INDEXES}. Nothing else can be asked, so nothing can be slow at a million rows. The same contract
 * is meant for an embedded file and for a relational database.
 */
import type { Instant } from './rows/talk.ts'
import type { IndexName, Outline, TableName, Tables } from './tables.ts'

export type * from './rows/advisors.ts'
export type * from './rows/console.ts'
export type * from './rows/district.ts'
export type * from './rows/households.ts'
export type * from './rows/policies.ts'
export type * from './rows/requests.ts'
export type * from './rows/talk.ts'
export * from './tables.ts'

/**
 * Turns something that must be recognised again, e.g. a phone number, into text that tells nothing to whoever
 * lacks the data key. Equal values of one kind give equal text for as long as the store lives; the caller
 * brings the value into one form first (digits only).
 */
export type Fingerprint = (kind: string, value: string) => string

export interface Query {
  /** Values of the index's leading fields; of states, only such as the index holds, see {@link ONLY_IN_STATE}. */
  equals: readonly string[]
  /** Inclusive bounds on the field after them. */
  from?: string
  to?: string
  /** At most this many rows. There is no unlimited list; use {@link Store.scan} to walk a whole table. */
  limit: number
  /** The index's order from its end. */
  backwards?: boolean
  /**
   * Fields of the index that `equals` does not name, and the values of which each must hold one. Rows that do not fit
   * are passed over by the index alone, so that what is rarely found costs little among much.
   */
  where?: Readonly<Record<string, readonly string[]>>
  /** Sealed fields stay shut and are null: for many rows of which most are judged by their columns alone. */
  unopened?: boolean
}

export interface Reader {
  get<K extends TableName>(table: K, id: string): Promise<Tables[K] | undefined>
  /**
   * Rows in the index's order.
   *
   * @throws {RangeError} when the index cannot answer such a query
   */
  list<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<Tables[K][]>
}

export interface Transaction extends Reader {
  /**
   * A new row. When the id is taken the whole transaction rejects with {@link StoreError} `duplicate`; whether this
   * does already is the backend's affair, so `work` must not go on in spite of it.
   */
  insert<K extends TableName>(table: K, row: Tables[K]): Promise<void>
  /** Replaces or creates the whole row. */
  put<K extends TableName>(table: K, row: Tables[K]): Promise<void>
  /** Does nothing when there is no such row. */
  remove(table: TableName, id: string): Promise<void>
  /**
   * Takes up to `limit` pending rows due at `now`, oldest due first, and leases them: their `dueAt` becomes
   * `until` and `attempts` rises, in the same transaction. Whoever dies holding a lease loses it at `until`.
   * No two callers, in any process, are handed the same row under one lease.
   */
  claim<K extends 'outbox' | 'jobs'>(
    table: K,
    lease: { now: Instant; until: Instant; limit: number },
  ): Promise<Tables[K][]>
  /** Tells every process of this change once it is durable; nothing when it is not. See {@link Store.onAnnounced}. */
  announce(topic: Topic): void
}

/** How a store fares. */
export interface Health {
  /** Whether changes can be made durable right now. A store logs by itself, once, when this ends and begins again. */
  writable: boolean
  /** If not, why, and what mends it; in Chinese. */
  detail: string
  /** What an operator should do soon though everything works, a sentence each in Chinese; mostly empty. */
  advice: string[]
}

/** What processes tell one another of; `work` is that something is due now. */
export const TOPICS = ['roster', 'policies', 'work'] as const
export type Topic = (typeof TOPICS)[number]

/**
 * How far a transaction is kept from others. `whole`: as if each ran alone. `rows`: of two that write one row the second
 * is computed again on what the first wrote, but what another writes to rows it only reads may be missing from what it
 * read. That is enough, and on a database many write to far cheaper, where everybody who decides the same thing also
 * writes the same row, e.g. a resident's session.
 */
export type Isolation = 'whole' | 'rows'

export interface Store extends Reader {
  /**
   * Runs `work` as one atomic change, isolated from others, and resolves only once it is durable. When `work`
   * throws, or the change cannot be made durable, nothing of it remains in memory or on disk and the promise
   * rejects. `work` must only await the transaction it is given (it may be run while others wait).
   *
   * Reads outside a transaction see only what is durable by the time they resolve.
   *
   * @param isolation default `whole`
   * @throws {StoreError} `unavailable` when the change could not be made durable (disk full, lost database)
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, isolation?: Isolation): Promise<T>
  /** How many rows a list would give; none of them is read. */
  count<K extends TableName>(table: K, index: IndexName<K>, query: Query): Promise<number>
  /** Walks a whole table without holding others up. */
  scan<K extends TableName>(table: K): AsyncIterable<Tables[K]>
  /** The same for whoever needs nothing that is sealed: opening that is most of what a walk costs. */
  outlines<K extends TableName>(table: K): AsyncIterable<Outline<K>>
  /**
   * Hears what was announced, by this process as by any other: at least once, soon after the change is durable, in no
   * order. While the database cannot be reached nothing is heard; afterwards everything is, once. So whoever trusts
   * in what they read must still read it again from time to time.
   *
   * @param heard must not throw
   * @returns stops it
   */
  onAnnounced(topic: Topic, heard: () => void): () => void
  /** Costs next to nothing, so it may be asked at any time. */
  health(): Health
  close(): Promise<void>
}

/** A storage failure a caller may branch on. */
export class StoreError extends Error {
  /** `unreadable`: a sealed field was altered or its key is gone; other rows are not concerned. */
  readonly code: 'duplicate' | 'unavailable' | 'closed' | 'unreadable'
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** Whether something failed because nothing can be stored now, so that it may be tried again later. */
export function isUnavailable(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'unavailable'
}
