import { describe, expect, test } from 'vitest'
import { type Channel, ChannelError } from '../bot/channels/channel.ts'
import { officialAccountApi, officialAccountChannel } from '../bot/channels/official-account-api.ts'
import type { ChannelName, MessageBody, Reply } from '../bot/message.ts'
import { type DeliveryParts, deliverDue, repliesTaken, replyMissed } from '../bot/outbox.ts'
import { granted, PLATFORM_QUOTA, type QuotaRules, spend } from '../bot/quota.ts'
import type { Grant, Outgoing, Store } from '../bot/store.ts'
import { newGate } from './support/gate.ts'
import { type Clock, clockAt, openStore } from './support/world.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const START = '2026-11-22T09:00:00+08:00'
const WANG = 'official-account:openid-of-wang'

const TEXT: MessageBody = { kind: 'text', text: '您好' }
const TAP: MessageBody = { kind: 'tapped', key: 'policy' }

describe('what the platform lets us say unasked', () => {
  /** How many messages go out before the ledger is empty. */
  function spendAll(grants: Grant[], now: Date, rules: QuotaRules = PLATFORM_QUOTA): number {
    let count = 0
    for (let left = spend(grants, rules, now); left; left = spend(left, rules, now)) count++
    return count
  }

  test('5 within 48 hours of a message', () => {
    const clock = clockAt(START)
    const grants = granted([], TEXT, clock())
    expect(spendAll(grants, clock())).toBe(5)
    clock.pass(48 * HOUR - 1)
    expect(spendAll(grants, clock())).toBe(5)
    clock.pass(1)
    expect(spendAll(grants, clock())).toBe(0)
  })

  test.each<MessageBody>([TAP, { kind: 'followed', scene: null }, { kind: 'scanned', scene: 'grid-7' }])(
    '3 within a minute of $kind',
    (body) => {
      const clock = clockAt(START)
      const grants = granted([], body, clock())
      expect(spendAll(grants, clock())).toBe(3)
      clock.pass(MINUTE)
      expect(spendAll(grants, clock())).toBe(0)
    },
  )

  test('what ends first is spent first', () => {
    const clock = clockAt(START)
    const grants = granted(granted([], TEXT, clock()), TAP, clock())
    const left = spend(grants, PLATFORM_QUOTA, clock())
    expect(left).toMatchObject([
      { kind: 'message', used: 0 },
      { kind: 'tap', used: 1 },
    ])
    expect(spendAll(grants, clock())).toBe(8)
    // Almost two days after the message, a new tap still lasts a minute: now the message's ends first.
    const late = clockAt(START)
    late.pass(48 * HOUR - 1000)
    expect(spend(granted(grants, TAP, late()), PLATFORM_QUOTA, late())).toMatchObject([
      { kind: 'message', used: 1 },
      { kind: 'tap', used: 0 },
    ])
  })

  test('the latest of each kind replaces the one before', () => {
    const clock = clockAt(START)
    const used = spend(granted([], TEXT, clock()), PLATFORM_QUOTA, clock()) ?? []
    clock.pass(HOUR)
    expect(granted(used, TEXT, clock())).toEqual([{ kind: 'message', at: clock().toISOString(), used: 0 }])
  })

  test('unfollowing takes all away, a receipt changes nothing', () => {
    const clock = clockAt(START)
    const grants = granted(granted([], TEXT, clock()), TAP, clock())
    expect(granted(grants, { kind: 'unspoken', type: 'VIEW' }, clock())).toEqual(grants)
    expect(granted(grants, { kind: 'unfollowed' }, clock())).toEqual([])
  })

  test('the platform may change its rules', () => {
    const clock = clockAt(START)
    const rules: QuotaRules = { message: { count: 20, withinMs: HOUR }, tap: { count: 0, withinMs: HOUR } }
    expect(spendAll(granted([], TEXT, clock()), clock(), rules)).toBe(20)
    expect(spendAll(granted([], TAP, clock()), clock(), rules)).toBe(0)
  })
})

