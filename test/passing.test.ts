/** What is there for a moment only. */
import { getHeapSpaceStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { Passing } from '../bot/passing.ts'
import { collector } from './support/collect.ts'

test('is found by its id until it is gone, whatever the id', () => {
  const passing = new Passing<number>()
  for (const [place, id] of ['a', '', '7', '__proto__', 'constructor', '官'].entries()) {
    expect(passing.get(id)).toBeUndefined()
    passing.set(id, place)
    expect(passing.get(id)).toBe(place)
    passing.set(id, place + 1)
    expect(passing.get(id)).toBe(place + 1)
    passing.delete(id)
    passing.delete(id)
    expect(passing.get(id)).toBeUndefined()
  }
})

const ENTRIES = 1_000
const VALUE_BYTES = 16 << 10

test('is collected young once it is gone, as what a Map held is not', () => {
  const collect = collector()
  const aged = () =>
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0
  /** How much has grown old of what came, stayed while ten others did, and went. */
  const left = (held: Pick<Map<string, unknown>, 'set' | 'delete'> | Passing<unknown>): number => {
    held.set('first', '')
    collect()
    const before = aged()
    for (let place = 0; place < ENTRIES; place++) {
      held.set(
        `id ${place}`,
        Array.from({ length: VALUE_BYTES / 8 }, () => place),
      )
      held.delete(`id ${place - 10}`)
      if (place % 50 === 0) collect({ type: 'minor' })
    }
    return aged() - before
  }
  const map = left(new Map())
  const passing = left(new Passing())
  expect(map).toBeGreaterThan((ENTRIES * VALUE_BYTES) / 8)
  expect(passing).toBeLessThan(map / 4)
})
