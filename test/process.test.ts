/** The built server as an operator runs it: killed, stopped, started twice, started wrongly. Needs `npm run build`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PLATFORM_QUOTA } from '../bot/quota.ts'
import type { TableName, Tables } from '../bot/store.ts'
import { WORDS } from '../bot/wording.ts'
import { projectFolder } from '../knowledge/load.ts'
import { createAssistant } from '../server/assistant.ts'
import { readConfig } from '../server/config.ts'
import { askDesk } from '../server/desk/ask.ts'
import { readCommand } from '../server/desk/command.ts'
import { exportTable } from '../server/desk/export-table.ts'
import { KEY_FILE, unlock } from '../server/store/data-key.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { requestHelp } from './support/request.ts'
import { SHORT_LIVED } from './support/short-lived.ts'
import { loggedFile, suiteLog } from './support/suite-log.ts'
import { ACCOUNT, openedAnswer, type Push, sealedPush, textFields } from './support/wechat.ts'
import { ROBOT_KEY } from './support/wecom.ts'
import { knowledge, serve, temporaryFolder } from './support/world.ts'

const SERVER = join(projectFolder(), 'dist/server')
const TIMEOUT_MS = 120_000
const DECISIONS = ['answer', 'clarify', 'abstain', 'danger', 'flow', 'smalltalk']

/** In three lives of one folder, the last within this process, as a start costs more than all that is asked of it. */
test('a process that is killed, then asked to stop under load, loses and doubles nothing', {
  timeout: TIMEOUT_MS,
}, async () => {
  const home = await operator()
  const first = await home.start()
  const answered = message('oAfter', '我要求助')
  const words = openedAnswer(await post(first.base, answered))
  expect(words).toContain('您同意吗')
  const unanswered = message('oBefore', '我不想活了')
  const { answer } = await sentOff(first.base, unanswered)
  await first.kill('SIGKILL')
  const helped = openedAnswer(await answer)
  expect(helped === '' || helped.includes('12356')).toBe(true)

  // Killed just after one answer and just before another: both retries get the same words.
  const second = await home.start()
  expect(openedAnswer(await post(second.base, answered))).toBe(words)
  expect(openedAnswer(await post(second.base, unanswered))).toContain('12356')
  expect(openedAnswer(await post(second.base, answered))).toBe(words)
  expect(await home.rows('turns')).toHaveLength(2)
  expect(await home.rows('outbox')).toHaveLength(2)

  const messages = Array.from({ length: 80 }, (_, index) => message(`oLoad${index}`, '你好'))
  let stopping: Promise<unknown> | undefined
  const answers = await Promise.all(
    messages.map(async (one) => {
      try {
        const body = await post(second.base, one)
        stopping ??= second.kill('SIGTERM')
        return openedAnswer(body)
      } catch {
        // Not taken up any more; the platform sends it again.
        return null
      }
    }),
  )
  // It ends what it began, forgets nothing, and says so by its exit.
  expect(await stopping).toEqual({ code: 0, signal: null })
  const taken = answers.filter((text) => text !== null)
  expect(taken.length).toBeGreaterThan(0)
  for (const text of taken) expect(text).toContain(WORDS.greeting)
  const kept = new Set((await home.rows('turns')).map(({ id }) => id))
  messages.forEach(({ id }, index) => {
    if (answers[index] !== null) expect(kept).toContain(`official-account:${id}`)
  })

  const third = await home.startHere()
  for (const one of messages) expect(openedAnswer(await post(third.base, one))).toContain(WORDS.greeting)
  await third.stop()
  expect(await home.rows('turns')).toHaveLength(messages.length + 2)
  expect(await home.rows('outbox')).toHaveLength(messages.length + 2)
  expect(await home.rows('events')).toMatchObject([{ kind: 'danger' }])
})

