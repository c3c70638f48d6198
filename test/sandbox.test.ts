import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Koa from 'koa'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChannelError } from '../bot/channels/channel.ts'
import { type SandboxChannel, sandboxChannel } from '../bot/channels/sandbox.ts'
import type { Message, Reply } from '../bot/message.ts'
import { StoreError } from '../bot/store.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import type { Group } from '../server/sandbox/group.ts'
import type { Office } from '../server/sandbox/office.ts'
import { type Receive, sandboxRoutes } from '../server/sandbox.ts'
import { eventually } from './support/eventually.ts'
import { serve } from './support/world.ts'

const RESIDENT = 'resident0001'
const AT = new Date('2026-03-03T01:00:00Z')

let scripts: string
let base: string
let channel: SandboxChannel
let received: { message: Message; options: { late?: boolean } | undefined }[]
let answer: Receive
let stop: AbortController
/** Told when something may have changed; by no test that is not about it. */
let stirred: () => void
const office: Office = {
  view: async (resident) => ({ held: `看的是${resident}`, tickets: [] }),
  act: async (_resident, { do: done }) => {
    if (done === 'hand-back') throw new TicketError('already', '不用交还。')
  },
  watch: (_resident, listener) => {
    stirred = listener
    return () => {
      stirred = () => {}
    }
  },
  changed: () => stirred(),
}

/** Nobody has told the advisors anything. */
const group: Group = {
  view: async () => ({ time: null, advisors: [], posts: [] }),
  act: async (done) => {
    if (done.do === 'jump') throw new TicketError('bad-value', '不能调。')
  },
  watch: (listener) => {
    toldSomething = listener
    return () => {
      toldSomething = () => {}
    }
  },
}
let toldSomething: () => void

beforeEach(async () => {
  scripts = await mkdtemp(path.join(tmpdir(), 'sandbox-scripts-'))
  await writeFile(path.join(scripts, 'main.js'), 'export {}\n')
  await writeFile(path.join(scripts, 'notes.txt'), 'not for everybody')
  channel = sandboxChannel()
  received = []
  answer = async (message) => ({ text: `收到 ${message.body.kind}`, choices: [] })
  stop = new AbortController()
  stirred = () => {}
  let ids = 0
  const routes = sandboxRoutes({
    receive: (message, options) => {
      received.push({ message, options })
      return answer(message, options)
    },
    channel,
    office,
    group,
    now: () => AT,
    newId: () => `id-${++ids}`,
    stop: stop.signal,
    heartbeat: 10,
    scriptFolder: scripts,
  })
  const app = new Koa()
  app.silent = true
  app.use(routes.routes())
  base = `${await serve(app.callback())}/sandbox`
})

afterEach(async () => {
  stop.abort()
  await rm(scripts, { recursive: true })
})

function post(payload: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload),
  })
}

const text = { resident: RESIDENT, id: 'm-1', body: { kind: 'text', text: '低保怎么申请' } }

/** GET without what `fetch` does to paths and headers on the way. */
function get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => resolve(response.resume()))
      .on('error', reject)
      .end()
  })
}

/** An open stream, read as far as asked. */
async function hear(resident = RESIDENT) {
  const response = await fetch(`${base}/events?resident=${resident}`)
  const reader = (response.body ?? new ReadableStream()).getReader()
  const decoder = new TextDecoder()
  let heard = ''
  return {
    response,
    async until(words: string): Promise<string> {
      while (!heard.includes(words)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`The stream ended without ${words}`)
        heard += decoder.decode(value, { stream: true })
      }
      return heard
    },
    async end(): Promise<void> {
      while (!(await reader.read()).done);
    },
    leave: () => reader.cancel(),
  }
}

test.each<[string, object, object]>([
  ['text', { kind: 'text', text: '你好' }, { kind: 'text', text: '你好' }],
  [
    'a voice that was heard',
    { kind: 'voice', transcript: '我要求助' },
    { kind: 'voice', transcript: '我要求助', mediaId: 'sandbox-id-1', format: 'amr' },
  ],
  [
    'a voice that was not',
    { kind: 'voice', transcript: null },
    { kind: 'voice', transcript: null, mediaId: 'sandbox-id-1', format: 'amr' },
  ],
  ['a photo', { kind: 'image' }, { kind: 'image', mediaId: 'sandbox-id-1' }],
  [
    'a location',
    { kind: 'location', latitude: 39.9, longitude: 116.4, label: '东四街道' },
    { kind: 'location', latitude: 39.9, longitude: 116.4, label: '东四街道' },
  ],
  ['following', { kind: 'followed', scene: 'grid-7' }, { kind: 'followed', scene: 'grid-7' }],
  ['a menu tap', { kind: 'tapped', key: 'policy' }, { kind: 'tapped', key: 'policy' }],
])('%s becomes a message', async (_name, body, expected) => {
  const response = await post({ resident: RESIDENT, id: 'a-1', body })
  expect(response.status).toBe(200)
  expect(received).toEqual([
    {
      message: { id: `${RESIDENT}:a-1`, channel: 'sandbox', from: RESIDENT, sentAt: AT, body: expected },
      options: { late: false },
    },
  ])
})

