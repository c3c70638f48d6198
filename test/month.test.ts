import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from './support/memory-store.ts'
import { type MonthFigures, month } from './support/month.ts'

/** `MONTHS=50 npx vitest run test/month.test.ts` simulates more of them. */
const MONTHS = Number(process.env['MONTHS'] ?? 1)

const NOTHING_WRONG: Partial<MonthFigures> = {
  lost: 0,
  doubled: 0,
  wrongPerson: 0,
  afterSettled: 0,
  atNight: 0,
  robotOver: 0,
  personOver: 0,
  outOfOrder: 0,
  dangerLate: 0,
  untold: 0,
}

test('a month with holidays, leave, an outage of three days and a moody platform: each due thing once, to who has it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 30 }), async (seed) => {
      const figures = await month(memoryStore(), { seed, tickets: 12, advisors: 16, days: 32 })
      expect(figures).toMatchObject(NOTHING_WRONG)
      expect(figures.due).toBeGreaterThan(10)
    }),
    { numRuns: MONTHS, endOnFailure: true },
  )
})
