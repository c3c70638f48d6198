import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { insertTicket } from '../bot/casework.ts'
import { once, transactionAgain } from '../bot/handed-in.ts'
import { createIntake } from '../bot/intake.ts'
import { changedAfter } from '../bot/marks.ts'
import { INDEXES, type Store, statesIn, type TableName, TOPICS } from '../bot/store.ts'
import { WORDS } from '../bot/wording.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { TABLES } from '../server/store/entry.ts'
import { openPostgresStore } from '../server/store/postgres/postgres.ts'
import { counting, listing } from '../server/store/postgres/queries.ts'
import { eventually } from './support/eventually.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { startProxy } from './support/proxy.ts'
import { platform, processOn } from './support/slow-turns.ts'
import { contract, job, turn } from './support/store-contract.ts'
import { opening } from './support/tickets.ts'
import { clockAt, fingerprint, world } from './support/world.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())
contract(
  'PostgreSQL',
  async () => ({
    open: () => openPostgresStore(server.url),
    destroy: () => server.empty(),
  }),
  { runs: 15 },
)

const raise = (): never => {
  throw new Error('no such store')
}
const asTable = (name: string): TableName => TABLES.find((table) => table === name) ?? 'turns'
/** A value an index may be asked for: of states only such as it holds. */
const heldValue = (table: string, index: string, field: string): string =>
  (field === 'state' && statesIn(asTable(table), index)?.[0]) || 'x'

