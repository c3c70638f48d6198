/** What residents are promised of their data, whatever they did before: 个人信息保护法 第十五条, 第四十五条 to 第四十七条. */
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { verify } from '../bot/audit.ts'
import { act } from '../bot/casework.ts'
import { createIntake } from '../bot/intake.ts'
import { plainText } from '../bot/message.ts'
import type { Store, Tables } from '../bot/store.ts'
import { wishId } from '../bot/wishes.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { readCommand } from '../server/desk/command.ts'
import { atDesk, type Desk } from '../server/desk/desk.ts'
import { unlock } from '../server/store/data-key.ts'
import { TABLES } from '../server/store/entry.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { memoryStore } from './support/memory-store.ts'
import { clockAt, DOER, fingerprint, temporaryFolder, WITNESS, world } from './support/world.ts'

/** More with `RIGHTS_RUNS=1000 npx vitest run test/rights.test.ts --testTimeout 600000`. */
const RUNS = Number(process.env['RIGHTS_RUNS'] ?? 15)
const DAY = 86_400_000

/** Values of one person that nobody else has. */
const canaries = (n: number) => ({
  name: `欧阳${String.fromCharCode(0x9f00 + (n % 90))}`,
  phone: `139${String(10_000_000 + n)}`,
  place: `尧新社区${1000 + n}号`,
  story: `修鞋摊${2000 + n}被收走了`,
  heard: `钥匙在${3000 + n}柜`,
})
/** Those that are words about what happened, not who or where somebody is. */
const IS_STORY = /^(?:修鞋摊|钥匙)/
const ONE = canaries(7)
const VALUES = Object.values(ONE)

/** Where these values stand, table by table. */
async function hits(store: Store, values: readonly string[] = VALUES): Promise<string[]> {
  const found = new Set<string>()
  for (const table of TABLES) {
    for await (const row of store.scan(table)) {
      const text = JSON.stringify(row)
      // A question nobody could answer is kept masked, and nothing leads from it to anybody.
      const meant = table === 'questions' ? values.filter((value) => !IS_STORY.test(value)) : values
      if (meant.some((value) => text.includes(value))) found.add(table)
    }
  }
  return [...found].sort()
}

async function rowsOf<K extends keyof Tables>(store: Store, table: K): Promise<Tables[K][]> {
  const rows: Tables[K][] = []
  for await (const row of store.scan(table)) rows.push(row)
  return rows
}

async function resident(store: Store) {
  const own = await world({ store, maxBytes: 1_000_000 })
  const say = async (words: string) => {
    own.clock.pass(30_000)
    const { reply } = await own.receive(own.text(words))
    return reply ? plainText(reply) : ''
  }
  return { ...own, say }
}

const REQUEST = [
  `我要求助，${ONE.story}，没钱吃饭`,
  '同意',
  '我自己',
  '1',
  '3',
  `尧化街道${ONE.place}`,
  '就在住的地方',
  ONE.name,
  ONE.phone,
  '跳过',
  '确认',
]
const OTHERS = [
  '人工',
  ONE.heard,
  '不用人工',
  '我的信息',
  '查进度',
  '上一步',
  '改第3项',
  '取消',
  '继续',
  '重来',
  '低保怎么申请',
  '匿名',
  '不同意',
  `我叫${ONE.name}，电话${ONE.phone}，住${ONE.place}`,
  '更正我的信息',
  '住址',
  '东风村',
  '满意',
  '确认撤回同意',
  '我不想活了',
]
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(REQUEST) },
    { weight: 3, arbitrary: fc.constantFrom(...OTHERS).map((words) => [words]) },
    { weight: 2, arbitrary: fc.nat(REQUEST.length).map((length) => REQUEST.slice(0, length)) },
  ),
  { minLength: 1, maxLength: 4 },
)

