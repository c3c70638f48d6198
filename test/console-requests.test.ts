import { describe, expect, test } from 'vitest'
import { verify } from '../bot/audit.ts'
import { insertTicket } from '../bot/casework.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { consoleOffice } from './support/console.ts'
import { memoryStore } from './support/memory-store.ts'
import { CHARITY, MORNING, NUMBER, opening, part } from './support/tickets.ts'
import { fingerprint } from './support/world.ts'

const DAY_MS = 24 * 3_600_000

async function signedIn(more: object = {}, name = 'me') {
  const office = await consoleOffice()
  await office.account(name, ['street'], more)
  const me = office.browser()
  await me.signIn(name)
  const { post } = me
  const move = (form: string, values: object, seq: number) =>
    me.post(`/requests/${NUMBER}/moves`, { form, values, seq })
  return { ...office, me, post, move }
}
const numbersIn = (body: Record<string, unknown>): string[] =>
  [...JSON.stringify(body['requests']).matchAll(/"number":"([^"]+)"/g)].map(([, number]) => number ?? '')

describe('the list', () => {
  /** Many requests in a store without a disk: every third in the other street, each a minute after the one before. */
  async function many(count: number) {
    const store = memoryStore()
    const office = await consoleOffice({ store })
    await store.transaction(async (tx) => {
      for (let place = 0; place < count; place++) {
        const at = new Date(MORNING.getTime() + (place % 40) * 60_000)
        const area = place % 3 === 0 ? 'chang' : 'yaoxin'
        const number = mintNumber(0, () => place + 1)
        await insertTicket(tx, openTicket(opening({ number, area, at, askedAt: at, fingerprints: [] })))
      }
    })
    await office.account('me', ['street'], { areas: ['yaohua'] })
    await office.account('all', ['street'])
    return office
  }

  test.each(['open', 'all'])(
    'gives every request once, page by page, where somebody works (%s)',
    async (view) => {
      const { browser } = await many(100)
      const expected = { me: 66, all: 100 }
      for (const name of ['me', 'all'] as const) {
        const one = browser()
        await one.signIn(name)
        const found: string[] = []
        let cursor = ''
        for (let page = 0; page < 20; page++) {
          const { body } = await one.get(
            `/requests?view=${view}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
          )
          const numbers = numbersIn(body)
          expect(numbers.length).toBeLessThanOrEqual(30)
          found.push(...numbers)
          if (body['next'] === null) break
          cursor = String(body['next'])
        }
        expect([name, found.length, new Set(found).size]).toEqual([name, expected[name], expected[name]])
      }
    },
  )

  test('is what was asked for: by stage, area, owner, clock; the first due first, or the newest', async () => {
    const { me, open, now, move } = await signedIn()
    const other = mintNumber(0, () => 77)
    await open()
    now.pass(5 * DAY_MS)
    await open({
      number: other,
      area: null,
      at: now(),
      askedAt: now(),
      urgency: { level: 'urgent', reason: '' },
      fingerprints: [],
    })
    /** Days pass here; nobody stays signed in that long. */
    const list = async (query: string) => {
      await me.signIn('me')
      return numbersIn((await me.get(`/requests?${query}`)).body)
    }
    expect(await list('')).toEqual([other, NUMBER])
    expect(await list('view=all')).toEqual([other, NUMBER])
    expect(await list('area=yaohua')).toEqual([NUMBER])
    expect(await list('area=none')).toEqual([other])
    expect(await list('owner=none')).toEqual([other, NUMBER])
    now.pass(2 * DAY_MS)
    expect(await list('clock=overdue')).toEqual([other])
    await move('接单', {}, 1)
    expect([await list('owner=mine'), await list('owner=none')]).toEqual([[NUMBER], [other]])
    await move('预审通过', {}, 2)
    expect([await list('stage=screened'), await list('stage=received'), await list('view=closed')]).toEqual([
      [NUMBER],
      [other],
      [],
    ])
    now.pass(90 * DAY_MS)
    expect(await list('clock=overdue')).toEqual([other, NUMBER])
  })

  test('has one for 未分区域 that was opened in an area which was gone by then, within a minute', async () => {
    const { me, open, now } = await signedIn({ areas: ['qu'] })
    const list = async (query: string) => numbersIn((await me.get(`/requests?${query}`)).body)
    expect(await list('area=none')).toEqual([])
    await open({ area: 'gone' })
    now.pass(60_000)
    expect([await list('area=none'), await list('')]).toEqual([[NUMBER], [NUMBER]])
  })

  test('is searched by number, by telephone, and by four digits of either; by telephone is noted', async () => {
    const { me, open, store } = await signedIn()
    await open({ fingerprints: [{ kind: 'phone', value: fingerprint('phone', '13812345678') }] })
    const list = async (words: string) =>
      numbersIn((await me.get(`/requests?search=${encodeURIComponent(words)}`)).body)
    for (const words of [NUMBER, NUMBER.toLowerCase(), '13812345678', '138 1234 5678', '5678', '0412'])
      expect([words, await list(words)]).toEqual([words, [NUMBER]])
    for (const words of ['13812345679', '9999', 'Q-9999-9']) {
      const { body } = await me.get(`/requests?search=${encodeURIComponent(words)}`)
      expect([words, body['requests'] ?? []]).toEqual([words, []])
    }
    const lines = await store.list('audit', 'ofActor', { equals: ['account:id-of-me'], limit: 50 })
    expect(lines.filter(({ deed }) => deed === 'listed').length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toContain('5678')
  })
})

test('of a telephone number that very many requests have, a search gives the newest', async () => {
  const store = memoryStore()
  const office = await consoleOffice({ store })
  const fingerprints = [{ kind: 'phone', value: fingerprint('phone', '13812345678') }] as const
  await store.transaction(async (tx) => {
    for (let place = 0; place < 60; place++) {
      const at = new Date(MORNING.getTime() + place * DAY_MS)
      const number = mintNumber(0, () => place + 1)
      await insertTicket(
        tx,
        openTicket(opening({ number, at, askedAt: at, fingerprints: [...fingerprints] })),
      )
    }
  })
  await office.account('me', ['street'])
  const me = office.browser()
  await me.signIn('me')
  const found = numbersIn((await me.get('/requests?search=13812345678')).body)
  expect([found[0], found.length]).toEqual([mintNumber(0, () => 60), 50])
})

describe('one request', () => {
  test('shows who it is for half an hour after a reason was given, and the reason is in the audit log', async () => {
    const { me, open, now, store } = await signedIn()
    await open()
    expect((await me.get(`/requests/${NUMBER}`)).body).toMatchObject({
      facts: null,
      talk: [],
      unmaskedUntil: null,
    })
    expect((await me.post(`/requests/${NUMBER}/unmask`, { reason: '好奇' })).code).toBe('bad-request')
    await me.post(`/requests/${NUMBER}/unmask`, { reason: 'visit' })
    now.pass(29 * 60_000)
    expect((await me.get(`/requests/${NUMBER}`)).text).toContain('13812345678')
    now.pass(60_000)
    expect((await me.get(`/requests/${NUMBER}`)).text).not.toContain('13812345678')
    const [line] = await store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 5 })
    expect(line).toMatchObject({ by: 'account:id-of-me', deed: 'seen', detail: { why: '要上门' } })
    expect((await verify(store, fingerprint)).broken).toBeNull()
  })

  test('goes its whole way by forms, each move told to the resident and noted', async () => {
    const { me, open, move, store } = await signedIn()
    await open()
    const first = await me.get(`/requests/${NUMBER}`)
    const forms = [...first.text.matchAll(/"form":"([^"]+)"/g)].map(([, form]) => form)
    expect(forms.slice(0, 2)).toEqual(['接单', '预审通过'])
    await move('接单', {}, 1)
    await move('预审通过', {}, 2)
    await move('分办', { 承办单位: '区教育局', 要办的事: '教育救助' }, 3)
    await move('反馈', { 哪一项: 'p1', 结果: '办好了', 办理情况: '学费已经减免' }, 4)
    await move('办结', { 结果: '帮上了', 办理结果: '学费减免了' }, 5)
    const { body } = await me.get(`/requests/${NUMBER}`)
    expect(body).toMatchObject({ stage: '办结', owner: 'me同志', outcome: ['办理结果：帮上了'] })
    const told = await store.list('outbox', 'ofResident', { equals: ['official-account:o1'], limit: 20 })
    expect(told.map(({ ticket }) => ticket)).toContain(NUMBER)
    const lines = await store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 20 })
    const done = lines.filter(({ by, deed }) => deed === 'changed' && by === 'account:id-of-me')
    expect(done.map(({ detail }) => detail['actions'])).toEqual([
      'claim',
      'screen',
      'dispatch',
      'report',
      'close',
    ])
  })

  test('is not moved on what somebody else changed meanwhile, nor by a form that is wrong', async () => {
    const { open, move, me } = await signedIn()
    await open()
    await move('预审通过', {}, 1)
    expect((await move('不予受理', { 理由: '户口不在', 还可以: '找户口地' }, 1)).code).toBe('changed')
    expect((await move('跳舞', {}, 2)).code).toBe('bad-value')
    expect((await move('分办', { 承办单位: '' }, 2)).code).toBe('bad-value')
    expect((await move('转给', { 姓名: '不在名单' }, 2)).code).toBe('bad-value')
    expect((await me.get(`/requests/${NUMBER}`)).body).toMatchObject({ stage: '预审', seq: 2 })
    expect((await move('转给', { 姓名: 'li' }, 2)).body).toMatchObject({ owner: '李强' })
  })

  test('takes words for its resident once, however often they are sent', async () => {
    const { me, open, store } = await signedIn()
    await open()
    const say = () =>
      me.post(`/requests/${NUMBER}/words`, { words: '明天我到您家看看', once: 'once-00000001' })
    expect([(await say()).status, (await say()).status]).toEqual([200, 200])
    const said = await store.list('outbox', 'ofResident', { equals: ['official-account:o1'], limit: 5 })
    expect(said.map(({ text, ticket }) => [text, ticket])).toEqual([['明天我到您家看看', NUMBER]])
    expect((await me.post(`/requests/${NUMBER}/words`, { words: ' ', once: 'once-00000002' })).code).toBe(
      'bad-value',
    )
    await me.post(`/requests/${NUMBER}/unmask`, { reason: 'contact' })
    expect((await me.get(`/requests/${NUMBER}`)).body['talk']).toMatchObject([
      { by: 'us', words: '明天我到您家看看' },
    ])
  })

  test('is an organisation’s as far as its own part goes', async () => {
    const { account, browser, open, done } = await consoleOffice()
    await open()
    const parts = [part(), part(CHARITY, '陪护')]
    await done(NUMBER, { kind: 'screen', why: '' }, { kind: 'dispatch', parts, why: '' })
    await account('qian', ['partner'], { person: { name: '小钱', advisor: null, body: CHARITY.id } })
    const qian = browser()
    await qian.signIn('qian')
    const move = (values: object, seq: number) =>
      qian.post(`/requests/${NUMBER}/moves`, { form: '反馈', values, seq })
    const helped = { 结果: '办好了', 办理情况: '陪护两周' }
    expect((await move({ 哪一项: 'p1', ...helped }, 4)).code).toBe('bad-value')
    expect((await move({ 哪一项: 'p2', ...helped }, 4)).body).toMatchObject({
      parts: [{ state: '已转办' }, { state: '已反馈，办好了' }],
      moves: expect.not.arrayContaining([expect.objectContaining({ form: '办结' })]),
    })
  })
})

test('today counts what the lists show', async () => {
  const { me, open, now } = await signedIn({ areas: ['yaohua'] })
  await open()
  await open({ number: mintNumber(0, () => 5), area: 'chang', fingerprints: [] })
  now.pass(90 * DAY_MS)
  const again = await (async () => {
    await me.signIn('me')
    return me.get('/today')
  })()
  expect(again.body['figures']).toMatchObject([
    { name: '已超期', count: 1, query: { view: 'open', clock: 'overdue' } },
    { name: '今天到期', count: 0 },
    { name: '7天内到期', count: 0 },
    { name: '没有人接单', count: 1 },
    { name: '我负责的', count: 0 },
    { name: '等预审', count: 1 },
    { name: '等回访', count: 0 },
  ])
})

test('today counts for an advisor who acts for an organisation too only what is theirs', async () => {
  const { open, done, account, browser } = await consoleOffice()
  await open()
  await open({ number: mintNumber(0, () => 5), fingerprints: [] })
  await account('sun', ['advisor', 'partner'], {
    person: { name: '孙梅', advisor: 'sun', body: CHARITY.id },
  })
  const sun = browser()
  await sun.signIn('sun')
  const count = async () => {
    const [shown, { body }] = [await sun.get('/requests?view=open'), await sun.get('/today')]
    const figure = JSON.stringify(body['figures']).match(/"name":"没有人接单","count":(\d+)/)?.[1]
    return [numbersIn(shown.body).length, Number(figure)]
  }
  expect(await count()).toEqual([0, 0])
  await done(
    NUMBER,
    { kind: 'screen', why: '' },
    { kind: 'dispatch', parts: [part(CHARITY, '陪护')], why: '' },
  )
  expect(await count()).toEqual([1, 1])
})

test('the audit log is read the newest first, page by page, or of one request, with people’s names', async () => {
  const { me, open, account, browser } = await signedIn()
  await open()
  await account('boss', ['admin'])
  const boss = browser()
  await boss.signIn('boss')
  for (let time = 0; time < 60; time++) await me.post(`/requests/${NUMBER}/unmask`, { reason: 'check' })
  const first = await boss.get('/audit')
  expect(first.body['lines']).toHaveLength(50)
  expect(JSON.parse(first.text).lines[0]).toMatchObject({
    who: 'me同志',
    what: '查看',
    subject: `求助单 ${NUMBER}`,
    detail: '要核对身份或材料',
  })
  const second = await boss.get(`/audit?cursor=${String(first.body['next'])}`)
  expect([JSON.stringify(second.body['lines']).includes('登录'), second.body['next']]).toEqual([true, null])
  const one = await boss.get(`/audit?number=${NUMBER}`)
  const rest = await boss.get(
    `/audit?number=${NUMBER}&cursor=${encodeURIComponent(String(one.body['next']))}`,
  )
  expect([one, rest].flatMap(({ body }) => body['lines'])).toHaveLength(60)
})