test('the answer comes back whole', async () => {
  const reply: Reply = {
    text: '第一行\n第二行',
    choices: [{ label: '要带什么材料', says: '低保要带什么材料' }],
    link: { title: '低保', url: '/p/dibao' },
  }
  answer = async () => reply
  const response = await post(text)
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await response.json()).toEqual({ reply })
})

test('no answer is null', async () => {
  answer = async () => null
  expect(await (await post(text)).json()).toEqual({ reply: null })
})

test('a late answer is asked for, and comes over the stream instead', async () => {
  const stream = await hear()
  answer = async (_message, options) => {
    if (!options?.late) return { text: '不该马上说', choices: [] }
    await channel.send(RESIDENT, { text: '迟到的答复', choices: [] })
    return null
  }
  expect(await (await post({ ...text, late: true })).json()).toEqual({ reply: null })
  expect(await stream.until('迟到的答复')).toContain('data: {"text":"迟到的答复","choices":[]}\n\n')
})

test.each<[string, unknown, string]>([
  ['no JSON', '{"resident":', '不是 JSON'],
  ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), '不是 JSON'],
  ['not an object', '[]', '请求的内容不对'],
  ['no resident', { ...text, resident: undefined }, '缺少居民编号'],
  ['a short resident', { ...text, resident: 'short' }, '居民编号应是'],
  ['a resident with capitals', { ...text, resident: 'RESIDENT0001' }, '居民编号应是'],
  ['a message id with spaces', { ...text, id: 'a b' }, '消息编号应是'],
  ['an unknown kind', { ...text, body: { kind: 'video' } }, '不认识这种消息'],
  ['an unknown field', { ...text, channel: 'official-account' }, '请求的内容不对'],
  ['an empty text', { ...text, body: { kind: 'text', text: '' } }, '不能是空的'],
  ['a long text', { ...text, body: { kind: 'text', text: '长'.repeat(2001) } }, '最多 2000 字'],
  ['a voice with neither words nor null', { ...text, body: { kind: 'voice' } }, '语音的文字'],
  [
    'a place outside the world',
    { ...text, body: { kind: 'location', latitude: 91, longitude: 0, label: '' } },
    '经纬度',
  ],
  ['a strange menu key', { ...text, body: { kind: 'tapped', key: '../x' } }, '菜单的名字'],
  ['late that is no yes or no', { ...text, late: 'yes' }, 'late 应是'],
])('%s is refused in a sentence', async (_name, payload, sentence) => {
  const response = await post(payload)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: expect.stringMatching(new RegExp(`${sentence}.*。$`)) })
  expect(received).toEqual([])
})

test('a text of 2,000 characters is taken', async () => {
  expect((await post({ ...text, body: { kind: 'text', text: '长'.repeat(2000) } })).status).toBe(200)
})

test('a request over 64 KB is refused, with and without a stated length', async () => {
  expect((await post('x'.repeat(64 * 1024 + 1))).status).toBe(413)
  const chunked = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(
      `${base}/messages`,
      { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    sending.on('error', reject)
    sending.write('x'.repeat(40 * 1024))
    sending.write('x'.repeat(40 * 1024))
  })
  expect(chunked).toBe(413)
  expect(received).toEqual([])
})

