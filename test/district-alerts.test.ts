/** Alerts that a monitoring system hands in, policies and figures it fetches. */
import { describe, expect, test } from 'vitest'
import { householdAfter, matchHouseholds, saveHouseholds } from '../bot/households.ts'
import { keepVisit, reached } from '../bot/visits.ts'
import { readVisit } from '../flows/visits.ts'
import { shippedText } from '../knowledge/load.ts'
import { forgetPast } from '../server/retention.ts'
import { districtOffice, type Office } from './support/district.ts'
import { fingerprint, WITNESS } from './support/world.ts'

const SENT = {
  id: 'YJ-0529-1',
  name: '吴桂兰',
  phone: '13900002222',
  idNumber: '11010519491231002X',
  address: '尧新社区2栋101',
  area: '尧化街道尧新社区',
  reason: '医疗费用自付超过3万元',
  words: '5月16日出院结算',
}
const listed = (body: Record<string, unknown>, name: string): Record<string, unknown>[] => {
  const found = body[name]
  return Array.isArray(found) ? found : []
}
const tasksOf = ({ store }: Office, household: unknown) =>
  store.list('visit_tasks', 'ofSubject', { equals: [String(household), 'open'], limit: 10 })

/** An advisor tells of a visit. */
const visit = ({ store, now, desk }: Office, household: unknown, words: string) =>
  store.transaction(async (tx) => {
    const told = readVisit(words)
    const subject = String(household)
    await keepVisit(tx, { id: desk.newId(), subject, advisor: 'li', at: now().toISOString() }, told)
    if (told.reached) await reached(tx, subject, { channel: told.channel, at: now() })
  })

