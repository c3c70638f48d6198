/** What each deed with personal data leaves in the audit log: one line, by whoever really did it, naming nobody. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type Doer, purge, verify } from '../bot/audit.ts'
import type { AuditLine, Store } from '../bot/store.ts'
import { readAuditCommand, sayLine, sayVerdict } from '../server/audit/command.ts'
import { readConfig } from '../server/config.ts'
import { readCommand } from '../server/desk/command.ts'
import { atDesk, type Desk } from '../server/desk/desk.ts'
import { exportTable } from '../server/desk/export-table.ts'
import { answerAtDesk, openDoor } from '../server/desk/socket.ts'
import { unlock } from '../server/store/data-key.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { readStore } from '../server/store/open.ts'
import { readLowdbFolder } from '../server/store/read.ts'
import { office, WANG } from './support/advisors.ts'
import { memoryStore } from './support/memory-store.ts'
import { requestHelp } from './support/request.ts'
import { SHORT_LIVED } from './support/short-lived.ts'
import { clockAt, fingerprint, temporaryFolder, WITNESS, world } from './support/world.ts'

const LI: Doer = { by: 'command:li' }

/** Who did what to what, in order; the chain is whole. */
async function deedsIn(store: Store): Promise<[string, string, string][]> {
  expect((await verify(store, fingerprint)).broken).toBeNull()
  return (await linesIn(store)).map(({ by, deed, subject }) => [by, deed, subject])
}

async function linesIn(store: Store): Promise<AuditLine[]> {
  const lines: AuditLine[] = []
  for await (const line of store.scan('audit')) lines.push(line)
  return lines.sort((one, other) => (one.id < other.id ? -1 : 1))
}

async function request() {
  const { store, receive, text, parts, clock } = await world()
  const say = async (words: string) => (await receive(text(words))).reply?.text ?? ''
  const number = await requestHelp(say)
  const desk: Desk = { store, fingerprint, now: clock, newId: parts.newId }
  const type = (command: string, doer = LI) => {
    const asked = readCommand([number, ...command.split(' ').filter(Boolean)], { name: 'xiaoming' })
    return atDesk(desk, asked, doer)
  }
  return { store, say, number, desk, type, clock }
}

test('a command that shows everything, and every action: by the user of the machine, whatever is claimed', async () => {
  const { store, number, type } = await request()
  await type('')
  expect(await deedsIn(store)).toEqual([])
  await type('--full')
  await type('预审 通过', { by: 'command:root', more: { sudo: 'li' } })
  await type('对居民说 明天来电话')
  await expect(type('预审 通过')).rejects.toThrow()
  expect(await deedsIn(store)).toEqual([
    ['command:li', 'seen', `ticket:${number}`],
    ['command:root', 'changed', `ticket:${number}`],
    ['command:li', 'said', `ticket:${number}`],
  ])
  expect((await linesIn(store)).map(({ detail }) => detail)).toEqual([
    {},
    { sudo: 'li', as: 'staff:xiaoming', actions: 'screen' },
    { as: 'staff:xiaoming' },
  ])
})

test('residents who see, export, correct and delete what is held about them are named nowhere', async () => {
  const { store, say, number } = await request()
  await say('低保怎么申请')
  expect(await deedsIn(store)).toEqual([])
  await say('我的信息')
  await say('导出我的信息')
  for (const words of ['更正我的信息', '住址', '红旗村']) await say(words)
  await say('删除我的信息')
  await say('确认删除我的信息')
  expect(await deedsIn(store)).toEqual([
    ['resident', 'listed', `ticket:${number}`],
    ['resident', 'exported', `ticket:${number}`],
    ['resident', 'corrected', `ticket:${number}`],
    ['resident', 'erased', `ticket:${number}`],
  ])
  expect(JSON.stringify(await linesIn(store))).not.toMatch(/openid|红旗村|王秀英|138\d{8}/)
})

test('an advisor’s lines that show, list or move requests', async () => {
  const { store, open, write } = await office()
  const number = await open(412)
  const line = (deed: string) => ['advisor:wangfang', deed, `ticket:${number}`]
  await write(WANG, '帮助')
  await write(WANG, `看 ${number}`)
  await write(WANG, '我的')
  await write(WANG, `接单 ${number}`)
  await write(WANG, `告诉居民 ${number} 明天上门`)
  await write(WANG, `走访 ${number} 上门见到了，家里缺药`)
  expect(await deedsIn(store)).toEqual([
    line('seen'),
    ['advisor:wangfang', 'listed', 'table:tickets'],
    line('changed'),
    line('said'),
    line('changed'),
    line('changed'),
  ])
})

test('a redelivered line is one deed', async () => {
  const { store, open, write } = await office()
  const number = await open(412)
  for (let time = 0; time < 3; time++) await write(WANG, `接单 ${number}`, { id: 'm1' })
  expect(await deedsIn(store)).toHaveLength(1)
})

test('rosters that are imported, listed or changed', async () => {
  const { desk, store } = await request()
  const ask = (asked: object) => answerAtDesk(desk, { user: 'li', sudo: null, asked })
  const row = (line: number, text: string) => ({ line, cells: text.split(',') })
  const areas = { file: '区域.csv', rows: [row(1, '区域编号,级别,名称,上级编号'), row(2, '6401,区,兴庆区,')] }
  const people = {
    file: '顾问.csv',
    rows: [row(1, '账号,姓名,电话,角色,区域,值班,请假'), row(2, 'wang,王芳,13812345678,骨干,6401,,')],
  }
  const importing = { people: 'import', replace: false } as const
  await ask({ ...importing, what: 'areas', sheet: areas, apply: true })
  await ask({ ...importing, what: 'advisors', sheet: people, apply: false })
  await ask({ ...importing, what: 'advisors', sheet: people, apply: true })
  await ask({ people: 'show', advisor: 'wang' })
  await ask({ people: 'sheet', what: 'advisors' })
  expect(await deedsIn(store)).toEqual([
    ['command:li', 'imported', 'table:areas'],
    ['command:li', 'imported', 'table:advisors'],
    ['command:li', 'seen', 'advisor:wang'],
    ['command:li', 'exported', 'table:advisors'],
  ])
})

