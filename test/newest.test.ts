import { expect, test } from 'vitest'
import { newestFirst } from '../server/console/newest.ts'

interface Row {
  id: string
  at: string
}
/** Rows of an index by their moment, and how often it was asked. */
function index(rows: readonly Row[]) {
  const sorted = rows.toSorted((one, other) => (`${one.at}${one.id}` < `${other.at}${other.id}` ? -1 : 1))
  let asked = 0
  const list = async ({ from, to, limit }: { from: string; to: string; limit: number }) => {
    asked++
    return sorted.filter(({ at }) => from <= at && at <= to).slice(0, limit)
  }
  return { list, asked: () => asked, newest: sorted.toReversed() }
}
const row = (at: string, place: number): Row => ({ id: `r${String(place).padStart(5, '0')}`, at })

test('however many lie in one moment, each is given once, the newest first, and no time is walked by the millisecond', async () => {
  const many = Array.from({ length: 1300 }, (_, place) => row('2026-03-03T01:00:00.000Z', place))
  const few = Array.from({ length: 30 }, (_, place) =>
    row(`2025-0${1 + (place % 9)}-01T00:00:00.000Z`, 5000 + place),
  )
  const { list, asked, newest } = index([...many, ...few])
  const found: Row[] = []
  const before = { at: '2026-03-10T00:00:00.000Z', id: '' }
  for await (const one of newestFirst(list, ({ at }) => at, before)) found.push(one)
  expect(found).toEqual(newest)
  expect(asked()).toBeLessThan(100)
})
