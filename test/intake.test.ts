import { describe, expect, test } from 'vitest'
import { createIntake } from '../bot/intake.ts'
import type { MessageBody } from '../bot/message.ts'
import { repliesTaken, replyMissed } from '../bot/outbox.ts'
import { readSession } from '../bot/session.ts'
import {
  type Event,
  type Outgoing,
  type Store,
  StoreError,
  type TableName,
  type Tables,
} from '../bot/store.ts'
import { WAYS_IN, WORDS } from '../bot/wording.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { openStore, temporaryFolder, world } from './support/world.ts'

const WANG = 'official-account:openid-of-wang'

async function rows<K extends TableName>(store: Store, table: K): Promise<Tables[K][]> {
  const all: Tables[K][] = []
  for await (const row of store.scan(table)) all.push(row)
  return all
}

/** Words of ours that a push could not bring. */
function waitingRow(id: string, text: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    id,
    resident: WANG,
    text,
    choices: [],
    link: null,
    personal: false,
    pressing: false,
    cause: 'job',
    state: 'waiting',
    via: null,
    carrier: null,
    ticket: null,
    announcedAt: null,
    attempts: 1,
    error: '45015',
    createdAt: `2026-11-21T00:00:00.000Z`,
    dueAt: '2026-11-21T00:00:00.000Z',
    settledAt: null,
    ...more,
  }
}
const wait = (store: Store, ...waiting: Outgoing[]) =>
  store.transaction(async (tx) => {
    for (const row of waiting) await tx.insert('outbox', row)
  })

describe('one message, however often it comes', () => {
  test('three deliveries at once are one turn and three equal answers', async () => {
    const { receive, store, text } = await world()
    const message = text('你好')
    const answers = await Promise.all([receive(message), receive(message), receive({ ...message })])
    const words = answers.map(({ reply, outgoing }) => ({ reply, outgoing }))
    expect(words[0]?.reply?.text).toBe(WORDS.greeting)
    expect(words).toEqual([words[0], words[0], words[0]])
    expect(await rows(store, 'turns')).toHaveLength(1)
    expect(await rows(store, 'outbox')).toHaveLength(1)
    expect((await store.get('sessions', WANG))?.revision).toBe(1)
  })

  test('only the first of them counts as a decision', async () => {
    const { receive, text } = await world()
    const message = text('你好')
    const [first, joined] = await Promise.all([receive(message), receive(message)])
    const later = await receive(message)
    expect([first?.decision?.kind, joined?.decision, later.decision]).toEqual(['smalltalk', null, null])
  })

  test('a later delivery, also after a restart, gets the same words and causes nothing', async () => {
    const folder = temporaryFolder()
    const before = await openLowdbStore(folder)
    const { receive, text, parts } = await world({ store: before })
    const message = text('我要求助')
    const first = await receive(message)
    expect(await receive(message)).toEqual({ ...first, decision: null })
    await before.close()

    const after = await openLowdbStore(folder)
    const again = await createIntake({ ...parts, store: after })(message)
    expect(again).toEqual({ ...first, decision: null })
    expect(await rows(after, 'turns')).toHaveLength(1)
    expect(await rows(after, 'outbox')).toHaveLength(1)
    await after.close()
  })

  test('what meanwhile arrived as a push is not said again', async () => {
    const { receive, store, text } = await world()
    const message = text('你好')
    const { outgoing } = await receive(message)
    const row = await store.get('outbox', outgoing ?? '')
    if (!row) throw new Error('no row')
    await store.transaction((tx) => tx.put('outbox', { ...row, state: 'accepted', via: 'push' }))
    expect(await receive(message)).toEqual({ reply: null, outgoing: null, decision: null })
    await store.transaction((tx) => tx.put('outbox', { ...row, state: 'accepted', via: 'carried' }))
    expect(await receive(message)).toEqual({ reply: null, outgoing: null, decision: null })
  })

  test('a message that needs no words is remembered without any', async () => {
    const { receive, store, message } = await world()
    const silent = message({ kind: 'unspoken', type: 'VIEW' })
    expect(await receive(silent)).toMatchObject({ reply: null, outgoing: null })
    expect(await receive(silent)).toEqual({ reply: null, outgoing: null, decision: null })
    expect(await rows(store, 'outbox')).toEqual([])
    expect(await rows(store, 'turns')).toMatchObject([{ outgoing: null, resident: WANG }])
  })
})