describe('the direct reply', () => {
  test('that the platform took settles its row once', async () => {
    const { store, clock, row } = await outbox()
    await row('a')
    await repliesTaken(store, ['a'], clock())
    const taken = await store.get('outbox', 'a')
    expect(taken).toMatchObject({ state: 'accepted', via: 'reply', settledAt: clock().toISOString() })
    clock.pass(1000)
    await repliesTaken(store, ['a'], clock())
    expect(await store.get('outbox', 'a')).toEqual(taken)
  })

  test('brings words that a push could not, and forgets its fault', async () => {
    const { store, clock, row } = await outbox()
    await row('a', { state: 'waiting', error: '45015' })
    await repliesTaken(store, ['a'], clock())
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'accepted', via: 'reply', error: null })
  })

  test('that was missed is pushed now, unless it arrived another way', async () => {
    const { store, clock, row, deliver, said } = await outbox()
    await row('a', { dueAt: later(clock, 20_000) })
    await row('b', { dueAt: later(clock, 20_000), state: 'accepted', via: 'reply' })
    expect(await deliver()).toBe(0)
    await replyMissed(store, 'a', clock())
    await replyMissed(store, 'b', clock())
    await deliver()
    expect(said).toEqual(['words of a'])
  })

  test('of a row nobody knows is no error', async () => {
    const { store, clock } = await outbox()
    await repliesTaken(store, ['gone'], clock())
    await replyMissed(store, 'gone', clock())
  })
})

describe('a push', () => {
  test('says what is due, oldest first, and settles it', async () => {
    const { store, clock, row, deliver, said, outcomes } = await outbox()
    await row('b', { dueAt: later(clock, -1000) })
    await row('a', { dueAt: later(clock, -2000), choices: [{ label: '要多久', says: '低保要多久' }] })
    await row('c', { dueAt: later(clock, 1) })
    expect(await deliver()).toBe(2)
    expect(said).toEqual(['words of a', 'words of b'])
    const settledAt = clock().toISOString()
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'accepted', via: 'push', settledAt })
    expect(await store.get('outbox', 'c')).toMatchObject({ state: 'pending', attempts: 0 })
    expect(outcomes).toEqual([
      { state: 'accepted', channel: 'official-account', error: null, hint: '' },
      { state: 'accepted', channel: 'official-account', error: null, hint: '' },
    ])
    expect(await deliver()).toBe(0)
  })

  test.each([45015, 45047, 48001])(
    'that the platform puts off (%i) waits for the resident',
    async (errcode) => {
      const { store, row, deliver, clock, outcomes } = await outbox({ platform: { errcode } })
      await row('a')
      await deliver()
      expect(await store.get('outbox', 'a')).toMatchObject({
        state: 'waiting',
        via: null,
        error: String(errcode),
        settledAt: null,
      })
      expect(outcomes).toMatchObject([{ state: 'waiting', error: String(errcode) }])
      expect(outcomes[0]?.hint).toMatch(/\p{Script=Han}/u)
      clock.pass(48 * HOUR)
      expect(await deliver()).toBe(0)
    },
  )

  test.each([40003, 43004])(
    'that the platform will never take (%i) is refused by its code',
    async (errcode) => {
      const { store, row, deliver, clock } = await outbox({ platform: { errcode } })
      await row('a')
      await row('carried', { state: 'waiting', carrier: 'a' })
      await deliver()
      const refused = { state: 'refused', error: String(errcode), settledAt: clock().toISOString() }
      expect(await store.get('outbox', 'a')).toMatchObject({ ...refused, via: null })
      expect(await store.get('outbox', 'carried')).toMatchObject({ ...refused, via: 'carried' })
    },
  )

  test('without an answer is tried again after 5 s, 30 s, 2 min and 10 min, then waits', async () => {
    const { store, row, deliver, clock, said } = await outbox({ fails: () => timeout })
    await row('a')
    for (const pause of [5_000, 30_000, 120_000, 600_000]) {
      expect(await deliver()).toBe(1)
      expect(await store.get('outbox', 'a')).toMatchObject({
        state: 'pending',
        error: 'timeout',
        dueAt: later(clock, pause),
      })
      clock.pass(pause - 1)
      expect(await deliver()).toBe(0)
      clock.pass(1)
    }
    expect(await deliver()).toBe(1)
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'waiting', error: 'timeout', attempts: 5 })
    expect(said).toEqual([])
  })

  test('tried again may succeed, and forgets its fault', async () => {
    let failures = 1
    const { store, row, deliver, clock, said } = await outbox({
      fails: () => (failures-- > 0 ? timeout : null),
    })
    await row('a')
    await deliver()
    clock.pass(5_000)
    await deliver()
    expect(said).toEqual(['words of a'])
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'accepted', via: 'push', error: null })
  })

  test('to somebody who left is refused unasked', async () => {
    const { store, row, deliver, said } = await outbox({ following: false })
    await row('a')
    await deliver()
    expect(said).toEqual([])
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'refused', error: 'not-following' })
  })

  test('beyond the quota waits unasked', async () => {
    const { store, row, deliver, said } = await outbox()
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await row(id)
    expect(await deliver()).toBe(6)
    expect(said).toHaveLength(5)
    expect(await store.get('outbox', 'f')).toMatchObject({ state: 'waiting', error: 'quota' })
    expect((await store.get('residents', WANG))?.grants).toMatchObject([{ kind: 'message', used: 5 }])
  })

  test('that may have been heard counts again, one that surely was not does not', async () => {
    const faults = [timeout, new ChannelError('http-503', 'retry', ''), null]
    const { store, row, deliver, clock } = await outbox({ fails: () => faults.shift() ?? null })
    const used = async () => (await store.get('residents', WANG))?.grants[0]?.used
    await row('a')
    await deliver()
    expect(await used()).toBe(1)
    clock.pass(5_000)
    await deliver()
    expect(await used()).toBe(2)
    clock.pass(30_000)
    await deliver()
    expect(await used()).toBe(2)
  })

  test('on a channel without a quota never runs out', async () => {
    const { row, deliver, said } = await outbox({ quotas: {} })
    for (let index = 0; index < 9; index++) await row(`r${index}`)
    await deliver()
    expect(said).toHaveLength(9)
  })

  test('on a channel that is not there waits', async () => {
    const { store, row, deliver } = await outbox({ channels: new Map() })
    await row('a')
    await row('b', { resident: 'official-account:nobody' })
    await deliver()
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'waiting', error: 'no-channel' })
    expect(await store.get('outbox', 'b')).toMatchObject({ state: 'waiting', error: 'no-channel' })
  })

  test('that fails by a fault of ours is put off like a timeout, and the fault is told', async () => {
    const { store, row, deliver, clock } = await outbox({ fails: () => new TypeError('a bug') })
    await row('a')
    for (let attempt = 1; attempt <= 5; attempt++) {
      await expect(deliver()).rejects.toThrow('a bug')
      clock.pass(600_000)
    }
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'waiting', error: 'internal' })
    expect(await deliver()).toBe(0)
  })
})

