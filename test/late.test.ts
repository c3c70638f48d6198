/** An empty answer tells the platform that we have the message: whatever happens afterwards, it is answered, once. */
import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { applyEffects } from '../bot/effects.ts'
import type { Message } from '../bot/message.ts'
import { type Store, StoreError, type TableName } from '../bot/store.ts'
import { hearLeftOver, keepTaken, readTaken, takenOf } from '../bot/taken.ts'
import { answerFailed } from '../bot/turns/outage-turn.ts'
import { WORDS } from '../bot/wording.ts'
import { createLate, residents } from '../server/late.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { eventually } from './support/eventually.ts'
import { newGate } from './support/gate.ts'
import { platform, processOn, WANG } from './support/slow-turns.ts'
import { clockAt, fingerprint, knowledge, temporaryFolder, world } from './support/world.ts'

/** Until whoever took a message is taken to be gone, in ms. */
const SOON_MS = 20_000
const LATER_MS = 120_000

describe('a message whose turn is slow', () => {
  test('is answered by the next process when its own is killed before, and once', async () => {
    const { wechat, clock, start, kill } = await machine()
    const first = await start()
    first.hold()
    const message = wechat.text('谢谢')
    expect(await first.push(message)).toEqual({ status: 200, text: '' })
    await kill()
    const second = await start()
    await second.round()
    expect(wechat.said).toEqual([])
    clock.pass(SOON_MS)
    await second.round()
    expect(wechat.said).toEqual([WORDS.thanks])
    expect(await second.push(message)).toEqual({ status: 200, text: '' })
    clock.pass(LATER_MS)
    await second.round()
    expect(wechat.said).toEqual([WORDS.thanks])
    expect([await second.rows('turns'), await second.rows('taken')]).toEqual([[expect.anything()], []])
  })

  test('is answered at once by the only process there can be', async () => {
    const { wechat, clock, start, kill, leftOver } = await machine()
    const first = await start()
    first.hold()
    await first.push(wechat.text('谢谢'))
    await kill()
    const second = await start()
    await leftOver()
    clock.pass(1)
    await second.round()
    expect([wechat.said, await second.rows('taken')]).toEqual([[WORDS.thanks], []])
  })

  test('and ended a process that tried it is not tried at once again', async () => {
    const { wechat, clock, start, kill, leftOver } = await machine()
    const first = await start()
    first.hold()
    await first.push(wechat.text('谢谢'))
    await kill()
    clock.pass(SOON_MS)
    const second = await start()
    const claim = second.hold()
    void second.round()
    await claim.reached
    const turn = second.hold()
    claim.open()
    await turn.reached
    await kill()
    const third = await start()
    await leftOver()
    clock.pass(SOON_MS)
    await third.round()
    expect(wechat.said).toEqual([])
    clock.pass(LATER_MS)
    await third.round()
    expect(wechat.said).toEqual([WORDS.thanks])
  })

  test('that ends after all is answered by its own process, and nothing is left of it', async () => {
    const { wechat, clock, start } = await machine()
    const own = await start()
    const held = own.hold()
    expect(await own.push(wechat.text('谢谢'))).toEqual({ status: 200, text: '' })
    expect(await own.rows('taken')).toMatchObject([{ resident: `official-account:${WANG}` }])
    held.open()
    await eventually(async () => {
      await own.round()
      expect(wechat.said).toEqual([WORDS.thanks])
      expect([await own.rows('taken'), await own.rows('jobs')]).toEqual([[], []])
    })
    clock.pass(LATER_MS)
    await own.round()
    expect([wechat.said, await own.rows('turns')]).toEqual([[WORDS.thanks], [expect.anything()]])
    expect(await own.counts()).toContain('jiuzhu_replies_late_total{kept="yes"} 1')
  })

  test('that runs longer than others wait for it is joined, not begun anew', async () => {
    const { wechat, clock, start } = await machine()
    const own = await start()
    const held = own.hold()
    await own.push(wechat.text('谢谢'))
    clock.pass(SOON_MS)
    const round = own.round()
    held.open()
    await round
    await eventually(async () => {
      await own.round()
      expect(wechat.said).toEqual([WORDS.thanks])
    })
    expect(await own.rows('turns')).toHaveLength(1)
  })

  test('and that cannot be kept in time is not acknowledged; the delivery that follows brings the answer', async () => {
    const { wechat, clock, start } = await machine()
    const own = await start()
    const held = own.hold('all')
    const message = wechat.text('谢谢')
    expect(await own.push(message)).toEqual({ status: 503, text: '' })
    held.open()
    await eventually(async () => expect(await own.rows('turns')).toHaveLength(1))
    expect(await own.push(message)).toEqual({ status: 200, text: WORDS.thanks })
    await eventually(async () => {
      await own.round()
      expect([await own.rows('taken'), await own.rows('outbox')]).toMatchObject([[], [{ state: 'accepted' }]])
    })
    clock.pass(LATER_MS)
    await own.round()
    expect([wechat.said, await own.rows('turns')]).toEqual([[], [expect.anything()]])
    expect(await own.counts()).toContain('jiuzhu_replies_late_total{kept="no"} 1')
  })

  test('not acknowledged and not delivered again either is answered by a message of its own', async () => {
    const { wechat, clock, start } = await machine()
    const own = await start()
    const held = own.hold('all')
    expect((await own.push(wechat.text('谢谢'))).status).toBe(503)
    held.open()
    await eventually(async () => expect(await own.rows('turns')).toHaveLength(1))
    await own.round()
    expect(wechat.said).toEqual([])
    clock.pass(SOON_MS)
    await own.round()
    expect(wechat.said).toEqual([WORDS.thanks])
  })

  test('and fails by a fault of ours is said to have, once, and is not tried for ever', async () => {
    const consult = vi.spyOn(knowledge(), 'consult').mockImplementation(() => {
      throw new Error('a fault of ours')
    })
    onTestFinished(() => consult.mockRestore())
    const { wechat, clock, start } = await machine()
    const own = await start()
    const held = own.hold()
    expect(await own.push(wechat.text('低保'))).toEqual({ status: 200, text: '' })
    held.open()
    await eventually(async () => {
      await own.round()
      expect(wechat.said).toEqual([WORDS.unwell])
    })
    for (let times = 0; times < 9; times++) {
      clock.pass(LATER_MS)
      await own.round()
    }
    expect([wechat.said, await own.rows('taken')]).toEqual([[WORDS.unwell], []])
    expect(own.logged()).toContain('a message could not be answered')
  })

  test('and ends every process that tries it is given up, and its resident told so', async () => {
    const { wechat, clock, start, kill } = await machine()
    const first = await start()
    first.hold()
    await first.push(wechat.text('谢谢'))
    for (let times = 0; times < 3; times++) {
      await kill()
      clock.pass(LATER_MS)
      const next = await start()
      // The first transaction claims the job.
      const claim = next.hold()
      void next.round()
      await claim.reached
      const turn = next.hold()
      claim.open()
      await turn.reached
    }
    await kill()
    clock.pass(LATER_MS)
    const last = await start()
    await last.round()
    expect([wechat.said, await last.rows('taken')]).toEqual([[WORDS.unwell], []])
  })

  test('is not kept once its resident had everything deleted', async () => {
    const { store, message, clock } = await world()
    const resident = { id: 'official-account:w', channel: 'official-account', address: 'w' } as const
    const words = message({ kind: 'text', text: '我叫王建国' }, { from: 'w' })
    await keepTaken(store, takenOf(words), clock())
    const job = await store.get('jobs', `answer-taken:official-account:${words.id}`)
    expect(await readTaken(store, job ?? raise())).toEqual({ by: 'resident', message: words })
    await store.transaction((tx) =>
      applyEffects(tx, [{ kind: 'erase', tickets: [] }], {
        resident: {
          ...resident,
          following: true,
          scene: null,
          grants: [],
          createdAt: '',
          seenAt: '',
        },
        id: 'm9',
        at: clock().toISOString(),
        seal: fingerprint,
      }),
    )
    expect(await readTaken(store, job ?? raise())).toBeUndefined()
    expect(JSON.stringify(await rowsOf(store, 'jobs'))).not.toContain('王建国')
  })
})

