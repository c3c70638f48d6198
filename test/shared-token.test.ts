/** One access token for all processes; the platform is a function here, and time passes when somebody waits. */
import { expect, test } from 'vitest'
import { ChannelError } from '../bot/channels/channel.ts'
import { accessTokens } from '../bot/channels/platform-api.ts'
import { tokenSharedIn } from '../bot/channels/shared-token.ts'
import { type Store, StoreError } from '../bot/store.ts'
import { memoryStore } from './support/memory-store.ts'

const ID = 'wechat:wx0123456789abcdef'
const REJECTED = new Set(['40001', '42001'])

function platform() {
  let clock = Date.parse('2026-03-03T09:00:00+08:00')
  const now = () => new Date(clock)
  const store = memoryStore()
  let issued = 0
  let valid = ''
  const ask = async () => {
    await Promise.resolve()
    issued += 1
    valid = `token-${issued}`
    return { access_token: valid, expires_in: 7200 }
  }
  const wait = async (ms: number) => {
    clock += ms
    await new Promise((resolve) => setImmediate(resolve))
  }
  /** A process on the store, as both platforms' APIs use it. */
  function process({ asks = ask, on = store }: { asks?: typeof ask; on?: Store } = {}) {
    const share = tokenSharedIn(on, ID, { now, wait })
    const withToken = accessTokens({ ask: asks, rejectedBy: REJECTED, renewEarlyMs: 300_000, now, share })
    return () =>
      withToken(async (token) => {
        if (token !== valid) throw new ChannelError('40001', 'retry', '')
        return token
      })
  }
  return {
    store,
    process,
    ask,
    now,
    issued: () => issued,
    /** The platform takes the token back. */
    revoke: () => {
      valid = 'none'
    },
    pass: (ms: number) => {
      clock += ms
    },
  }
}

test('many requests of two processes ask for one token', async () => {
  const { process, issued } = platform()
  const [one, other] = [process(), process()]
  const used = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one() : other())))
  expect(new Set(used)).toEqual(new Set(['token-1']))
  expect(issued()).toBe(1)
  // After a restart too.
  expect(await process()()).toBe('token-1')
})

test('it is renewed once when its time is over, and used from memory until then', async () => {
  const { process, issued, pass, store } = platform()
  const [one, other] = [process(), process()]
  await Promise.all([one(), other()])
  await store.transaction((tx) => tx.remove('tokens', ID))
  await Promise.all([one(), other()])
  expect(issued()).toBe(1)
  pass(7200_000 - 300_000)
  expect(await Promise.all([one(), other(), one(), other()])).toEqual(Array(4).fill('token-2'))
  expect(issued()).toBe(2)
})

test('one that the platform rejects is renewed once over all processes', async () => {
  const { process, issued, revoke } = platform()
  const [one, other] = [process(), process()]
  await Promise.all([one(), other()])
  revoke()
  const used = await Promise.all([one(), other(), one(), other()])
  expect(new Set(used)).toEqual(new Set(['token-2']))
  expect(issued()).toBe(2)
})

test('whoever dies asking is overtaken, whoever fails is followed at once', async () => {
  const { process, now } = platform()
  void process({ asks: () => new Promise<never>(() => undefined) })()
  await new Promise((resolve) => setImmediate(resolve))
  const before = now().getTime()
  expect(await process()()).toBe('token-1')
  expect(now().getTime() - before).toBeGreaterThanOrEqual(14_000)
  expect(now().getTime() - before).toBeLessThanOrEqual(16_000)

  const fresh = platform()
  const failing = fresh.process({
    asks: async () => {
      throw new ChannelError('40001', 'refused', 'AppSecret 不对')
    },
  })
  await expect(failing()).rejects.toMatchObject({ code: '40001' })
  const began = fresh.now().getTime()
  expect(await fresh.process()()).toBe('token-1')
  expect(fresh.now().getTime()).toBe(began)
})

test('while the store cannot be used what one has is used, and each asks for itself, so that danger is answered', async () => {
  const { process, store, issued, pass } = platform()
  let broken = false
  const on: Store = {
    ...store,
    transaction: (work) =>
      broken ? Promise.reject(new StoreError('unavailable', 'gone')) : store.transaction(work),
  }
  const one = process({ on })
  await one()
  broken = true
  expect(await one()).toBe('token-1')
  expect(issued()).toBe(1)
  expect(await process({ on })()).toBe('token-2')
  pass(7200_000)
  const last = process({ on })
  expect(await Promise.all([last(), last()])).toEqual(['token-3', 'token-3'])
  broken = false
  // Nothing of it was kept, and the kept one is over.
  expect(await process({ on })()).toBe('token-4')
})

test('a store that breaks while one is asked for does not take it away', async () => {
  const { process, store, ask } = platform()
  let broken = false
  const on: Store = {
    ...store,
    transaction: (work) =>
      broken ? Promise.reject(new StoreError('unavailable', 'gone')) : store.transaction(work),
  }
  const asks = () => {
    broken = true
    return ask()
  }
  expect(await process({ on, asks })()).toBe('token-1')
})

test('any other fault of the store is told', async () => {
  const { process, store } = platform()
  const on: Store = { ...store, transaction: () => Promise.reject(new Error('gone')) }
  await expect(process({ on })()).rejects.toThrow('gone')
})
