import { describe, expect, test } from 'vitest'
import { insertTicket, putTicket } from '../bot/casework.ts'
import { createTallies } from '../bot/tallies.ts'
import { decide } from '../bot/turn.ts'
import type { Action } from '../flows/ticket/actions.ts'
import type { RequestFacts } from '../flows/ticket/request.ts'
import { type Actor, type Opening, openTicket, readTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { advance } from '../flows/ticket/transitions.ts'
import { createKept } from '../server/console/figures/kept.ts'
import { monthsOf, periodOf } from '../server/console/figures/period.ts'
import { atShare } from '../server/console/figures/requests.ts'
import { figuresOutput } from '../server/console/figures/wire.ts'
import type { ConsoleRole } from '../server/console/roles.ts'
import { inPages } from '../server/in-pages.ts'
import { consoleOffice } from './support/console.ts'
import { ADVANCE, FACTS, MORNING, opening, resident, staff } from './support/tickets.ts'

const at = (moment: string) => new Date(`2026-${moment}:00+08:00`)
const NOW = at('06-30T10:00')
const HOUSES = {
  1: '尧化街道尧新社区3栋201',
  2: '长营村社区1栋101',
  3: '尧新社区9号',
  4: '长营村12号',
  5: '尧新社区5-302',
}
const AID: Action = { ...ADVANCE, ahead: false, papers: [] }
const SCREEN: Action = { kind: 'screen', why: '' }
const close = (result: 'helped' | 'partly' | 'not-helped'): Action => ({
  kind: 'close',
  result,
  why: '办好了',
})
const REVISIT: Action = { kind: 'revisit', satisfied: true, why: '都好' }
type Step = [moment: string, Action, Actor?]
interface Case {
  opened: string
  area: string | null
  needs: RequestFacts['needs']
  place: string
  /** Who it is for; null where nothing tells. */
  phone: string | null
  steps?: Step[]
  more?: Partial<Opening>
}
const URGENT = { urgency: { level: 'urgent', reason: '没米下锅' } } as const
const NEIGHBOUR = { facts: { ...FACTS, who: 'neighbour' } } as const

const CASES: readonly Case[] = [
  // Five working days; revisited in time, though rated after the thirty days.
  {
    opened: '05-11T09:00',
    area: 'yaoxin',
    needs: ['money'],
    place: HOUSES[1],
    phone: 'A',
    steps: [
      ['05-11T10:00', SCREEN],
      ['05-18T09:00', close('helped')],
      ['05-25T09:00', REVISIT],
      ['06-20T09:00', { kind: 'rate', rating: 'satisfied', why: '' }, resident],
    ],
  },
  // The same person again: two working days, revisited too late.
  {
    opened: '05-11T09:00',
    area: 'yaoxin',
    needs: ['money', 'service'],
    place: HOUSES[1],
    phone: 'A',
    steps: [
      ['05-11T10:00', SCREEN],
      ['05-13T09:00', close('partly')],
      ['06-29T09:00', REVISIT],
    ],
  },
  // Another one of the household: eight working days, never revisited.
  {
    opened: '05-12T09:00',
    area: 'yaohua',
    needs: ['goods'],
    place: HOUSES[1],
    phone: 'B',
    steps: [
      ['05-12T10:00', SCREEN],
      ['05-22T09:00', close('not-helped')],
    ],
  },
  // Urgent: aid after three hours; after thirty, and once more; never; and still to come.
  {
    opened: '05-20T09:00',
    area: 'chang',
    needs: ['money'],
    place: HOUSES[2],
    phone: 'C',
    more: URGENT,
    steps: [['05-20T12:00', AID]],
  },
  {
    opened: '05-25T09:00',
    area: 'chang',
    needs: ['money'],
    place: '长营村社区第3网格',
    phone: 'D',
    more: URGENT,
    steps: [
      ['05-26T15:00', AID],
      ['05-28T15:00', AID],
    ],
  },
  {
    opened: '06-01T09:00',
    area: null,
    needs: ['service'],
    place: '',
    phone: null,
    more: { ...URGENT, ...NEIGHBOUR },
  },
  {
    opened: '06-01T09:00',
    area: null,
    needs: ['service'],
    place: '',
    phone: null,
    more: NEIGHBOUR,
    steps: [['06-02T09:00', { kind: 'withdraw', why: '不用了' }]],
  },
  {
    opened: '06-02T09:00',
    area: 'yaoxin',
    needs: [],
    place: HOUSES[5],
    phone: 'G',
    steps: [['06-03T09:00', { kind: 'refuse', why: '不归本区', elsewhere: '户籍地' }]],
  },
  // One working day; the thirty days still run.
  {
    opened: '06-08T09:00',
    area: 'yaoxin',
    needs: ['goods'],
    place: HOUSES[3],
    phone: 'E',
    steps: [
      ['06-08T10:00', SCREEN],
      ['06-09T09:00', close('helped')],
    ],
  },
  { opened: '06-29T20:00', area: 'chang', needs: ['money'], place: HOUSES[4], phone: 'F', more: URGENT },
  { opened: '06-30T09:00', area: 'yaoxin', needs: ['money'], place: HOUSES[1], phone: 'A' },
  // The first moment of the ninety days, and the last before them.
  {
    opened: '04-02T00:00',
    area: 'yaohua',
    needs: ['goods'],
    place: '尧化街道',
    phone: null,
    more: { facts: { ...FACTS, who: 'self' } },
  },
  { opened: '04-01T23:59', area: 'yaohua', needs: ['goods'], place: '尧化街道', phone: 'Z' },
]

/** An office with the requests above, on the morning of 30 June. */
async function june() {
  const office = await consoleOffice()
  const { store, now } = office
  for (const [
    place,
    { opened: since, area, needs, phone, steps = [], more = {}, ...one },
  ] of CASES.entries()) {
    const when = at(since)
    const facts = { ...FACTS, ...more.facts, needs, place: one.place }
    const fingerprints = phone === null ? [] : [{ kind: 'phone' as const, value: phone }]
    const number = mintNumber(0, () => place + 1)
    const opened = openTicket(
      opening({ number, area, at: when, askedAt: when, ...more, facts, fingerprints }),
    )
    await store.transaction((tx) => insertTicket(tx, opened))
    for (const [moment, action, actor = staff] of steps) {
      await store.transaction(async (tx) => {
        // It may have been linked to an earlier one meanwhile.
        const ticket = readTicket((await tx.get('tickets', number))?.ticket)
        await putTicket(tx, ticket.seq, advance(ticket, action, actor, at(moment)), at(moment))
      })
    }
  }
  now.pass(NOW.getTime() - MORNING.getTime())
  const signedIn = async (roles: ConsoleRole[], areas: string[] = []) => {
    await office.account('me', roles, { areas })
    const me = office.browser()
    await me.signIn('me')
    return me
  }
  return { ...office, signedIn }
}
const figuresIn = ({ body }: { body: unknown }) => figuresOutput.parse(body)
const counts = (rows: readonly { name: string; count: number }[]) =>
  Object.fromEntries(rows.filter(({ count }) => count > 0).map(({ name, count }) => [name, count]))

describe('requests of ninety days', () => {
  test('are counted as by hand', async () => {
    const me = await (await june()).signedIn(['street'])
    const { period, at: moment, requests } = figuresIn(await me.get('/figures'))
    expect(period).toEqual({ from: '2026-04-02', to: '2026-06-30', says: '最近90天' })
    expect(moment).toBe('6月30日（星期二）10:00')
    expect(counts(requests?.stages ?? [])).toEqual({ 受理: 6, 不予受理: 1, 办结: 2, 回访: 2, 撤回: 1 })
    expect(counts(requests?.needs ?? [])).toEqual({ 资金: 6, 物资: 3, 服务: 3, 没说要哪一样: 1 })
    expect(requests?.areas.map(({ name, count, depth }) => [name, count, depth])).toEqual([
      ['示范区', 10, 0],
      ['迈皋桥街道', 3, 1],
      ['长营村社区', 3, 2],
      ['尧化街道', 7, 1],
      ['尧新社区', 5, 2],
      ['未分区域', 2, 0],
    ])
    expect(requests).toMatchObject({
      all: 12,
      more: false,
      took: { count: 4, median: 2, most: 8 },
      closing: { closed: 4, onTime: 4, open: 6, overdue: 3 },
      revisits: { closed: 4, revisited: 2, onTime: 1, overdue: 1, waiting: 1 },
      urgent: { all: 4, inTime: 1, late: 1, waiting: 1, none: 1 },
      heads: {
        asked: { households: 9, people: 10, times: 12 },
        helped: { households: 4, people: 4, times: 6 },
        unhoused: 4,
      },
    })
    expect(requests?.months.map(({ from: _, to: __, ...month }) => Object.values(month))).toEqual([
      ['2026年4月', 1, 1, 0, null, null],
      ['2026年5月', 5, 2, 3, 5, 8],
      ['2026年6月', 6, 3, 1, 1, 1],
    ])
  })

  test('each number of a stage and of an area is as long as the list it opens', async () => {
    const me = await (await june()).signedIn(['street'])
    const { requests, period } = figuresIn(await me.get('/figures'))
    const listed = async (query: string) => {
      const { body } = await me.get(`/requests?view=all&from=${period.from}&to=${period.to}${query}`)
      return Array.isArray(body['requests']) ? body['requests'].length : -1
    }
    expect(await listed('')).toBe(12)
    for (const { stage, count } of requests?.stages ?? [])
      expect([stage, await listed(`&stage=${stage}`)]).toEqual([stage, count])
    for (const { id, count } of requests?.areas ?? [])
      expect([id, await listed(`&area=${id}`)]).toEqual([id, count])
  })

  test('are those where the account works', async () => {
    const office = await june()
    const mine = figuresIn(await (await office.signedIn(['auditor'], ['yaohua'])).get('/figures')).requests
    expect([mine?.all, mine?.areas.map(({ name, count }) => [name, count])]).toEqual([
      7,
      [
        ['尧化街道', 7],
        ['尧新社区', 5],
      ],
    ])
    // What was counted for one is not shown to the next.
    const others = figuresIn(await (await office.signedIn(['street'], ['maigao'])).get('/figures')).requests
    expect([others?.all, others?.urgent]).toEqual([3, { all: 3, inTime: 1, late: 1, waiting: 1, none: 0 }])
  })

  test.each(['reviewer', 'editor'] as const)('are not shown to the %s, who sees answers', async (role) => {
    const me = await (await june()).signedIn([role])
    const { requests, answers } = figuresIn(await me.get('/figures'))
    expect(requests).toBeNull()
    expect(answers.kinds.length).toBe(4)
  })
})

test('answers are counted by what became of them and by policy, on the days asked for', async () => {
  const { store, signedIn } = await june()
  const tallies = createTallies(store)
  for (const moment of ['04-01T12:00', '06-01T12:00', '06-30T09:00']) {
    tallies.count(decide('answer', ['dibao']), at(moment))
    tallies.count(decide('abstain'), at(moment))
  }
  tallies.count(decide('answer', ['tekun']), at('06-30T09:00'))
  tallies.count(decide('answer', ['gone']), at('06-30T09:00'))
  tallies.count(decide('answer', ['gone']), at('06-30T09:00'))
  tallies.count(decide('answer', ['gone']), at('06-30T09:00'))
  tallies.count(decide('clarify', ['dibao', 'tekun']), at('06-30T09:00'))
  tallies.count(decide('danger'), at('06-30T09:00'))
  await tallies.flush()
  await store.transaction((tx) =>
    tx.put('questions', {
      id: 'q1',
      at: NOW.toISOString(),
      reason: 'not-found',
      policies: [],
      state: 'open',
      settled: null,
      words: '怎么办',
    }),
  )
  const { answers } = figuresIn(await (await signedIn(['editor'])).get('/figures'))
  expect(answers).toEqual({
    kinds: [
      { name: '找到答案', count: 6 },
      { name: '反问了一句', count: 1 },
      { name: '没找到', count: 2 },
      { name: '听出危险', count: 1 },
    ],
    busiest: [
      { name: 'gone', count: 3 },
      { name: expect.stringContaining('最低生活保障'), count: 2 },
      { name: '特困人员救助供养', count: 1 },
    ],
    unanswered: { count: 1, more: false },
  })
})

test('a period is this month, the last one, ninety days, a year, or a month by its name', () => {
  const of = (name: string, today: string) => {
    const { from, to, says } = periodOf(name, today)
    return `${from} ${to} ${says}`
  }
  expect(of('month', '2026-11-22')).toBe('2026-11-01 2026-11-22 2026年11月')
  expect(of('last-month', '2026-03-31')).toBe('2026-02-01 2026-02-28 2026年2月')
  expect(of('last-month', '2026-01-01')).toBe('2025-12-01 2025-12-31 2025年12月')
  expect(of('90-days', '2026-06-30')).toBe('2026-04-02 2026-06-30 最近90天')
  expect(of('2024-02', '2026-06-30')).toBe('2024-02-01 2024-02-29 2024年2月')
  expect(monthsOf(periodOf('year', '2026-06-30')).map(({ from, to }) => [from, to])).toHaveLength(12)
  expect(monthsOf(periodOf('90-days', '2026-06-30')).map(({ from, to }) => [from, to])).toEqual([
    ['2026-04-02', '2026-04-30'],
    ['2026-05-01', '2026-05-31'],
    ['2026-06-01', '2026-06-30'],
  ])
})

test('a share of a spread is its nearest rank', () => {
  expect(atShare(new Map(), 0.5)).toBeNull()
  expect(atShare(new Map([[4, 1]]), 0.9)).toBe(4)
  expect(
    atShare(
      new Map([
        [9, 1],
        [1, 9],
      ]),
      0.9,
    ),
  ).toBe(1)
  expect(
    atShare(
      new Map([
        [9, 2],
        [1, 8],
      ]),
      0.9,
    ),
  ).toBe(9)
})

test('many rows of one moment are walked once each', async () => {
  const rows = Array.from({ length: 2300 }, (_, place) => ({
    id: String(place).padStart(5, '0'),
    at: String(place < 1700 ? 5 : place),
  })).sort((one, other) => (one.at === other.at ? 0 : one.at < other.at ? -1 : 1))
  const walked: string[] = []
  const list = async ({ from, to, limit }: { from: string; to: string; limit: number }) =>
    rows.filter((row) => row.at >= from && row.at <= to).slice(0, limit)
  for await (const page of inPages(list, (row) => row.at, { from: '0', to: '9' }))
    walked.push(...page.map(({ id }) => id))
  expect([walked.length, new Set(walked).size]).toEqual([2300, 2300])
})

test('what was counted is kept for three minutes, counted once at a time, and never when it failed', async () => {
  let now = NOW.getTime()
  const kept = createKept(() => new Date(now))<number>()
  let counted = 0
  let running = 0
  const count = async () => {
    expect(++running).toBe(1)
    await Promise.resolve()
    running--
    return ++counted
  }
  expect(await Promise.all([kept('a', count), kept('a', count), kept('b', count)])).toEqual([1, 1, 2])
  now += 179_000
  expect(await kept('a', count)).toBe(1)
  now += 1_000
  expect(await kept('a', count)).toBe(3)
  await expect(kept('c', () => Promise.reject(new Error('store')))).rejects.toThrow('store')
  expect(await kept('c', count)).toBe(4)
})
