import { expect, test } from 'vitest'
import { newestFirst, type Piece, walk } from '../server/console/walk.ts'

interface Row {
  id: string
  at: string
}
/** Rows of an index by their moment, and how often it was asked. */
function index(rows: readonly Row[]) {
  const sorted = rows.toSorted((one, other) => (`${one.at}${one.id}` < `${other.at}${other.id}` ? -1 : 1))
  let asked = 0
  const list = async ({ from = '', to = '9999', limit, backwards }: Piece) => {
    asked++
    const within = sorted.filter(({ at }) => from <= at && at <= to)
    return (backwards ? within.toReversed() : within).slice(0, limit)
  }
  return { list, asked: () => asked, oldest: sorted, newest: sorted.toReversed() }
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
  expect(asked()).toBeLessThan(20)
})

test('goes on behind where it stood, in either direction and within bounds', async () => {
  const rows = Array.from({ length: 90 }, (_, place) =>
    row(`2026-03-${String(1 + Math.floor(place / 30)).padStart(2, '0')}T00:00:00.000Z`, place),
  )
  const { list, oldest } = index(rows)
  const at = (one: Row) => one.at
  const given = async (how: Parameters<typeof walk>[2]) => {
    const found: Row[] = []
    for await (const one of walk(list, at, how)) found.push(one)
    return found
  }
  const stand = oldest[44] ?? row('', 0)
  expect(await given({ after: stand })).toEqual(oldest.slice(45))
  expect(await given({ after: stand, backwards: true })).toEqual(oldest.slice(0, 44).toReversed())
  const [from, to] = ['2026-03-02T00:00:00.000Z', '2026-03-02T23:00:00.000Z']
  expect(await given({ from, to })).toEqual(oldest.slice(30, 60))
  expect(await given({ from, to, after: stand })).toEqual(oldest.slice(45, 60))
  expect(await given({ from, to, backwards: true })).toEqual(oldest.slice(30, 60).toReversed())
  expect(await given({ from, after: stand, backwards: true })).toEqual(oldest.slice(30, 44).toReversed())
})

test('reads no more than is taken', async () => {
  const rows = Array.from({ length: 5000 }, (_, place) =>
    row(new Date(Date.UTC(2026, 2, 3, 0, place)).toISOString(), place),
  )
  let read = 0
  const { list } = index(rows)
  const counted = async (piece: Piece) => {
    const found = await list(piece)
    read += found.length
    return found
  }
  let taken = 0
  for await (const _ of newestFirst(counted, ({ at }) => at, { at: '2027-01-01T00:00:00.000Z', id: '' }))
    if (++taken === 31) break
  expect(read).toBe(32)
})
