/** A machine's clock that is wrong, jumps, or stands in another part of the world. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { insertTicket } from '../bot/casework.ts'
import type { AdvisorChannel } from '../bot/channels/advisor-channel.ts'
import type { Nudge } from '../bot/store.ts'
import { tellDue } from '../bot/telling.ts'
import { Ways } from '../bot/ways.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { watchJumps } from '../server/clock-jumps.ts'
import { runDueJobs } from '../server/jobs.ts'
import { openLowdbStore } from '../server/store/lowdb.ts'
import { job, turn } from './support/store-contract.ts'
import { opening } from './support/tickets.ts'
import { rosterOf, wecom } from './support/ways.ts'
import { clockAt, openStore } from './support/world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

/** What becomes of a clock in the middle of it, in ms. */
const JUMPS: [string, number][] = [
  ['goes on', 0],
  ['an hour ahead', HOUR],
  ['an hour back', -HOUR],
  ['a day ahead, as after a server that was down', DAY],
  ['ten minutes back', -10 * MINUTE],
]
const BEGINNINGS = [
  ['an ordinary day', '2026-11-23T09:00+08:00'],
  ['the day before a leap day', '2028-02-28T15:00+08:00'],
  ['the last afternoon of a year', '2026-12-31T15:00+08:00'],
] as const

/** Everything told and done of a request nobody takes and four jobs, through three days with one jump. */
async function threeDays(from: string, jump: number) {
  const clock = clockAt(from)
  const store = await openStore()
  const platform = wecom(clock)
  const roster = rosterOf({ wang: { areas: ['xingfu'] }, zhao: { areas: ['jie'] }, qian: { areas: ['qu'] } })
  let ids = 0
  const telling = {
    store,
    channels: async () => platform.channels,
    roster: async () => roster,
    now: clock,
    newId: () => `m${++ids}`,
    onOutcome: () => {},
  }
  const done: string[] = []
  const does = async ({ id }: { id: string }) => void done.push(id)
  const handlers = {
    'answer-taken': does,
    'keep-media': does,
    'drop-media': does,
    announce: does,
    'check-hold': does,
    'update-cards': does,
    'tell-advisor': does,
    'end-hold': does,
  }
  await store.transaction(async (tx) => {
    await insertTicket(tx, openTicket(opening({ area: 'xingfu', at: clock(), askedAt: clock() })))
    for (const minute of [0, 50, 65, 2000]) {
      const dueAt = new Date(clock().getTime() + minute * MINUTE).toISOString()
      await tx.put('jobs', { ...job(`j${minute}`, 0), dueAt })
    }
  })
  const end = clock().getTime() + 3 * DAY
  for (let round = 0; clock().getTime() < end; round += 1) {
    while ((await tellDue(telling)) > 0);
    await runDueJobs(store, handlers, clock, () => {})
    clock.pass(10 * MINUTE)
    if (round === 5) clock.pass(jump)
  }
  const unclaimed: number[] = []
  const waiting: Nudge[] = []
  for await (const nudge of store.scan('nudges')) {
    if (nudge.state === 'accepted' && nudge.id.includes(':unclaimed:')) unclaimed.push(nudge.rung)
    if (nudge.state === 'pending' && nudge.dueAt <= clock().toISOString()) waiting.push(nudge)
  }
  const sent = platform.taken.map(({ to, text }) => `${to.join('、')}：${text}`)
  return { unclaimed: unclaimed.sort(), waiting, done: done.sort(), sent }
}

describe.each(BEGINNINGS)('from %s on', (_name, from) => {
  test.each(JUMPS)(
    'the clock %s: every job once, no reminder twice, and the last one told',
    async (_jump, by) => {
      const { unclaimed, waiting, done, sent } = await threeDays(from, by)
      expect(done).toEqual(['j0', 'j2000', 'j50', 'j65'])
      expect(new Set(sent).size).toBe(sent.length)
      expect(waiting).toEqual([])
      // Whoever stands at the end of the ladder heard of it: nobody took the request.
      const district = sent.filter((one) => one.startsWith('qian：'))
      // After a day it comes with the morning's words.
      expect(district.filter((one) => one.includes('没人接单')).length).toBeGreaterThan(0)
      if (by < DAY) expect(district.filter((one) => one.startsWith('qian：【没人接单】'))).toHaveLength(1)
      expect(new Set(unclaimed).size).toBe(unclaimed.length)
      if (by <= 0) expect(unclaimed).toEqual([0, 1, 2])
    },
  )
})