test('whatever was told, in whatever order: nothing kept before consent is given away, all is shown, all is deleted', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (walks) => {
      const store = memoryStore()
      const { say } = await resident(store)
      for (const words of walks.flat()) {
        await say(words)
        // Until somebody agreed, what they told waits in their own conversation, and with whom they asked to talk to.
        if ((await rowsOf(store, 'tickets')).length === 0)
          expect(['heard', 'outbox', 'sessions']).toEqual(expect.arrayContaining(await hits(store)))
      }
      await say('不用人工')
      await say('取消')
      const tickets = (await rowsOf(store, 'tickets')).map(({ ticket }) => readTicket(ticket))
      const exported = await say('导出我的信息')
      for (const { number, consent, personal } of tickets) {
        expect(exported).toContain(number)
        expect(consent?.version).toBeGreaterThan(0)
        expect(Date.parse(consent?.at ?? '')).not.toBeNaN()
        for (const value of VALUES)
          if (JSON.stringify(personal).includes(value)) expect(exported).toContain(value)
      }
      expect(await say('确认删除我的信息')).toContain('删掉')
      expect(await hits(store)).toEqual([])
      expect(await rowsOf(store, 'tickets')).toEqual([])
      expect(await rowsOf(store, 'ticket_keys')).toEqual([])
      expect((await verify(store, fingerprint)).broken).toBeNull()
    }),
    { numRuns: RUNS },
  )
})

test('who agreed that others learn who they are reads so among what is held, and how to take it back', async () => {
  const store = memoryStore()
  const { say, clock } = await resident(store)
  for (const words of REQUEST) await say(words)
  expect(await say('导出我的信息')).not.toContain('转交')
  const [row] = await rowsOf(store, 'tickets')
  await act(store, {
    number: row?.id ?? '',
    action: { kind: 'share', agreed: true, why: '' },
    actor: { role: 'advisor', id: 'wang' },
    witness: WITNESS,
    now: clock(),
    newId: randomUUID,
  })
  expect(await say('导出我的信息')).toMatch(/转交：您同意过.*收回/)
})

test('who takes consent back stops the request, and nothing tells any more whom it was about', async () => {
  const store = memoryStore()
  const { say } = await resident(store)
  for (const words of [...REQUEST, '更正我的信息', '住址', `尧化街道${ONE.place}二楼`]) await say(words)
  expect(await hits(store)).toContain('ticket_events')
  await say('撤回同意')
  expect(await say('确认撤回同意')).toContain('同意已经撤回')
  expect(await hits(store)).toEqual([])
  expect((await rowsOf(store, 'tickets')).map(({ stage }) => stage)).toEqual(['withdrawn'])
  expect(await rowsOf(store, 'ticket_keys')).toEqual([])
  expect(await say('查进度')).not.toContain(ONE.story)
})

describe('somebody who was helped and wants it deleted', () => {
  async function helped() {
    const store = memoryStore()
    const own = await resident(store)
    for (const words of REQUEST) await own.say(words)
    const number = (await rowsOf(store, 'tickets'))[0]?.id ?? ''
    const by = {
      number,
      actor: { role: 'staff', id: 'li' },
      witness: WITNESS,
      newId: own.parts.newId,
    } as const
    const aid = {
      kind: 'aid',
      part: null,
      need: 'goods',
      what: '大米一袋',
      amount: null,
      source: '街道备用金',
      receipt: null,
      givenBy: '李强',
      ahead: true,
      papers: [{ name: '情况说明', day: '2026-11-30' }],
      why: '',
    }
    await act(store, { ...by, action: aid, now: own.clock() })
    const desk: Desk = { store, fingerprint, now: own.clock, newId: own.parts.newId }
    const type = (...words: string[]) => atDesk(desk, readCommand(words, { name: 'li' }), DOER)
    return { ...own, number, type }
  }

  test('has the request stopped at once, and staff delete the rest by the day that was promised', async () => {
    const { store, say, number, type } = await helped()
    await expect(type(number, '清除')).rejects.toThrow('没有要求删除')
    expect(await say('确认删除我的信息')).toContain(`${number}已经交办过`)
    await say('确认删除我的信息')
    expect(await type()).toContain('等核对的 1 张')
    expect(await type(number, '清除')).toContain('清除了')
    expect(await hits(store)).toEqual([])
    const [row] = await rowsOf(store, 'tickets')
    expect(row && readTicket(row.ticket).aid).toMatchObject([{ what: '大米一袋' }])
    const told = (await rowsOf(store, 'outbox')).map(({ text }) => text)
    expect(told.at(-1)).toContain('都删掉了')
    expect(await type()).not.toContain('等核对')
    await expect(type(number, '清除')).rejects.toThrow(TicketError)
    await store.transaction((tx) =>
      tx.put('tasks', {
        id: wishId('export', number),
        kind: 'export',
        resident: '',
        ticket: number,
        dueAt: '2026-01-01T15:59:59.999Z',
        state: 'open',
        detail: null,
      }),
    )
    expect(await type()).toMatch(
      new RegExp(`居民要求导出信息、等交给本人的 1 张（在后台的居民页办）：\\n.*已超期 ${number}`),
    )
    const deeds = (await store.list('audit', 'ofSubject', { equals: [`ticket:${number}`], limit: 9 })).map(
      ({ by, deed }) => `${by} ${deed}`,
    )
    expect(deeds).toContain('resident withdrawn')
    expect(deeds.at(-1)).toBe('command:tester erased')
  })
})

