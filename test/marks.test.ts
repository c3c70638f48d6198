/** What has changed since somebody last asked: nothing is passed over, whatever clocks say and whoever writes meanwhile. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedAfter, lastPlace } from '../bot/marks.ts'
import type { RemovedTicket, Store } from '../bot/store.ts'
import { memoryStore } from './support/memory-store.ts'

const row = (id: string, at = '2026-03-03T01:00:00.000Z'): RemovedTicket => ({ id, area: '', at, mark: '' })
const write = (store: Store, ...rows: RemovedTicket[]) =>
  store.transaction(async (tx) => {
    for (const one of rows) await tx.put('removed_tickets', one)
  })
const idsOf = ({ rows }: { rows: readonly { id: string }[] }) => rows.map(({ id }) => id)

test('what changed comes once, in the order it was found changed, whatever moment it bears', async () => {
  const store = memoryStore()
  await write(store, row('b'), row('a'))
  const first = await changedAfter(store, 'removed_tickets', 0, 10)
  expect([idsOf(first), first.more]).toEqual([['a', 'b'], false])
  expect(idsOf(await changedAfter(store, 'removed_tickets', first.place, 10))).toEqual([])
  // A process whose clock is a day slow.
  await write(store, row('c', '2026-03-02T01:00:00.000Z'))
  await write(store, row('a'))
  const second = await changedAfter(store, 'removed_tickets', first.place, 10)
  expect(idsOf(second).sort()).toEqual(['a', 'c'])
  // Whoever lost their place begins anew, and hears of each as it is now.
  expect(idsOf(await changedAfter(store, 'removed_tickets', 0, 10)).sort()).toEqual(['a', 'b', 'c'])
  expect(await lastPlace(store, 'removed_tickets')).toBe(second.place)
})

test('a page says whether more is there, and the next begins behind it', async () => {
  const store = memoryStore()
  await write(store, ...['a', 'b', 'c', 'd', 'e'].map((id) => row(id)))
  const seen: string[] = []
  let place = 0
  for (let more = true, pages = 0; more; pages++) {
    expect(pages).toBeLessThan(4)
    const page = await changedAfter(store, 'removed_tickets', place, 2)
    seen.push(...idsOf(page))
    place = page.place
    more = page.more
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('more than are marked in one go are all found', async () => {
  const store = memoryStore()
  await write(store, ...Array.from({ length: 450 }, (_, place) => row(`r${1000 + place}`)))
  expect((await changedAfter(store, 'removed_tickets', 0, 1000)).rows).toHaveLength(450)
})

test('however writers and two askers take turns, each asker ends with every row as it is', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      version: fc.nat(99),
    }),
    fc.record({
      kind: fc.constant('ask' as const),
      who: fc.constantFrom(0, 1),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const store = memoryStore()
      // Each asks one question after the other, as a system does.
      const askers = [0, 1].map(() => {
        const known = new Map<string, string>()
        let place = 0
        let before: Promise<boolean> = Promise.resolve(false)
        const next = async (limit: number) => {
          const found = await changedAfter(store, 'removed_tickets', place, limit)
          for (const { id, area } of found.rows) known.set(id, area)
          place = found.place
          return found.more
        }
        const ask = (limit: number) => {
          before = before.then(() => next(limit))
          return before
        }
        return { known, ask }
      })
      // All at once: what one writes may come between what the other reads.
      await Promise.all(
        steps.map(async (one) => {
          if (one.kind === 'ask') return void (await askers[one.who]?.ask(one.limit))
          await write(store, { ...row(one.id), area: String(one.version) })
        }),
      )
      const truth: [string, string][] = []
      for await (const { id, area } of store.scan('removed_tickets')) truth.push([id, area])
      for (const { known, ask } of askers) {
        while (await ask(2));
        expect([...known].sort()).toEqual(truth.sort())
      }
    }),
    { numRuns: 200 },
  )
})
