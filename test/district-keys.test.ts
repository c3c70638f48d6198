/** Keys for other systems: made and taken back in the console, shown with every request, and never enough by themselves. */
import { describe, expect, test } from 'vitest'
import { ROUTES } from '../server/console/routes.ts'
import { KEY_DEED_NAMES, type KeyDeed } from '../server/district/deeds.ts'
import { DISTRICT_API } from '../server/district/paths.ts'
import type { KeyRoute } from '../server/district/route.ts'
import { KEY_ROUTES } from '../server/district/routes.ts'
import { consoleOffice } from './support/console.ts'
import { districtOffice, type Office, systemAt } from './support/district.ts'
import { NUMBER } from './support/tickets.ts'

const pathOf = ({ path }: KeyRoute) => path.replace(':number', NUMBER).replace(':id', 'dibao')
/** Bodies that would do, if one were let. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/tickets': { id: 'W-1', place: '尧新社区', story: '家里没米了', needs: ['goods'] },
  '/tickets/:number/progress': { id: 'P-1', part: 'p1', what: 'taken' },
  '/alerts': { id: 'Y-1', name: '唐秀英', phone: '13812345678', area: 'yaoxin', reason: '自付超过3万元' },
}
const ask = (system: ReturnType<typeof systemAt>, route: KeyRoute, headers: Record<string, string> = {}) =>
  route.method === 'GET'
    ? system.get(pathOf(route), headers)
    : system.post(pathOf(route), BODIES[route.path] ?? {}, headers)

/** Nothing was changed by whoever was refused. */
async function isUntouched({ store }: Office): Promise<void> {
  expect((await store.get('tickets', NUMBER))?.stage).toBe('received')
  for (const table of ['handed_in', 'alerts', 'households', 'mark_counts'] as const)
    for await (const row of store.scan(table)) expect([table, row]).toEqual([table, null])
}