describe('PostgreSQL with several processes', () => {
  const quiet = { warn: () => {}, error: () => {} }
  const open = async () => {
    const store = await openPostgresStore(server.url, { log: quiet })
    onTestFinished(() => store.close())
    return store
  }
  afterEach(() => server.empty())

  test('makes its tables once, however many start together', async () => {
    await server.drop()
    const stores = await Promise.all([open(), open(), open()])
    await stores[0]?.transaction((tx) => tx.put('turns', turn('m1', 0)))
    expect(await stores[2]?.get('turns', 'm1')).toEqual(turn('m1', 0))
  })

  test('answers a slow message that was acknowledged by another process, once, however the first ends', async () => {
    const clock = clockAt('2026-11-22T09:00:00+08:00')
    const wechat = platform(clock)
    const stores = [await open(), await open()] as const
    const first = await processOn(stores[0], wechat, clock)
    const second = await processOn(stores[1], wechat, clock)
    const held = first.hold()
    const message = wechat.text('谢谢')
    expect(await first.push(message)).toEqual({ status: 200, text: '' })
    await second.round()
    expect(wechat.said).toEqual([])
    clock.pass(20_000)
    await second.round()
    expect(wechat.said).toEqual([WORDS.thanks])
    held.open()
    await eventually(async () => expect(await server.ask('select id from turns')).toHaveLength(1))
    clock.pass(120_000)
    for (const one of [first, second]) {
      await one.round()
      expect(await one.push(message)).toEqual({ status: 200, text: '' })
    }
    expect(wechat.said).toEqual([WORDS.thanks])
    for await (const row of stores[0].scan('taken')) expect(row).toBeUndefined()
  })

  const changed = (id: string, area = '') => ({ id, area, at: '2026-03-03T01:00:00.000Z', mark: '' })

  test('a change that is committed late is handed out after those that overtook it, and not passed over', async () => {
    const [slow, quick, asker] = [await open(), await open(), await open()]
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let begun = () => {}
    const begins = new Promise<void>((resolve) => {
      begun = resolve
    })
    const late = slow.transaction(async (tx) => {
      await tx.put('removed_tickets', changed('late'))
      await tx.get('removed_tickets', 'late')
      begun()
      await held
    })
    await begins
    await quick.transaction((tx) => tx.put('removed_tickets', changed('soon')))
    const first = await changedAfter(asker, 'removed_tickets', 0, 10)
    expect(first.rows.map(({ id }) => id)).toEqual(['soon'])
    release()
    await late
    const second = await changedAfter(asker, 'removed_tickets', first.place, 10)
    expect(second.rows.map(({ id }) => id)).toEqual(['late'])
  })

  test('what a system sends to two processes at once is done once, and all hear the same', async () => {
    const stores = [await open(), await open()]
    const sent = { key: 'k', kind: 'ticket', ref: 'XQ-1', content: { story: '断粮' } } as const
    const push = (place: number) =>
      transactionAgain(stores[place % 2] ?? raise(), (tx) =>
        once(tx, sent, { fingerprint, now: new Date() }, async () => {
          const number = mintNumber(0, () => randomInt(9000))
          await insertTicket(tx, openTicket(opening({ number, fingerprints: [] })))
          return number
        }),
      )
    const became = await Promise.all([0, 1, 2, 3, 4, 5].map(push))
    expect(new Set(became.map(({ number }) => number)).size).toBe(1)
    expect(became.map(({ other }) => other)).not.toContain(true)
    const rows = await stores[0]?.list('tickets', 'byOpening', { equals: [], limit: 10 })
    expect(rows?.map(({ id }) => id)).toEqual([became[0]?.number])
  })

  test('while four write and two ask, each who asks ends with every row as it is', async () => {
    const stores = [await open(), await open()]
    const pick = (place: number): Store => stores[place % 2] ?? raise()
    let writing = true
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let round = 0; round < 20; round++) {
        const row = changed(`r${(writer + round * 3) % 7}`, `${writer}-${round}`)
        await pick(writer).transaction((tx) => tx.put('removed_tickets', row))
      }
    })
    const askers = [0, 1].map(async (who) => {
      const known = new Map<string, string>()
      let place = 0
      for (let last = false; ; ) {
        const found = await changedAfter(pick(who), 'removed_tickets', place, 3)
        for (const { id, area } of found.rows) known.set(id, area)
        place = found.place
        if (found.more) continue
        if (last) return known
        last = !writing
      }
    })
    await Promise.all(writers)
    writing = false
    const truth: [string, string][] = []
    for await (const { id, area } of pick(0).scan('removed_tickets')) truth.push([id, area])
    for (const known of await Promise.all(askers)) expect([...known].sort()).toEqual(truth.sort())
  })

  test('drops an index an older version left, and one half built, and has each that is declared', async () => {
    const store = await open()
    await store.transaction((tx) => tx.put('turns', turn('m1', 0)))
    await server.run(`create index outbox_ofold on outbox (id); drop index turns_byage;
      create index turns_byage on turns (id); update pg_index set indisvalid = false
        where indexrelid = 'turns_byage'::regclass; update schema_mark set mark = 'of before'`)
    await Promise.all([open(), open()])
    const names = await server.ask<{ name: string }>(
      `select indexname as name from pg_indexes where schemaname = 'public' and indexname not like '%_pkey'`,
    )
    const declared = Object.entries(INDEXES).flatMap(([table, indexes]) =>
      Object.keys(indexes).map((index) => `${table}_${index}`.toLowerCase()),
    )
    expect(names.map(({ name }) => name).sort()).toEqual(declared.sort())
    const due = await server.ask<{ indexdef: string }>(
      `select indexdef from pg_indexes where indexname = 'turns_byage'`,
    )
    expect(due[0]?.indexdef).toContain("'at'")
    expect(await store.get('turns', 'm1')).toEqual(turn('m1', 0))
  })

  test('leaves a newer program’s indexes alone when an older one starts again, and has its own', async () => {
    const store = await open()
    await store.transaction((tx) => tx.put('turns', turn('m1', 0)))
    // What a newer program does here.
    await server.run(`create index turns_ofnewer on turns (id); drop index turns_byage;
      insert into schema_mark (mark, format) values ('newer', 1)`)
    await open()
    const names = await server.ask<{ name: string }>(
      `select indexname as name from pg_indexes where tablename = 'turns'`,
    )
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['turns_ofnewer', 'turns_byage']))
    await server.run(`delete from schema_mark where mark = 'newer'; drop index turns_ofnewer`)
  })

  test('refuses a database that a newer program wrote to', async () => {
    await open()
    await server.run('update schema_mark set format = 99')
    await expect(openPostgresStore(server.url, { log: quiet })).rejects.toThrow(
      /DATABASE_URL：这个库是新版本的程序写过的/,
    )
    await server.run('update schema_mark set format = 1')
    await open()
  })

  test('finds every answer by its index alone, among few rows and many', async () => {
    await open()
    await server.run(`insert into events select 'e' || n, jsonb_build_object('id', 'e' || n, 'kind', 'danger',
        'resident', 'r' || n, 'at', to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from generate_series(1, 20000) n; analyze`)
    for (const [table, indexes] of Object.entries(INDEXES)) {
      for (const [index, declared] of Object.entries(indexes)) {
        // What stands behind the id is only judged.
        const fields = [...declared, 'id'].slice(0, [...declared, 'id'].indexOf('id'))
        const query = {
          equals: fields.slice(0, -1).map((field: string) => heldValue(table, index, field)),
          from: 'a',
          limit: 5,
        }
        const { text, values } = listing(asTable(table), index, query)
        const plan = await server.ask<Record<string, string>>(
          `set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
           prepare asked as ${text}; explain execute asked (${values.map((value) => `'${value}'`).join(', ')})`,
        )
        const words = plan.map((line) => Object.values(line)[0]).join('\n')
        expect(words, `${table} ${index}`).toContain(`${table}_${index}`.toLowerCase())
        expect(words, `${table} ${index}`).not.toMatch(/Sort|Seq Scan/)
      }
    }
  })

  test('judges what is wanted beside by the index alone, in either direction', async () => {
    // What the database noted of so many rows outlives them, and would choose for the tests that follow.
    onTestFinished(() => server.drop())
    await open()
    await server.run(`insert into tickets select 'Q-' || n, jsonb_build_object('id', 'Q-' || n, 'resident', 'r' || n,
        'stage', case when n % 400 = 0 then 'refused' else 'received' end, 'area', 'a' || n % 50, 'owner', '',
        'openedAt', to_char(timestamp '2026-01-01' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'dueAt', '', 'ticket', repeat('x', 300)) from generate_series(1, 20000) n; analyze`)
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      const planOf = async ({ text, values }: ReturnType<typeof listing>) => {
        const written = (value: string | string[]) =>
          typeof value === 'string' ? `'${value}'` : `array[${value.map((one) => `'${one}'`)}]`
        const plan = await server.ask<Record<string, string>>(
          `set plan_cache_mode = ${mode}; set enable_seqscan = off; prepare judged as ${text};
           explain (analyze, costs off) execute judged (${values.map(written).join(', ')})`,
        )
        return plan.map((line) => Object.values(line)[0]).join('\n')
      }
      const newest = { equals: [], from: '2026', limit: 31, backwards: true } as const
      for (const where of [{ stage: ['refused'], area: ['a0', 'a7'] }, { owner: ['li'] }, { area: ['a3'] }]) {
        const query = { ...newest, where }
        for (const plan of [
          await planOf(listing('tickets', 'byOpening', query)),
          await planOf(counting('tickets', 'byOpening', query)),
        ]) {
          expect(plan).not.toContain('Seq Scan')
          const removed = [...plan.matchAll(/Rows Removed by (?:Filter|Index Recheck): (\d+)/g)]
          expect([plan, removed.filter(([, count]) => Number(count) > 100)]).toEqual([plan, []])
        }
      }
    }
  })

  test('loses no change of two that change one row', async () => {
    const stores = [await open(), await open()]
    const bump = (store: Store) =>
      store.transaction(async (tx) => {
        const row = await tx.get('rosters', 'roster')
        await tx.put('rosters', { id: 'roster', revision: (row?.revision ?? 0) + 1 })
      })
    await Promise.all(stores.flatMap((store) => Array.from({ length: 20 }, () => bump(store))))
    expect(await stores[0]?.get('rosters', 'roster')).toEqual({ id: 'roster', revision: 40 })
  })

  test('lets one of two act on what both saw', async () => {
    const stores = [await open(), await open()]
    const waiting = { equals: ['pending'], limit: 9 }
    const once = (store: Store, n: number) =>
      store.transaction(async (tx) => {
        if ((await tx.list('jobs', 'due', waiting)).length > 0) return false
        await tx.put('jobs', job(`j${n}`, n))
        return true
      })
    const did = await Promise.all(stores.map(once))
    expect(did.filter((one) => one)).toHaveLength(1)
    expect(await stores[0]?.list('jobs', 'due', waiting)).toHaveLength(1)
  })

  test('answers copies of one message delivered to both once, with the same words', async () => {
    const stores = [await open(), await open()]
    const worlds = await Promise.all(stores.map((store) => world({ store })))
    for (let group = 0; group < 5; group++) {
      const message = worlds[0]?.text('低保怎么申请', { id: `copied-${group}` })
      if (!message) throw new Error('no message')
      const copies = worlds.flatMap(({ receive }) => Array.from({ length: 4 }, () => receive(message)))
      const replies = (await Promise.all(copies)).map(({ reply }) => reply?.text)
      expect(new Set(replies).size).toBe(1)
    }
    const turns: string[] = []
    for await (const { id } of stores[0]?.scan('turns') ?? []) turns.push(id)
    expect(turns.sort()).toEqual(Array.from({ length: 5 }, (_, group) => `official-account:copied-${group}`))
    expect(await stores[0]?.list('outbox', 'due', { equals: [], limit: 99 })).toHaveLength(5)
  })

  test('keeps the order of a resident who writes to one and the other, in one flow', async () => {
    const stores = [await open(), await open()]
    const worlds = await Promise.all(stores.map((store) => world({ store })))
    const receivers = worlds.map(({ parts }) =>
      createIntake({ ...parts, newId: randomUUID, randomBelow: randomInt }),
    )
    const residents = Array.from({ length: 10 }, (_, n) => `o-ordered-${n}`)
    const say = async (from: string, n: number, words: string, process: number) => {
      const message = worlds[0]?.text(words, { id: `${from}-${n}`, from })
      if (!message) throw new Error('no message')
      const received = await receivers[process % receivers.length]?.(message)
      return received?.reply?.text ?? ''
    }
    await Promise.all(
      residents.map(async (from, place) => {
        // In the same moment at both: one begins, the other finds it begun.
        await Promise.all([say(from, 0, '我要求助', 0), say(from, 1, '我要求助', 1)])
        const words = [
          '同意',
          '我自己',
          '住院花了很多钱',
          '1',
          '不急',
          '东风街道',
          '就在住的地方',
          '王秀英 13812345678',
          '跳过',
        ]
        for (const [n, word] of words.entries()) await say(from, n + 2, word, place + n)
        expect(await say(from, 20, '确认', place)).toMatch(/求助编号 Q-/)
        const session = await stores[0]?.get('sessions', `official-account:${from}`)
        expect(session?.revision).toBe(words.length + 3)
      }),
    )
    const tickets: string[] = []
    for await (const { resident } of stores[0]?.scan('tickets') ?? []) tickets.push(resident)
    expect(tickets.sort()).toEqual(residents.map((from) => `official-account:${from}`).sort())
  })

  test('links two requests of one person that are opened in the same moment', async () => {
    const stores = [await open(), await open()]
    let arrived = 0
    let release: () => void = () => {}
    const both = new Promise<void>((resolve) => {
      release = resolve
    })
    const numbers = [1, 2].map((n) => mintNumber(0, () => n))
    await Promise.all(
      stores.map((store, place) =>
        store.transaction(async (tx) => {
          // Neither sees what the other does after this.
          await tx.get('turns', 'none')
          arrived += 1
          if (arrived === 2) release()
          await both
          const number = numbers[place] ?? ''
          await insertTicket(tx, openTicket(opening({ number, resident: `official-account:o${place}` })))
        }, 'rows'),
      ),
    )
    const kinds: string[] = []
    for await (const { kind } of stores[0]?.scan('ticket_events') ?? []) kinds.push(kind)
    expect(kinds.filter((kind) => kind === 'linked')).toHaveLength(1)
  })

  test('hears what another process announces', async () => {
    const [one, other] = [await open(), await open()]
    let heard = 0
    other.onAnnounced('roster', () => {
      heard += 1
    })
    await one.transaction(async (tx) => tx.announce('roster'))
    await expect.poll(() => heard).toBe(1)
  })

  test('hears everything once when what it hears by had broken, for something may have been missed', async () => {
    const store = await open()
    const heard: string[] = []
    for (const topic of TOPICS) store.onAnnounced(topic, () => heard.push(topic))
    await server.run("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'")
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([...TOPICS])
    await store.transaction(async (tx) => tx.announce('work'))
    await expect.poll(() => heard).toEqual([...TOPICS, 'work'])
  })

  test('says it is unavailable while the server is gone, and goes on when it is back', async () => {
    const store = await open()
    await store.transaction((tx) => tx.put('turns', turn('m1', 0)))
    await server.pause()
    const lost = store.transaction((tx) => tx.put('turns', turn('m2', 0)))
    await expect(lost).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
    expect(store.health()).toMatchObject({ writable: false, detail: expect.stringContaining('数据库') })
    await server.resume()
    await expect.poll(() => store.get('turns', 'm1').catch(() => null)).toEqual(turn('m1', 0))
    expect(store.health()).toEqual({ writable: true, detail: '正常', advice: [] })
    expect(await store.get('turns', 'm2')).toBeUndefined()
  })

  test('gives up within its time what is not answered, says so, and goes on once it is', {
    timeout: 30_000,
  }, async () => {
    const proxy = await startProxy(server.url)
    const silenceMs = 300
    const store = await openPostgresStore(proxy.url, { log: quiet, silenceMs })
    onTestFinished(async () => {
      await store.close()
      await proxy.stop()
    })
    await store.transaction((tx) => tx.put('turns', turn('m1', 0)))
    let begun = () => {}
    const began = new Promise<void>((resolve) => {
      begun = resolve
    })
    let goOn = () => {}
    const silent = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const midway = store.transaction(async (tx) => {
      await tx.get('turns', 'm1')
      begun()
      await silent
      await tx.put('turns', turn('m2', 0))
    })
    await began
    proxy.silence()
    goOn()
    const since = performance.now()
    const asked = [
      midway,
      store.get('turns', 'm1'),
      store.transaction((tx) => tx.put('turns', turn('m3', 0))),
    ]
    for (const settled of await Promise.allSettled(asked))
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    // Of a new connection it waits for three seconds.
    expect(performance.now() - since).toBeLessThan(10_000)
    expect(store.health()).toMatchObject({ writable: false, detail: expect.stringContaining('数据库') })
    proxy.speak()
    await expect
      .poll(() => store.get('turns', 'm1').catch(() => null), { timeout: 5_000 })
      .toEqual(turn('m1', 0))
    expect(store.health()).toMatchObject({ writable: true })
    await store.transaction((tx) => tx.put('turns', turn('m4', 0)))
    expect(await store.get('turns', 'm4')).toEqual(turn('m4', 0))
  })

  test('is closed within its time when it is not answered any more', {
    timeout: 30_000,
  }, async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.stop())
    const said: string[] = []
    const log = { warn: (words: string) => void said.push(words), error() {} }
    const store = await openPostgresStore(proxy.url, { log, silenceMs: 60_000, closeMs: 500 })
    await store.transaction((tx) => tx.put('turns', turn('m1', 0)))
    proxy.silence()
    const asked = store.get('turns', 'm1').catch((error: unknown) => error)
    const since = performance.now()
    await store.close()
    expect(performance.now() - since).toBeGreaterThan(400)
    expect(performance.now() - since).toBeLessThan(5_000)
    expect(await asked).toMatchObject({ code: 'unavailable' })
    expect(said.filter((words) => words.includes('没等它就断开'))).toHaveLength(1)
  })

  test('that cannot be used says why, and tells no password', async () => {
    const wrong = new URL(server.url)
    wrong.pathname = '/nothere'
    const failed = openPostgresStore(wrong.href, { log: quiet })
    await expect(failed).rejects.toThrow(/DATABASE_URL：没有 DATABASE_URL 里写的这个库/)
    wrong.port = '1'
    const refused = await openPostgresStore(wrong.href, { log: quiet }).catch((error: Error) => error)
    expect(String(refused)).toMatch(/连接不上数据库/)
    expect(String(refused)).not.toContain(server.password)
  })
})
