/** Whom each nudge reaches, through a platform that keeps count: people by its application, groups by their robots. */
import { describe, expect, test } from 'vitest'
import { act, insertTicket } from '../bot/casework.ts'
import { saveRoster } from '../bot/roster.ts'
import type { Nudge } from '../bot/store.ts'
import { type TellingOutcome, tellDue } from '../bot/telling.ts'
import { openTicket, type Ticket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { opening } from './support/tickets.ts'
import { MINUTE, rosterOf, wecom } from './support/ways.ts'
import { WITNESS, world } from './support/world.ts'

/** A community with two people, its street with one, its district with one. */
const PEOPLE = {
  wang: { areas: ['xingfu'] },
  li: { areas: ['xingfu'] },
  zhao: { areas: ['jie'] },
  qian: { areas: ['qu'] },
}

async function office(at = '2026-11-23T09:00:00+08:00', people: Parameters<typeof rosterOf>[0] = PEOPLE) {
  const { clock, store, receive, text } = await world({ at })
  const platform = wecom(clock)
  const outcomes: TellingOutcome[] = []
  const roster = rosterOf(people)
  let ids = 0
  const parts = {
    store,
    channels: async () => platform.channels,
    roster: async () => roster,
    now: clock,
    newId: () => `m${++ids}`,
    ticketUrl: (number: string) => `https://example.org/t/${number}`,
    onOutcome: (outcome: TellingOutcome) => void outcomes.push(outcome),
  }
  const tell = async () => {
    while ((await tellDue(parts)) > 0);
  }
  const until = async (moment: string) => {
    const end = Date.parse(moment)
    const step = end - clock().getTime() > 180 * MINUTE ? 10 * MINUTE : MINUTE
    while (clock().getTime() < end) {
      clock.pass(Math.min(step, end - clock().getTime()))
      await tell()
    }
  }
  let tickets = 0
  const open = async (urgent = false, area = 'xingfu'): Promise<Ticket> => {
    const number = mintNumber(0, () => 1000 + tickets++)
    const opened = openTicket(
      opening({
        number,
        resident: `official-account:o${tickets}`,
        fingerprints: [],
        area,
        urgency: { level: urgent ? 'urgent' : 'normal', reason: '' },
        at: clock(),
        askedAt: clock(),
      }),
    )
    await store.transaction((tx) => insertTicket(tx, opened))
    return opened.ticket
  }
  const does = (number: string, by: string, action: unknown) =>
    act(store, {
      number,
      action,
      actor: { role: 'advisor', id: by },
      witness: WITNESS,
      now: clock(),
      newId: () => `${number}-${++ids}`,
    })
  const rows = async (kind?: Nudge['kind']) => {
    const all: Nudge[] = []
    for await (const row of store.scan('nudges')) if (kind === undefined || row.kind === kind) all.push(row)
    return all
  }
  /** What arrived since, as `to: first words`. */
  let seen = 0
  const arrived = () => {
    const fresh = platform.taken.slice(seen)
    seen = platform.taken.length
    return fresh.map(({ to, text }) => `${to.join('+')}: ${text.split('】')[0]}】`)
  }
  await tell()
  return { clock, store, receive, text, platform, outcomes, tell, until, open, does, rows, arrived }
}

describe('a request finds its people', () => {
  test('as one card to all on duty where it belongs, then whoever has it alone', async () => {
    const { open, tell, platform, does, until, arrived, store } = await office()
    const { number } = await open(true)
    await tell()
    expect(platform.taken).toMatchObject([
      { to: ['wang', 'li'], card: { ticket: number, url: `https://example.org/t/${number}` } },
    ])
    const buttons = platform.taken[0]?.card?.buttons.map(({ text }) => text)
    expect(buttons).toEqual(['接单', '已联系', '转办', '查看'])
    expect(await store.list('cards', 'ofTicket', { equals: [number], limit: 9 })).toMatchObject([
      { to: ['wang', 'li'], code: 'code-1' },
    ])
    arrived()
    await does(number, 'li', { kind: 'claim', name: '李顾问', why: '' })
    await until('2026-11-24T09:30:00+08:00')
    expect(arrived()).toEqual([
      'li: 【24小时救助】',
      'li: 【24小时救助】',
      'li: 【24小时救助】',
      'li: 【今天要办的】',
      'li+zhao: 【24小时救助】',
    ])
  })

  test('goes up while nobody takes it: the next, the street, the district, once each', async () => {
    const { open, until, arrived } = await office()
    await open()
    await until('2026-11-23T17:00:00+08:00')
    expect(arrived()).toEqual([
      'wang+li: 【新求助】',
      'zhao: 【没人接单】',
      'zhao: 【没人接单】',
      'qian: 【没人接单】',
    ])
  })

  test('handed over, the next reminder goes to who has it then; who did it themselves is not told', async () => {
    const { open, does, until, arrived } = await office()
    const { number } = await open(true)
    await does(number, 'wang', { kind: 'claim', name: '王顾问', why: '' })
    await until('2026-11-23T09:30:00+08:00')
    await does(number, 'wang', { kind: 'assign', owner: { id: 'li', name: '李顾问' }, why: '我外出' })
    await until('2026-11-23T12:00:00+08:00')
    expect(arrived()).toEqual(['li: 【转给您的求助】', 'li: 【24小时救助】'])
    await does(number, 'li', { kind: 'assign', owner: { id: 'li', name: '李顾问' }, why: '' }).catch(
      () => null,
    )
    await does(number, 'li', {
      kind: 'aid',
      part: null,
      need: 'money',
      what: '救急金',
      amount: '500',
      source: '备用金',
      receipt: null,
      givenBy: '李顾问',
      ahead: false,
      papers: [],
      why: '',
    })
    await until('2026-11-23T21:00:00+08:00')
    expect(arrived()).toEqual([])
    await does(number, 'zhao', { kind: 'raise', why: '又断粮了' })
    await until('2026-11-23T21:05:00+08:00')
    expect(arrived()).toEqual(['li: 【加急】'])
  })

  test('while somebody is away, to their stand-in', async () => {
    const { open, does, until, arrived } = await office('2026-11-23T09:00:00+08:00', {
      ...PEOPLE,
      wang: { areas: ['xingfu'], leave: [{ from: '2026-11-23', to: '2026-11-30', standIn: 'zhao' }] },
    })
    const { number } = await open(true)
    await does(number, 'wang', { kind: 'claim', name: '王顾问', why: '' })
    await until('2026-11-23T12:00:00+08:00')
    expect(arrived()).toEqual(['zhao: 【24小时救助】'])
  })

  test('danger at once, at night too: the group with everybody called, and whoever is on duty', async () => {
    const night = await office('2026-11-23T23:00:00+08:00', {
      ...PEOPLE,
      li: { areas: ['xingfu'], duty: [{ days: 'every-day', from: '18:00', to: '08:00' }] },
    })
    await night.store.transaction((tx) =>
      insertTicket(
        tx,
        openTicket(
          opening({ resident: 'official-account:openid-of-wang', area: 'xingfu', at: night.clock() }),
        ),
      ),
    )
    await night.receive(night.text('我不想活了'))
    await night.tell()
    expect(night.platform.taken).toMatchObject([
      { to: ['group xingfu'], callsAll: true },
      { to: ['li'], callsAll: false },
    ])
    expect(night.platform.taken.every(({ text }) => /【危急】.*电话在求助单 Q-/.test(text))).toBe(true)
    expect(await night.rows('danger')).toMatchObject([
      {
        state: 'accepted',
        told: [{ audience: 'group' }, { audience: 'owner', to: ['li'] }, { audience: 'duty' }],
      },
    ])
  })

  test('of a request moved by 划区 hear those on duty where it belongs now, though it was looked at', async () => {
    const { open, tell, does, arrived, store } = await office('2026-11-23T09:00:00+08:00', {
      ...PEOPLE,
      sun: { areas: ['heping'] },
    })
    await saveRoster(store, { areas: rosterOf({}).areas.all() })
    const { number } = await open()
    await tell()
    expect(arrived()).toEqual(['wang+li: 【新求助】'])
    await does(number, 'zhao', { kind: 'screen', why: '' })
    await does(number, 'zhao', { kind: 'place', area: { id: 'heping', name: '和平社区' }, why: '' })
    await tell()
    expect(arrived()).toEqual(['sun: 【新求助】'])
    await does(number, 'sun', { kind: 'claim', name: '孙顾问', why: '' })
    await does(number, 'sun', { kind: 'place', area: { id: 'xingfu', name: '幸福社区' }, why: '' })
    await tell()
    expect(arrived()).toEqual([])
  })

  test('nothing else at night; what was asked then comes at eight', async () => {
    const { open, receive, text, until, arrived } = await office('2026-11-23T22:30:00+08:00')
    await open(true)
    await receive(text('人工'))
    await until('2026-11-24T07:59:00+08:00')
    expect(arrived()).toEqual([])
    await until('2026-11-24T08:05:00+08:00')
    // Nobody is on duty before half past eight: the groups hear of it.
    expect(arrived().sort()).toEqual([
      'group qu: 【夜里找真人】',
      'group xingfu: 【24小时救助】',
      'group xingfu: 【新求助】',
    ])
  })
})

describe('who cannot be reached is not shown as told', () => {
  test('it goes on to the next on duty, then to the group', async () => {
    const { open, tell, platform, rows, until } = await office()
    platform.cannotReach('wang')
    await open()
    await tell()
    expect(await rows('ticket-opened')).toMatchObject([
      { state: 'accepted', told: [{ to: ['li'] }], missed: ['wang'] },
    ])
    platform.cannotReach('li')
    const other = await open()
    await tell()
    await until('2026-11-23T09:01:00+08:00')
    const told = (await rows('ticket-opened')).find(({ ticket }) => ticket === other.number)
    expect(told).toMatchObject({ state: 'accepted', told: [{ way: 'robot:xingfu', to: [] }], missed: ['li'] })
    expect(platform.taken.at(-1)).toMatchObject({ to: ['group xingfu'], mentions: ['wang'] })
  })

  test('a group that is gone: the people by the application; the application gone: the group', async () => {
    const { open, tell, platform, arrived, until } = await office('2026-11-23T20:00:00+08:00')
    platform.breaks('robot:', '93000')
    await open()
    await tell()
    // Nobody is on duty: otherwise the group would hear of it.
    expect(arrived()).toEqual(['wang+li: 【新求助】'])
    await until('2026-11-24T08:45:00+08:00')
    arrived()
    platform.breaks('app:', '48002')
    platform.breaks('robot:', null)
    await open()
    await until('2026-11-24T08:50:00+08:00')
    expect(arrived()).toEqual(['group xingfu: 【新求助】'])
    expect(platform.taken.at(-1)?.mentions).toEqual(['wang', 'li'])
  })

  test('one way that rests keeps nobody else waiting', async () => {
    const { open, tell, platform, clock, arrived, rows } = await office('2026-11-23T20:00:00+08:00')
    platform.breaks('robot:xingfu', '45009')
    for (let count = 0; count < 60; count++) await open()
    await open(false, 'jie')
    await tell()
    expect(arrived()).toEqual(['group jie: 【新求助】'])
    expect((await rows('ticket-opened')).every(({ attempts }) => attempts <= 1)).toBe(true)
    platform.breaks('robot:xingfu', null)
    for (let count = 0; count < 20; count++) {
      clock.pass(7000)
      await tell()
    }
    const waiting = (await rows('ticket-opened')).filter(({ state }) => state !== 'accepted')
    expect(waiting).toEqual([])
  })
})

describe('the morning', () => {
  test('is one message for each who works, of what waits and what the day holds; once, also after a restart', async () => {
    const { open, does, until, platform, arrived, clock } = await office('2026-11-23T09:00:00+08:00')
    const tickets = await Promise.all([open(), open(), open(), open()])
    for (const { number } of tickets) {
      await does(number, 'wang', { kind: 'claim', name: '王顾问', why: '' })
      await does(number, 'wang', { kind: 'promise', part: null, day: '2026-11-26', why: '约好' })
    }
    await until('2026-11-24T08:29:00+08:00')
    arrived()
    await until('2026-11-24T12:00:00+08:00')
    expect(arrived()).toEqual(['wang: 【今天要办的】'])
    const { text } = platform.taken.at(-1) ?? { text: '' }
    expect(text.split('\n')[0]).toBe('【今天要办的】11月24日（星期二）')
    for (const { number } of tickets) expect(text.split(number)).toHaveLength(2)
    expect(text).toContain('还剩2天')
    await until('2026-11-27T08:31:00+08:00')
    const days = arrived().filter((line) => line.startsWith('wang:'))
    // The day itself and the day after; on the 25th there is nothing to say.
    expect(days).toEqual(['wang: 【今天要办的】', 'wang: 【今天要办的】'])
    expect(clock().toISOString()).toBe('2026-11-27T00:31:00.000Z')
  })

  test('comes late when nobody was there at half past eight, but not after six, and not twice', async () => {
    const { open, does, tell, clock, arrived } = await office('2026-11-23T09:00:00+08:00')
    const { number } = await open()
    await does(number, 'wang', { kind: 'claim', name: '王顾问', why: '' })
    await does(number, 'wang', { kind: 'promise', part: null, day: '2026-11-24', why: '约好' })
    // Down over two mornings.
    clock.pass(Date.parse('2026-11-25T17:00:00+08:00') - clock().getTime())
    await tell()
    expect(arrived().filter((line) => line.startsWith('wang'))).toEqual(['wang: 【今天要办的】'])
    clock.pass(Date.parse('2026-11-26T18:30:00+08:00') - clock().getTime())
    await tell()
    expect(arrived().filter((line) => line.startsWith('wang'))).toEqual([])
  })

  test('says who has not been reached for thirty days, and counts no attempt', async () => {
    const { open, does, until, platform, arrived } = await office('2026-09-01T09:00:00+08:00')
    const { number } = await open()
    await does(number, 'wang', { kind: 'claim', name: '王顾问', why: '' })
    await does(number, 'wang', { kind: 'promise', part: null, day: '2026-12-30', why: '等开学' })
    await until('2026-09-30T09:00:00+08:00')
    await does(number, 'wang', { kind: 'contact', channel: '电话', reached: false, why: '' })
    arrived()
    await until('2026-10-08T09:00:00+08:00')
    expect(arrived()).toEqual(['wang: 【今天要办的】'])
    expect(platform.taken.at(-1)?.text).toContain(`30天没联系上：${number}`)
    await does(number, 'wang', { kind: 'contact', channel: '电话', reached: true, why: '' })
    await until('2026-10-09T09:00:00+08:00')
    expect(arrived()).toEqual([])
  })
})
