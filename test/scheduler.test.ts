import { expect, test } from 'vitest'
import { createLog } from '../server/log.ts'
import { startScheduler } from '../server/scheduler.ts'

const HOUR_MS = 3_600_000

test('who is woken does not wait for the next round, and looks again when woken while at work', async () => {
  let wake = () => {}
  let stopped = 0
  let rounds = 0
  const scheduler = startScheduler(
    [
      {
        name: 'tell',
        everyMs: HOUR_MS,
        wakes(own) {
          wake = own
          return () => {
            stopped += 1
          }
        },
        async run() {
          rounds += 1
          if (rounds === 2) wake()
          await Promise.resolve()
        },
      },
    ],
    createLog('silent'),
  )
  await expect.poll(() => rounds).toBe(1)
  wake()
  await expect.poll(() => rounds).toBe(3)
  await new Promise((resolve) => setImmediate(resolve))
  expect(rounds).toBe(3)
  await scheduler.stop()
  expect(stopped).toBe(1)
})
