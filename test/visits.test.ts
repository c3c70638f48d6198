import { describe, expect, test } from 'vitest'
import { act, insertTicket } from '../bot/casework.ts'
import type { HouseholdRow, Store } from '../bot/store.ts'
import { keepVisit, openTasks, planRegularVisit, planVisits, reached, subjectOf } from '../bot/visits.ts'
import { chinaDay } from '../flows/clocks.ts'
import { openTicket } from '../flows/ticket/ticket.ts'
import {
  monthsAfter,
  pledgeAfter,
  readVisit,
  VISIT_LIMITS,
  VISIT_REASON_WORDS,
  type VisitReason,
  visitsFor,
} from '../flows/visits.ts'
import { advisor, MORNING, NUMBER, opening } from './support/tickets.ts'
import { openStore, WITNESS } from './support/world.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const later = (days: number) => new Date(MORNING.getTime() + days * DAY_MS)
let ids = 0
const newId = () => `visit-${++ids}`

const HOUSEHOLD: HouseholdRow = {
  id: 'H-0412-6',
  area: 'yaohua-yaoxin',
  advisor: 'wang',
  category: '低保',
  state: 'watched',
  leftAt: '',
  contactedAt: '',
  person: { name: '唐秀英' },
}

async function withHousehold(): Promise<Store> {
  const store = await openStore()
  await store.transaction((tx) => tx.put('households', HOUSEHOLD))
  return store
}
const plan = (store: Store, reason: Exclude<VisitReason, 'pledge'>, now = MORNING) =>
  store.transaction((tx) => planVisits(tx, subjectOf(HOUSEHOLD), visitsFor(reason, '', now), now))
const meet = (store: Store, channel: '上门' | '电话', at: Date) =>
  store.transaction((tx) => reached(tx, HOUSEHOLD.id, { channel, at }))
/** What is still to be visited: reason and day. */
const due = async (store: Store, subject = HOUSEHOLD.id) =>
  (await openTasks(store, subject)).map((task) => `${task.reason} ${chinaDay(new Date(task.dueAt))}`).sort()

describe('a sentence tells a visit', () => {
  test('of who was met, what is better and what is missing', () => {
    expect(readVisit('上门 母子都在,孩子退烧了,还缺诊断证明')).toEqual({
      channel: '上门',
      reached: true,
      detail: {
        words: '上门 母子都在,孩子退烧了,还缺诊断证明',
        reachedSaid: true,
        willing: null,
        needs: [],
        difficulties: [],
        papers: ['诊断证明'],
        media: [],
      },
    })
  })

  test.each<[string, string, boolean | null]>([
    ['不在家', '上门', false],
    ['上门，家里没人', '上门', false],
    ['敲了半天没人应', '上门', false],
    ['电话没接', '电话', false],
    ['打电话聊了一会儿，都好', '电话', true],
    ['微信视频看了，精神不错', '微信', true],
    ['来社区窗口说的', '窗口', true],
    ['老人没人照顾，很瘦', '上门', true],
    ['去了一趟', '上门', null],
  ])('%s', (words, channel, met) => {
    expect(readVisit(words)).toMatchObject({ channel, reached: met })
  })

  test.each<[string, boolean | null]>([
    ['愿意申请低保', true],
    ['想申请', true],
    ['不愿意申请，嫌麻烦', false],
    ['没想好要不要', null],
    ['都好', null],
  ])('whether they wish to apply: %s', (words, willing) => {
    expect(readVisit(words).detail.willing).toBe(willing)
  })

  test('of what is needed, and of what befell them', () => {
    const { detail } = readVisit('在家，缺米和油，要人上门做饭，下个月交学费，房子漏雨')
    expect(detail.needs).toEqual(['goods', 'service'])
    expect(detail.difficulties).toEqual(['孩子上学', '住房'])
  })

  test.each([
    ['在家，老公打人', true],
    ['老公喝了酒就打人', true],
    ['她说丈夫又打她', true],
    ['婆婆说儿子常打骂她', true],
    ['被老公打了', true],
    ['被前夫追着打', true],
    ['儿子喝多了打老人', true],
    ['老公打我', true],
    ['老公在外打工，儿子打零工', false],
    ['女儿打她电话没人接', false],
    ['老公打我电话说不回来', false],
    ['儿子去打针，老伴打扫卫生', false],
    ['老公以前打人，现在不打人了', true],
    ['说老公没打她', false],
    ['老公不打人，就是爱喝酒', false],
    ['老公在外面打人被拘留了', false],
    ['儿子爱打麻将，妈妈打饭去了', false],
    ['孩子在学校被同学打了', false],
  ])('whether somebody of the family hits: %s', (words, hits) => {
    expect(readVisit(words).detail.difficulties.includes('家暴')).toBe(hits)
  })
})