async function filesWith(folder: string, values: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(folder)) {
    const bytes = (await readFile(join(folder, name)).catch(() => Buffer.alloc(0))).toString()
    if (values.some((value) => bytes.includes(value))) found.push(name)
  }
  return found
}

test('what was deleted is gone from every file within eight days: journal, snapshots and daily copies', async () => {
  // Without sealing, so that whatever is left could be read.
  const folder = temporaryFolder()
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const open = () => openLowdbStore(folder, { clock, log: { warn() {}, error() {} } })
  let store = await open()
  const { say } = await resident(store)
  for (const words of REQUEST) await say(words)
  await store.close()
  store = await open()
  expect(await filesWith(folder, VALUES)).not.toEqual([])
  const again = await resident(store)
  const receive = createIntake({ ...again.parts, newId: randomUUID })
  await receive(again.text('确认删除我的信息', { id: 'delete' }))
  for (let day = 0; day < 8; day++) {
    clock.pass(DAY)
    await store.transaction((tx) =>
      tx.put('turns', { id: `t${day}`, resident: 'r', outgoing: null, at: clock().toISOString() }),
    )
    await store.close()
    store = await open()
  }
  const last = store
  onTestFinished(() => last.close())
  expect(await filesWith(folder, VALUES)).toEqual([])
})

test('200 values of 40 people stand nowhere in the data folder, nor in anything kept to tell advisors', async () => {
  const folder = temporaryFolder()
  const quiet = { warn() {}, error() {} }
  const { store, fingerprint: keyed } = await unlock(
    await openLowdbStore(folder, { log: quiet }),
    { folder, keys: [] },
    quiet,
  )
  const own = await world({ store })
  const receive = createIntake({ ...own.parts, setting: { ...own.parts.setting, fingerprint: keyed } })
  const values: string[] = []
  for (let n = 0; n < 40; n++) {
    const person = canaries(n)
    values.push(...Object.values(person))
    const from = `person-${n}`
    const told = REQUEST.map((words) =>
      words
        .replace(ONE.story, person.story)
        .replace(ONE.place, person.place)
        .replace(ONE.name, person.name)
        .replace(ONE.phone, person.phone),
    )
    for (const words of [...told, '人工', person.heard]) await receive(own.text(words, { from }))
  }
  expect(values).toHaveLength(200)
  expect((await rowsOf(store, 'tickets')).length).toBe(40)
  for (const table of ['nudges', 'events', 'jobs', 'audit', 'turns', 'questions'] as const) {
    const text = JSON.stringify(await rowsOf(store, table))
    expect(
      values.filter((value) => text.includes(value)),
      table,
    ).toEqual([])
  }
  await store.close()
  expect(await filesWith(folder, values)).toEqual([])
})