test('what is past its term is purged, never what the law wants kept, and the chain stays whole', async () => {
  const { store, type, clock } = await request()
  for (let look = 0; look < 3; look++) await type('--full')
  clock.pass(400 * 86_400_000)
  await type('--full')
  await expect(purge(store, WITNESS, { now: clock(), days: 179 })).rejects.toThrow('最少要留180天')
  expect(await purge(store, WITNESS, { now: clock(), days: 500 })).toBe(0)
  expect(await purge(store, WITNESS, { now: clock(), days: 365 })).toBe(3)
  const verdict = await verify(store, fingerprint)
  expect(verdict).toEqual({ lines: 2, from: 4, to: 5, broken: null })
  expect((await linesIn(store)).map(({ deed }) => deed)).toEqual(['seen', 'purged'])
  expect(sayVerdict(verdict)).toBe('审计记录完好：第4条到第5条，共2条。')
  await store.transaction((tx) => tx.remove('audit', '000000000004'))
  expect(sayVerdict(await verify(store, fingerprint))).toContain('第4条不见了')
})

test('the newest line stays however old it is', async () => {
  const store = memoryStore()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const desk: Desk = { store, fingerprint, now: clock, newId: () => 'n' }
  await answerAtDesk(desk, { user: 'li', sudo: null, asked: { audit: 'export', table: 'tickets' } })
  clock.pass(4000 * 86_400_000)
  expect(await purge(store, WITNESS, { now: clock(), days: 365 })).toBe(0)
  expect((await verify(store, fingerprint)).broken).toBeNull()
})

test('a line as people read it', async () => {
  const { store, type, number } = await request()
  await type('--full')
  const [line] = await linesIn(store)
  expect(line && sayLine(line)).toBe(`1 2026-11-22 09:00 command:li 查看 ticket:${number}`)
})

test('the command line', () => {
  const now = new Date('2026-11-22T20:00:00Z')
  const today = { kind: 'list', from: '2026-11-23', to: '2026-11-23', by: null, about: null }
  expect(readAuditCommand([], now)).toEqual(today)
  expect(readAuditCommand(['--about', 'Q-0412-6'], now)).toEqual({
    kind: 'list',
    from: null,
    to: null,
    by: null,
    about: 'ticket:Q-0412-6',
  })
  expect(readAuditCommand(['verify', '--head', '12:aB-_'], now)).toEqual({
    kind: 'verify',
    heads: [{ number: 12, seal: 'aB-_' }],
  })
  expect(readAuditCommand(['purge', '--days', '400'], now)).toEqual({ kind: 'purge', days: 400 })
  for (const wrong of [
    ['dance'],
    ['list', '--day', '昨天'],
    ['purge', '--all', 'x'],
    ['verify', '--head', 'x'],
  ])
    expect(() => readAuditCommand(wrong, now)).toThrow()
})

const SERVER = join(import.meta.dirname, '..', 'dist', 'server')
const run = promisify(execFile)

test('an export is noted, beside a running server and without one; a changed line is found by the command', async () => {
  const dataDir = join(temporaryFolder(), 'data')
  const options = { cwd: temporaryFolder(), env: { DATA_DIR: dataDir, PATH: process.env['PATH'] } }
  const command = (script: string, ...args: string[]) =>
    run(process.execPath, [...SHORT_LIVED, join(SERVER, script), ...args], options)
  const quiet = { warn() {}, error() {} }
  const opened = await unlock(
    await openLowdbStore(dataDir, { log: quiet }),
    { folder: dataDir, keys: [] },
    quiet,
  )
  const desk: Desk = { ...opened, now: () => new Date(), newId: () => 'n' }
  const door = await openDoor(dataDir, desk, () => {})
  const config = readConfig({ DATA_DIR: dataDir })
  const exported = (table: string) =>
    exportTable(table, config, { write: async () => {}, complain: expect.unreachable })
  await exported('residents')
  await door.close()
  await opened.store.close()
  await exported('tickets')
  const lines: AuditLine[] = []
  for await (const line of (await readLowdbFolder(dataDir)).scan('audit')) lines.push(line)
  lines.sort((one, other) => (one.id < other.id ? -1 : 1))
  expect(lines.map(({ deed, subject }) => [deed, subject])).toEqual([
    ['exported', 'table:residents'],
    ['exported', 'table:tickets'],
  ])
  expect((await command('audit.js')).stdout.split('\n')).toHaveLength(3)
  const verdict = await verify(await readLowdbFolder(dataDir), opened.fingerprint)
  expect(sayVerdict(verdict)).toContain('审计记录完好：第1条到第2条')
  const again = await openLowdbStore(dataDir, { log: quiet })
  const [first] = lines
  if (!first) throw new Error('nothing was noted')
  await again.transaction((tx) => tx.put('audit', { ...first, by: 'command:somebody' }))
  await again.close()
  await expect(command('audit.js', 'verify')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('第1条被改动过'),
  })
})

test('where nothing was ever kept, that is said', async () => {
  const nowhere = { dataDir: join(temporaryFolder(), 'none'), dataKeys: [], databaseUrl: null }
  const quiet = { warn: () => {}, error: () => {} }
  await expect(readStore(nowhere, quiet)).rejects.toThrow(`还没有数据：DATA_DIR ${nowhere.dataDir} 不存在。`)
})