describe('visits that must be made', () => {
  test('each has a limit whose source is said, and ours are said to be ours', () => {
    for (const [reason, limits] of Object.entries(VISIT_LIMITS)) {
      expect(Object.keys(VISIT_REASON_WORDS)).toContain(reason)
      for (const { source } of limits)
        expect(source).toMatch(/银川兴庆区30天回访制度|本系统的提醒，不是法定期限/)
    }
  })

  test('after 纳入 and 退出 within 30 days; 五必访 within days; after a placement twice', async () => {
    const store = await withHousehold()
    await plan(store, 'joined')
    await plan(store, 'hospital')
    await plan(store, 'placed')
    expect(await due(store)).toEqual([
      'hospital 2026-03-06',
      'joined 2026-04-02',
      'placed 2026-03-10',
      'placed 2026-04-02',
    ])
  })

  test('the same reason said twice on a day is one visit', async () => {
    const store = await withHousehold()
    await plan(store, 'hospital')
    await plan(store, 'hospital')
    expect(await due(store)).toEqual(['hospital 2026-03-06'])
  })

  test('a call settles a revisit but no 必访; going there settles both', async () => {
    const store = await withHousehold()
    await plan(store, 'joined')
    await plan(store, 'disaster')
    await meet(store, '电话', later(1))
    expect(await due(store)).toEqual(['disaster 2026-03-04', 'regular 2026-04-03'])
    await meet(store, '上门', later(1))
    expect(await due(store)).toEqual(['regular 2026-04-03'])
  })

  test('who is reached is due again in 30 days; who was only tried stays due', async () => {
    const store = await withHousehold()
    await store.transaction((tx) => planRegularVisit(tx, HOUSEHOLD, MORNING))
    expect(await due(store)).toEqual(['regular 2026-04-02'])
    await store.transaction((tx) =>
      keepVisit(
        tx,
        { id: 'v1', subject: HOUSEHOLD.id, advisor: 'wang', at: later(3).toISOString() },
        readVisit('不在家'),
      ),
    )
    expect(await due(store)).toEqual(['regular 2026-04-02'])
    expect((await store.get('households', HOUSEHOLD.id))?.contactedAt).toBe('')
    await meet(store, '电话', later(5))
    expect(await due(store)).toEqual(['regular 2026-04-07'])
    expect((await store.get('households', HOUSEHOLD.id))?.contactedAt).toBe(later(5).toISOString())
  })

  test('a household that left is not visited regularly any more', async () => {
    const store = await openStore()
    await store.transaction((tx) => planRegularVisit(tx, { ...HOUSEHOLD, state: 'left' }, MORNING))
    expect(await due(store)).toEqual([])
  })
})

describe('a pledge over years', () => {
  const pledge = { what: '学费', every: 6, until: '2027-12-31' }

  test('comes due again each time it was kept, until its end', async () => {
    const store = await withHousehold()
    const first = pledgeAfter(pledge, '2026-03-03', MORNING)
    if (!first) throw new Error('no pledge')
    await store.transaction((tx) => planVisits(tx, subjectOf(HOUSEHOLD), [first], MORNING))
    const days: string[] = []
    for (let times = 0; times < 6; times++) {
      const [task] = (await openTasks(store, HOUSEHOLD.id)).filter(({ reason }) => reason === 'pledge')
      if (!task) break
      days.push(chinaDay(new Date(task.dueAt)))
      await meet(store, '上门', new Date(task.dueAt))
    }
    expect(days).toEqual(['2026-09-03', '2027-03-03', '2027-09-03'])
  })

  test('is not settled by a visit long before its day', async () => {
    const store = await withHousehold()
    const first = pledgeAfter(pledge, '2026-03-03', MORNING)
    if (!first) throw new Error('no pledge')
    await store.transaction((tx) => planVisits(tx, subjectOf(HOUSEHOLD), [first], MORNING))
    await meet(store, '上门', later(30))
    expect(await due(store)).toContain('pledge 2026-09-03')
  })

  test('the last day of a month stays one', () => {
    expect(monthsAfter('2026-08-31', 6)).toBe('2027-02-28')
    expect(monthsAfter('2026-11-30', 3)).toBe('2027-02-28')
    expect(monthsAfter('2026-12-15', 1)).toBe('2027-01-15')
  })
})

describe('visits of a request', () => {
  async function withTicket() {
    const store = await openStore()
    await store.transaction(async (tx) => {
      await insertTicket(tx, openTicket(opening()))
      const subject = { number: NUMBER, area: '', advisor: '' }
      await planVisits(tx, subject, visitsFor('joined', '', MORNING), MORNING)
    })
    const deed = (action: unknown, now = later(1)) =>
      act(store, { number: NUMBER, action, actor: advisor, witness: WITNESS, now, newId })
    return { store, deed }
  }

  test('a contact that reached somebody settles them, an attempt does not', async () => {
    const { store, deed } = await withTicket()
    await deed({ kind: 'contact', channel: '电话', reached: false, why: '' })
    expect(await due(store, NUMBER)).toHaveLength(1)
    await deed({ kind: 'contact', channel: '电话', reached: true, why: '' })
    expect(await due(store, NUMBER)).toEqual([])
  })

  test('go to whoever has it, and end when it is withdrawn', async () => {
    const { store, deed } = await withTicket()
    await deed({ kind: 'claim', name: '王芳', why: '' })
    expect(await openTasks(store, NUMBER)).toMatchObject([{ advisor: 'wang' }])
    await deed({ kind: 'assign', owner: { id: 'li', name: '李强' }, why: '' })
    expect(await openTasks(store, NUMBER)).toMatchObject([{ advisor: 'li' }])
    await deed({ kind: 'withdraw', why: '不办了' })
    expect(await due(store, NUMBER)).toEqual([])
  })

  test('the last time somebody was reached counts', async () => {
    const { deed } = await withTicket()
    await deed({ kind: 'contact', channel: '电话', reached: true, why: '' })
    await deed({ kind: 'contact', channel: '电话', reached: false, why: '' }, later(2))
    const ticket = await deed({ kind: 'contact', channel: '上门', reached: true, why: '' }, later(4))
    expect(ticket?.contactedAt).toBe(later(4).toISOString())
  })
})