describe('a message that no platform delivers twice', () => {
  const heardBy = async (answer: (message: Message) => Promise<never>) => {
    const { store, receive, clock, text } = await world()
    const missed: string[] = []
    const senders = (hear: typeof receive) =>
      residents({
        store,
        receive: hear,
        now: clock,
        newId: randomUUID,
        onMissed: (outgoing) => void missed.push(outgoing),
        onUntold: () => {},
        onFailed: (message) => answerFailed(message, knowledge()),
      })
    const process = () => createLate(store, clock, () => {})
    return {
      store,
      late: process(),
      next: process(),
      missed,
      text,
      failing: senders(answer),
      whole: senders(receive),
    }
  }

  test('is kept before its turn begins, so that the next process answers it', async () => {
    const { store, late, next, missed, text, failing, whole } = await heardBy(() => new Promise(() => {}))
    const message = text('谢谢')
    void late.hearOnce(failing, message)
    await eventually(async () => expect(await rowsOf(store, 'taken')).toHaveLength(1))
    await next.hearAgain(whole, message, { attempts: 1 })
    expect(await rowsOf(store, 'taken')).toEqual([])
    expect(missed).toEqual((await rowsOf(store, 'outbox')).map(({ id }) => id))
  })

  test('and that runs longer than others wait for it is not said a second time by who finds it kept', async () => {
    const { store, late, missed, text, whole } = await heardBy(() => new Promise(() => {}))
    const turn = newGate()
    const slow = {
      ...whole,
      hear: async (message: Message) => {
        await turn.pass()
        return whole.hear(message)
      },
    }
    const message = text('谢谢')
    const own = late.hearOnce(slow, message)
    await turn.reached
    const again = late.hearAgain(whole, message, { attempts: 1 }).catch(() => {})
    turn.open()
    const { outgoing } = await own
    await again
    expect([outgoing === null, missed]).toEqual([false, []])
    await eventually(async () => expect(await rowsOf(store, 'taken')).toEqual([]))
  })

  test('leaves nothing behind when it was answered, or when its failure is told', async () => {
    const { store, late, text, failing, whole } = await heardBy(async () => raise())
    await late.hearOnce(whole, text('谢谢'))
    await expect(late.hearOnce(failing, text('你好'))).rejects.toThrow()
    await eventually(async () => expect(await rowsOf(store, 'taken')).toEqual([]))
  })

  test('waits for the store where the store failed', async () => {
    const { store, late, text, failing, whole } = await heardBy(async () => {
      throw new StoreError('unavailable', 'disk full')
    })
    const message = text('谢谢')
    await expect(late.hearOnce(failing, message)).rejects.toThrow('disk full')
    await expect(late.hearAgain(failing, message, { attempts: 1 })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(await rowsOf(store, 'taken')).toHaveLength(1)
    await late.hearAgain(whole, message, { attempts: 2 })
    expect(await rowsOf(store, 'taken')).toEqual([])
  })
})

test('danger gets its number also from a turn that failed', () => {
  const said = (text: string, kind: 'text' | 'unspoken' = 'text'): string | undefined => {
    const body = kind === 'text' ? { kind, text } : { kind, type: text }
    const message: Message = {
      id: '1',
      channel: 'official-account',
      from: WANG,
      sentAt: new Date(0),
      body,
    }
    return answerFailed(message, knowledge())?.text
  }
  expect(said('我不想活了')).toContain('12356')
  expect(said('低保')).toBe(WORDS.unwell)
  expect(said('VIEW', 'unspoken')).toBeUndefined()
})

/** One machine: its disk outlives its processes. */
async function machine() {
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const wechat = platform(clock)
  const folder = temporaryFolder()
  let store: Store | undefined
  const kill = async () => {
    await store?.close()
    store = undefined
  }
  onTestFinished(kill)
  return {
    clock,
    wechat,
    kill,
    /** As a folder's process does when it starts. */
    leftOver: () => hearLeftOver(store ?? raise(), clock()),
    start: async () => {
      const opened = await openLowdbStore(folder)
      store = opened
      const process = await processOn(opened, wechat, clock)
      return { ...process, rows: <K extends TableName>(table: K) => rowsOf(opened, table) }
    },
  }
}

async function rowsOf<K extends TableName>(store: Store, table: K) {
  const rows = []
  for await (const row of store.scan(table)) rows.push(row)
  return rows
}

function raise(): never {
  throw new Error('a fault of ours')
}
