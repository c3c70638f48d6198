/** Sorting in slices: what a snapshot's tens of thousands of keys are put in order with, while messages are answered. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { byText } from '../server/store/base/blocks.ts'
import { Slices } from '../server/store/base/slices.ts'
import { sortedInSlices } from '../server/store/base/sort.ts'

test('gives what sorting at once gives, equals in the order they came in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 9_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      async (count, kinds) => {
        const items = Array.from({ length: count }, (_, place) => ({ key: (place * 7_919) % kinds, place }))
        const compare = (a: (typeof items)[number], b: (typeof items)[number]) => a.key - b.key
        expect(await sortedInSlices(items, compare, new Slices())).toEqual(items.toSorted(compare))
      },
    ),
    { numRuns: 30 },
  )
  const words = ['低保', 'b', '', 'a', '\u{1F600}', 'a\u0000', '特困']
  expect(await sortedInSlices(words, byText, new Slices())).toEqual(words.toSorted())
})

test('lets others run while it sorts what is long', async () => {
  const items = Array.from({ length: 200_000 }, (_, place) => (place * 7_919) % 200_003)
  const rest = vi.spyOn(Slices.prototype, 'rest')
  try {
    let turns = 0
    let sorting = true
    const others = () => {
      turns++
      if (sorting) setImmediate(others)
    }
    setImmediate(others)
    const sorted = await sortedInSlices(items, (a, b) => a - b, new Slices())
    sorting = false
    expect(sorted.length).toBe(items.length)
    expect(rest.mock.calls.length).toBeGreaterThan(0)
    expect(turns).toBeGreaterThanOrEqual(rest.mock.calls.length)
  } finally {
    rest.mockRestore()
  }
})
