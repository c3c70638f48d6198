/**
 * What has changed since somebody last asked, in an order in which nothing is passed over: whoever writes a row leaves
 * its mark empty, and whoever asks first marks what is committed by then with the next numbers. A number is thus given
 * after the change is there, one asker after the other, whatever any clock says: a change that is committed late, or
 * written by a process whose clock is slow, only gets a later number. The store's own count of changes would do as
 * well, but not every backend has one; a moment written with the change would not.
 */
import type { Query, Reader, Store, TableName, Tables } from './store.ts'

/** Tables whose rows carry a mark. */
type Marked = Extract<
  { [K in TableName]: Tables[K] extends { mark: string } ? K : never }[TableName],
  TableName
>

type Lists = { readonly [K in Marked]: (reader: Reader, query: Query) => Promise<Tables[K][]> }
/** A table that carries marks can be walked by them, or the compiler refuses. */
const BY_MARK: Lists = {
  tickets: (reader, query) => reader.list('tickets', 'byMark', query),
  alerts: (reader, query) => reader.list('alerts', 'byMark', query),
  policies: (reader, query) => reader.list('policies', 'byMark', query),
  removed_tickets: (reader, query) => reader.list('removed_tickets', 'byMark', query),
}

/** Rows marked in one transaction. */
const BATCH = 200
const DIGITS = 15
const markOf = (count: number): string => String(count).padStart(DIGITS, '0')

/** What was handed out up to a place, and whether more is there already. */
export interface Handed<K extends TableName> {
  rows: Tables[K][]
  /** Where to go on from; as it was when there is nothing new. */
  place: number
  more: boolean
}

/**
 * Rows that changed after a place, each as it is now, in the order of their marks. A row that changes again while
 * somebody walks comes once more, later.
 *
 * @param after 0 for all there are
 */
export async function changedAfter<K extends Marked>(
  store: Store,
  table: K,
  after: number,
  limit: number,
): Promise<Handed<K>> {
  for (;;) {
    const rows = await BY_MARK[table](store, { equals: [], from: markOf(after + 1), limit: limit + 1 })
    if (rows.length <= limit && (await markSome(store, table)) > 0) continue
    const given = rows.slice(0, limit)
    const last = given.at(-1)
    return { rows: given, place: last ? Number(last.mark) : after, more: rows.length > limit }
  }
}

/** The place behind everything that is there now. */
export async function lastPlace(store: Store, table: Marked): Promise<number> {
  while ((await markSome(store, table)) > 0);
  return (await store.get('mark_counts', table))?.count ?? 0
}

/** @returns how many were marked */
async function markSome<K extends Marked>(store: Store, table: K): Promise<number> {
  if ((await BY_MARK[table](store, { equals: [''], limit: 1 })).length === 0) return 0
  // Everybody who marks writes the count, and whoever changes a row writes the row: that keeps them apart.
  return store.transaction(async (tx) => {
    const rows = await BY_MARK[table](tx, { equals: [''], limit: BATCH })
    let count = (await tx.get('mark_counts', table))?.count ?? 0
    for (const row of rows) await tx.put(table, { ...row, mark: markOf(++count) })
    await tx.put('mark_counts', { id: table, count })
    return rows.length
  }, 'rows')
}
