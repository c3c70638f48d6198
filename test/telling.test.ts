import { describe, expect, test } from 'vitest'
import { act, insertTicket, ticketsOf } from '../bot/casework.ts'
import { type AdvisorChannel, oneGroup } from '../bot/channels/advisor-channel.ts'
import { ROBOT_ERRCODES, type WecomRobotSettings, wecomRobot } from '../bot/channels/wecom-robot.ts'
import { applyEffects } from '../bot/effects.ts'
import { handBack } from '../bot/holding.ts'
import { createRosterReader } from '../bot/roster.ts'
import type { Nudge, Store } from '../bot/store.ts'
import { type TellingOutcome, type TellingParts, tellDue } from '../bot/telling.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { opening, staff } from './support/tickets.ts'
import { ROBOT_KEY, unanswered, wecomGroup } from './support/wecom.ts'
import { fingerprint, WITNESS, world } from './support/world.ts'

const WANG = 'official-account:openid-of-wang'
const MINUTE = 60_000
/** How often the server looks for what is due. */
const ROUND = 500

async function office() {
  const { clock, store, receive, text, message } = await world()
  const group = await wecomGroup(clock)
  const outcomes: TellingOutcome[] = []
  const channel = wecomRobot({ key: ROBOT_KEY, base: group.base, fetch })
  let ids = 0
  const parts = (more: Partial<TellingParts> = {}): TellingParts => ({
    store,
    channels: async () => oneGroup(channel),
    roster: createRosterReader(store),
    now: clock,
    newId: () => `message-${++ids}`,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...more,
  })
  /** Everything that may be told at this moment, as a scheduler's round does. */
  const tell = async (more?: Partial<TellingParts>) => {
    while ((await tellDue(parts(more))) > 0);
  }
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= ROUND) {
      clock.pass(Math.min(ROUND, left))
      await tell()
    }
  }
  /** Of what happened; reminders are in test/reminders.test.ts. */
  const nudges = async () => {
    const rows: Nudge[] = []
    for await (const row of store.scan('nudges')) rows.push(row)
    return rows.filter(({ ladder }) => ladder === null).sort((one, other) => (one.at < other.at ? -1 : 1))
  }
  let tickets = 0
  /** A new request of somebody else's each. */
  const open = async (urgent = false) => {
    const number = mintNumber(0, () => 1000 + tickets++)
    await store.transaction((tx) =>
      insertTicket(
        tx,
        openTicket(
          opening({
            number,
            resident: `official-account:o${tickets}`,
            fingerprints: [],
            urgency: { level: urgent ? 'urgent' : 'normal', reason: '' },
            at: clock(),
            askedAt: clock(),
          }),
        ),
      ),
    )
    return number
  }
  const contents = () => group.read.map(({ content }) => content)
  return {
    clock,
    store,
    receive,
    text,
    message,
    group,
    outcomes,
    channel,
    parts,
    tell,
    pass,
    nudges,
    open,
    contents,
  }
}