describe('no row is said twice', () => {
  test('two deliverers at once share the rows', async () => {
    const { row, deliver, said } = await outbox({ quotas: {} })
    for (let index = 0; index < 12; index++) await row(`r${index}`)
    const counts = await Promise.all([deliver(), deliver(), deliver()])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12)
    expect(new Set(said).size).toBe(12)
    expect(said).toHaveLength(12)
  })

  test('a row being said is nobody else’s', async () => {
    const sending = newGate()
    const { store, row, deliver, said } = await outbox({ before: () => sending.pass() })
    await row('a')
    const first = deliver()
    await sending.reached
    expect(await deliver()).toBe(0)
    sending.open()
    await first
    expect(said).toEqual(['words of a'])
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'accepted', attempts: 1 })
  })

  test('and is not said a second time because another delivery of its message was missed too', async () => {
    const sending = newGate()
    const { store, row, clock, deliver, said } = await outbox({ before: () => sending.pass() })
    await row('a')
    await replyMissed(store, 'a', clock())
    const first = deliver()
    await sending.reached
    await replyMissed(store, 'a', clock())
    const second = deliver()
    sending.open()
    await Promise.all([first, second])
    expect(said).toEqual(['words of a'])
  })

  test('a row whose deliverer died is taken up again, without using the quota twice', async () => {
    const { store, row, deliver, clock, said } = await outbox()
    await row('a')
    await store.transaction((tx) =>
      tx.claim('outbox', { now: clock().toISOString(), until: later(clock, 180_000), limit: 1 }),
    )
    expect(await deliver()).toBe(0)
    clock.pass(180_000)
    expect(await deliver()).toBe(1)
    expect(said).toEqual(['words of a'])
  })

  test('a row that the direct reply brought meanwhile is not pushed', async () => {
    const { store, row, clock, deliver, said } = await outbox()
    await row('a')
    await row('b')
    // Between being taken up and being pushed.
    const slow: Store = {
      ...bound(store),
      async transaction(work) {
        const result = await store.transaction(work)
        await repliesTaken(store, ['a'], clock())
        return result
      },
    }
    await deliver(slow)
    expect(said).toEqual(['words of b'])
    expect(await store.get('outbox', 'a')).toMatchObject({ state: 'accepted', via: 'reply' })
    expect((await store.get('residents', WANG))?.grants).toMatchObject([{ used: 1 }])
  })

  test('a deliverer whose lease ran out does not undo what the next one did', async () => {
    const sending = newGate()
    let hangs = true
    const { store, row, deliver, clock, outcomes } = await outbox({
      before: async () => {
        if (hangs) await sending.pass()
      },
      fails: () => (hangs ? null : timeout),
    })
    await row('a')
    const first = deliver()
    await sending.reached
    clock.pass(180_000)
    hangs = false
    expect(await deliver()).toBe(1)
    const taken = await store.get('outbox', 'a')
    expect(taken).toMatchObject({ state: 'pending', attempts: 2, error: 'timeout' })
    sending.open()
    await first
    expect(await store.get('outbox', 'a')).toEqual(taken)
    expect(outcomes).toEqual([])
  })
})