describe('order', () => {
  test('two quick messages of one resident are answered in order, the second knowing the first', async () => {
    const { receive, store, text } = await world()
    const done: string[] = []
    const first = receive(text('你好'))
    const second = receive(text('谢谢'))
    void first.then(() => done.push('first'))
    void second.then(() => done.push('second'))
    const [a, b] = await Promise.all([first, second])
    expect(done).toEqual(['first', 'second'])
    expect(a.reply?.text).toBe(WORDS.greeting)
    // Thanks keep what was offered before.
    expect(b.reply).toEqual({ text: WORDS.thanks, choices: WAYS_IN })
    const session = await store.get('sessions', WANG)
    expect(session?.revision).toBe(2)
    expect(readSession(session).choices).toEqual(WAYS_IN)
  })

  test('residents do not wait for each other', async () => {
    const store = await openStore()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = withStore(store, {
      async get(table, id) {
        if (id === WANG) await held
        return store.get(table, id)
      },
    })
    const { receive, text } = await world({ store: slow })
    const wang = receive(text('你好'))
    const li = await receive(text('你好', { from: 'openid-of-li' }))
    expect(li.reply?.text).toBe(WORDS.greeting)
    release()
    expect((await wang).reply?.text).toBe(WORDS.greeting)
  })

  test('messages of different residents are different messages', async () => {
    const { receive, store, text } = await world()
    // The channel puts the sender before the platform's number, so equal numbers do not meet.
    const [wang, li] = await Promise.all([
      receive(text('你好', { id: 'openid-of-wang:7', from: 'openid-of-wang' })),
      receive(text('人工', { id: 'openid-of-li:7', from: 'openid-of-li' })),
    ])
    expect(wang?.reply?.text).toBe(WORDS.greeting)
    expect(li?.reply?.text).toBe(WORDS.human)
    expect((await rows(store, 'turns')).map((turn) => turn.resident).sort()).toEqual([
      'official-account:openid-of-li',
      WANG,
    ])
  })

  test('two processes on one store put their turns in one order and lose no session', async () => {
    const { receive: one, text, store, parts } = await world()
    let ids = 0
    const other = createIntake({ ...parts, newId: () => `other-${++ids}` })
    const words = ['你好', '谢谢', '多谢', '感谢']
    const received = await Promise.all(
      words.map((word, index) => (index % 2 === 0 ? one : other)(text(word))),
    )
    expect(received.every(({ reply }) => reply !== null)).toBe(true)
    expect(await store.get('sessions', WANG)).toMatchObject({ revision: 4 })
    expect(readSession(await store.get('sessions', WANG)).choices).toEqual(WAYS_IN)
    expect(await rows(store, 'turns')).toHaveLength(4)
  })

  test('one message at two processes is still one turn', async () => {
    const { receive: one, text, store, parts } = await world()
    const other = createIntake({ ...parts, newId: () => 'of-other' })
    const message = text('人工')
    const [a, b] = await Promise.all([one(message), other(message)])
    expect(a?.reply).toEqual(b?.reply)
    expect(a?.outgoing).toBe(b?.outgoing)
    expect(await rows(store, 'outbox')).toHaveLength(1)
    expect(await rows(store, 'events')).toHaveLength(1)
  })
})

describe('a store that fails', () => {
  test('is told in its words, and keeps nothing; a retry then works', async () => {
    const store = await openStore()
    let broken = true
    const failing = withStore(store, {
      transaction: (work) =>
        store.transaction(async (tx) => {
          const result = await work(tx)
          if (broken) throw new StoreError('unavailable', 'disk full')
          return result
        }),
    })
    const { receive, text } = await world({ store: failing })
    const message = text('人工')
    const answers = await Promise.all([receive(message), receive(message)])
    for (const { reply, outgoing } of answers) {
      expect(reply?.text).toBe(WORDS.outage)
      expect(outgoing).toBeNull()
    }
    for (const table of ['turns', 'sessions', 'outbox', 'events', 'residents'] as const) {
      expect(await rows(store, table)).toEqual([])
    }
    broken = false
    expect((await receive(message)).reply?.text).toBe(WORDS.human)
    expect(await rows(store, 'events')).toHaveLength(1)
  })

  test('does not stop what the same resident says next', async () => {
    const store = await openStore()
    let failures = 1
    const failing = withStore(store, {
      transaction: (work) =>
        failures-- > 0 ? Promise.reject(new StoreError('unavailable', 'disk full')) : store.transaction(work),
    })
    const { receive, text } = await world({ store: failing })
    const [first, second] = await Promise.all([receive(text('你好')), receive(text('谢谢'))])
    expect(first?.reply?.text).toBe(WORDS.outage)
    expect(second?.reply?.text).toBe(WORDS.thanks)
  })

  test('gives up when others are faster every time', async () => {
    const store = await openStore()
    let tries = 0
    const outrun = withStore(store, {
      transaction: () => {
        tries++
        return Promise.reject(new StoreError('duplicate', 'outrun'))
      },
    })
    const { receive, text } = await world({ store: outrun })
    await expect(receive(text('你好'))).rejects.toThrow('outrun')
    expect(tries).toBe(4)
  })
})