describe('what happens reaches the group', () => {
  test('danger at once, calling everybody, with the way to reach them', async () => {
    const { receive, text, tell, group, nudges } = await office()
    await receive(text('我不想活了，想跳楼'))
    await tell()
    expect(group.read).toMatchObject([{ mentions: ['@all'] }])
    expect(group.read[0]?.content).toMatch(
      /^【危急】居民说到：想伤害自己，11月22日（星期日）09:00。没留电话，到公众号后台/,
    )
    expect(await nudges()).toMatchObject([{ kind: 'danger', state: 'accepted', attempts: 1, error: null }])
  })

  test('who told us a number before is reached by their request', async () => {
    const { receive, text, tell, store, contents } = await office()
    const number = mintNumber(0, () => 77)
    await store.transaction((tx) => insertTicket(tx, openTicket(opening({ number, resident: WANG }))))
    await receive(text('我老公又打我了，快救我'))
    await tell()
    expect(contents()[0]).toContain(`家里有人打人，11月22日（星期日）09:00。电话在求助单 ${number} 上`)
    // It is urgent from then on.
    expect(contents()[1]).toContain(`【加急】${number}`)
    expect(contents()[2]).toContain(`【新求助】${number}`)
  })

  test('a redelivered message nudges once; the same danger again is merged and waits a minute', async () => {
    const { receive, text, tell, pass, contents } = await office()
    const message = text('我不想活了')
    await receive(message)
    await receive(message)
    await tell()
    for (const words of ['真的不想活了', '我想死', '活不下去了，想自杀']) await receive(text(words))
    await receive(text('家里断粮两天了，快饿死了'))
    await tell()
    expect(contents().map((words) => /：(.+?)，/.exec(words)?.[1])).toEqual(['想伤害自己', '断粮挨饿'])
    await pass(MINUTE)
    expect(contents()).toHaveLength(3)
    expect(contents()[2]).toContain('想伤害自己，11月22日（星期日）09:00，说了3次')
  })

  test('who asks for a person at once, what they say then every few minutes, merged', async () => {
    const { receive, text, tell, pass, contents, nudges } = await office()
    await receive(text('人工'))
    await tell()
    expect(contents()).toEqual([expect.stringContaining('【找真人】居民在等救助顾问回话')])
    for (const words of ['在吗', '我妈的药没了', '喂']) await receive(text(words))
    await pass(3 * MINUTE - ROUND)
    expect(contents()).toHaveLength(1)
    await pass(ROUND)
    expect(contents()[1]).toContain('又说了3次话')
    await receive(text('还在吗'))
    await pass(3 * MINUTE)
    expect(contents()[2]).toContain('又说了1次话')
    expect((await nudges()).every(({ state }) => state === 'accepted')).toBe(true)
  })

  test('nothing once the conversation was given back', async () => {
    const { receive, text, store, clock, tell, pass, contents, nudges } = await office()
    await receive(text('人工'))
    await tell()
    await receive(text('在吗'))
    await handBack(store, {
      resident: WANG,
      number: null,
      witness: WITNESS,
      now: clock(),
      newId: () => 'back',
    })
    await pass(5 * MINUTE)
    expect(contents()).toHaveLength(1)
    expect((await nudges()).map(({ state }) => state)).toEqual(['accepted', 'dropped'])
  })

  test('a new request, unless somebody took it up before it was told; and one taken up again', async () => {
    const { open, store, clock, tell, contents, nudges } = await office()
    const [told, taken] = [await open(true), await open()]
    const deed = (number: string, action: unknown) =>
      act(store, {
        number,
        action,
        actor: staff,
        witness: WITNESS,
        now: clock(),
        newId: () => `${number}${Math.random()}`,
      })
    await deed(taken, { kind: 'claim', name: '王芳', why: '' })
    await tell()
    expect(contents()).toEqual([
      `【新求助】${told}，紧急，尧化街道尧新社区，11月23日（星期一）09:00前办\n难处：大病\n需要：资金、服务`,
    ])
    expect((await nudges()).map(({ state }) => state).sort()).toEqual(['accepted', 'dropped'])
    clock.pass(MINUTE)
    await deed(told, { kind: 'refuse', why: '不归本区管', elsewhere: '户籍地' })
    await deed(told, { kind: 'reopen', why: '搬回来了' })
    await tell()
    expect(contents()[1]).toMatch(`【重新办理】${told}`)
  })

  test('what the resident does to their request themselves, once somebody works on it', async () => {
    const { receive, text, message, store, clock, tell, pass, contents, nudges } = await office()
    const number = mintNumber(0, () => 77)
    const opened = openTicket(opening({ number, resident: WANG, at: clock(), askedAt: clock() }))
    await store.transaction((tx) => insertTicket(tx, opened))
    await tell()
    const photo = (id: string) => receive(message({ kind: 'image', mediaId: id }))
    await photo('p0')
    await pass(MINUTE)
    expect(contents()).toHaveLength(1)

    const claim = { kind: 'claim', name: '王芳', why: '' }
    const newId = () => 'claimed'
    await act(store, { number, action: claim, actor: staff, witness: WITNESS, now: clock(), newId })
    await photo('p1')
    await tell()
    for (const id of ['p2', 'p3']) await photo(id)
    await pass(3 * MINUTE)
    expect(contents().slice(1)).toEqual([
      `【居民来信】${number}，11月22日（星期日）09:01：居民补了照片或说明，在求助单页面上看`,
      `【居民来信】${number}，11月22日（星期日）09:01：居民补了照片或说明，在求助单页面上看（2次）`,
    ])
    await receive(text(`撤回 ${number}`))
    await receive(text('确认撤回'))
    await tell()
    expect(contents()[3]).toBe(`【居民来信】${number}，11月22日（星期日）09:04：居民不再要求帮助，不用再办`)
    expect((await nudges()).map(({ state }) => state)).not.toContain('dropped')
  })

  test('what was to be told of somebody goes with them, but a danger nobody heard of stays', async () => {
    const { receive, text, store, clock, nudges } = await office()
    await receive(text('人工'))
    await receive(text('我不想活了'))
    const resident = await store.get('residents', WANG)
    if (!resident) throw new Error('nobody wrote')
    const cause = { resident, id: 'erasing', at: clock().toISOString(), seal: fingerprint }
    await store.transaction((tx) => applyEffects(tx, [{ kind: 'erase', tickets: [] }], cause))
    expect((await nudges()).map(({ kind }) => kind)).toEqual(['danger'])
    expect(await ticketsOf(store, WANG)).toEqual([])
  })

  test('a request that cannot be read is told by its number', async () => {
    const { open, store, tell, contents } = await office()
    const number = await open()
    await store.transaction(async (tx) => {
      const row = await tx.get('tickets', number)
      if (row) await tx.put('tickets', { ...row, ticket: { version: 99 } })
    })
    await tell()
    expect(contents()).toEqual([`【新求助】${number}`])
  })
})