describe('an operator', { timeout: TIMEOUT_MS }, () => {
  test('reads what is stored, while the server runs and after; a second server is refused by name', async () => {
    const home = await operator()
    const running = await home.start()
    await post(running.base, message('oReader', '我不想活了'))

    expect((await home.export('events')).rows).toMatchObject([
      { kind: 'danger', resident: 'official-account:oReader' },
    ])
    expect(await home.exported('residents')).toMatchObject([{ address: 'oReader', following: true }])
    const said = await home.exported('outbox')
    expect(said).toMatchObject([
      { text: expect.stringContaining('12356'), resident: 'official-account:oReader' },
    ])
    expect(await home.exported('jobs')).toEqual([])
    expect(await home.exported('tickets')).toEqual([])
    const number = await requestHelp(async (words) =>
      openedAnswer(await post(running.base, message('oAsker', words))),
    )
    const [opened] = await home.exported('tickets')
    expect(opened).toMatchObject({ id: number, stage: 'received', resident: 'official-account:oAsker' })
    expect(fieldsOf(fieldsOf(opened)['personal'])['facts']).toMatchObject({
      name: '唐秀英',
      phone: '13812345678',
      place: '尧化街道尧新社区',
      story: expect.stringContaining('住院花了八万'),
    })
    await home.asked(number, '预审', '通过')
    await expect(home.asked(number, '回访', '满意')).rejects.toThrow('「回访」要在「办结、回访」时做')
    await expect(home.exported('toString')).rejects.toThrow('outbox')

    const refused = await home.run({ PORT: String(await freePort()) })
    expect(refused.code).toBe(1)
    expect(refused.told).toContain(String(running.pid))
    expect(refused.told).toContain(home.dataDir)
    expect(refused.told).not.toMatch(/\n\s+at /)
    expect((await fetch(`${running.base}/readyz`)).status).toBe(200)

    expect(await running.kill('SIGINT')).toEqual({ code: 0, signal: null })
    expect(await home.exported('events')).toHaveLength(1)
    const still = (await home.exported('outbox')).find((row) => idOf(row) === idOf(said[0]))
    expect(still).toMatchObject({ text: expect.stringContaining('12356') })
    expect(await home.asked()).toContain(`${number} 预审 唐某`)
    const early = await home.tickets(number, '先行救助', '物资', '大米')
    expect(early).toMatchObject({ code: 1, written: '' })
    expect(early.told).not.toMatch(/\n\s+at /)
    expect(await home.tickets(number, '分办', '区教育局', '教育救助')).toMatchObject({
      code: 0,
      written: expect.stringContaining('服务没有运行'),
      told: '',
    })
    expect(await home.asked(number)).toContain('p1 教育救助（区教育局')
  })

  test('who lost the data key is told so by name, and exports nothing: nobody could note that', async () => {
    const home = await operator()
    const earlier = await home.startHere()
    await post(earlier.base, message('oKeyless', '人工'))
    await earlier.stop()
    const key = join(home.dataDir, KEY_FILE)
    await rename(key, `${key}.elsewhere`)
    for (const { code, told } of [await home.run({}), await home.export('events')]) {
      expect(code).toBe(1)
      expect(told).toContain(key)
      expect(told).toContain('DATA_KEY')
      expect(told).not.toMatch(/\n\s+at /)
    }
    await rename(`${key}.elsewhere`, key)
    // What is said depends on the hour the test runs at.
    const said = expect.stringMatching(new RegExp(`^(?:${WORDS.human}|${WORDS.nightHere})$`))
    expect(await home.exported('outbox')).toMatchObject([{ text: said }])
  })

  test('exports tickets opened and flat, a line each, and names one that cannot be read', async () => {
    const home = await operator()
    const raw = await openLowdbStore(home.dataDir)
    const { store } = await unlock(raw, { folder: home.dataDir, keys: [] }, { warn() {}, error() {} })
    const at = '2026-11-22T01:00:00.000Z'
    const ticket = (id: string) => ({
      id,
      resident: 'sandbox:a',
      stage: 'received',
      area: '浦东新区',
      owner: '',
      openedAt: at,
      dueAt: '',
      updatedAt: at,
      planned: 0,
      mark: '',
      tail: '',
      ticket: { who: { name: '王建国' }, difficulty: '没钱看病' },
    })
    await store.transaction(async (tx) => {
      for (const id of ['Q-1', 'Q-2', 'Q-3']) await tx.insert('tickets', ticket(id))
      const task = { kind: 'call', resident: 'sandbox:a', ticket: 'Q-1', dueAt: at, state: 'open' } as const
      await tx.insert('tasks', { ...task, id: 't1', detail: { phone: '13800138000' } })
    })
    const other = await raw.get('tickets', 'Q-1')
    if (!other) throw new Error('nothing was written')
    await raw.transaction((tx) => tx.put('tickets', { ...other, id: 'Q-2' }))
    await store.close()
    const rows: unknown[] = []
    const complaints: string[] = []
    const whole = await exportTable('tickets', readConfig({ DATA_DIR: home.dataDir }), {
      write: async (line) => void rows.push(JSON.parse(line)),
      complain: (message) => void complaints.push(message),
    })
    expect(rows).toMatchObject([
      { id: 'Q-1', stage: 'received', openedAt: at, who: { name: '王建国' }, difficulty: '没钱看病' },
      { id: 'Q-3' },
    ])
    expect(rows[0]).not.toHaveProperty('ticket')
    expect(whole).toBe(false)
    expect(complaints).toEqual([expect.stringMatching(/^Q-2：tickets 表有一行的 ticket 读不出来/)])
    expect(await home.exported('tasks')).toMatchObject([{ id: 't1', detail: { phone: '13800138000' } }])
  })

  test('is told every fault of the environment at once, and nothing is started', async () => {
    const home = await operator()
    const { code, told } = await home.run({
      PORT: 'http',
      WECHAT_TOKEN: '',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: '!',
    })
    expect(code).toBe(1)
    for (const name of ['PORT', 'WECHAT_TOKEN', 'DATABASE_URL', 'LOG_LEVEL'])
      expect(told).toContain(`${name}：`)
    expect(told).not.toMatch(/\n\s+at /)
  })

  test('is told when the port cannot be had', async () => {
    const home = await operator()
    const { port } = new URL(await serve((_, response) => response.end()))
    const { code, told } = await home.run({ PORT: port, HOST: '127.0.0.1' })
    expect(told).toContain('PORT：')
    expect(code).toBe(1)
    expect(told).not.toMatch(/\n\s+at /)
  })

  test('asks for answers by the line and gets them in order, with the agreed keys', async () => {
    const questions = [
      { id: 'a', text: '你好' },
      { id: 'b', text: '我不想活了', context: [] },
      { id: 'c', text: '要带什么材料', context: ['低保'] },
      { id: 'd', text: '我要求助，电话13800138000' },
      { id: 'e', text: '00000' },
    ]
    const { code, written } = await ask([], questions.map((line) => `${JSON.stringify(line)}\n`).join(''))
    expect(code).toBe(0)
    const answers = written
      .trimEnd()
      .split('\n')
      .map((line) => fieldsOf(JSON.parse(line)))
    expect(answers.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (const answer of answers) {
      expect(Object.keys(answer)).toEqual(['id', 'decision', 'policies', 'danger', 'flow', 'slots', 'reply'])
      expect(DECISIONS).toContain(answer['decision'])
      expect(answer['policies']).toBeInstanceOf(Array)
      expect(answer['reply']).toMatch(/\p{Script=Han}/u)
      const slots = Object.keys(fieldsOf(answer['slots']))
      expect(['who', 'difficulty', 'place', 'phone', 'urgent']).toEqual(expect.arrayContaining(slots))
    }
    expect(answers[0]).toMatchObject({ decision: 'smalltalk', danger: null, flow: null, policies: [] })
    expect(answers[1]).toMatchObject({ decision: 'danger', danger: 'self_harm' })
    expect(answers[3]).toMatchObject({ decision: 'flow', flow: 'help', slots: { phone: '13800138000' } })
  })

  test('asks one question in words and reads one reply, where there is no data folder too', async () => {
    const { code, written } = await ask(['低保是什么'], '')
    expect([code, written]).toEqual([0, expect.stringMatching(/以一家人为单位申请[\s\S]*\S\n$/)])
  })
})

interface Sent extends Push {
  /** Sender and number, as the turn is known by. */
  id: string
}

let numbers = 0
function message(from: string, words: string): Sent {
  const number = String(++numbers)
  const now = new Date()
  return { ...sealedPush(textFields(from, words, number, now), now), id: `${from}:${number}` }
}

async function post(base: string, { path, body }: Push): Promise<string> {
  const response = await fetch(base + path, { method: 'POST', body })
  expect(response.status).toBe(200)
  return response.text()
}

/** Resolves as soon as the request has left, with its answer to come: empty when there is none. */
async function sentOff(base: string, { path, body }: Push): Promise<{ answer: Promise<string> }> {
  const sending = request(base + path, { method: 'POST' })
  const answer = new Promise<string>((resolve) => {
    sending.on('error', () => resolve(''))
    sending.on('response', (response) => {
      text(response).then(resolve, () => resolve(''))
    })
  })
  sending.end(body)
  await once(sending, 'finish')
  return { answer }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  return Object.fromEntries(Object.entries(value))
}
const idOf = (row: unknown) => fieldsOf(row)['id']

/**
 * A port nobody listens at. Not of those the system gives to whoever asks for any (from 32768): another test
 * could be given it before our server takes it.
 */
async function freePort(): Promise<number> {
  const port = randomInt(10_000, 32_768)
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return freePort()
  }
  server.close()
  await once(server, 'close')
  return port
}