const timeout = new ChannelError('timeout', 'retry', '没有答复')
const later = (clock: Clock, ms: number) => new Date(clock().getTime() + ms).toISOString()

/** A store's methods as a plain object, so that one can be replaced. */
function bound(store: Store): Store {
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
  }
}

interface Situation {
  following?: boolean
  /** What the real channel is answered by the platform. */
  platform?: { errcode: number }
  /** Called before the words count as said. */
  before?: () => Promise<void> | void
  fails?: () => Error | null
  quotas?: DeliveryParts['quotas']
  channels?: DeliveryParts['channels']
}

/** A resident who wrote just now, and a channel that notes what it said. */
async function outbox(situation: Situation = {}) {
  const store = await openStore()
  const clock = clockAt(START)
  const said: string[] = []
  const outcomes: Parameters<NonNullable<DeliveryParts['onOutcome']>>[0][] = []
  await store.transaction((tx) =>
    tx.put('residents', {
      id: WANG,
      channel: 'official-account',
      address: 'openid-of-wang',
      following: situation.following ?? true,
      scene: null,
      grants: granted([], TEXT, clock()),
      createdAt: clock().toISOString(),
      seenAt: clock().toISOString(),
    }),
  )
  const platform = officialAccountChannel(
    officialAccountApi({
      appId: 'wx',
      secret: 'secret',
      base: 'http://platform',
      now: clock,
      wait: async () => {},
      fetch: async (url) =>
        Response.json(
          String(url).includes('stable_token')
            ? { access_token: 'token', expires_in: 7200 }
            : { errcode: situation.platform?.errcode ?? 0, errmsg: '' },
        ),
    }),
  )
  const channel: Channel = {
    name: 'official-account',
    maxBytes: 2000,
    async send(address: string, reply: Reply) {
      expect(address).toBe('openid-of-wang')
      await situation.before?.()
      const fault = situation.fails?.()
      if (fault) throw fault
      await platform.send(address, reply)
      said.push(reply.text)
    },
  }
  const parts: DeliveryParts = {
    store,
    channels: situation.channels ?? new Map<ChannelName, Channel>([['official-account', channel]]),
    quotas: situation.quotas ?? { 'official-account': PLATFORM_QUOTA },
    now: clock,
    onOutcome: (outcome) => outcomes.push(outcome),
  }
  const row = (id: string, more: Partial<Outgoing> = {}) =>
    store.transaction((tx) =>
      tx.insert('outbox', {
        id,
        resident: WANG,
        text: `words of ${id}`,
        choices: [],
        link: null,
        personal: false,
        pressing: false,
        cause: 'test',
        state: 'pending',
        via: null,
        carrier: null,
        ticket: null,
        announcedAt: null,
        attempts: 0,
        error: null,
        createdAt: clock().toISOString(),
        dueAt: clock().toISOString(),
        settledAt: null,
        ...more,
      }),
    )
  /** Rounds until nothing is due; how many rows they handled. */
  const deliver = async (on: Store = store) => {
    let handled = 0
    for (let count = await deliverDue({ ...parts, store: on }); count > 0; ) {
      handled += count
      count = await deliverDue({ ...parts, store: on })
    }
    return handled
  }
  return { store, clock, said, outcomes, row, deliver }
}