describe('every route of the API refuses', () => {
  const expired = { expiresAt: '2026-03-03T00:59:59.999Z' }
  const WRONG: [string, (office: Office) => Promise<ReturnType<typeof systemAt>>][] = [
    ['whoever shows no key', async ({ base }) => systemAt(base, null)],
    ['a key nobody made', async ({ base }) => systemAt(base, `jzgw_00000000ff_${'a'.repeat(43)}`)],
    [
      'a known number with another secret',
      async ({ base, keyFor }) => systemAt(base, `${(await keyFor()).slice(0, 16)}${'a'.repeat(43)}`),
    ],
    ['a key in the wrong case', async ({ base, keyFor }) => systemAt(base, (await keyFor()).toUpperCase())],
    ['one that expired', async ({ system }) => system(expired)],
    ['one that was revoked', async ({ system }) => system({ revokedAt: '2026-03-02T00:00:00.000Z' })],
  ]
  test.each(WRONG)('%s', async (_, made) => {
    const office = await districtOffice()
    await office.open()
    const system = await made(office)
    for (const route of KEY_ROUTES) {
      const { status, code, headers } = await ask(system, route)
      expect([route.path, status, code]).toEqual([route.path, 401, 'wrong-key'])
      expect(headers.get('www-authenticate')).toBe('Bearer')
    }
    await isUntouched(office)
  })

  test.each(KEY_DEED_NAMES)('a key that may only %s, where it needs another deed', async (deed) => {
    const office = await districtOffice()
    await office.open()
    const system = await office.system({ deeds: [deed] })
    const refused = KEY_ROUTES.filter(({ needs }) => needs !== deed)
    for (const route of refused)
      expect([route.path, (await ask(system, route)).code]).toEqual([route.path, 'not-allowed'])
    expect(refused.length).toBeGreaterThan(0)
    await isUntouched(office)
  })

  test('a signed-in browser without a key, and the console refuses a key', async () => {
    const office = await districtOffice()
    await office.open()
    await office.account('me', ['admin', 'street'])
    const me = office.browser()
    await me.signIn('me')
    const cookie = [...me.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const unsigned = systemAt(office.base, null)
    for (const route of KEY_ROUTES)
      expect([route.path, (await ask(unsigned, route, { cookie })).code]).toEqual([route.path, 'wrong-key'])
    const key = await office.keyFor()
    for (const { path, method, needs } of ROUTES.filter((one) => one.needs !== 'anyone')) {
      const response = await fetch(`${office.base}/console/api${path.replace(/:\w+/g, 'x')}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-console': '1' },
        ...(method === 'GET' ? {} : { body: '{}' }),
      })
      expect([path, needs, response.status]).toEqual([path, needs, 401])
    }
    await isUntouched(office)
  })

  test('a key in the address or the body', async () => {
    const office = await districtOffice()
    const key = await office.keyFor()
    const none = systemAt(office.base, null)
    expect((await none.get(`/policies?key=${key}&access_token=${key}`)).code).toBe('wrong-key')
    expect((await none.post('/tickets', { key, access_token: key })).code).toBe('wrong-key')
  })

  test('requests that lie where the key does not reach', async () => {
    const office = await districtOffice()
    await office.open()
    const system = await office.system({ areas: ['maigao'] })
    const ofOne = KEY_ROUTES.filter(({ path }) => path.includes(':number'))
    for (const route of ofOne)
      expect([route.path, (await ask(system, route)).status]).toEqual([route.path, 404])
    expect((await system.get('/tickets')).body['tickets']).toEqual([])
    expect((await system.post('/alerts', BODIES['/alerts'])).code).toBe('not-allowed')
    expect((await system.post('/tickets', BODIES['/tickets'])).code).toBe('not-allowed')
    // An area that is there no more is nowhere, not everywhere.
    const gone = await office.system({ areas: ['chaichu'] })
    expect((await gone.get('/tickets')).body['tickets']).toEqual([])
  })
})

test('no other site’s page is let at it, and nothing is kept on the way', async () => {
  const { system } = await districtOffice()
  const asked = await system()
  const { headers } = await asked.get('/policies/dibao', { origin: 'https://evil.example' })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('cache-control')).toBe('no-store')
  const preflight = await asked.ask('/tickets', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
})

test('what is sent is bounded and checked, more of it than asked for refused', async () => {
  const office = await districtOffice()
  const system = await office.system()
  const good = BODIES['/tickets']
  expect((await system.ask('/tickets', { method: 'POST', body: 'x' })).code).toBe('bad-request')
  const huge = { id: 'W-1', story: '长'.repeat(40_000) }
  expect((await system.post('/tickets', huge)).status).toBe(400)
  for (const wrong of [
    { ...Object(good), stage: 'closed' },
    { ...Object(good), id: '11010519491231002X 唐' },
    { ...Object(good), phone: '123' },
    { ...Object(good), needs: [] },
    { ...Object(good), idNumber: '110105194912310021' },
    [],
  ])
    expect([wrong, (await system.post('/tickets', wrong)).status]).toEqual([
      wrong,
      expect.toBeOneOf([400, 422]),
    ])
  expect((await system.get('/tickets?after=x')).code).toBe('bad-value')
  expect((await system.get('/policies?after=1')).code).toBe('bad-value')
  expect((await system.get('/alerts?after=-1')).code).toBe('bad-value')
  expect((await system.get('/nothing')).code).toBe('not-found')
  await isUntouched(await opened(office))
})

async function opened(office: Office): Promise<Office> {
  await office.open()
  return office
}

test('a key that asks too often waits, whatever its address; so does an address with keys that are none', async () => {
  const office = await districtOffice()
  const [busy, other] = [await office.system(), await office.system({ number: '00000000a2', name: '另一个' })]
  let last = await busy.get('/policies/dibao')
  for (let asked = 0; asked < 300; asked++) last = await busy.get('/policies/dibao')
  expect([last.status, last.code]).toEqual([429, 'too-often'])
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await other.get('/policies/dibao')).status).toBe(200)
  const guessing = systemAt(office.base, `jzgw_00000000a2_${'b'.repeat(43)}`)
  let guess = await guessing.get('/policies/dibao')
  for (let asked = 0; asked < 20; asked++) guess = await guessing.get('/policies/dibao')
  expect(guess.code).toBe('too-often')
  // Whoever has the key is not shut out by somebody who guesses beside them.
  expect((await other.get('/policies/dibao')).status).toBe(200)
})

test('the documentation names every route, its deed and its fields, and how a key is shown', async () => {
  const { base } = await districtOffice()
  const { body } = await systemAt(base, null).get('/openapi.json')
  expect(body['openapi']).toBe('3.1.0')
  const paths = JSON.stringify(body['paths'])
  for (const { path, needs } of KEY_ROUTES) {
    expect(paths).toContain(`"${DISTRICT_API}${path.replace(/:(\w+)/g, '{$1}')}"`)
    expect(paths).toContain(`"x-needs":"${needs}"`)
  }
  expect(paths).not.toContain('x-console')
  expect(body['components']).toMatchObject({ securitySchemes: { key: { type: 'http', scheme: 'bearer' } } })
  expect(body['paths']).toMatchObject({
    [`${DISTRICT_API}/tickets`]: {
      post: {
        security: [{ key: [] }],
        requestBody: {
          content: { 'application/json': { schema: { required: ['id', 'place', 'needs', 'story'] } } },
        },
      },
    },
  })
})

describe('接口密钥 in the console', () => {
  const GIVEN = {
    name: '区低收入人口监测平台',
    deeds: ['hand-in-alerts', 'read-tickets'] satisfies KeyDeed[],
    areas: ['yaohua'],
    body: '',
    until: '2026-12-31',
  }
  async function desk() {
    const office = await consoleOffice()
    await office.account('boss', ['admin'])
    const boss = office.browser()
    await boss.signIn('boss')
    const make = async (more: object = {}) =>
      String((await boss.post('/keys', { ...GIVEN, ...more })).body['key'])
    const list = async () => {
      const { body } = await boss.get('/keys')
      return Array.isArray(body['keys']) ? body['keys'] : []
    }
    return { ...office, boss, make, list }
  }

  test('a key is shown once, and kept as a hash that is sealed; lists show its number and when it was used', async () => {
    const { base, boss, make, list, store, now } = await desk()
    const key = await make()
    expect(key).toMatch(/^jzgw_[0-9a-f]{10}_[\w-]{43}$/)
    const [, number = '', secret = ''] = key.split(/_(?=[0-9a-f]{10}_)|(?<=^jzgw_[0-9a-f]{10})_/)
    const [line] = await list()
    expect(line).toMatchObject({ shown: `jzgw_${number}_…`, state: 'active', used: '', name: GIVEN.name })
    now.pass(90_000)
    expect((await systemAt(base, key).get('/tickets')).status).toBe(200)
    expect((await list())[0]).toMatchObject({ used: expect.stringMatching(/9:01|09:01/) })
    const everything = JSON.stringify([(await boss.get('/keys')).text, (await boss.get('/audit')).text])
    expect(everything).not.toContain(secret)
    for await (const row of store.scan('api_keys')) expect(JSON.stringify(row)).not.toContain(secret)
    expect((await boss.get('/audit')).text).toContain(`接口 ${GIVEN.name}`)
  })

  test('a renewed key ends the old one and keeps its number; a revoked one ends for good', async () => {
    const { base, boss, make, list } = await desk()
    const old = await make()
    const id = String((await list())[0]?.id)
    const { body } = await boss.post(`/keys/${id}/renew`, { until: '2027-01-31' })
    const renewed = String(body['key'])
    expect(renewed.slice(0, 16)).toBe(old.slice(0, 16))
    expect((await systemAt(base, old).get('/tickets')).code).toBe('wrong-key')
    expect((await systemAt(base, renewed).get('/tickets')).status).toBe(200)
    expect((await boss.post(`/keys/${id}/revoke`)).status).toBe(200)
    const after = await systemAt(base, renewed).get('/tickets')
    expect([after.code, after.body['message']]).toEqual(['wrong-key', '这把密钥已经停用。'])
    expect((await boss.post(`/keys/${id}/renew`, { until: '2027-01-31' })).code).toBe('bad-value')
    expect((await list())[0]).toMatchObject({ state: 'revoked' })
  })

  test('what does not go together is refused in words', async () => {
    const { boss, make } = await desk()
    await make()
    const WRONG: [object, string][] = [
      [{ name: ' ' }, '名称'],
      [{}, '已经有一把'],
      [{ name: '新', deeds: [] }, '至少选一样'],
      [{ name: '新', deeds: ['read-everything'] }, '至少选一样'],
      [{ name: '新', deeds: ['read-personal'] }, '先要能取求助单'],
      [{ name: '新', deeds: ['report-progress'] }, '单位名称'],
      [{ name: '新', areas: ['nowhere'] }, '不在名单里'],
      [{ name: '新', until: '2026-03-02' }, '过了'],
      [{ name: '新', until: '2028-01-01' }, '最长一年'],
    ]
    for (const [more, words] of WRONG) {
      const { status, body } = await boss.post('/keys', { ...GIVEN, ...more })
      expect([more, status, body['message']]).toEqual([more, 422, expect.stringContaining(words)])
    }
  })

  test('whoever manages one street makes and sees keys of that street only', async () => {
    const { account, browser, make, list } = await desk()
    await make({ areas: [] })
    const all = String((await list())[0]?.id)
    await account('local', ['admin'], { areas: ['yaohua'] })
    const local = browser()
    await local.signIn('local')
    expect((await local.get('/keys')).body['keys']).toEqual([])
    expect((await local.post('/keys', { ...GIVEN, name: '街道的', areas: ['maigao'] })).code).toBe(
      'not-allowed',
    )
    expect((await local.post('/keys', { ...GIVEN, name: '街道的', areas: [] })).code).toBe('not-allowed')
    expect((await local.post('/keys', { ...GIVEN, name: '街道的', areas: ['yaoxin'] })).status).toBe(200)
    expect((await local.post(`/keys/${all}/revoke`)).status).toBe(404)
    expect((await local.post(`/keys/${all}/renew`, { until: '2026-12-31' })).status).toBe(404)
  })
})
