/** A resident who waits for a person is told when nobody heard of it, and hears something when they complain. */
import { describe, expect, test } from 'vitest'
import { sayUnheard, speakIn } from '../bot/holding.ts'
import { residentKey } from '../bot/intake.ts'
import { newSession } from '../bot/session.ts'
import { WORDS } from '../bot/wording.ts'
import { readWish } from '../flows/wishes.ts'
import { runDueJobs } from '../server/jobs.ts'
import { walk, walkTo } from './support/walk.ts'
import { world } from './support/world.ts'

const MINUTE = 60_000
const NIGHT = '2026-11-22T23:30:00+08:00'

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

test('whoever is being spoken to is not talked over', async () => {
  const { say, minutes, speak, answered } = await waiting()
  await say('人工')
  await minutes(2)
  await speak('我是社区小李，您说')
  expect(await answered('要带什么材料')).toBeNull()
  await minutes(31)
  expect(await answered('人呢')).toBe(WORDS.heldStill)
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
  const answered = async (words: string) => (await receive(text(words))).reply?.text ?? null
  return {
    say: (words: string) => receive(text(words)),
    answered,
    /** A person writes to them. */
    speak: (words: string) =>
      store.transaction((tx) =>
        speakIn(tx, {
          resident: residentKey(text('')),
          words,
          by: 'li',
          ticket: null,
          now: clock(),
          newId: parts.newId,
        }),
      ),
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

describe('who waits for an answer and says so', () => {
  const IMPATIENT = ['没人啊？', '怎么没人理我', '我等了半天了', '人呢？', '咋不回我']

  test.each(IMPATIENT)('「%s」 of nobody is told that somebody listens', (words) => {
    const here = walk()
    here.say('低保怎么申请')
    const { reply } = here.say(words)
    expect(reply?.text).toBe(WORDS.here)
    expect(here.say('要带什么材料').decision.policies[0]).toBe('dibao')
  })

  test.each([...IMPATIENT, '有人吗'])('「%s」 at night is of the person asked for before', (words) => {
    const here = walk(newSession(), NIGHT)
    here.say('人工')
    const turn = here.say(words)
    expect(turn.reply?.text).toBe(WORDS.nightHere)
    expect(turn.effects).toEqual([{ kind: 'asked-at-night' }])
  })

  test('in the morning that person is called at once, and no longer owed after that', () => {
    const here = walk(newSession(), NIGHT)
    here.say('人工')
    here.clock.pass(10 * 60 * MINUTE)
    expect(here.say('怎么没人理我').reply?.text).toBe(WORDS.human)
    here.say('不用人工')
    expect(here.say('怎么没人理我').reply?.text).toBe(WORDS.here)
  })

  test('a day later 「有人吗」 is a greeting again', () => {
    const here = walk(newSession(), NIGHT)
    here.say('人工')
    here.clock.pass(24 * 60 * MINUTE)
    expect(here.say('有人吗').reply?.text).toBe(WORDS.greeting)
  })

  test('while a person holds the conversation they are told once that their words arrive', () => {
    const here = walk()
    here.say('人工')
    const first = here.say('没人啊？')
    expect(first.reply?.text).toBe(WORDS.heldStill)
    expect(first.effects).toMatchObject([{ kind: 'heard', words: '没人啊？' }])
    const second = here.say('人呢')
    expect(second.reply).toBeNull()
    expect(second.effects).toMatchObject([{ kind: 'heard', words: '人呢' }])
  })

  test.each(['今晚睡哪', '有没有人啊', '你们今天来不来'])('and of 「%s」, too', (words) => {
    const here = walk()
    here.say('人工')
    const { reply, effects } = here.say(words)
    expect(reply?.text).toContain('转给救助顾问')
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'heard', words }))
  })

  test('and again after half an hour in which nobody spoke', () => {
    const here = walk()
    here.say('人工')
    here.say('没人啊？')
    here.clock.pass(31 * MINUTE)
    expect(here.say('到底来不来人').reply?.text).toBe(WORDS.heldStill)
  })

  test('with a request open hears how it stands', () => {
    const here = walkTo('confirm')
    here.say('确认')
    expect(here.say('怎么没人理我').reply?.text).toContain(here.tickets()[0]?.number)
  })

  test.each(['没人照顾', '没人管我', '等一下', '我妈不理人', '没人说话', '孩子不说话怎么办'])(
    '「%s」 says something else',
    (words) => {
      expect(readWish(words)).not.toBe('waiting')
    },
  )
})

test.each([
  ['等了半个月了没人管！你们到底干不干事', 'progress'],
  ['转给真人 我要投诉', 'human'],
  ['在吗 今天上班累死了 哈哈 想问个事', 'greeting'],
  ['我爸瘫了半个月没人管', null],
  ['那中吧 登记呗', 'help'],
])('「%s」 wishes %s', (words, wish) => {
  expect(readWish(words)).toBe(wish)
})