describe('never more than the platform takes', () => {
  test('many are merged, the urgent first, a danger within 10 s, all once', async () => {
    // What was sent is counted from the store alone, so a restart between two messages changes nothing.
    const { open, receive, text, pass, tell, clock, contents, group, nudges, outcomes } = await office()
    const numbers: string[] = []
    for (let count = 0; count < 90; count++) numbers.push(await open(count >= 80))
    await tell()
    expect(
      contents()
        .slice(0, 10)
        .every((words) => words.includes('紧急')),
    ).toBe(true)
    const waits: number[] = []
    for (const words of ['我不想活了', '家里着火了，出不去', '家里断粮两天了，快饿死了']) {
      const before = clock().getTime()
      const heard = contents().length
      await receive(text(words))
      while (
        !contents()
          .slice(heard)
          .some((one) => one.includes('【危急】'))
      )
        await pass(ROUND)
      waits.push(clock().getTime() - before)
    }
    await pass(3 * MINUTE)
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000)
    const all = contents().join('\n')
    expect(numbers.filter((number) => all.split(number).length !== 2)).toEqual([])
    expect((await nudges()).every(({ state }) => state === 'accepted')).toBe(true)
    expect(outcomes.filter(({ state }) => state !== 'accepted')).toEqual([])
    const busiest = group.read.map(
      ({ at }) => group.read.filter((one) => Math.abs(one.at.getTime() - at.getTime()) < 30_000).length,
    )
    expect(Math.max(...busiest)).toBeLessThanOrEqual(20)
    expect(contents().filter((words) => words.startsWith('同时有几件事')).length).toBeGreaterThan(1)
  })

  test('told it was too much, the rest waits a minute, a danger is tried soon', async () => {
    const { open, receive, text, pass, tell, group, contents, nudges } = await office()
    group.meets({ errcode: 45009 })
    const number = await open()
    await tell()
    expect(await nudges()).toMatchObject([{ state: 'pending', error: '45009' }])
    await receive(text('我不想活了'))
    await pass(10_000)
    expect(contents()).toEqual([expect.stringContaining('【危急】')])
    await pass(50_000)
    expect(contents()).toHaveLength(1)
    await pass(10_000)
    expect(contents()[1]).toContain(number)
  })

  test('two that tell from one store never tell the same', async () => {
    const { open, parts, contents } = await office()
    const numbers = [await open(), await open(), await open(), await open()]
    const round = async () => {
      while ((await tellDue(parts())) > 0);
    }
    await Promise.all(Array.from({ length: 4 }, round))
    expect(
      contents()
        .map((words) => /Q-\d+-\d/.exec(words)?.[0])
        .sort(),
    ).toEqual(numbers.sort())
  })
})

