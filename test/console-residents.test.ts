/** Residents in the console: found where one works, masked, with what is kept of them; and what they wish done with it. */
import { readSheet } from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { verify } from '../bot/audit.ts'
import { act, ticketsOf } from '../bot/casework.ts'
import { eraseAgain } from '../bot/erased-again.ts'
import type { Resident } from '../bot/store.ts'
import { tellingTickets } from '../bot/wish-deeds.ts'
import type { Action } from '../flows/ticket/actions.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { consoleOffice } from './support/console.ts'
import { memoryStore } from './support/memory-store.ts'
import { ADVANCE, FACTS, MORNING, NUMBER, resident, staff } from './support/tickets.ts'
import { fingerprint, WITNESS } from './support/world.ts'

const RESIDENT = resident.id
const SECOND = mintNumber(0, () => 77)
const FAR = mintNumber(0, () => 88)
const DAY_MS = 24 * 3_600_000
/** Nobody may read these before a reason is given. */
const PERSONAL = ['唐秀英', '13812345678', '3栋201', '透析', '11010519491231002X', '唐小妹']
const FINGERPRINTS = [{ kind: 'phone' as const, value: fingerprint('phone', '13812345678') }]
const person: Resident = {
  id: RESIDENT,
  channel: 'official-account',
  address: 'o1',
  following: true,
  scene: null,
  grants: [],
  createdAt: MORNING.toISOString(),
  seenAt: MORNING.toISOString(),
}

/** An office where 李 and 王 work for one street, and the resident has a request there. */
async function office() {
  const own = await consoleOffice({ store: memoryStore() })
  const { store, account, browser, open, now } = own
  await store.transaction((tx) => tx.put('residents', person))
  await open({ fingerprints: FINGERPRINTS })
  const signedIn = async (name: string, roles: Parameters<typeof account>[1], more: object = {}) => {
    await account(name, roles, more)
    const one = browser()
    await one.signIn(name)
    return one
  }
  const li = await signedIn('li', ['street'], { areas: ['yaohua'] })
  const wang = await signedIn('wang', ['street'], { areas: ['yaohua'] })
  const move = (action: Action, number = NUMBER) =>
    act(store, {
      number,
      action,
      actor: staff,
      witness: WITNESS,
      now: now(),
      newId: () => crypto.randomUUID(),
    })
  const told = async () =>
    (await store.list('outbox', 'ofResident', { equals: [RESIDENT], limit: 50 })).map(({ text }) => text)
  const deeds = async (number = NUMBER) =>
    (await store.list('audit', 'ofSubject', { equals: [`ticket:${number}`], limit: 50 })).map(
      ({ by, deed }) => `${by.replace('account:id-of-', '')} ${deed}`,
    )
  const ticket = async (number = NUMBER) => {
    const row = await store.get('tickets', number)
    return row && readTicket(row.ticket)
  }
  return { ...own, li, wang, signedIn, move, told, deeds, ticket }
}
type Me = Awaited<ReturnType<typeof office>>['li']
const numbersIn = async (me: Me, query = '') => {
  const { body } = await me.get(`/residents${query}`)
  return [...JSON.stringify(body['residents'] ?? []).matchAll(/"number":"([^"]+)"/g)].map(([, one]) => one)
}

test('of more requests of somebody than are looked at the newest are known', async () => {
  const { store, open, li } = await office()
  const numbers = Array.from({ length: 101 }, (_, place) => mintNumber(0, () => 1000 + place))
  for (const [place, number] of numbers.entries()) {
    const at = new Date(MORNING.getTime() + (place + 1) * 60_000)
    await open({ number, at, askedAt: at, fingerprints: [] })
  }
  const newest = numbers.at(-1)
  expect((await ticketsOf(store, RESIDENT))[0]?.number).toBe(newest)
  expect(JSON.stringify((await li.get('/residents')).body)).toContain(newest)
  // What is to be deleted or handed over is all there is.
  expect((await tellingTickets(store, RESIDENT)).map(({ number }) => number).toSorted()).toEqual(
    [NUMBER, ...numbers].toSorted(),
  )
})

