import { describe, expect, test } from 'vitest'
import { API } from '../server/console/paths.ts'
import { CONSOLE_ROLES, type ConsoleRole, can, DEEDS, rolesFor } from '../server/console/roles.ts'
import type { Route } from '../server/console/route.ts'
import { ROUTES } from '../server/console/routes.ts'
import { consoleOffice } from './support/console.ts'
import { EDUCATION, NUMBER, part } from './support/tickets.ts'

/** An address and a body that would do, if one were let. */
const pathOf = ({ path }: Route) => path.replace(':number', NUMBER).replace(':id', 'id-of-other')
const signedRoutes = ROUTES.filter(({ needs }) => needs !== 'anyone')
const FORM = { form: '进展', values: { 到了哪一步: '核对中' }, seq: 1 }
const BODIES: Readonly<Record<string, unknown>> = {
  '/requests/:number/unmask': { reason: 'contact' },
  '/requests/:number/moves': FORM,
  '/requests/:number/ahead': FORM,
  '/requests/:number/undo': { seq: 1 },
  '/requests/:number/words': { words: '您好，明天我来看您', once: 'once-00000001' },
  '/residents/:number/unmask': { reason: 'contact' },
  '/residents/:number/wishes': { kind: 'erase', way: 'counter' },
  '/residents/:number/erase': { numbers: [NUMBER] },
  '/residents/:number/handed-over': { numbers: [NUMBER] },
  '/residents/:number/deny': { kind: 'erase', why: '还在办，办结后再删' },
}
const ask = (browser: ReturnType<Awaited<ReturnType<typeof consoleOffice>>['browser']>, route: Route) =>
  route.method === 'GET' ? browser.get(pathOf(route)) : browser.post(pathOf(route), BODIES[route.path] ?? {})

test('every route that is not signing in refuses whoever is not signed in', async () => {
  const { open, browser } = await consoleOffice()
  await open()
  const answers = await Promise.all(signedRoutes.map((route) => ask(browser(), route)))
  expect(signedRoutes.length).toBeGreaterThan(15)
  expect(answers.map(({ code }, place) => [signedRoutes[place]?.path, code])).toEqual(
    signedRoutes.map(({ path }) => [path, 'not-signed-in']),
  )
  expect(ROUTES.filter(({ needs }) => needs === 'anyone').map(({ path }) => path)).toEqual([
    '/sign-in',
    '/sign-in/ways',
    '/sign-in/code',
    '/join/look',
    '/join',
  ])
})

test.each(CONSOLE_ROLES)('%s is refused every route that is not for it, whatever is sent', async (role) => {
  const { open, account, browser, store } = await consoleOffice()
  await open()
  await account('me', [role], { person: { name: '我', advisor: 'wang', body: EDUCATION.id } })
  const me = browser()
  await me.signIn('me')
  const refused = signedRoutes.filter(
    ({ needs }) => needs !== 'own' && needs !== 'anyone' && !can({ roles: [role] }, needs),
  )
  for (const route of refused)
    expect([route.path, (await ask(me, route)).code]).toEqual([route.path, 'not-allowed'])
  expect((await store.get('tickets', NUMBER))?.stage).toBe('received')
  expect(refused.length).toBeGreaterThan(0)
})

test('no role may do everything, and each deed has a role', () => {
  for (const role of CONSOLE_ROLES) expect(DEEDS.every((deed) => can({ roles: [role] }, deed))).toBe(false)
  expect(DEEDS.filter((deed) => rolesFor(deed).length === 0)).toEqual([])
  // Whoever hands out accounts reads nobody's story by that alone.
  expect(can({ roles: ['admin'] }, 'see-requests')).toBe(false)
})

describe('where somebody does not work', () => {
  const OTHERS: [string, ConsoleRole, object][] = [
    ['staff of another street', 'street', { areas: ['maigao'] }],
    ['an advisor of another community', 'advisor', { person: { name: '孙梅', advisor: 'sun', body: null } }],
    [
      'an organisation without a part of it',
      'partner',
      { person: { name: '申爱', advisor: null, body: '申爱社工站' } },
    ],
    ['an auditor of another street', 'auditor', { areas: ['maigao'] }],
    [
      'an advisor who has left the roster',
      'advisor',
      { person: { name: '某人', advisor: 'gone', body: null } },
    ],
  ]
  test.each(OTHERS)('%s finds no request, by list, number, search or deed', async (_, role, more) => {
    const { open, account, browser, store } = await consoleOffice()
    await open()
    await account('me', [role], more)
    const me = browser()
    await me.signIn('me')
    for (const query of [
      '',
      '?view=all',
      '?area=yaohua',
      '?owner=none',
      `?search=${NUMBER}`,
      '?search=0412',
    ]) {
      const { body } = await me.get(`/requests${query}`)
      expect([query, body['requests']]).toEqual([query, []])
    }
    const ofOne = ROUTES.filter(
      ({ path, needs }) =>
        path.includes(':number') && needs !== 'own' && needs !== 'anyone' && can({ roles: [role] }, needs),
    )
    for (const route of ofOne) expect([route.path, (await ask(me, route)).status]).toEqual([route.path, 404])
    expect((await store.get('tickets', NUMBER))?.stage).toBe('received')
    expect(
      (await store.list('outbox', 'ofResident', { equals: ['official-account:o1'], limit: 5 })).length,
    ).toBe(0)
  })

  test('the audit log is for those who are there for all areas', async () => {
    const { account, browser } = await consoleOffice()
    await account('me', ['auditor'], { areas: ['yaohua'] })
    const me = browser()
    await me.signIn('me')
    expect((await me.get('/audit')).code).toBe('not-allowed')
  })
})