describe('what the platform answers', () => {
  test.each([
    ['-1', 'retry'],
    ['45033', 'retry'],
    ['99999', 'retry'],
    ['93000', 'waiting'],
    ['93004', 'waiting'],
    ['93008', 'waiting'],
  ] as const)('%s: it is told later', async (code, state) => {
    const { open, pass, tell, group, contents, nudges, outcomes } = await office()
    group.meets({ errcode: Number(code) })
    const number = await open()
    await tell()
    expect(outcomes).toMatchObject([{ state, code, nudges: 1 }])
    expect(outcomes[0]?.hint).not.toBe('')
    expect(await nudges()).toMatchObject([{ state: 'pending', error: code }])
    await pass(4500)
    expect(contents()).toEqual([])
    await pass(500)
    expect(contents()).toEqual([expect.stringContaining(number)])
    expect(await nudges()).toMatchObject([{ state: 'accepted', error: null, attempts: 2 }])
  })

  test.each(['40008', '40058', '44004', '45002'])('%s: it never will be', async (code) => {
    const { open, pass, tell, group, nudges, outcomes } = await office()
    group.meets({ errcode: Number(code) })
    await open()
    await tell()
    await pass(10 * MINUTE)
    expect(await nudges()).toMatchObject([{ state: 'refused', error: code, attempts: 1 }])
    expect(outcomes).toMatchObject([{ state: 'refused', code }])
    expect(group.requests()).toBe(1)
    expect(ROBOT_ERRCODES[code]?.[0]).toBe('refused')
  })

  test('nothing, a wrong page, a failing server: told later; an outage of days loses nothing', async () => {
    const { open, clock, tell, group, contents, nudges, outcomes } = await office()
    const number = await open()
    const silent = wecomRobot({ key: ROBOT_KEY, base: group.base, fetch: unanswered, timeoutMs: 10 })
    await tell({ channels: async () => oneGroup(silent) })
    clock.pass(11 * MINUTE)
    for (const trouble of [{ status: 502 }, { status: 200 }]) {
      group.meets(trouble)
      await tell()
      clock.pass(11 * MINUTE)
    }
    expect(outcomes.map(({ code }) => code)).toEqual(['timeout', 'http-502', 'not-json'])
    group.isDown({ status: 503 })
    for (let hour = 0; hour < 72; hour++) {
      clock.pass(60 * MINUTE)
      await tell()
    }
    expect(await nudges()).toMatchObject([{ state: 'pending', error: 'http-503' }])
    group.isDown(null)
    clock.pass(10 * MINUTE)
    await tell()
    expect(contents()).toEqual([expect.stringContaining(number)])
  })

  test('an accepted message whose answer was lost is told once more, and no more', async () => {
    const { open, pass, group, contents, nudges } = await office()
    group.meets('taken, then cut off')
    await open()
    await pass(10 * MINUTE)
    expect(contents()).toHaveLength(2)
    expect(await nudges()).toMatchObject([{ state: 'accepted', attempts: 2 }])
  })

  test('killed between acceptance and record, it is told once more when the lease ends', async () => {
    const { open, store, pass, parts, contents, nudges } = await office()
    await open()
    let writes = 0
    const dying: Store = {
      ...store,
      get: (table, id) => store.get(table, id),
      list: (table, index, query) => store.list(table, index, query),
      transaction: (work) => (++writes > 1 ? Promise.reject(new Error('killed')) : store.transaction(work)),
    }
    await expect(tellDue(parts({ store: dying }))).rejects.toThrow('killed')
    expect(contents()).toHaveLength(1)
    await pass(29_500)
    expect(contents()).toHaveLength(1)
    await pass(10 * MINUTE)
    expect(contents()).toHaveLength(2)
    expect(await nudges()).toMatchObject([{ state: 'accepted', attempts: 2 }])
  })

  test('a fault of ours puts it off and is thrown on', async () => {
    const { open, parts, pass, contents } = await office()
    await open()
    const broken: AdvisorChannel = {
      name: 'wecom-robot',
      maxBytes: 2000,
      perMinute: 20,
      carriesCards: false,
      tell: () => Promise.reject(new TypeError('no such thing')),
    }
    await expect(tellDue(parts({ channels: async () => oneGroup(broken) }))).rejects.toThrow('no such thing')
    await pass(5000)
    expect(contents()).toHaveLength(1)
  })

  test('no fault tells the key', async () => {
    const { group } = await office()
    const faults: unknown[] = []
    const failing = (base: string, more: Partial<WecomRobotSettings> = {}) =>
      wecomRobot({ key: ROBOT_KEY, base, fetch, ...more })
        .tell({ text: '您好', callsAll: false, mentions: [], card: null }, [])
        .catch((error: unknown) => faults.push(error))
    await failing('http://127.0.0.1:1')
    await failing(group.base, { fetch: unanswered, timeoutMs: 10 })
    for (const trouble of [{ errcode: 93000 }, { status: 404 }, 'taken, then cut off'] as const) {
      group.meets(trouble)
      await failing(group.base)
    }
    expect(faults).toHaveLength(5)
    const told = faults.map((error) => (error instanceof Error ? `${error.stack}${error.cause ?? ''}` : ''))
    expect(told.join('\n')).not.toContain(ROBOT_KEY)
    expect(told.join('\n')).not.toContain('1.2.3.4')
  })
})