describe('an alert', () => {
  test('becomes a visit in its area with its limit, reminders and reason, and a line of the audit log', async () => {
    const office = await districtOffice()
    const { status, body } = await (await office.system()).post('/alerts', SENT)
    expect([status, body]).toEqual([
      200,
      {
        id: SENT.id,
        household: expect.stringMatching(/^H-/),
        state: 'open',
        at: office.now().toISOString(),
        dueAt: '2026-03-06T15:59:59.999Z',
        settledAt: null,
        attempts: 0,
        reached: null,
        willing: null,
        needs: [],
      },
    ])
    const [task, ...others] = await tasksOf(office, body['household'])
    expect(others).toEqual([])
    expect(task).toMatchObject({
      reason: 'alert',
      area: 'yaoxin',
      detail: { words: '区救助平台预警：医疗费用自付超过3万元' },
    })
    const nudges = await office.store.list('nudges', 'due', { equals: ['pending', 'normal'], limit: 10 })
    expect(nudges.map((nudge) => nudge.task)).toEqual([task?.id])
    expect(await office.store.get('households', String(body['household']))).toMatchObject({
      area: 'yaoxin',
      category: '监测预警',
      // Nobody is to go there every month because of one alert.
      state: 'left',
      person: { name: '吴桂兰', note: '医疗费用自付超过3万元；5月16日出院结算' },
    })
    const lines = await office.store.list('audit', 'ofActor', { equals: ['key:00000000a1'], limit: 5 })
    expect(lines.map(({ deed, subject }) => [deed, subject])).toEqual([
      ['received', `household:${String(body['household'])}`],
    ])
  })

  test('sent twice is one; other content under its number is refused', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const answers = await Promise.all([1, 2, 3].map(() => system.post('/alerts', SENT)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect((await system.post('/alerts', { ...SENT, words: '别的' })).code).toBe('other-content')
    expect(await tasksOf(office, answers[0]?.body['household'])).toHaveLength(1)
  })

  test('of a household that is known is about that household, whichever trait tells', async () => {
    const office = await districtOffice()
    const { store, now } = office
    const read = {
      line: 1,
      area: 'yaoxin',
      advisor: 'li',
      category: '低保',
      person: { name: '吴桂兰', phone: SENT.phone, address: '', note: '' },
      traits: [{ kind: 'household', value: `${SENT.phone}/吴桂兰` } as const],
    }
    const { matches } = await matchHouseholds(store, [read], fingerprint)
    const changes = matches.map((match) => ({ match, after: householdAfter(match, '') }))
    await saveHouseholds(store, changes, [], { now: now(), randomBelow: () => 412 }, async () => {})
    const system = await office.system()
    const { body } = await system.post('/alerts', SENT)
    expect(await store.get('households', String(body['household']))).toMatchObject({
      advisor: 'li',
      category: '低保',
      state: 'watched',
    })
    const tasks = await tasksOf(office, body['household'])
    expect(tasks.find(({ reason }) => reason === 'alert')).toMatchObject({ advisor: 'li' })
    const next = await system.post('/alerts', { ...SENT, id: 'YJ-2', phone: null, idNumber: null })
    expect(next.body['household']).not.toBe(body['household'])
    const again = await system.post('/alerts', {
      ...SENT,
      id: 'YJ-3',
      phone: null,
      idNumber: null,
      words: '又一条',
    })
    expect(again.body['household']).toBe(next.body['household'])
  })

  test('without anything to find them by, or elsewhere, is refused', async () => {
    const office = await districtOffice()
    const system = await office.system({ areas: ['yaohua'] })
    const code = async (more: object) => (await system.post('/alerts', { ...SENT, ...more })).code
    expect(await code({ phone: null, idNumber: null, address: '' })).toBe('bad-value')
    expect(await code({ area: 'maigao' })).toBe('not-allowed')
    expect(await code({ area: '没有的街道' })).toBe('bad-value')
  })

  test('tells whoever handed it in what became of it, and nobody else', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const other = await office.system({ number: '00000000a2', name: '另一个' })
    const { body } = await system.post('/alerts', SENT)
    const first = await system.get('/alerts')
    expect(listed(first.body, 'alerts')).toEqual([body])
    const since = async (after: unknown) => (await system.get(`/alerts?after=${String(after)}`)).body
    expect(listed(await since(first.body['next']), 'alerts')).toEqual([])
    office.now.pass(3600_000)
    await visit(office, body['household'], '打电话没接')
    const tried = await since(first.body['next'])
    expect(listed(tried, 'alerts')).toMatchObject([
      { id: SENT.id, state: 'open', attempts: 1, reached: null },
    ])
    office.now.pass(3600_000)
    await visit(office, body['household'], '上门见到了，缺钱看病，愿意申请')
    const done = await since(tried['next'])
    expect(listed(done, 'alerts')).toMatchObject([
      {
        state: 'visited',
        attempts: 2,
        dueAt: null,
        settledAt: office.now().toISOString(),
        reached: { channel: '上门', at: office.now().toISOString() },
        willing: true,
        needs: ['money'],
      },
    ])
    expect(JSON.stringify([first.body, done])).not.toMatch(/吴桂兰|13900002222|2栋101|看病/)
    expect((await system.get(`/alerts/${SENT.id}`)).body).toEqual(listed(done, 'alerts')[0])
    expect(listed((await other.get('/alerts')).body, 'alerts')).toEqual([])
    expect((await other.get(`/alerts/${SENT.id}`)).status).toBe(404)
  })

  test('is not settled by a call, and tells nothing of what was seen where somebody could be harmed', async () => {
    const office = await districtOffice()
    const system = await office.system()
    const { body } = await system.post('/alerts', SENT)
    await visit(office, body['household'], '电话通了，说都好')
    expect((await system.get(`/alerts/${SENT.id}`)).body).toMatchObject({
      state: 'open',
      reached: { channel: '电话' },
    })
    office.now.pass(1000)
    await visit(office, body['household'], '上门见到了，老公喝了酒打她，缺钱，愿意申请')
    expect((await system.get(`/alerts/${SENT.id}`)).body).toMatchObject({
      state: 'visited',
      willing: null,
      needs: [],
    })
  })

  test('goes with its household when the office’s term is over', async () => {
    const office = await districtOffice()
    const { store } = office
    const { body } = await (await office.system()).post('/alerts', SENT)
    await visit(office, body['household'], '上门见到了')
    const keep = { tickets: 30, households: 30, audit: 1095 }
    const now = new Date(office.now().getTime() + 31 * 24 * 3600_000)
    await forgetPast({ store, now, keep, witness: WITNESS })
    expect(await store.get('households', String(body['household']))).toBeUndefined()
    for (const table of ['alerts', 'visit_tasks', 'visits', 'household_keys'] as const)
      for await (const row of store.scan(table)) expect([table, row]).toEqual([table, null])
  })
})