describe('what a role sees of a request it may see', () => {
  const PERSONAL = ['唐秀英', '13812345678', '3栋201', '透析', '11010519491231002X', '唐小妹', '大病']
  const rolesThatSee = rolesFor('see-requests')

  test.each(rolesThatSee)(
    '%s sees nobody’s name, phone, address or words before a reason is given',
    async (role) => {
      const { open, done, account, browser } = await consoleOffice()
      await open()
      const screened = { kind: 'screen', why: '已看过唐秀英的病历' }
      await done(NUMBER, screened, { kind: 'dispatch', parts: [part()], why: '' })
      await account('me', [role], { person: { name: '我', advisor: 'wang', body: EDUCATION.id } })
      const me = browser()
      await me.signIn('me')
      const shown = `${(await me.get('/requests')).text}${(await me.get(`/requests/${NUMBER}`)).text}`
      expect(shown).toContain('唐某')
      expect(PERSONAL.filter((one) => shown.includes(one))).toEqual([])
      const unmasked = await me.post(`/requests/${NUMBER}/unmask`, { reason: 'contact' })
      expect(unmasked.text.includes('13812345678')).toBe(can({ roles: [role] }, 'unmask'))
    },
  )

  test('of one that could harm somebody only that it is there', async () => {
    const { open, account, browser } = await consoleOffice()
    await open({ facts: { ...(await import('./support/tickets.ts')).FACTS, difficulties: ['家暴'] } })
    await account('me', ['street'])
    await account('backbone', ['advisor'], { person: { name: '王芳', advisor: 'wang', body: null } })
    const [me, backbone] = [browser(), browser()]
    await me.signIn('me')
    await backbone.signIn('backbone')
    const { body, text } = await me.get(`/requests/${NUMBER}`)
    expect(body).toMatchObject({ shut: true, moves: [], happened: [], clocks: [], facts: null })
    expect(text).not.toContain('唐某')
    expect((await me.post(`/requests/${NUMBER}/unmask`, { reason: 'contact' })).code).toBe('not-allowed')
    expect((await me.post(`/requests/${NUMBER}/moves`, FORM)).code).toBe('not-allowed')
    expect((await backbone.post(`/requests/${NUMBER}/unmask`, { reason: 'visit' })).text).toContain(
      '13812345678',
    )
  })
})

describe('a request that another site had sent', () => {
  const HEADERS: [string, Record<string, string>][] = [
    ['without the page’s own header', { 'x-console': '' }],
    ['from another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['from another part of the same site', { 'sec-fetch-site': 'same-site' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a page without an origin', { origin: 'null' }],
  ]
  test.each(HEADERS)('%s changes nothing', async (_, headers) => {
    const { open, account, browser, store } = await consoleOffice()
    await open()
    await account('me', ['street', 'admin'])
    const me = browser()
    await me.signIn('me')
    for (const route of ROUTES.filter(({ method }) => method === 'POST')) {
      const { code } = await me.post(pathOf(route), BODIES[route.path] ?? {}, headers)
      expect([route.path, code]).toEqual([route.path, 'from-elsewhere'])
    }
    expect((await store.get('tickets', NUMBER))?.stage).toBe('received')
    expect((await me.get('/me')).status).toBe(200)
  })

  test('as a form or as plain text is not read', async () => {
    const { account, browser } = await consoleOffice()
    await account('me', ['street'])
    const me = browser()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await me.post('/sign-in', { name: 'me', password: 'x' }, { 'content-type': type })).code).toBe(
        'bad-request',
      )
    expect(
      (
        await me.api('/sign-in', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-console': '1' },
          body: '[',
        })
      ).status,
    ).toBe(400)
  })
})

test('what comes in is checked against the schema, more of it than asked for refused', async () => {
  const { open, account, browser } = await consoleOffice()
  await open()
  await account('me', ['street', 'admin'])
  const me = browser()
  await me.signIn('me')
  const rights = { person: '某', roles: ['street'], areas: [], advisor: null, body: null }
  expect((await me.post('/accounts', { name: 'x1', ...rights, state: 'active' })).code).toBe('bad-request')
  expect((await me.post('/accounts/id-of-me/change', { ...rights, secrets: {} })).code).toBe('bad-request')
  expect(
    (await me.post(`/requests/${NUMBER}/moves`, { ...FORM, actor: { role: 'staff', id: 'other' } })).code,
  ).toBe('bad-request')
  expect((await me.get('/requests?view=none')).code).toBe('bad-request')
  expect((await me.get('/requests?cursor=x~y')).code).toBe('bad-request')
  expect((await me.get('/nothing')).code).toBe('not-found')
})

test('no route takes a field that it does not name', () => {
  const strange = { 'a-field-nobody-named': 1 }
  for (const { path, input } of ROUTES)
    expect([path, input.safeParse(strange).error?.issues.map(({ code }) => code)]).toEqual([
      path,
      expect.arrayContaining(['unrecognized_keys']),
    ])
})

test('the documentation names every route, its deed and its fields', async () => {
  const { browser } = await consoleOffice()
  const { body } = await browser().get('/openapi.json')
  expect(body['openapi']).toBe('3.1.0')
  const paths = JSON.stringify(body['paths'])
  for (const { path, needs } of ROUTES) {
    expect(paths).toContain(`"${API}${path.replace(/:(\w+)/g, '{$1}')}"`)
    expect(paths).toContain(`"x-needs":"${needs}"`)
  }
  expect(body['paths']).toMatchObject({
    [`${API}/requests/{number}/moves`]: {
      post: {
        parameters: [
          { name: 'number', in: 'path', required: true },
          { name: 'x-console', in: 'header' },
        ],
        requestBody: { content: { 'application/json': { schema: { required: ['form', 'values', 'seq'] } } } },
      },
    },
  })
})
