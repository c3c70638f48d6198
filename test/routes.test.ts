/** Every route there is, of every kind of installation. A route that stands in no list fails here. */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import Router from '@koa/router'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createAssistant } from '../server/assistant.ts'
import { createLimits, RULES } from '../server/limits.ts'
import { assistantParts } from './support/assistant.ts'
import { memoryStore } from './support/memory-store.ts'
import { pageScripts } from './support/page-scripts.ts'
import { suiteLog } from './support/suite-log.ts'
import { ACCOUNT } from './support/wechat.ts'
import { clockAt, serve } from './support/world.ts'

const FUZZ_RUNS = Number(process.env['FUZZ_RUNS'] ?? 250)
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Anybody may open it. */
const PUBLIC = [
  ...['GET /healthz', 'GET /readyz', 'GET /p', 'GET /p/:id', 'GET /p/assets/:file', 'GET /t/style.css'],
  ...['GET /console', 'GET /console/{*rest}', 'GET /console/assets/:name', 'GET /console/api/openapi.json'],
]
/** For this machine, or whoever has the token. */
const OPERATOR = ['GET /metrics']
/** For whoever signs with what only the platform and we have. */
const PLATFORM = ['GET /wechat', 'POST /wechat', 'GET /wecom', 'POST /wecom']
/** Leads to signing in, or out. */
const SIGNING_IN = [
  ...['GET /t/sign-in', 'GET /t/play', 'POST /t/sign-out'],
  ...['GET /console/wecom', 'GET /console/wecom/back'],
]
/** For advisors who are signed in. */
const SIGNED_IN = ['GET /t', 'GET /t/:number', 'GET /t/:number/photo/:place', 'POST /t/:number']
/** Only where nothing is connected. */
const SANDBOX = [
  ...['GET /sandbox', 'GET /sandbox/assets/:file', 'GET /sandbox/tickets', 'GET /sandbox/group'],
  ...['GET /sandbox/events', 'POST /sandbox/messages', 'POST /sandbox/deeds', 'POST /sandbox/group'],
]
/** The console's own gate decides route by route; see console-rights.test.ts. Here: nothing without signing in. */
const CONSOLE = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|[A-Z-]+) \/console\/api\//
/** For other systems, each with a key; district-keys.test.ts walks them with keys that do not do. */
const DISTRICT = /^[A-Z-]+ \/api\/v1\//
/** What the API answers without a key. */
const DISTRICT_OPEN = /\/api\/v1\/(?:openapi\.json|\{\*rest\})/
/** What the console answers whoever is not signed in. */
const CONSOLE_OPEN = /\/console\/api\/(?:sign-in|first|session|me|openapi\.json|\{\*rest\})/

const WECOM = {
  corpId: 'ww0123456789abcdef',
  agentId: 1000002,
  secret: '0123456789abcdef0123456789abcdef0123456789a',
  token: 'wecomtoken',
  encodingAesKey: ACCOUNT.encodingAesKey,
  apiBase: 'http://127.0.0.1:1',
}
const KINDS = {
  connected: { wecomApp: WECOM, publicUrl: 'https://help.example.gov.cn' },
  trial: { officialAccount: null },
} as const
type Kind = keyof typeof KINDS

const NEVER = { count: Number.MAX_SAFE_INTEGER, seconds: 60 }

