import Router from '@koa/router'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from '../server/app.ts'
import { createAssistant } from '../server/assistant.ts'
import { createAddressOf } from '../server/client-address.ts'
import { createLimits, neighbourhood, RULES, TooMany, trySignIn } from '../server/limits.ts'
import { createMetrics } from '../server/metrics.ts'
import { assistantParts } from './support/assistant.ts'
import { suiteLog } from './support/suite-log.ts'
import { plainXml, sealedXml, textFields } from './support/wechat.ts'
import { clockAt, openStore, serve } from './support/world.ts'

const WANG = 'oWangWangWangWangWangWangWa1'

describe('tries to sign in', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    return () => vi.useRealTimers()
  })

  test('from one address are five in five minutes', async () => {
    const limits = createLimits()
    for (let time = 0; time < 5; time++) await trySignIn(limits, '203.0.113.9', `account-${time}`)
    await expect(trySignIn(limits, '203.0.113.9', 'another')).rejects.toMatchObject({ seconds: 300 })
    await expect(trySignIn(limits, '203.0.113.10', 'another')).resolves.toBeDefined()
    vi.advanceTimersByTime(5 * 60 * 1000)
    await expect(trySignIn(limits, '203.0.113.9', 'another')).resolves.toBeDefined()
  })

  test('at one account are ten in a quarter of an hour, wherever they come from', async () => {
    const limits = createLimits()
    for (let time = 0; time < 10; time++) await trySignIn(limits, `203.0.113.${time}`, 'li')
    await expect(trySignIn(limits, '203.0.113.99', 'li')).rejects.toThrow(TooMany)
    await expect(trySignIn(limits, '203.0.113.99', 'sun')).resolves.toBeDefined()
    vi.advanceTimersByTime(15 * 60 * 1000)
    await expect(trySignIn(limits, '203.0.113.99', 'li')).resolves.toBeDefined()
  })

  test('that succeeded are not counted, so that an office behind one address gets in', async () => {
    const limits = createLimits()
    for (let time = 0; time < 50; time++) {
      const giveBack = await trySignIn(limits, '203.0.113.9', `account-${time % 3}`)
      await giveBack()
    }
  })

  test('do not get freer by signing in oneself in between', async () => {
    const limits = createLimits()
    for (let time = 0; time < 5; time++) {
      await trySignIn(limits, '203.0.113.9', 'li')
      const own = time < 4 ? await trySignIn(limits, '203.0.113.9', 'own') : null
      await own?.()
    }
    await expect(trySignIn(limits, '203.0.113.9', 'li')).rejects.toThrow(TooMany)
  })
})

test('however many addresses ask, they take no more room than 65 536', async () => {
  const { page } = createLimits({ ...RULES, page: { count: 1, seconds: 60 } })
  let refused = 0
  for (let one = 0; one < 100_000; one++) if ((await page.take(`address ${one}`)) !== null) refused++
  // Each of them came once; whoever finds no place left shares one.
  expect(refused).toBeGreaterThan(100_000 - 2 ** 16 - 1)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['2001:0DB8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, place) => {
  expect(neighbourhood(address)).toBe(place)
})

describe('whoever asks too often', () => {
  const rules = { ...RULES, page: { count: 3, seconds: 60 }, form: { count: 2, seconds: 60 } }

  async function app(proxies: string[] = []) {
    const router = new Router()
    router.get('/p', (ctx) => {
      ctx.body = 'a page'
    })
    router.post('/t/x', (ctx) => {
      ctx.body = 'done'
    })
    const metrics = createMetrics()
    const base = await serve(
      createApp({
        routers: [router],
        direct: new Map(),
        store: { health: () => ({ writable: true, detail: '', advice: [] }) },
        metrics,
        log: suiteLog('silent'),
        limits: createLimits(rules),
        addressOf: createAddressOf(proxies),
      }).callback(),
    )
    return (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, init)
  }

  test('is told to wait, in words and for how long', async () => {
    const ask = await app()
    for (let time = 0; time < 3; time++) expect((await ask('/p')).status).toBe(200)
    const answer = await ask('/p')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(await answer.text()).toMatch(/^您这里的请求太多了，请过 \d+ 秒再试。$/)
    expect((await ask('/t/x', { method: 'POST' })).status).toBe(200)
  })

  test('is told so that a script can read it', async () => {
    const ask = await app()
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    for (let time = 0; time < 2; time++) await ask('/t/x', json)
    expect(await (await ask('/t/x', json)).json()).toEqual({ error: expect.stringContaining('请过') })
  })

  test('cannot hide behind a header, unless a proxy wrote it', async () => {
    const ask = await app()
    for (let time = 0; time < 3; time++)
      await ask('/p', { headers: { 'x-forwarded-for': `198.51.100.${time}` } })
    expect((await ask('/p', { headers: { 'x-forwarded-for': '198.51.100.9' } })).status).toBe(429)
    const behind = await app(['127.0.0.1', '::1'])
    for (let time = 0; time < 9; time++) {
      const answer = await behind('/p', { headers: { 'x-forwarded-for': `198.51.100.${time}` } })
      expect(answer.status).toBe(200)
    }
  })

  test('still finds out whether the server lives', async () => {
    const ask = await app()
    for (let time = 0; time < 9; time++) expect((await ask('/healthz')).status).toBe(200)
  })
})

test('a platform is heard however often it pushes; forgeries are cut off', async () => {
  const now = clockAt('2026-11-22T09:00:00+08:00')
  const parts = assistantParts({ store: await openStore(), log: suiteLog('silent'), now })
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const base = await serve(createAssistant({ ...parts, stop: stop.signal }).app.callback())
  const push = (path: string, body: string) =>
    fetch(`${base}${path}`, { method: 'POST', body, headers: { 'content-type': 'text/xml' } })
  const genuine = sealedXml(plainXml(textFields(WANG, '低保', '1', now())), now())
  const statuses = new Map<number, number>()
  for (let time = 0; time < RULES.refused.count + 5; time++) {
    const { status } = await push(
      genuine.path.replace(
        /msg_signature=(.)/,
        (_, first: string) => `msg_signature=${first === '0' ? 1 : 0}`,
      ),
      genuine.body,
    )
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  expect(Object.fromEntries(statuses)).toEqual({ 401: RULES.refused.count, 429: 5 })
  // The very address whose forgeries are refused is heard when it can prove itself.
  for (let time = 0; time < 5; time++) expect((await push(genuine.path, genuine.body)).status).toBe(200)
})