describe('residents are found', () => {
  test('through their requests, each once where the newest is, only where one works', async () => {
    const { open, li, signedIn, now } = await office()
    now.pass(DAY_MS)
    await open({ number: SECOND, at: now(), askedAt: now(), fingerprints: [] })
    await open({
      number: FAR,
      resident: 'official-account:o9',
      area: 'chang',
      at: now(),
      askedAt: now(),
      fingerprints: [],
    })
    await li.signIn('li')
    expect(await numbersIn(li)).toEqual([SECOND])
    const far = await signedIn('far', ['street'], { areas: ['maigao'] })
    expect(await numbersIn(far)).toEqual([FAR])
    const all = await signedIn('all', ['street'])
    expect((await numbersIn(all)).toSorted()).toEqual([SECOND, FAR].toSorted())
    expect(await numbersIn(all, '?area=maigao')).toEqual([FAR])
    expect((await far.get(`/residents/${NUMBER}`)).status).toBe(404)
    expect((await far.get(`/residents/Q-9999-9`)).status).toBe(404)
    const { body } = await all.get(`/residents/${NUMBER}`)
    expect(body).toMatchObject({ number: SECOND, requests: 2, open: 2, tail: '5678', channel: '公众号' })
  })

  test('page by page, each once', async () => {
    const { open, signedIn, now } = await office()
    for (let place = 0; place < 70; place++)
      await open({
        number: mintNumber(0, () => 1000 + place),
        resident: `official-account:r${place % 50}`,
        at: now(),
        askedAt: now(),
        fingerprints: [],
      })
    const all = await signedIn('all', ['street'])
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await all.get(
        `/residents${cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
      )
      found.push(
        ...[...JSON.stringify(body['residents']).matchAll(/"number":"([^"]+)"/g)].map(([, one]) => one ?? ''),
      )
      if (body['next'] === null) break
      cursor = String(body['next'])
    }
    expect([found.length, new Set(found).size]).toEqual([51, 51])
  })

  test('by number, whole telephone number or its last four digits; by telephone is noted, and only for who may unmask', async () => {
    const { li, signedIn, store } = await office()
    for (const words of [NUMBER, NUMBER.toLowerCase(), '13812345678', '138 1234 5678', '5678'])
      expect([words, await numbersIn(li, `?search=${encodeURIComponent(words)}`)]).toEqual([words, [NUMBER]])
    for (const words of ['13812345679', '0000', 'Q-9999-9'])
      expect([words, await numbersIn(li, `?search=${words}`)]).toEqual([words, []])
    const lines = await store.list('audit', 'ofActor', { equals: ['account:id-of-li'], limit: 50 })
    expect(lines.some(({ deed, subject }) => deed === 'listed' && subject === 'table:residents')).toBe(true)
    expect(JSON.stringify(lines)).not.toContain('5678')
    const auditor = await signedIn('auditor', ['auditor'])
    expect((await auditor.get('/residents?search=5678')).code).toBe('bad-value')
    expect(await numbersIn(auditor, `?search=${NUMBER}`)).toEqual([NUMBER])
  })

  test('never through a request that could harm them, nor once nothing tells who they are', async () => {
    const { open, li, signedIn } = await office()
    const hidden = { ...FACTS, difficulties: ['家暴'] }
    await open({ number: SECOND, resident: 'official-account:o2', facts: hidden, fingerprints: FINGERPRINTS })
    expect(await numbersIn(li)).toEqual([NUMBER])
    expect(await numbersIn(li, '?search=13812345678')).toEqual([NUMBER])
    expect((await li.get(`/residents/${SECOND}`)).status).toBe(404)
    const backbone = await signedIn('backbone', ['advisor'], {
      person: { name: '王芳', advisor: 'wang', body: null },
    })
    expect((await numbersIn(backbone)).length).toBe(2)
  })

  test('who they are is masked until a reason is given, for half an hour, which is noted', async () => {
    const { li, signedIn, now, deeds } = await office()
    const auditor = await signedIn('auditor', ['auditor'])
    for (const me of [li, auditor])
      for (const path of ['/residents', `/residents/${NUMBER}`]) {
        const { text } = await me.get(path)
        expect(text).toContain('唐某')
        expect(PERSONAL.filter((one) => text.includes(one))).toEqual([])
      }
    expect((await auditor.post(`/residents/${NUMBER}/unmask`, { reason: 'contact' })).code).toBe(
      'not-allowed',
    )
    const unmasked = await li.post(`/residents/${NUMBER}/unmask`, { reason: 'asked' })
    expect(unmasked.text).toContain('唐秀英')
    // The story is the request's, and asked for there.
    expect(unmasked.text).not.toContain('透析')
    expect((await li.get(`/residents/${NUMBER}`)).text).toContain('13812345678')
    expect((await li.get(`/requests/${NUMBER}`)).body['facts']).toBeNull()
    now.pass(20 * 60_000)
    await li.get('/me')
    now.pass(11 * 60_000)
    expect((await li.get(`/residents/${NUMBER}`)).body['facts']).toBeNull()
    expect(await deeds()).toContain('li seen')
  })

  test('with what is kept of them, how much and until when, and what they agreed to', async () => {
    const { li, store } = await office()
    await store.transaction((tx) =>
      tx.insert('heard', {
        id: 'h1',
        resident: RESIDENT,
        at: MORNING.toISOString(),
        words: '在吗',
        media: null,
      }),
    )
    const { body } = await li.get(`/residents/${NUMBER}`)
    expect(body['kept']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: '求助单', much: '1 张', until: '办完以后再留 1825 天' }),
        expect.objectContaining({
          what: '人工接管时居民说的话；登记以后对求助补充、催办、说遇险的话',
          much: '1 条',
        }),
      ]),
    )
    expect(JSON.stringify(body['consent'])).toContain('在微信里同意（告知第1版）')
  })
})

describe('somebody who asks in person', () => {
  const enter = (me: Me, kind: 'erase' | 'export', way = 'counter') =>
    me.post(`/residents/${NUMBER}/wishes`, { kind, way })
  const erase = (me: Me, numbers = [NUMBER]) => me.post(`/residents/${NUMBER}/erase`, { numbers })
  const wishesOf = async (me: Me, query = '') => (await me.get(`/wishes${query}`)).body['wishes']

  test('to be deleted: one enters it, another deletes; they hear of both in the chat', async () => {
    const { li, wang, told, deeds, store } = await office()
    const entered = await enter(li, 'erase')
    expect(entered.body['says']).toMatch(/登记好了，3月24日.*前答复.*另一位同事/)
    expect(await told()).toEqual([expect.stringContaining('不是您提的，请马上回复“人工”')])
    expect((await enter(wang, 'erase')).code).toBe('bad-value')
    expect(await wishesOf(wang)).toMatchObject([
      { number: NUMBER, who: '唐某', what: '删除', way: '当面', leads: true, state: '等答复' },
    ])
    expect(await wishesOf(li)).toMatchObject([{ state: expect.stringContaining('另一位同事') }])
    expect((await erase(li)).code).toBe('not-allowed')
    expect(await store.get('tickets', NUMBER)).toBeDefined()
    expect((await erase(wang, [SECOND])).code).toBe('changed')
    expect((await erase(wang)).body['says']).toContain('整张删掉了')
    expect(await store.get('tickets', NUMBER)).toBeUndefined()
    expect(await store.list('ticket_keys', 'ofTicket', { equals: [NUMBER], limit: 5 })).toEqual([])
    expect(await told()).toEqual([expect.stringContaining('整张都删掉了')])
    expect(await deeds()).toEqual(['li wished', 'wang erased'])
    expect(await numbersIn(wang)).toEqual([])
    // Whose it was is not kept with the answer.
    expect(JSON.stringify(await store.get('tasks', `erase:${NUMBER}`))).not.toContain('o1')
    expect(await wishesOf(wang, '?state=done')).toMatchObject([
      { number: NUMBER, leads: false, state: expect.stringContaining('wang同志') },
    ])
    const far = await wishesOf(li, '?state=refused')
    expect(far).toEqual([])
    expect((await verify(store, fingerprint)).broken).toBeNull()
  })

  test('of what was handled the record stays, an open request is stopped, and nothing tells whom it was about', async () => {
    const { li, wang, move, ticket, store, told } = await office()
    await move(ADVANCE)
    await enter(li, 'erase', 'phone')
    const { body } = await wang.get(`/residents/${NUMBER}`)
    expect(JSON.stringify(body['wishes'])).toMatch(/还在办，删除就停办；.*办理记录，留着/)
    expect((await erase(wang)).body['says']).toContain('办理记录留着')
    expect(await ticket()).toMatchObject({ stage: 'withdrawn', aid: [{ what: '救急金' }] })
    const rows = [
      await store.get('tickets', NUMBER),
      await store.list('ticket_events', 'ofTicket', { equals: [NUMBER], limit: 50 }),
    ]
    expect(PERSONAL.filter((one) => JSON.stringify(rows).includes(one))).toEqual([])
    expect((await told()).at(-1)).toContain('按规定留着记录')
    expect((await wang.get(`/residents/${NUMBER}`)).status).toBe(404)
  })

  test('their requests elsewhere wait for those who work there', async () => {
    const { open, li, wang, signedIn, store } = await office()
    await open({ number: FAR, area: 'chang', fingerprints: [] })
    await enter(li, 'erase')
    await erase(wang)
    expect(await store.get('tickets', FAR)).toBeDefined()
    expect(await wishesOf(wang)).toEqual([])
    const far = await signedIn('far', ['street'], { areas: ['maigao'] })
    expect(await wishesOf(far)).toMatchObject([{ number: FAR, what: '删除' }])
    expect((await far.post(`/residents/${FAR}/erase`, { numbers: [FAR] })).status).toBe(200)
    expect(await store.get('tickets', FAR)).toBeUndefined()
    expect(await store.list('tasks', 'ofResident', { equals: [RESIDENT, 'open'], limit: 5 })).toEqual([])
  })

  test('is refused for a reason, which they read with where they may complain', async () => {
    const { li, told, deeds, ticket } = await office()
    await enter(li, 'erase')
    const deny = (why: string) => li.post(`/residents/${NUMBER}/deny`, { kind: 'erase', why })
    expect((await deny('不')).code).toBe('bad-value')
    expect((await deny('还在发放救助金，发完再删')).status).toBe(200)
    expect((await told()).at(-1)).toMatch(/还在发放救助金，发完再删.*12345.*人民法院/s)
    expect(await deeds()).toEqual(['li wished', 'li denied'])
    expect((await ticket())?.personal.facts.name).toBe('唐秀英')
    expect(await wishesOf(li, '?state=refused')).toMatchObject([{ why: '还在发放救助金，发完再删' }])
    expect((await deny('还在发放救助金，发完再删')).code).toBe('changed')
  })

  test('gets everything as a file in plain words, and it is noted who made it and that it was handed over', async () => {
    const { li, move, deeds, told, base } = await office()
    await move(ADVANCE)
    expect((await li.get(`/residents/${NUMBER}/file`)).code).toBe('changed')
    await enter(li, 'export')
    const response = await fetch(`${base}/console/api/residents/${NUMBER}/file`, {
      headers: { cookie: [...li.cookies].map((one) => one.join('=')).join('; ') },
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const sheets = ['说明', '求助单', '办理经过', '给过的救助和材料', '走访', '对话']
    const cells = (await Promise.all(sheets.map((sheet) => readSheet(bytes, sheet)))).flat(2).join('\n')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    for (const value of [...PERSONAL, '救急金', '每月退休金1200元', '个人信息保护法第四十五条'])
      expect(cells).toContain(value)
    expect(cells).not.toContain('official-account')
    const handed = await li.post(`/residents/${NUMBER}/handed-over`, { numbers: [NUMBER] })
    expect(handed.status).toBe(200)
    expect(await deeds()).toEqual(expect.arrayContaining(['li wished', 'li exported']))
    expect((await told()).at(-1)).toContain('已经交给您')
    expect(await wishesOf(li)).toEqual([])
  })

  test('to be deleted and for a copy: the copy comes first', async () => {
    const { li, wang } = await office()
    await enter(li, 'erase')
    await enter(li, 'export')
    expect((await wang.get('/today')).body['wishes']).toEqual({ count: 2, more: false, overdue: 0 })
    expect((await erase(wang)).text).toContain('先导出交给本人')
    await wang.post(`/residents/${NUMBER}/handed-over`, { numbers: [NUMBER] })
    expect((await erase(wang)).status).toBe(200)
    expect((await wang.get('/today')).body['wishes']).toMatchObject({ count: 0 })
  })

  test('whoever told us on the street is deleted all the same, and nobody waits for a chat they do not have', async () => {
    const { open, li, wang, store } = await office()
    const noted = `advisor-noted:${SECOND}`
    await open({ number: SECOND, resident: noted, consent: null, fingerprints: [] })
    await li.post(`/residents/${SECOND}/wishes`, { kind: 'erase', way: 'phone' })
    expect((await wang.post(`/residents/${SECOND}/erase`, { numbers: [SECOND] })).status).toBe(200)
    expect(await store.list('outbox', 'ofResident', { equals: [noted], limit: 5 })).toEqual([])
    expect(await store.get('tickets', SECOND)).toBeUndefined()
  })
})

test('who asked in the chat needs one of staff only, and not again while it is worked on anew', async () => {
  const { store, li, move, now } = await office()
  await move(ADVANCE)
  await store.transaction((tx) =>
    tx.put('tasks', {
      id: `erase:${NUMBER}`,
      kind: 'erase',
      resident: RESIDENT,
      ticket: NUMBER,
      dueAt: now().toISOString(),
      state: 'open',
      detail: null,
    }),
  )
  const erase = () => li.post(`/residents/${NUMBER}/erase`, { numbers: [NUMBER] })
  expect((await erase()).code).toBe('not-allowed')
  await move({ kind: 'withdraw', why: '居民撤回同意' })
  expect((await erase()).status).toBe(200)
})

test('a store put back from a backup forgets again whom a handled request was about, and keeps its record', async () => {
  const { store, li, wang, move } = await office()
  await move(ADVANCE)
  const backup = memoryStore()
  const row = await store.get('tickets', NUMBER)
  await backup.transaction(async (tx) => {
    if (row) await tx.put('tickets', row)
    await tx.put('residents', person)
  })
  await li.post(`/residents/${NUMBER}/wishes`, { kind: 'erase', way: 'counter' })
  await wang.post(`/residents/${NUMBER}/erase`, { numbers: [NUMBER] })
  const lines = (await store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 9 })).filter(
    ({ deed }) => deed === 'erased',
  )
  const now = new Date(MORNING.getTime() + DAY_MS)
  expect(await eraseAgain(backup, { events: [], lines }, { now, seal: fingerprint })).toEqual({
    residents: 0,
    tickets: 1,
  })
  const after = await backup.get('tickets', NUMBER)
  expect(JSON.stringify(after)).not.toContain('唐秀英')
  expect(after && readTicket(after.ticket)).toMatchObject({ stage: 'withdrawn', aid: [{ what: '救急金' }] })
})