describe('old data', () => {
  test('the daily copies survive a clock that is a year ahead, and one that was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'copies-'))
    const clock = clockAt('2026-11-22T09:00:00+08:00')
    const copies = async () =>
      (await readdir(folder))
        .filter((name) => /^db-\d/.test(name))
        .map((name) => name.slice(3, -5))
        .sort()
    const aDay = async () => {
      const store = await openLowdbStore(folder, { clock, log: { warn() {}, error() {} } })
      await store.transaction((tx) => tx.put('turns', turn(clock().toISOString(), 0)))
      await store.close()
      clock.pass(DAY)
    }
    for (let day = 0; day < 9; day += 1) await aDay()
    expect(await copies()).toHaveLength(7)
    clock.pass(365 * DAY)
    await aDay()
    expect((await copies()).filter((day) => day.startsWith('2026'))).toHaveLength(5)
    clock.pass(-366 * DAY)
    await aDay()
    expect((await copies()).filter((day) => day.startsWith('2026')).length).toBeGreaterThanOrEqual(5)
    for (let day = 0; day < 9; day += 1) await aDay()
    expect((await copies()).every((day) => day.startsWith('2026'))).toBe(true)
    expect(await copies()).toHaveLength(7)
    await rm(folder, { recursive: true })
  })
})

test.each([
  ['an hour back', -HOUR, 0],
  ['half a minute back, as another process may be', -30_000, 95_000],
])('a way that was used lately, the clock %s, is free again soon', async (_name, by, ms) => {
  const clock = clockAt('2026-11-22T09:00:00+08:00')
  const store = await openStore()
  const channel: AdvisorChannel = {
    name: 'wecom-robot',
    maxBytes: 2000,
    perMinute: 20,
    carriesCards: false,
    tell: async () => ({ unreachable: [], code: null }),
  }
  const way = { key: 'robot:x', channel, to: [] }
  await store.transaction(async (tx) => {
    const ways = new Ways(tx, clock())
    for (let n = 0; n < 20; n += 1) await ways.try(tx, way)
    await ways.outcome(tx, way.key, 'retry', '45009')
  })
  clock.pass(by)
  const { freeAt } = await new Ways(store, clock()).fare(way, 'normal')
  expect(Math.max(0, freeAt - clock().getTime())).toBe(ms)
})

describe('a jump is told to the operator', () => {
  const watched = () => {
    const clock = clockAt('2026-11-22T09:00:00+08:00')
    let elapsed = 5_000
    const watch = watchJumps(clock, () => elapsed)
    const pass = (ms: number) => {
      elapsed += ms
      clock.pass(ms)
      watch.look()
      return watch.advice()
    }
    return { pass, clock }
  }

  test.each([
    [HOUR, '快了 60 分钟（从 2026-11-22 09:01 到 2026-11-22 10:01）'],
    [-10 * MINUTE, '慢了 10 分钟（从 2026-11-22 09:01 到 2026-11-22 08:51）'],
    [365 * DAY, '快了 365 天（从 2026-11-22 09:01 到 2027-11-22 09:01）'],
  ])('of %i ms, for a day', (by, says) => {
    const { pass, clock } = watched()
    expect(pass(30_000)).toEqual([])
    clock.pass(by)
    expect(pass(30_000)).toEqual([expect.stringContaining(says)])
    expect(pass(HOUR)).toHaveLength(1)
    expect(pass(DAY)).toEqual([])
  })

  test('but not of a clock that is being set right little by little', () => {
    const { pass, clock } = watched()
    for (let n = 0; n < 100; n += 1) {
      clock.pass(3_000)
      expect(pass(60_000)).toEqual([])
    }
  })
})
