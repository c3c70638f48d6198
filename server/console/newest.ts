/** Walks rows backwards in time, though an index is only read forwards: in spans that grow where there is little. */
import type { Instant } from '../../bot/store.ts'

const HOUR_MS = 60 * 60 * 1000
/** The first span looked at. */
const FIRST_SPAN_MS = 24 * HOUR_MS
/** Nothing is older. */
const BEGINNING = Date.parse('2020-01-01T00:00:00.000Z')
/** Rows of one span; where there are more, a shorter one is looked at. */
const SPAN_ROWS = 500

/**
 * Rows from the newest to the oldest; of one moment, the last id first.
 *
 * @param list rows between two moments, both inclusive, the oldest first
 * @param before where to begin: no row that sorts at or after this is walked
 */
export async function* newestFirst<T extends { id: string }>(
  list: (span: { from: Instant; to: Instant; limit: number }) => Promise<T[]>,
  at: (row: T) => Instant,
  before: { at: Instant; id: string },
): AsyncGenerator<T> {
  let end = Date.parse(before.at)
  let span = FIRST_SPAN_MS
  let limit = SPAN_ROWS + 1
  while (end >= BEGINNING) {
    const start = Math.max(BEGINNING, end - span)
    const rows = await list({
      from: new Date(start).toISOString(),
      to: new Date(end).toISOString(),
      limit,
    })
    if (rows.length === limit) {
      // A moment that alone holds more is read whole.
      if (start < end) span = Math.floor(span / 4)
      else limit *= 4
      continue
    }
    limit = SPAN_ROWS + 1
    const sorted = rows.filter((row) => at(row) < before.at || (at(row) === before.at && row.id < before.id))
    yield* sorted.reverse()
    end = start - 1
    if (rows.length < SPAN_ROWS / 4) span = Math.max(span, 1) * 4
  }
}