describe('words that wait', () => {
  test('ride on the next answer and end with it', async () => {
    const { receive, store, text, clock } = await world()
    await wait(store, waitingRow('w1', '昨天问的事有回音了。'))
    const { reply, outgoing } = await receive(text('你好'))
    expect(reply?.text).toBe(`${WORDS.carried}\n昨天问的事有回音了。\n\n${WORDS.greeting}`)
    expect(await store.get('outbox', 'w1')).toMatchObject({ state: 'waiting', carrier: outgoing })
    await repliesTaken(store, [outgoing ?? ''], clock())
    const settledAt = clock().toISOString()
    expect(await store.get('outbox', outgoing ?? '')).toMatchObject({
      state: 'accepted',
      via: 'reply',
      settledAt,
    })
    expect(await store.get('outbox', 'w1')).toMatchObject({ state: 'accepted', via: 'carried', settledAt })
  })

  test('are said once when a second message comes before the first answer is known to have arrived', async () => {
    const { receive, store, text } = await world()
    await wait(store, waitingRow('w1', '昨天问的事有回音了。'))
    const first = await receive(text('你好'))
    const second = await receive(text('谢谢'))
    expect(first.reply?.text).toContain('昨天问的事有回音了。')
    expect(second.reply?.text).toBe(WORDS.thanks)
  })

  test('are said once although the answer that carried them waits in its turn', async () => {
    const { receive, store, text, clock } = await world()
    await wait(store, waitingRow('w1', '昨天问的事有回音了。'))
    const first = await receive(text('你好'))
    const carrier = await store.get('outbox', first.outgoing ?? '')
    if (!carrier) throw new Error('no row')
    await store.transaction((tx) => tx.put('outbox', { ...carrier, state: 'waiting', error: '45015' }))

    const second = await receive(text('谢谢'))
    expect(second.reply?.text.match(/昨天问的事有回音了/g)).toHaveLength(1)
    await repliesTaken(store, [second.outgoing ?? ''], clock())
    const ends = (await rows(store, 'outbox')).map(({ state, via }) => ({ state, via }))
    expect(ends).toEqual(expect.arrayContaining([{ state: 'accepted', via: 'reply' }]))
    expect(ends.filter(({ state, via }) => state === 'accepted' && via === 'carried')).toHaveLength(2)
    expect((await receive(text('您好'))).reply?.text).toBe(WORDS.greeting)
  })

  test('are five at a time, oldest first; the rest come with the next answer', async () => {
    const { receive, store, text, clock } = await world()
    const all = Array.from({ length: 7 }, (_, index) =>
      waitingRow(`w${index}`, `第${index}件。`, { createdAt: `2026-11-2${index}T00:00:00.000Z` }),
    )
    await wait(store, ...all)
    const first = await receive(text('你好'))
    expect(first.reply?.text.match(/第\d件/g)).toEqual(['第0件', '第1件', '第2件', '第3件', '第4件'])
    await repliesTaken(store, [first.outgoing ?? ''], clock())
    const second = await receive(text('你好'))
    expect(second.reply?.text.match(/第\d件/g)).toEqual(['第5件', '第6件'])
  })

  test('of an answer that carried five are found below it, not said again one by one', async () => {
    const { receive, store, text } = await world()
    const old = Array.from({ length: 5 }, (_, index) =>
      waitingRow(`w${index}`, `第${index}件。`, { carrier: 'w9' }),
    )
    await wait(store, ...old, waitingRow('w9', '前五件都在这里。', { createdAt: '2026-11-21T09:00:00.000Z' }))
    const { reply } = await receive(text('你好'))
    expect(reply?.text).toBe(`${WORDS.carried}\n前五件都在这里。\n\n${WORDS.greeting}`)
  })

  test('do not stand before the words that help in danger', async () => {
    const { receive, store, text } = await world({ maxBytes: 600 })
    await wait(store, waitingRow('w1', '一段很长的旧话。'.repeat(40)))
    const { reply, decision } = await receive(text('我不想活了'))
    expect(decision?.kind).toBe('danger')
    expect(reply?.text).toMatch(/12356|120/)
    expect(reply?.text).not.toContain('旧话')
    expect(await store.get('outbox', 'w1')).toMatchObject({ state: 'waiting', carrier: null })
  })

  test('stay when the next message needs no answer', async () => {
    const { receive, store, message } = await world()
    await wait(store, waitingRow('w1', '昨天问的事有回音了。'))
    await receive(message({ kind: 'unspoken', type: 'VIEW' }))
    expect(await store.get('outbox', 'w1')).toMatchObject({ state: 'waiting', carrier: null })
  })
})