test('other sites cannot speak for a resident', async () => {
  expect((await post(text, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await post(text, { 'sec-fetch-site': 'same-site' })).status).toBe(403)
  expect((await post(text, { 'content-type': 'text/plain' })).status).toBe(415)
  expect(received).toEqual([])
  expect((await post(text, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  expect((await post(text, { 'sec-fetch-site': 'none' })).status).toBe(200)
})

test('a failure inside is the app’s to report, not ours to tell', async () => {
  answer = async () => {
    throw new Error('disk full at /secret')
  }
  const response = await post(text)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('secret')
})

test('what cannot be stored is said in words', async () => {
  answer = () => Promise.reject(new StoreError('unavailable', 'disk full at /secret'))
  const response = await post(text)
  expect([response.status, await response.json()]).toEqual([
    503,
    { error: expect.stringContaining('存不了') },
  ])
})

test('what is said unasked reaches every page of that resident and no other', async () => {
  const pages = await Promise.all([hear(), hear(), hear('somebodyelse')])
  expect(pages[0]?.response.headers.get('content-type')).toContain('text/event-stream')
  await channel.send(RESIDENT, { text: '第一行\n第二行', choices: [] })
  await channel.send('somebodyelse', { text: '别人的', choices: [] })
  expect(await pages[0]?.until('第二行')).toContain('data: {"text":"第一行\\n第二行","choices":[]}\n\n')
  await pages[1]?.until('第二行')
  expect(await pages[2]?.until('别人的')).not.toContain('第二行')
})

test('an idle stream is kept awake', async () => {
  const stream = await hear()
  expect(await stream.until(': still here')).toMatch(/^retry: \d+\n\n/)
})

test('with nobody there, words wait', async () => {
  await expect(channel.send(RESIDENT, { text: '你好', choices: [] })).rejects.toMatchObject({
    code: 'not-connected',
    outcome: 'waiting',
  })
  const stream = await hear()
  await channel.send(RESIDENT, { text: '你好', choices: [] })
  await stream.leave()
  await eventually(async () => {
    await expect(channel.send(RESIDENT, { text: '你好', choices: [] })).rejects.toBeInstanceOf(ChannelError)
  })
})

test('stopping ends the streams and opens no more', async () => {
  const stream = await hear()
  stop.abort()
  await stream.end()
  await expect(channel.send(RESIDENT, { text: '你好', choices: [] })).rejects.toBeInstanceOf(ChannelError)
  expect((await fetch(`${base}/events?resident=${RESIDENT}`)).status).toBe(503)
})

test('the stream tells that requests may stand differently: after each message, and when somebody works on them', async () => {
  const stream = await hear()
  await post(text)
  await stream.until('event: tickets\ndata: changed\n\n')
  stirred()
  await channel.send(RESIDENT, { text: '说完了', choices: [] })
  expect((await stream.until('说完了')).match(/event: tickets\ndata: changed\n\n/g)).toHaveLength(2)
  await stream.leave()
})

test('the office is asked for one resident, and its refusals are words', async () => {
  const url = `${base}/tickets?resident=${RESIDENT}`
  expect(await (await fetch(url)).json()).toEqual({ held: `看的是${RESIDENT}`, tickets: [] })
  expect((await fetch(`${base}/tickets`)).status).toBe(400)
  const deed = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${base}/deeds?resident=${RESIDENT}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  expect((await deed({ do: 'say', words: '马上来' })).status).toBe(200)
  const refused = await deed({ do: 'hand-back' })
  expect([refused.status, await refused.json()]).toEqual([422, { error: '不用交还。' }])
  expect((await deed({ do: 'approve' })).status).toBe(400)
  expect((await deed({ do: 'say', words: ' ' })).status).toBe(400)
  expect((await deed({ do: 'say', words: '好' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
})

test('a stream needs a resident', async () => {
  for (const query of ['', '?resident=x', '?resident=a&resident=b']) {
    const response = await fetch(`${base}/events${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toHaveProperty('error')
  }
})

test('the same function connected twice hears twice, and disconnecting twice does no harm', async () => {
  const listener = vi.fn()
  const first = channel.connect(RESIDENT, listener)
  const second = channel.connect(RESIDENT, listener)
  await channel.send(RESIDENT, { text: '一', choices: [] })
  expect(listener).toHaveBeenCalledTimes(2)
  first()
  first()
  await channel.send(RESIDENT, { text: '二', choices: [] })
  expect(listener).toHaveBeenCalledTimes(3)
  second()
  await expect(channel.send(RESIDENT, { text: '三', choices: [] })).rejects.toBeInstanceOf(ChannelError)
})

test('the page comes with a policy that lets in nothing foreign', async () => {
  const response = await fetch(base)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
  const html = await response.text()
  expect(html).toContain('救助顾问')
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son[a-z]+=/)
  const ours = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1])
  expect(ours).toHaveLength(5)
  for (const address of ours) {
    expect((await fetch(new URL(address ?? '', base))).status).toBe(200)
  }
})

test('files have their types, and are not sent twice', async () => {
  const types = {
    'main.js': 'text/javascript',
    'style.css': 'text/css',
    'office.css': 'text/css',
    'icon.svg': 'image/svg+xml',
  }
  for (const [file, type] of Object.entries(types)) {
    const { headers, statusCode } = await get(`/sandbox/assets/${file}`)
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toContain(type)
    const again = await get(`/sandbox/assets/${file}`, { 'if-none-match': headers.etag ?? '' })
    expect(again.statusCode).toBe(304)
  }
})

test.each([
  'notes.txt',
  'index.html',
  'none.js',
  '..%2f..%2f..%2fpackage.json',
  '%2e%2e/sandbox.ts',
  'main.js%00',
])('%s is not to be had', async (file) => {
  expect((await get(`/sandbox/assets/${file}`)).statusCode).toBe(404)
})

test('the group is seen and acted in, a refusal is said in words, and a change is announced', async () => {
  const url = `${base}/group`
  expect(await (await fetch(url)).json()).toEqual({ time: null, advisors: [], posts: [] })
  const act = (payload: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(payload),
    })
  expect((await act({ do: 'write', advisor: 'wang', words: '我的', alone: false })).status).toBe(200)
  const refused = await act({ do: 'jump', jump: 'day' })
  expect([refused.status, await refused.json()]).toEqual([422, { error: '不能调。' }])
  expect((await act({ do: 'jump', jump: 'year' })).status).toBe(400)
  expect((await act({ do: 'jump', jump: 'day' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  const stream = await hear()
  await stream.until('retry')
  toldSomething()
  await stream.until('event: group')
  await stream.leave()
})

test('a page that was never built stops the start, and says what to do', () => {
  expect(() =>
    sandboxRoutes({
      receive: answer,
      channel,
      office,
      group,
      now: () => AT,
      newId: () => '',
      scriptFolder: '/nowhere',
    }),
  ).toThrow(/npx tsc -p server\/sandbox\/page/)
})