/** A program run to its end. */
function toEnd(
  script: string,
  args: string[],
  options: { cwd: string; env: Record<string, string>; input?: string },
) {
  return new Promise<{ code: number | null; written: string; told: string }>((resolve) => {
    const { input = '', ...rest } = options
    const child = execFile(
      process.execPath,
      [...SHORT_LIVED, join(SERVER, script), ...args],
      rest,
      (_, written, told) => resolve({ code: child.exitCode, written, told }),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

const ask = (args: string[], input: string) =>
  toEnd('ask.js', args, { cwd: temporaryFolder(), env: {}, input })

/** Somebody with an account, a data folder and a platform that accepts whatever is pushed. */
async function operator() {
  const cwd = temporaryFolder()
  const dataDir = join(cwd, 'data')
  const platform = await serve((request, response) => {
    const token = request.url?.startsWith('/cgi-bin/stable_token')
    const answer = token ? { access_token: 'the-token', expires_in: 7200 } : { errcode: 0, errmsg: 'ok' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  const env = {
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    WECHAT_APP_ID: ACCOUNT.appId,
    WECHAT_APP_SECRET: ACCOUNT.secret,
    WECHAT_TOKEN: ACCOUNT.token,
    WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
    WECHAT_API_BASE: platform,
    WECOM_ROBOT_KEY: ROBOT_KEY,
    WECOM_API_BASE: platform,
  }
  return {
    dataDir,
    /** Starts the server and waits until it is ready. */
    async start() {
      const port = await freePort()
      const child = spawn(process.execPath, [...SHORT_LIVED, join(SERVER, 'main.js')], {
        cwd,
        env: { ...env, PORT: String(port) },
        stdio: ['ignore', openSync(loggedFile(), 'a'), 'pipe'],
      })
      const ended = endOf(child)
      onTestFinished(async () => {
        child.kill('SIGKILL')
        await ended
      })
      let told = ''
      child.stderr?.setEncoding('utf8').on('data', (words: string) => {
        told += words
      })
      const base = `http://127.0.0.1:${port}`
      while (!(await isReady(base))) {
        if (child.exitCode !== null) throw new Error(`the server ended while starting:\n${told}`)
        await pause(20)
      }
      return {
        base,
        pid: child.pid,
        kill(signal: NodeJS.Signals) {
          child.kill(signal)
          return ended
        },
      }
    },
    /** The same assistant over the same folder, within this process. */
    async startHere() {
      const raw = await openLowdbStore(dataDir)
      const unlocked = await unlock(raw, { folder: dataDir, keys: [] }, { warn() {}, error() {} })
      const { app, settle } = createAssistant({
        config: {
          publicUrl: null,
          trustProxy: [],
          metricsToken: null,
          officialAccount: { ...ACCOUNT, apiBase: platform, quota: PLATFORM_QUOTA },
          wecomApp: null,
          wecomApiBase: 'http://127.0.0.1:1',
          wecomRobot: { key: ROBOT_KEY, apiBase: platform },
          port: 3000,
          consoleFactor: 'nobody',
          dataDir,
        },
        ...unlocked,
        knowledge: knowledge(),
        log: suiteLog('info'),
        now: () => new Date(),
        fetch,
        stop: new AbortController().signal,
      })
      return {
        base: await serve(app.callback()),
        async stop() {
          await settle()
          await unlocked.store.close()
        },
      }
    },
    run: (more: Record<string, string>) => toEnd('main.js', [], { cwd, env: { ...env, ...more } }),
    async export(table: string) {
      const { code, written, told } = await toEnd('export.js', [table], { cwd, env: { DATA_DIR: dataDir } })
      const rows: unknown[] = written.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
      return { code, rows, told }
    },
    /** The rows of an export that succeeds, by the same code within this process. */
    async exported(table: string) {
      const rows: unknown[] = []
      const write = async (line: string) => void rows.push(JSON.parse(line))
      const complain = (message: string) => expect.unreachable(message)
      expect(await exportTable(table, readConfig({ DATA_DIR: dataDir }), { write, complain })).toBe(true)
      return rows
    },
    /** What the command asks and is answered, by the same code within this process. @throws why it was not done */
    async asked(...args: string[]) {
      const asked = readCommand(args, { name: 'tester' })
      if (!asked) return expect.unreachable('no such command')
      return (await askDesk(asked, readConfig({ DATA_DIR: dataDir }))).text
    },
    tickets: (...args: string[]) => toEnd('tickets.js', args, { cwd, env: { DATA_DIR: dataDir } }),
    async rows<K extends TableName>(table: K) {
      const store = await readLowdbFolder(dataDir)
      const rows: Tables[K][] = []
      for await (const row of store.scan(table)) rows.push(row)
      return rows
    },
  }
}

const isReady = (base: string) =>
  fetch(`${base}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
