/** A resident who waits for a person is told when nobody heard of it. */
import { expect, test } from 'vitest'
import { sayUnheard } from '../bot/holding.ts'
import { WORDS } from '../bot/wording.ts'
import { runDueJobs } from '../server/jobs.ts'
import { world } from './support/world.ts'

const MINUTE = 60_000

test('after five minutes in which no platform took the word, once', async () => {
  const { say, minutes, told } = await waiting()
  await say('人工')
  await minutes(4)
  expect(await told()).toEqual([])
  await minutes(1)
  expect(await told()).toEqual([WORDS.unheard])
  await minutes(60)
  expect(await told()).toEqual([WORDS.unheard])
})

test('not when somebody heard of it, or of what they said since', async () => {
  const { say, minutes, told, heard } = await waiting()
  await say('人工')
  await say('你们在吗')
  await heard()
  await minutes(5)
  expect(await told()).toEqual([])
})

test('not when they took the conversation back meanwhile; who asks again waits anew', async () => {
  const { say, minutes, told } = await waiting()
  await say('人工')
  await minutes(2)
  await say('不用人工')
  await say('人工')
  await minutes(3)
  expect(await told()).toEqual([])
  await minutes(2)
  expect(await told()).toEqual([WORDS.unheard])
})

/** A resident, and jobs that run as time goes by. */
async function waiting() {
  const { store, clock, receive, text, parts } = await world()
  const nothing = async () => undefined
  const handlers = {
    'answer-taken': nothing,
    'keep-media': nothing,
    'drop-media': nothing,
    'update-cards': nothing,
    'tell-advisor': nothing,
    'end-hold': nothing,
    announce: nothing,
    'check-hold': ({ detail }: { detail: Record<string, string> }) =>
      sayUnheard(store, {
        resident: detail['resident'] ?? '',
        until: detail['until'] ?? '',
        now: clock(),
        newId: parts.newId,
      }),
  }
  return {
    say: (words: string) => receive(text(words)),
    minutes: async (count: number) => {
      clock.pass(count * MINUTE)
      await runDueJobs(store, handlers, clock, () => {})
    },
    /** Some platform took what waits to be told. */
    heard: () =>
      store.transaction(async (tx) => {
        for await (const nudge of store.scan('nudges'))
          await tx.put('nudges', { ...nudge, state: 'accepted' })
      }),
    told: async () => {
      const texts: string[] = []
      for await (const row of store.scan('outbox')) if (row.cause.startsWith('unheard')) texts.push(row.text)
      return texts
    },
  }
}
