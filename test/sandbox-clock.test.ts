import { expect, test } from 'vitest'
import { createSandboxClock, type Jump, jumpFrom, nextDue, walk } from '../server/sandbox/clock.ts'
import { clockAt, openStore } from './support/world.ts'

const NOW = '2026-11-22T18:00:00+08:00'
const at = (moment: string) => new Date(moment)
const china = (moment: Date) => new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 16)

test.each<[Exclude<Jump, 'now'>, string, string]>([
  ['hour', NOW, '2026-11-22T19:00'],
  ['day', NOW, '2026-11-23T18:00'],
  ['month', NOW, '2026-12-22T18:00'],
  ['morning', NOW, '2026-11-23T08:30'],
  ['morning', '2026-11-22T08:29:59+08:00', '2026-11-22T08:30'],
  ['morning', '2026-11-22T08:30:00+08:00', '2026-11-23T08:30'],
])('a jump by %s from %s leads to %s', (jump, from, to) => {
  expect(china(jumpFrom(at(from), jump))).toBe(to)
})

/** A clock whose wall stands still, and a list of things that are due; what is done is noted with its time. */
function trial(...dues: string[]) {
  const clock = createSandboxClock(clockAt(NOW))
  const waiting = dues.map(at)
  const done: string[] = []
  return {
    clock,
    done,
    runDue: async () => {
      while (waiting[0] && waiting[0] <= clock.now()) {
        waiting.shift()
        done.push(china(clock.now()))
      }
    },
    nextDue: async () => waiting[0] ?? null,
  }
}

test('each thing happens at its own time, and the walk ends where it should', async () => {
  const { clock, done, ...due } = trial(
    '2026-11-22T20:00+08:00',
    '2026-11-23T08:30+08:00',
    '2027-01-01T00:00+08:00',
  )
  await walk(clock, at('2026-12-22T18:00:00+08:00'), due)
  expect(done).toEqual(['2026-11-22T20:00', '2026-11-23T08:30'])
  expect(china(clock.now())).toBe('2026-12-22T18:00')
  expect(clock.isPretended()).toBe(true)
  clock.reset()
  expect([china(clock.now()), clock.isPretended()]).toEqual(['2026-11-22T18:00', false])
})

test('what is due and cannot be done does not keep the time from passing', async () => {
  const clock = createSandboxClock(clockAt(NOW))
  let rounds = 0
  await walk(clock, at('2026-12-22T18:00:00+08:00'), {
    runDue: async () => void rounds++,
    nextDue: async () => at(NOW),
  })
  expect(china(clock.now())).toBe('2026-12-22T18:00')
  expect(rounds).toBeLessThan(1000)
})

test('what comes next is the first of all that waits', async () => {
  const store = await openStore()
  expect(await nextDue(store)).toBe(null)
  const job = (id: string, dueAt: string, state: 'pending' | 'done') =>
    store.transaction((tx) =>
      tx.insert('jobs', { id, kind: 'end-hold', state, dueAt, attempts: 0, error: null, detail: {} }),
    )
  await job('later', '2026-11-24T00:00:00.000Z', 'pending')
  await job('sooner', '2026-11-23T00:00:00.000Z', 'pending')
  await job('over', '2026-11-22T00:00:00.000Z', 'done')
  expect(await nextDue(store)).toEqual(at('2026-11-23T00:00:00.000Z'))
})