describe('a long answer', () => {
  test('is cut at a sentence, and 「继续」 brings the rest, with the choices below the last part', async () => {
    const { receive, text, message } = await world({ maxBytes: 160 })
    const parts: string[] = []
    let last = (await receive(message({ kind: 'followed', scene: null }))).reply
    while (last?.text.endsWith(WORDS.more)) {
      expect(Buffer.byteLength(last.text)).toBeLessThanOrEqual(160)
      expect(last.choices).toEqual([])
      parts.push(last.text.slice(0, -WORDS.more.length - 1))
      last = (await receive(text('继续'))).reply
    }
    expect(parts.length).toBeGreaterThan(1)
    expect(parts[0]).toMatch(/[。；！？]$/)
    expect([...parts, last?.text].join('')).toBe(WORDS.welcome)
    expect(last?.choices).toEqual(WAYS_IN)
  })

  test('whose choices alone do not fit keeps a sentence to show them under', async () => {
    const { receive, text } = await world({ maxBytes: Buffer.byteLength(WORDS.greeting) + 60 })
    const first = (await receive(text('你好'))).reply
    const rest = (await receive(text('继续'))).reply
    expect(first?.text.endsWith(WORDS.more)).toBe(true)
    expect(`${first?.text.slice(0, -WORDS.more.length - 1)}${rest?.text}`).toBe(WORDS.greeting)
    expect(rest?.choices).toEqual(WAYS_IN)
  })

  test('is forgotten by the next answer', async () => {
    const { receive, text, message } = await world({ maxBytes: 160 })
    await receive(message({ kind: 'followed', scene: null }))
    await receive(text('谢谢'))
    expect((await receive(text('继续'))).reply?.text).toBe(WORDS.nothingMore)
  })
})

describe('what happened', () => {
  const told: [Event['kind'], MessageBody, Record<string, string>][] = [
    ['danger', { kind: 'text', text: '我不想活了' }, { danger: 'self_harm' }],
    ['human_asked', { kind: 'text', text: '人工' }, {}],
    ['followed', { kind: 'followed', scene: 'grid-7' }, { scene: 'grid-7' }],
    ['followed', { kind: 'followed', scene: null }, {}],
    ['unfollowed', { kind: 'unfollowed' }, {}],
  ]
  test.each(told)('%s leaves one event row, however often the message comes', async (kind, body, detail) => {
    const { receive, store, message } = await world()
    const one = message(body)
    await Promise.all([receive(one), receive(one)])
    await receive(one)
    expect(await rows(store, 'events')).toMatchObject([{ kind, resident: WANG, detail }])
  })

  test('the first code that brought a resident stays theirs', async () => {
    const { receive, store, message } = await world()
    await receive(message({ kind: 'followed', scene: 'grid-7' }))
    await receive(message({ kind: 'unfollowed' }))
    expect(await store.get('residents', WANG)).toMatchObject({
      following: false,
      scene: 'grid-7',
      grants: [],
    })
    await receive(message({ kind: 'followed', scene: 'grid-8' }))
    expect(await store.get('residents', WANG)).toMatchObject({ following: true, scene: 'grid-7' })
  })

  test('who writes follows, even when their following never reached us', async () => {
    const { receive, store, message, text } = await world()
    await receive(message({ kind: 'unfollowed' }))
    await receive(message({ kind: 'unspoken', type: 'TEMPLATESENDJOBFINISH' }))
    expect(await store.get('residents', WANG)).toMatchObject({ following: false })
    await receive(text('你好'))
    expect(await store.get('residents', WANG)).toMatchObject({ following: true })
  })

  test('a reply that came too late is due at once, one under way 20 seconds after its turn', async () => {
    const { receive, store, text, clock } = await world()
    const { outgoing } = await receive(text('你好'))
    const row = await store.get('outbox', outgoing ?? '')
    expect(Date.parse(row?.dueAt ?? '') - clock().getTime()).toBe(20_000)
    clock.pass(5000)
    await replyMissed(store, outgoing ?? '', clock())
    expect((await store.get('outbox', outgoing ?? ''))?.dueAt).toBe(clock().toISOString())
  })
})

/** `store`, but for what a test replaces. */
function withStore(store: Store, other: Partial<Store>): Store {
  return {
    get: (table, id) => store.get(table, id),
    list: (table, index, query) => store.list(table, index, query),
    count: (table, index, query) => store.count(table, index, query),
    transaction: (work) => store.transaction(work),
    scan: (table) => store.scan(table),
    outlines: (table) => store.outlines(table),
    onAnnounced: (topic, heard) => store.onAnnounced(topic, heard),
    health: () => store.health(),
    close: () => store.close(),
    ...other,
  }
}