describe('policies', () => {
  test('come whole with their text, and then only what was published since', async () => {
    const office = await districtOffice()
    const { store, now } = office
    const system = await office.system()
    const ids: unknown[] = []
    let after = ''
    let next: unknown = null
    for (let more: unknown = true, pages = 0; more === true; pages++) {
      expect(pages).toBeLessThan(10)
      const { body } = await system.get(`/policies${after}`)
      ids.push(...listed(body, 'policies').map(({ id }) => id))
      next = body['next']
      after = `?after=${String(next)}`
      more = body['more']
    }
    expect(ids).toEqual([...office.policies.knowledge.policies.keys()].sort())
    expect((await system.get(`/policies${after}`)).body).toEqual({ policies: [], next, more: false })

    const text = (shippedText('dibao') ?? '').replace(/^title: .*$/m, 'title: 最低生活保障（新）')
    await store.transaction((tx) =>
      tx.put('policies', { id: 'dibao', number: 3, text, at: now().toISOString(), mark: '' }),
    )
    // The other program hears of it at once, though this one has not learned it yet.
    const { body } = await system.get(`/policies${after}`)
    expect(listed(body, 'policies')).toMatchObject([
      { id: 'dibao', title: '最低生活保障（新）', version: 3, text },
    ])
    expect(listed((await system.get(`/policies?after=${String(body['next'])}`)).body, 'policies')).toEqual([])
    expect((await system.get('/policies/dibao')).body).toMatchObject({ version: 3, text })
    expect((await system.get('/policies/tekun')).body).toMatchObject({
      version: 0,
      text: shippedText('tekun'),
    })
    expect((await system.get('/policies/none')).status).toBe(404)
  })

  test('come in pages, and what is published on the way is not passed over', async () => {
    const office = await districtOffice()
    const { store, now } = office
    const publish = (id: string, number: number) => {
      const text = (shippedText('dibao') ?? '').replace(/^id: .*$/m, `id: ${id}`)
      const row = { id, number, text, at: now().toISOString(), mark: '' }
      return store.transaction((tx) => tx.put('policies', row))
    }
    const many = Array.from({ length: 60 }, (_, place) => `p-${10 + place}`)
    for (const id of many) await publish(id, 1)
    const system = await office.system()
    const first = await system.get('/policies')
    expect(first.body['more']).toBe(true)
    await publish('p-10', 2)
    await publish('a-new', 1)
    const versions = new Map<unknown, unknown>()
    const learn = ({ body }: typeof first) => {
      for (const { id, version } of listed(body, 'policies')) versions.set(id, version)
      return `/policies?after=${String(body['next'])}`
    }
    const last = learn(await system.get(learn(first)))
    expect(versions.get('p-10')).toBe(1)
    learn(await system.get(last))
    expect([versions.size, versions.get('p-10'), versions.get('a-new')]).toEqual([63, 2, 1])
  })

  test('come all again when the program itself brought others', async () => {
    const { system } = await districtOffice()
    const { body } = await (await system()).get('/policies?after=0.00000000')
    expect(listed(body, 'policies').map(({ id }) => id)).toEqual(['dibao', 'tekun'])
  })
})

test('figures are those of the console, counted where the key reaches', async () => {
  const office = await districtOffice()
  await office.open()
  const [all, elsewhere] = [
    await office.system(),
    await office.system({ number: '00000000a2', name: '另一个', areas: ['maigao'] }),
  ]
  const { body } = await all.get('/figures?period=month')
  await office.account('me', ['street'])
  const me = office.browser()
  await me.signIn('me')
  expect(body).toEqual((await me.get('/figures?period=month')).body)
  expect(body).toMatchObject({ requests: { all: 1 } })
  expect((await elsewhere.get('/figures?period=month')).body).toMatchObject({ requests: { all: 0 } })
  expect((await all.get('/figures?period=ever')).status).toBe(400)
})