/** A server of its own; to be stopped. */
async function started(kind: Kind) {
  const lines: string[] = []
  const stop = new AbortController()
  const { app } = createAssistant(
    assistantParts({
      store: memoryStore(),
      log: suiteLog('error', lines),
      now: clockAt('2026-11-22T09:00:00+08:00'),
      config: KINDS[kind],
      stop: stop.signal,
      fetch: () => Promise.reject(new Error('nothing is to be sent')),
      limits: createLimits({ ...RULES, page: NEVER, form: NEVER, refused: NEVER }),
      scriptFolder: await pageScripts('server/sandbox/page'),
    }),
  )
  const routes = app.middleware.flatMap((layer) =>
    'router' in layer && layer.router instanceof Router
      ? layer.router.stack.flatMap(({ path, methods }) =>
          methods
            .filter((method) => /^(?:GET|POST|PUT|PATCH|DELETE)$/.test(method))
            .map((method) => ({ method, path: String(path) })),
        )
      : [],
  )
  const server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  const stopped = async (): Promise<void> => {
    stop.abort()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { base: `http://127.0.0.1:${address.port}`, routes, lines, stop: stopped }
}
/** One of each kind for all that is asked: what is asked here changes nothing. */
const KEPT = new Map<Kind, ReturnType<typeof started>>()
function running(kind: Kind) {
  const kept = KEPT.get(kind) ?? started(kind)
  KEPT.set(kind, kept)
  return kept
}
afterAll(async () => {
  for (const kept of KEPT.values()) await (await kept).stop()
})

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
/** An address that such a route takes. */
const addressOf = (path: string) =>
  path.replace(':number', 'Q-0412-7').replace(':place', '0').replace('{*rest}', 'x').replace(/:\w+/g, 'x')

describe.each(['connected', 'trial'] as const)('a server that is %s', (kind) => {
  test('has no route that stands in no list', async () => {
    const { routes } = await running(kind)
    const known = new Set([...PUBLIC, ...OPERATOR, ...PLATFORM, ...SIGNING_IN, ...SIGNED_IN, ...SANDBOX])
    expect(routes.length).toBeGreaterThan(15)
    const inList = (route: string) => known.has(route) || CONSOLE.test(route) || DISTRICT.test(route)
    expect(routes.map(nameOf).filter((route) => !inList(route))).toEqual([])
    if (kind === 'connected')
      expect(routes.map(nameOf).filter((route) => SANDBOX.includes(route))).toEqual([])
  })

  test('shows a stranger nothing that is not for strangers', async () => {
    const { base, routes } = await running(kind)
    for (const route of routes) {
      const name = nameOf(route)
      if (name === 'GET /sandbox/events') continue
      const body =
        route.method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }
      const answer = await fetch(base + addressOf(route.path), {
        method: route.method,
        redirect: 'manual',
        ...body,
      })
      await answer.text()
      if (PLATFORM.includes(name))
        expect([name, answer.status]).toEqual([name, expect.toBeOneOf([400, 401, 403])])
      if (SIGNED_IN.includes(name))
        expect([name, answer.status]).toEqual([name, expect.toBeOneOf([302, 303, 400, 401, 403])])
      if (CONSOLE.test(name) && !CONSOLE_OPEN.test(name))
        expect([name, answer.status]).toEqual([name, expect.toBeOneOf([400, 401, 403, 404])])
      // After twenty without a key an address waits.
      if (DISTRICT.test(name) && !DISTRICT_OPEN.test(name))
        expect([name, answer.status]).toEqual([name, expect.toBeOneOf([401, 429])])
      expect([name, answer.status < 500 || answer.status === 503]).toEqual([name, true])
    }
  })

  test('answers everything under a policy that runs nothing foreign', async () => {
    const { base, routes } = await running(kind)
    for (const route of [
      ...routes,
      { method: 'GET', path: '/no/such/page' },
      { method: 'PUT', path: '/p/' },
    ]) {
      if (route.path === '/sandbox/events') continue
      const { headers } = await fetch(base + addressOf(route.path), {
        method: route.method,
        redirect: 'manual',
      })
      const csp = headers.get('content-security-policy') ?? ''
      expect([nameOf(route), csp]).toEqual([
        nameOf(route),
        expect.stringMatching(/default-src '(?:none|self)'/),
      ])
      expect([nameOf(route), csp]).toEqual([nameOf(route), expect.stringContaining("frame-ancestors 'none'")])
      expect(csp).not.toMatch(/unsafe|\*/)
      expect([nameOf(route), headers.get('x-content-type-options')]).toEqual([nameOf(route), 'nosniff'])
      expect([nameOf(route), headers.get('referrer-policy')]).toEqual([nameOf(route), 'no-referrer'])
      expect([nameOf(route), headers.get('strict-transport-security')]).toEqual([
        nameOf(route),
        kind === 'connected' ? expect.stringContaining('max-age=') : null,
      ])
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('x-powered-by')).toBeNull()
      for (const cookie of headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly; SameSite=(?:Lax|Strict)/)
      if (kind === 'connected')
        for (const cookie of headers.getSetCookie()) expect(cookie).toMatch(/^__(?:Secure|Host)-.*Secure/)
    }
  })

  test('refuses what no route takes: 405 for another method, 413 for too much, nothing for TRACE', async () => {
    const { base, routes } = await running(kind)
    const mine = routes.filter(({ path }) => !/^\/(?:console|api)\//.test(path))
    for (const { path } of mine) {
      const { status } = await fetch(base + addressOf(path), { method: 'DELETE' })
      expect([path, status]).toEqual([path, 405])
    }
    for (const { method, path } of routes.filter(({ method }) => method === 'POST')) {
      if (path === '/t/:number' || path === '/t/sign-out' || path.endsWith('{*rest}')) continue
      const { status } = await fetch(base + addressOf(path), {
        method,
        body: ' '.repeat(64 * 1024 + 1),
        headers: { 'content-type': 'application/json', 'x-console': '1' },
      })
      expect([path, status]).toEqual([path, expect.toBeOneOf([400, 401, 403, 413, 429])])
      if (/^\/(?:wechat|sandbox)/.test(path)) expect([path, status]).toEqual([path, 413])
    }
    const { hostname, port } = new URL(base)
    expect(
      await raw(
        `TRACE / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\nCookie: a=b\r\n\r\n`,
        Number(port),
      ),
    ).not.toContain('a=b')
  })

  test('refuses by its length alone what is too large, before a byte of it came', async () => {
    const { base } = await running(kind)
    const path = kind === 'connected' ? '/wechat?signature=x' : '/sandbox/messages'
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${64 * 1024 + 1}`,
    ].join('\r\n')
    expect(await raw(`${head}\r\n\r\n`, Number(new URL(base).port))).toMatch(/^HTTP\/1\.1 413 /)
  })

  test(
    `${FUZZ_RUNS} hostile requests to all routes: no 5xx, no stack, nothing of the machine, memory flat`,
    async () => {
      const { base, routes, lines } = await running(kind)
      const port = Number(new URL(base).port)
      const text = fc.oneof(
        fc.string({ maxLength: 60 }),
        fc.constantFrom(...HOSTILE),
        fc.constantFrom(...HOSTILE).map((one) => one.repeat(20)),
      )
      const escaped = text.map((one) => encodeURIComponent(Buffer.from(one).toString()))
      const shot = fc.record({
        method: fc.constantFrom(
          'GET',
          'GET',
          'POST',
          'POST',
          'HEAD',
          'PUT',
          'DELETE',
          'OPTIONS',
          'PATCH',
          'TRACE',
          'X',
        ),
        route: fc.constantFrom(
          ...routes.filter(({ path }) => path !== '/sandbox/events').map(({ path }) => path),
        ),
        fill: fc.oneof(
          escaped,
          text.map((one) => one.replace(/[\s?#]/g, '')),
        ),
        query: fc.array(
          fc.tuple(
            fc.constantFrom(
              'q',
              'area',
              'to',
              'as',
              'state',
              'code',
              'v',
              'resident',
              'done',
              '__proto__',
              'a[]',
            ),
            escaped,
          ),
          { maxLength: 4 },
        ),
        type: fc.constantFrom(
          'application/json',
          'application/x-www-form-urlencoded',
          'text/xml',
          'multipart/form-data',
          '%%',
        ),
        cookie: fc.oneof(
          text,
          text.map((one) => `advisor=${Buffer.from(one).toString('base64url')}.x`),
        ),
        host: fc.constantFrom('localhost', '127.0.0.1', 'evil.example', '', 'a b', '[::1]'),
        body: fc.oneof(text, fc.json({ maxDepth: 3 }), fc.constantFrom(...BODIES)),
      })
      const warm = 50
      let count = 0
      let rss = 0
      let slowest = { ms: 0, at: '' }
      await fc.assert(
        fc.asyncProperty(shot, async ({ method, route, fill, query, type, cookie, host, body }) => {
          const path = route.replace(/\{\*rest\}|:\w+/g, () => fill || 'x')
          const target = `${path}?${query.map(([name, value]) => `${name}=${value}`).join('&')}`
          const bytes = Buffer.from(body)
          const head = [
            `${method} ${target} HTTP/1.1`,
            `Host: ${host}`,
            'Connection: close',
            `Content-Type: ${type}`,
            `Cookie: ${cookie.replace(/[^\x20-\x7e]/g, '')}`,
            'X-Forwarded-For: 6.6.6.6',
            `Content-Length: ${bytes.length}`,
          ].join('\r\n')
          const began = performance.now()
          const answer = await raw(`${head}\r\n\r\n`, port, bytes)
          const ms = performance.now() - began
          if (ms > slowest.ms) slowest = { ms, at: `${method} ${route}` }
          const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
          expect(status).toBeGreaterThanOrEqual(200)
          expect(status < 500 || status === 501 || (status === 503 && route.startsWith('/console'))).toBe(
            true,
          )
          expect(answer).not.toMatch(/\n\s+at |node_modules|\.[jt]s:\d|\/work\/|\/tmp\/|Error:/)
          expect(lines).toEqual([])
          if (++count === warm) rss = process.memoryUsage().rss
        }),
        { numRuns: FUZZ_RUNS, seed: SEED },
      )
      const after = process.memoryUsage().rss
      const [from, to] = [rss, after].map((bytes) => Math.round(bytes / 1024 / 1024))
      console.log(
        `routes, ${kind}: ${count} requests, FUZZ_SEED=${SEED}, slowest ${Math.round(slowest.ms)} ms (${slowest.at}), ${from} MB before, ${to} MB after`,
      )
      // Little is left of what was said, whoever said it; a collection may be due.
      expect(after - rss).toBeLessThan(150 * 1024 * 1024)
    },
    60_000 + FUZZ_RUNS * 40,
  )
})

const HOSTILE = [
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "';DROP TABLE residents;--",
    '../../etc/passwd',
  ],
  ...[
    '%2e%2e%2f',
    '%00',
    '%',
    '%E0%A4%A',
    '\u0000',
    '\u2028',
    '\ud800',
    '__proto__',
    'constructor',
    '#{7*7}',
    '{{7*7}}',
  ],
  ...[
    '=cmd|/c calc',
    '\r\nSet-Cookie: a=b',
    '//evil.example',
    'javascript:alert(1)',
    '低保',
    '9'.repeat(400),
    'NaN',
    '-1',
  ],
]
const BODIES = [
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '['.repeat(5000),
  '{"resident":"abcdefgh","id":"1","body":{"kind":"text","text":"低保","admin":true}}',
  '_token=x&_seq=1&_once=aaaaaaaa&_form=接单&__proto__=x',
  '<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
]

/** Sends bytes as they stand; resolves with all that came. */
function raw(head: string, port: number, body: Buffer = Buffer.alloc(0)): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
  })
}

describe('who is told what', () => {
  test('the trial answers to no name that could be anybody’s, so that no page elsewhere drives it', async () => {
    const { base } = await running('trial')
    const port = Number(new URL(base).port)
    const asked = (host: string) =>
      raw(`GET /sandbox HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, port)
    for (const host of [
      'localhost:3000',
      '127.0.0.1',
      '192.168.1.4:3000',
      '[::1]:3000',
      'server',
      'pc.local',
    ])
      expect([host, (await asked(host)).slice(9, 12)]).toEqual([host, '200'])
    for (const host of ['evil.example', 'localhost.evil.example:3000', '127.0.0.1.evil.example', ''])
      expect([host, (await asked(host)).slice(9, 12)]).toEqual([host, '403'])
    expect(await asked('evil.example')).toContain('PUBLIC_URL')
  })

  test('counts are for this machine, and behind a proxy for nobody without the token', async () => {
    const { base } = await running('connected')
    expect((await fetch(`${base}/metrics`)).status).toBe(200)
    const behind = await fetch(`${base}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(behind.status).toBe(403)
    const ready = await fetch(`${base}/readyz`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(await ready.json()).toEqual({ ready: true })
  })

  test('counts are for whoever has the token, from anywhere, and then for nobody else', async () => {
    const token = 'abcdefghijklmnopqrstuvwx'
    const parts = assistantParts({
      store: memoryStore(),
      log: suiteLog('error'),
      now: clockAt('2026-11-22T09:00:00+08:00'),
      config: { metricsToken: token },
    })
    const base = await serve(createAssistant(parts).app.callback())
    const ask = (authorization: string) => fetch(`${base}/metrics`, { headers: { authorization } })
    expect((await ask(`Bearer ${token}`)).status).toBe(200)
    expect(await (await ask(`Bearer ${token}`)).text()).not.toContain(token)
    for (const wrong of ['', token, `Bearer ${token}x`, 'Bearer']) expect((await ask(wrong)).status).toBe(401)
  })
})
