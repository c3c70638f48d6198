/** Walks rows in the order of an index or against it, some at a time: more are read only when they are needed. */
import type { Instant, Query } from '../../bot/store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Rows read at first: what a page shows, and the one behind it. */
const FIRST_ROWS = 32
/** At most so many at once, a few milliseconds of work, but where more lie in one moment. */
const MOST_ROWS = 256

/** Where a walk stands: a row's moment and id. */
export interface Stand {
  at: Instant
  id: string
}

export interface Walk {
  /** Bounds of the moment, both inclusive; none by default. */
  from?: Instant | undefined
  to?: Instant | undefined
  /** Rows up to this one, in the walk's order, were given before. */
  after?: Stand | null
  backwards?: boolean
  /** Default {@link FIRST_ROWS}. */
  firstRows?: number
}

/** What a walk asks of a list. */
export type Piece = Pick<Query, 'from' | 'to' | 'limit' | 'backwards'>

/**
 * @param list rows of an index in which the moment is followed by the id
 * @param at a row's moment
 */
export async function* walk<T extends { id: string }>(
  list: (piece: Piece) => Promise<T[]>,
  at: (row: T) => Instant,
  { from, to, after = null, backwards = false, firstRows = FIRST_ROWS }: Walk,
): AsyncGenerator<T, void> {
  const isBehind = (row: T, { at: moment, id }: Stand) =>
    at(row) === moment
      ? backwards
        ? row.id < id
        : row.id > id
      : backwards
        ? at(row) < moment
        : at(row) > moment
  let done = after
  let start = nearest(backwards ? to : from, after?.at, backwards)
  let limit = firstRows
  for (;;) {
    const [low, high] = backwards ? [from, start] : [start, to]
    const rows = await list({
      ...(low === undefined ? {} : { from: low }),
      ...(high === undefined ? {} : { to: high }),
      limit,
      backwards,
    })
    const stand = done
    const fresh = stand ? rows.filter((row) => isBehind(row, stand)) : rows
    yield* fresh
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    // Many are due at the end of one day: then more must be read than were read before.
    limit = fresh.length === 0 ? limit * 4 : Math.max(limit, Math.min(limit * 2, MOST_ROWS))
    start = at(last)
    if (fresh.length > 0) done = { at: at(last), id: last.id }
  }
}

/** Where to begin, of a bound and where a walk before stood. */
function nearest(
  bound: Instant | undefined,
  stand: Instant | undefined,
  backwards: boolean,
): Instant | undefined {
  if (bound === undefined || stand === undefined) return bound ?? stand
  return stand < bound === backwards ? stand : bound
}

/**
 * Rows from the newest to the oldest; of one moment, the last id first.
 *
 * @param before where to begin: no row that sorts at or after this is walked
 */
export const newestFirst = <T extends { id: string }>(
  list: (piece: Piece) => Promise<T[]>,
  at: (row: T) => Instant,
  before: Stand,
): AsyncGenerator<T, void> => walk(list, at, { after: before, backwards: true })

/** Before everything that is there; clocks of several machines differ a little. */
export const behindNow = (now: Date): Stand => ({
  at: new Date(now.getTime() + DAY_MS).toISOString(),
  id: '',
})
