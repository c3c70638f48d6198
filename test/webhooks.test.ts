import { request } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Outgoing, type Store, StoreError } from '../bot/store.ts'
import { WORDS } from '../bot/wording.ts'
import { createAssistant } from '../server/assistant.ts'
import { accountAt, assistantParts } from './support/assistant.ts'
import { eventually } from './support/eventually.ts'
import { newGate } from './support/gate.ts'
import { suiteLog } from './support/suite-log.ts'
import {
  ACCOUNT,
  eventFields,
  openedAnswer,
  type Push,
  plainXml,
  sealedPush,
  sealedXml,
  textFields,
} from './support/wechat.ts'
import { clockAt, knowledge, openStore, serve } from './support/world.ts'

const WANG = 'oWangWangWangWangWangWangWa1'
const RESIDENT = `official-account:${WANG}`

describe('a resident on the Official Account', () => {
  test('asks and is answered, sealed, with the source', async () => {
    const { push, textOf } = await platformAndUs()
    const answer = await push(textOf('低保'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/xml')
    expect(answer.body).toMatch(/^<xml>.*<Encrypt>/s)
    expect(answer.body).not.toContain('低保')
    expect(answer.text).toContain('低保')
    expect(answer.text).toMatch(/依据：《.+》/)
    expect(answer.text).toMatch(/\n1 .+\n2 /)
  })

  test('asks on, and is understood', async () => {
    const { say } = await platformAndUs()
    const first = await say('低保')
    const second = await say('要带什么材料')
    expect(first).toMatch(/^【低保】/)
    expect(second).toMatch(/^【低保】/)
    expect(second).not.toBe(first)
  })

  test('comes, is welcomed, and is remembered by the code that brought them', async () => {
    const { push, event, store } = await platformAndUs()
    expect((await push(event('subscribe', { EventKey: 'qrscene_grid-7' }))).text).toContain('救助顾问')
    expect(await store.get('residents', RESIDENT)).toMatchObject({ following: true, scene: 'grid-7' })
  })

  test('comes without a code', async () => {
    const { push, event, store } = await platformAndUs()
    expect((await push(event('subscribe', { EventKey: '' }))).text).toContain(WORDS.welcome)
    expect(await store.get('residents', RESIDENT)).toMatchObject({ following: true, scene: null })
  })

  test('goes, and nothing is said', async () => {
    const { push, event, store } = await platformAndUs()
    const answer = await push(event('unsubscribe', { EventKey: '' }))
    expect([answer.status, answer.body]).toEqual([200, ''])
    expect(await store.get('residents', RESIDENT)).toMatchObject({ following: false, grants: [] })
  })

  test('scans a code or taps the menu', async () => {
    const { push, event } = await platformAndUs()
    expect((await push(event('SCAN', { EventKey: 'grid-7' }))).text).toContain(WORDS.greeting)
    expect((await push(event('CLICK', { EventKey: 'policy' }))).text).toContain(WORDS.policies)
    expect((await push(event('CLICK', { EventKey: 'help' }))).text).toContain('您同意吗')
    expect((await push(event('CLICK', { EventKey: 'progress' }))).text).toContain(WORDS.unfinished)
  })

  test('causes events that need no words, and voices without a transcript', async () => {
    const { push, event, fields } = await platformAndUs()
    expect(await push(event('VIEW', { EventKey: 'https://example.org' }))).toMatchObject({
      status: 200,
      body: '',
    })
    const voice = { ...fields('1'), MsgType: 'voice', MediaId: 'm', Format: 'amr', Recognition: '' }
    expect((await push(voice)).text).toContain(WORDS.notHeard)
  })

  test('sends numbers beyond 2^53, which stay apart', async () => {
    const { push, fields, store } = await platformAndUs()
    await push({ ...fields('你好'), MsgId: '9007199254740992' })
    await push({ ...fields('你好'), MsgId: '9007199254740993' })
    for (const id of ['9007199254740992', '9007199254740993']) {
      expect(await store.get('turns', `official-account:${WANG}:${id}`)).toBeDefined()
    }
  })

  test.each(['000001', '1e5', '0012', '0x1F'])('writes %s, which stays as written', async (words) => {
    const consult = vi.spyOn(knowledge(), 'consult')
    onTestFinished(() => consult.mockRestore())
    const { say } = await platformAndUs()
    await say(words)
    expect(consult.mock.calls.map(([text]) => text)).toEqual([words])
  })

  test('asks again and again: the platform’s retries get the same words and cause nothing', async () => {
    const { push, textOf, store, settled, deliver, sent } = await platformAndUs()
    const message = textOf('您好')
    const answers = await Promise.all([push(message), push(message), push(message)])
    const later = await push(message)
    const texts = [...answers, later].map(({ text }) => text)
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toContain(WORDS.greeting)
    await settled()
    expect(await rowsOf(store)).toMatchObject([{ state: 'accepted', via: 'reply' }])
    await deliver()
    expect(sent).toEqual([])
  })
})

describe('an answer that is late', () => {
  test('leaves an empty answer in time, then comes once, as a message of its own', async () => {
    const held = gate()
    const { push, textOf, store, deliver, sent, faults, clock } = await platformAndUs({ held })
    const answer = await push(textOf('谢谢'))
    expect([answer.status, answer.body]).toEqual([200, ''])
    await deliver()
    expect(sent).toEqual([])
    held.open()
    await eventually(async () => {
      await deliver()
      expect(sent).toHaveLength(1)
    })
    clock.pass(60_000)
    await deliver()
    expect(sent).toEqual([{ touser: WANG, msgtype: 'text', text: { content: WORDS.thanks } }])
    expect(await rowsOf(store)).toMatchObject([{ state: 'accepted', via: 'push' }])
    expect(faults).toEqual([])
  })

  test('is joined by a retry, which gets the words; then nothing is pushed', async () => {
    const held = gate()
    const { push, textOf, store, deliver, sent, settled, requests } = await platformAndUs({
      held,
      replyDeadlineMs: 600,
    })
    const message = textOf('谢谢')
    expect((await push(message)).body).toBe('')
    const retry = push(message)
    await eventually(() => expect(requests()).toBe(2))
    held.open()
    expect((await retry).text).toBe(WORDS.thanks)
    await settled()
    await deliver()
    expect(sent).toEqual([])
    expect(await rowsOf(store)).toMatchObject([{ state: 'accepted', via: 'reply' }])
  })

  test('is not lost when the platform hangs up before it', async () => {
    const held = gate()
    const { base, textOf, seal, store, deliver, sent, clock } = await platformAndUs({
      held,
      replyDeadlineMs: 60_000,
    })
    const { path, body } = seal(textOf('谢谢'))
    const hangUp = new AbortController()
    const asked = fetch(base + path, { method: 'POST', body, signal: hangUp.signal })
    await held.reached
    hangUp.abort()
    await expect(asked).rejects.toThrow()
    held.open()
    await eventually(async () => expect(await rowsOf(store)).toHaveLength(1))
    await eventually(async () => {
      clock.pass(20_000)
      await deliver()
      expect(sent).toHaveLength(1)
    })
  })

  test('is announced where pushing is not allowed, and the next message brings it', async () => {
    const held = gate()
    const { push, say, textOf, store, deliver, sent, answerWith } = await platformAndUs({ held })
    answerWith({ errcode: 48001, errmsg: 'api unauthorized' })
    expect((await push(textOf('谢谢'))).body).toBe('')
    held.open()
    await eventually(async () => {
      await deliver()
      expect(await rowsOf(store)).toMatchObject([{ state: 'waiting', error: '48001' }])
    })
    // Now it is known that this account may not push: the next late answer has to be asked for.
    const next = held.again()
    expect((await push(textOf('人工'))).text).toBe(WORDS.late)
    expect(WORDS.late).toContain('继续')
    next.open()
    await eventually(async () => {
      await deliver()
      expect((await rowsOf(store)).map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    })
    const brought = await say('继续', { patient: true })
    expect(brought).toContain(WORDS.nobodyHere)
    expect(brought.match(new RegExp(WORDS.thanks, 'g'))).toHaveLength(1)
    expect(sent).toEqual([])
    await eventually(async () => {
      expect((await rowsOf(store)).map(({ state }) => state)).toEqual(['accepted', 'accepted', 'accepted'])
    })
  })

  test('that fails after all is told to the operator', async () => {
    const held = gate()
    const { push, textOf, logged } = await platformAndUs({ held, broken: () => true })
    expect((await push(textOf('谢谢'))).status).toBe(503)
    held.open()
    await eventually(() => expect(logged()).toContain('a message could not be answered'))
  })
})

describe('when the store cannot keep a turn', () => {
  test('the resident is told whom to call, and nothing is half done', async () => {
    let broken = true
    const { push, textOf, store } = await platformAndUs({ broken: () => broken })
    const message = textOf('我要求助')
    const answer = await push(message)
    expect(answer).toMatchObject({ status: 200, text: WORDS.outage })
    expect(answer.text).toContain('12345')
    expect(await rowsOf(store)).toEqual([])
    broken = false
    expect((await push(message)).text).toContain('您同意吗')
  })

  test('danger gets its number, and nobody is said to have been told', async () => {
    const { push, textOf, store } = await platformAndUs({ broken: () => true })
    const { text } = await push(textOf('我不想活了'))
    expect(text).toContain('12356')
    expect(text).toContain(WORDS.dangerOutage)
    expect(text).not.toContain('人工')
    expect(await store.list('events', 'ofKind', { equals: [], limit: 9 })).toEqual([])
  })

  test('what nobody is answered for is not acknowledged, and counts when it is delivered again', async () => {
    let broken = true
    const { base, push, textOf, event, seal, store } = await platformAndUs({ broken: () => broken })
    await push(textOf('你好'))
    const left = event('unsubscribe')
    const { path, body } = seal(left)
    expect((await fetch(base + path, { method: 'POST', body })).status).toBe(503)
    broken = false
    expect(await push(left)).toMatchObject({ status: 200, body: '' })
    expect((await store.get('residents', `official-account:${WANG}`))?.following).toBe(false)
    expect((await push(textOf('你好'))).text).toContain(WORDS.greeting)
  })

  test('whoever waited past the deadline is told by a message of its own', async () => {
    const held = gate()
    const { push, textOf, sent } = await platformAndUs({ held, broken: () => true })
    expect((await push(textOf('我不想活了'))).status).toBe(503)
    held.open()
    await eventually(() =>
      expect(sent).toMatchObject([{ touser: WANG, text: { content: expect.stringContaining('12356') } }]),
    )
  })

  test('/readyz says so', async () => {
    let broken = false
    const { base } = await platformAndUs({ broken: () => broken })
    const ready = await fetch(`${base}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, detail: '正常', advice: [] }])
    broken = true
    const unready = await fetch(`${base}/readyz`)
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { ready: false, detail: '磁盘满了', advice: [] },
    ])
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
  })
})

describe('what is not a genuine push', () => {
  test.each([
    ['a DOCTYPE around the envelope', (push: Push) => ({ ...push, body: `<!DOCTYPE xml>${push.body}` }), 400],
    ['no signature', (push: Push) => ({ ...push, path: push.path.replace('msg_signature', 'm') }), 400],
    ['a signature given twice', (push: Push) => ({ ...push, path: `${push.path}&msg_signature=1` }), 400],
    [
      'another signature',
      (push: Push) => ({ ...push, path: push.path.replace(/\w{40}$/, 'a'.repeat(40)) }),
      401,
    ],
    ['no mark of encryption', (push: Push) => ({ ...push, path: push.path.replace('=aes', '=raw') }), 403],
    ['an empty body', (push: Push) => ({ ...push, body: '' }), 400],
    [
      'a plain message',
      (push: Push) => ({ ...push, body: plainXml(textFields(WANG, '低保', '1', new Date())) }),
      400,
    ],
  ])('%s is refused', async (_name, bend, status) => {
    const { base, textOf, seal, store } = await platformAndUs()
    const { path, body } = bend(seal(textOf('低保')))
    const response = await fetch(base + path, { method: 'POST', body })
    expect(response.status).toBe(status)
    expect(showsInsides(await response.text())).toBe(false)
    expect(await rowsOf(store)).toEqual([])
  })

  test('a DOCTYPE inside the seal is refused', async () => {
    const { base, clock, fields } = await platformAndUs()
    const xml = plainXml(fields('低保')).replace('<xml>', '<!DOCTYPE xml [<!ENTITY a "b">]><xml>')
    const { path, body } = sealedXml(xml, clock())
    expect((await fetch(base + path, { method: 'POST', body })).status).toBe(400)
  })

  test('a push from ten minutes ago is refused', async () => {
    const { base, clock, seal, textOf } = await platformAndUs()
    const { path, body } = seal(textOf('低保'))
    clock.pass(601_000)
    expect((await fetch(base + path, { method: 'POST', body })).status).toBe(403)
  })

  test.each([
    ['announced', { 'content-length': String(2 << 20) }],
    ['unannounced', { 'transfer-encoding': 'chunked' }],
  ])('a body of 2 MB, %s, is refused before it is read', async (_name, headers) => {
    const { base, seal, textOf } = await platformAndUs()
    const { path } = seal(textOf('低保'))
    expect(await postMuch(base + path, headers, 2 << 20)).toEqual({ status: 413, body: 'body too large' })
  })

  test('a body of exactly 64 KB is read', async () => {
    const { base, seal, textOf } = await platformAndUs()
    const { path } = seal(textOf('低保'))
    const response = await fetch(base + path, { method: 'POST', body: 'x'.repeat(64 * 1024) })
    expect(response.status).toBe(400)
  })

  test.each([
    ['PUT', '/wechat', 405],
    ['DELETE', '/wechat', 405],
    ['PROPFIND', '/wechat', 405],
    ['POST', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/sandbox', 404],
    ['POST', '/sandbox/messages', 404],
    ['GET', '/wecom', 404],
    ['PROPFIND', '/nowhere', 404],
    ['GET', '/%E0%A4%A', 404],
    ['GET', '//', 404],
    ['GET', '/wechat/../../etc/passwd', 404],
  ])('%s %s is answered %i', async (method, path, status) => {
    const { base } = await platformAndUs()
    const answer = await ask(base, method, path)
    expect(answer.status).toBe(status)
    expect(showsInsides(answer.body)).toBe(false)
  })

  test('a fault of ours shows nothing of our insides', async () => {
    const { base, logged } = await platformAndUs({
      broken: () => {
        throw new Error('inner matters')
      },
    })
    const response = await fetch(`${base}/readyz`)
    expect([response.status, await response.text()]).toEqual([500, '服务器内部错误'])
    expect(logged()).toContain('inner matters')
  })
})

describe('the operator', () => {
  test('has the platform check the address', async () => {
    const { base, clock } = await platformAndUs()
    const { path } = sealedPush({}, clock())
    const query = new URLSearchParams(path.split('?')[1])
    const check = new URLSearchParams({
      signature: query.get('signature') ?? '',
      timestamp: query.get('timestamp') ?? '',
      nonce: query.get('nonce') ?? '',
      echostr: '4375120948345356249',
    })
    const response = await fetch(`${base}/wechat?${check}`)
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect([response.status, await response.text()]).toEqual([200, '4375120948345356249'])
    check.set('signature', 'a'.repeat(40))
    expect((await fetch(`${base}/wechat?${check}`)).status).toBe(401)
    expect((await fetch(`${base}/wechat`)).status).toBe(400)
  })

  test('counts without names and words', async () => {
    const { base, push, say, textOf } = await platformAndUs()
    await say('您好')
    await say('我叫王建国，电话13800138000')
    await push(textOf('我不想活了'))
    await fetch(`${base}/wechat?signature=1`, { method: 'POST', body: 'x' })
    const response = await fetch(`${base}/metrics`)
    const counts = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(counts).toContain('jiuzhu_turns_total{channel="official-account",decision="smalltalk"} 1')
    expect(counts).toContain('jiuzhu_turns_total{channel="official-account",decision="danger"} 1')
    expect(counts).toContain('jiuzhu_callbacks_refused_total{callback="wechat",status="403"} 1')
    expect(counts).toContain('jiuzhu_turn_seconds_count 3')
    expect(counts).not.toMatch(/[^\n -~]|13800138000|oWang/)
  })
})

/** Whether an answer shows a stack, a path or a name from inside the program. */
const showsInsides = (body: string) => /\n\s+at |node_modules|\.[jt]s:\d|\/work\/|Error:/.test(body)

/** A place for one turn to stop at until it is opened. */
function gate() {
  const fresh = () => ({ ...newGate(), taken: false })
  let now = fresh()
  return {
    open: () => now.open(),
    get reached() {
      return now.reached
    },
    isTaken: () => now.taken,
    pass() {
      now.taken = true
      return now.pass()
    },
    /** Closes it again. */
    again() {
      now = fresh()
      return now
    },
  }
}

async function rowsOf(store: Store): Promise<Outgoing[]> {
  const rows: Outgoing[] = []
  for await (const row of store.scan('outbox')) rows.push(row)
  return rows
}

/** Sends a body too large, and takes the answer that comes meanwhile. */
function postMuch(url: string, headers: Record<string, string>, bytes: number) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => {
        resolve({ status: response.statusCode, body })
        sending.destroy()
      })
    })
    sending.on('error', reject)
    sending.end(Buffer.alloc(bytes, 'x'))
  })
}

/** A request as it stands, without what `fetch` mends. */
function ask(base: string, method: string, path: string) {
  const { hostname, port } = new URL(base)
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const asking = request({ hostname, port, method, path }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    asking.on('error', reject)
    asking.end()
  })
}

/** The platform's API, and whatever in our requests it would not stand. */
async function fakePlatform() {
  const sent: unknown[] = []
  const faults: string[] = []
  let answer: object = { errcode: 0, errmsg: 'ok' }
  const base = await serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://platform')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null')
      const type = request.headers['content-type'] ?? ''
      if (request.method !== 'POST' || !type.startsWith('application/json')) faults.push('not a JSON POST')
      if (url.pathname === '/cgi-bin/stable_token') {
        const { appId: appid, secret } = ACCOUNT
        expect(body).toEqual({ grant_type: 'client_credential', appid, secret, force_refresh: false })
        response.end(JSON.stringify({ access_token: 'the-token', expires_in: 7200 }))
        return
      }
      if (url.pathname !== '/cgi-bin/message/custom/send') faults.push(`no such path: ${url.pathname}`)
      if (url.search !== '?access_token=the-token') faults.push('wrong query')
      if ('errcode' in answer && answer.errcode === 0) sent.push(body)
      response.end(JSON.stringify(answer))
    })
  })
  return {
    base,
    sent,
    faults,
    answerWith: (value: object) => {
      answer = value
    },
  }
}

interface Situation {
  /** Where turns stop before they are decided; the scheduler goes on. */
  held?: ReturnType<typeof gate>
  /** Whether changes cannot be made durable just now. */
  broken?: () => boolean
  replyDeadlineMs?: number
}

/** WeChat on one side, our assistant with a real store on the other, the clock in the test's hand. */
async function platformAndUs({ held, broken = () => false, replyDeadlineMs }: Situation = {}) {
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const platform = await fakePlatform()
  const kept = await openStore()
  let scheduled = false
  const store: Store = {
    get: (table, id) => kept.get(table, id),
    list: (table, index, query) => kept.list(table, index, query),
    count: (table, index, query) => kept.count(table, index, query),
    transaction: async (work) => {
      if (!scheduled && !held?.isTaken()) await held?.pass()
      if (broken()) throw new StoreError('unavailable', 'disk full')
      return kept.transaction(work)
    },
    scan: (table) => kept.scan(table),
    outlines: (table) => kept.outlines(table),
    onAnnounced: (topic, heard) => kept.onAnnounced(topic, heard),
    health: () => (broken() ? { writable: false, detail: '磁盘满了', advice: [] } : kept.health()),
    close: () => kept.close(),
  }
  const lines: string[] = []
  const { app, tasks, settle } = createAssistant(
    assistantParts({
      config: { officialAccount: accountAt(platform.base) },
      store,
      log: suiteLog('info', lines),
      now: clock,
      replyDeadlineMs: replyDeadlineMs ?? (held ? 30 : 15_000),
    }),
  )
  let requests = 0
  const handle = app.callback()
  const base = await serve((request, response) => {
    requests++
    // As the scheduler does every moment.
    response.once('close', () => setImmediate(() => void settle()))
    void handle(request, response)
  })
  let ids = 0
  const fields = (words: string) => textFields(WANG, words, String(++ids), clock())
  const seal = (message: Record<string, string | number>) => sealedPush(message, clock())
  const push = async (message: Record<string, string | number>) => {
    const { path, body } = seal(message)
    const response = await fetch(base + path, { method: 'POST', body })
    const answer = await response.text()
    const text = response.ok ? openedAnswer(answer) : ''
    return { status: response.status, headers: response.headers, body: answer, text }
  }
  /** Asks until there is an answer when `patient`, as a person does. */
  const say = async (words: string, { patient = false } = {}) => {
    const message = fields(words)
    let { text } = await push(message)
    while (patient && (text === '' || text === WORDS.late)) ({ text } = await push(message))
    return text
  }
  return {
    clock,
    base,
    store: kept,
    sent: platform.sent,
    faults: platform.faults,
    answerWith: platform.answerWith,
    fields,
    textOf: fields,
    event: (name: string, more: Record<string, string> = {}) => {
      clock.pass(1000)
      return eventFields(WANG, name, clock(), more)
    },
    seal,
    push,
    say,
    requests: () => requests,
    logged: () => lines.join(''),
    deliver: async () => {
      scheduled = true
      for (const task of tasks) if (task.name === 'deliver') await task.run()
      scheduled = false
    },
    /** Resolves when every reply's outcome is known. */
    settled: () =>
      eventually(async () => {
        expect((await rowsOf(kept)).every(({ state }) => state !== 'pending')).toBe(true)
      }),
  }
}
