/** One request opened in the console: pictures, earlier help, undoing, taking the conversation over, the form to print. */
import { describe, expect, test } from 'vitest'
import type { ActionKind } from '../flows/ticket/actions.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { consoleOffice } from './support/console.ts'
import { pngTaken } from './support/pictures.ts'
import { ADVANCE, FACTS, NUMBER, OTHER_NUMBER, part } from './support/tickets.ts'
import { fingerprint } from './support/world.ts'

const RESIDENT = 'official-account:o1'
const PHOTOS = [
  { kind: '病历', media: 'media-1' },
  { kind: '户口簿', media: 'gone' },
]

async function signedIn(given: Parameters<typeof consoleOffice>[0] = {}) {
  const office = await consoleOffice(given)
  await office.account('me', ['street'])
  const me = office.browser()
  await me.signIn('me')
  const request = `/requests/${NUMBER}`
  const move = (form: string, values: object, seq: number) =>
    me.post(`${request}/moves`, { form, values, seq })
  const unmask = () => me.post(`${request}/unmask`, { reason: 'check' })
  const lines = async () =>
    (await office.store.list('audit', 'ofSubject', { equals: [`ticket:${NUMBER}`], limit: 50 })).map(
      ({ by, deed, detail }) => [by, deed, detail],
    )
  return { ...office, me, request, move, unmask, lines }
}

describe('a picture', () => {
  const readPhoto = async (media: string) =>
    media === 'media-1' ? pngTaken() : media === 'voice' ? Buffer.from('#!SILK_V3') : null

  test('is shown after a reason was given, bare of what it tells besides, and each look is noted', async () => {
    const { me, open, request, unmask, lines } = await signedIn({ readPhoto })
    await open({ facts: { ...FACTS, photos: PHOTOS } })
    expect((await me.get(request)).body['photos']).toEqual([])
    const refused = await me.get(`${request}/photos/f0`)
    expect([refused.status, refused.code]).toEqual([403, 'not-allowed'])
    expect(await lines()).toEqual([])

    expect((await unmask()).body['photos']).toEqual([
      { name: 'f0', what: '病历' },
      { name: 'f1', what: '户口簿' },
    ])
    const shown = await me.get(`${request}/photos/f0`)
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('content-disposition')).toMatch(/^inline/)
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(shown.text).not.toContain('GPS')
    await me.get(`${request}/photos/f0`)
    const looks = (await lines()).filter(([, deed]) => deed === 'seen')
    expect(looks.map(([, , detail]) => detail)).toEqual([
      { why: '要核对身份或材料' },
      { why: '看照片' },
      { why: '看照片' },
    ])
  })

  test('that is gone, is none, or was never there is said to be so', async () => {
    const { me, open, request, unmask, store, now } = await signedIn({ readPhoto })
    await open({ facts: { ...FACTS, photos: PHOTOS } })
    const at = now().toISOString()
    await store.transaction((tx) =>
      tx.insert('heard', { id: 'heard-1', resident: RESIDENT, at, words: '您听', media: 'voice' }),
    )
    expect((await unmask()).body['talk']).toMatchObject([{ by: 'resident', words: '您听', photo: 'h0' }])
    for (const name of ['f1', 'f9', 'h9', 'x0', '..%2F..%2Fetc'])
      expect([name, (await me.get(`${request}/photos/${name}`)).status]).toEqual([name, 404])
    expect((await me.get(`${request}/photos/h0`)).text).toContain('不是照片')
  })

  test('is nobody’s who sees the request masked', async () => {
    const { account, browser, open, request } = await signedIn({ readPhoto })
    await open({ facts: { ...FACTS, photos: PHOTOS } })
    await account('auditor', ['auditor'])
    const auditor = browser()
    await auditor.signIn('auditor')
    expect((await auditor.get(`${request}/photos/f0`)).code).toBe('not-allowed')
  })
})

describe('what belongs to one request', () => {
  test('is there whole, however long it went on: every step, and of what was said the newest', async () => {
    const { me, open, request, unmask, store, now } = await signedIn()
    await open()
    await store.transaction(async (tx) => {
      for (let place = 0; place < 450; place++) {
        const at = new Date(now().getTime() + place * 1000).toISOString()
        const by = 'staff:li'
        const id = `${NUMBER}:${place + 2}`
        await tx.insert('ticket_events', {
          id,
          ticket: NUMBER,
          at,
          kind: 'noted',
          by,
          detail: { why: `第${place}步` },
        })
        await tx.insert('heard', {
          id: `heard-${place}`,
          resident: RESIDENT,
          at,
          words: `第${place}句`,
          media: null,
        })
      }
    })
    const { happened } = JSON.parse((await me.get(request)).text)
    expect([happened.length, happened[0].why, happened.at(-1).what]).toEqual([451, '第449步', '受理'])
    const { talk, talkCut } = JSON.parse((await unmask()).text)
    expect([talk.at(-1).words, talk.length, talkCut]).toEqual(['第449句', 300, true])
  })

  test('names earlier requests of the same person with the help they brought, linked or not', async () => {
    const { me, open, done, request, now, account, browser } = await signedIn()
    const phone = { kind: 'phone' as const, value: fingerprint('phone', '13812345678') }
    await open({
      number: OTHER_NUMBER,
      area: 'chang',
      resident: 'official-account:o9',
      fingerprints: [phone],
    })
    await done(OTHER_NUMBER, ADVANCE)
    // So long ago and for so different a need that nobody was shown it.
    now.pass(200 * 24 * 3_600_000)
    const third = mintNumber(0, () => 77)
    await open({ number: third, fingerprints: [], at: now(), askedAt: now() })
    await open({ at: now(), askedAt: now(), resident: 'official-account:o8', fingerprints: [phone] })
    await me.signIn('me')
    const { links } = JSON.parse((await me.get(request)).text)
    expect(links).toMatchObject([
      {
        number: OTHER_NUMBER,
        linked: null,
        reasons: '同一个电话',
        help: [expect.stringContaining('救急金，2000元')],
        open: true,
      },
    ])
    // To somebody of this street alone it is not there; once somebody linked it, that it is, and no more.
    await account('near', ['street'], { areas: ['yaohua'] })
    const near = browser()
    await near.signIn('near')
    const seenNear = async () => JSON.parse((await near.get(request)).text).links
    expect(await seenNear()).toEqual([])
    await me.post(`${request}/moves`, { form: '关联', values: { 求助编号: OTHER_NUMBER }, seq: 1 })
    expect(await seenNear()).toMatchObject([
      { number: '', linked: 'confirmed', help: [], about: '另有一张您看不到的求助单', open: false },
    ])
    await near.post(`${request}/unmask`, { reason: 'check' })
    const { text } = await near.get(request)
    expect(text).not.toContain(OTHER_NUMBER)
    expect(JSON.parse(text).happened).toContainEqual(expect.objectContaining({ what: '关联', why: '' }))
    expect((await me.get(request)).text).toContain(OTHER_NUMBER)
  })

  test('of more earlier requests than it names, it names the newest', async () => {
    const { me, open, request, now } = await signedIn()
    const phone = { kind: 'phone' as const, value: fingerprint('phone', '13812345678') }
    const numbers = Array.from({ length: 25 }, (_, place) => mintNumber(0, () => 1000 + place))
    for (const number of numbers) {
      now.pass(60_000)
      await open({ number, at: now(), askedAt: now(), fingerprints: [phone] })
    }
    now.pass(60_000)
    await open({ at: now(), askedAt: now(), fingerprints: [phone] })
    const { links } = JSON.parse((await me.get(request)).text)
    expect(links[0]).toMatchObject({ number: numbers.at(-1), reasons: expect.stringContaining('同一个电话') })
  })
})

describe('taking the last step back', () => {
  test('leaves the request as it was, says so in its story and in the audit log', async () => {
    const { me, open, request, move, lines } = await signedIn()
    await open()
    const claimed = await move('接单', {}, 1)
    expect(claimed.body).toMatchObject({ owner: 'me同志', undo: { what: '接单', seconds: 60 } })
    const undone = await me.post(`${request}/undo`, { seq: 2 })
    expect(undone.body).toMatchObject({ owner: '', seq: 3, undo: null })
    expect(undone.body['happened']).toMatchObject([
      { what: '撤销', why: '撤销了「接单」' },
      { what: '接单' },
      { what: '受理' },
    ])
    expect((await lines()).at(-1)).toEqual([
      'account:id-of-me',
      'changed',
      { actions: 'undo', what: 'claimed' },
    ])
    // It can be done anew, and what stands under 没有人接单 is right.
    expect(JSON.stringify((await me.get('/requests?owner=none')).body)).toContain(NUMBER)
    expect((await move('接单', {}, 3)).body).toMatchObject({ owner: 'me同志' })
  })

  test('is for a minute, for who made it, and only while nothing else happened', async () => {
    const { me, open, request, move, account, browser, now, store } = await signedIn()
    await open()
    await account('other', ['street'])
    const other = browser()
    await other.signIn('other')
    await move('预审通过', {}, 1)
    await move('进展', { 到了哪一步: '核对中' }, 2)
    expect((await other.get(request)).body['undo']).toBeNull()
    expect((await other.post(`${request}/undo`, { seq: 3 })).code).toBe('bad-value')
    now.pass(60_000)
    expect((await me.get(request)).body['undo']).toBeNull()
    expect((await me.post(`${request}/undo`, { seq: 3 })).code).toBe('bad-value')

    await move('进展', { 到了哪一步: '街镇审批' }, 3)
    await other.post(`${request}/moves`, { form: '进展', values: { 到了哪一步: '区复核' }, seq: 4 })
    expect((await me.post(`${request}/undo`, { seq: 4 })).code).toBe('changed')

    // Whoever wrote since may have asked how far it has come.
    await move('进展', { 到了哪一步: '区统一发放' }, 5)
    now.pass(1000)
    const seenAt = now().toISOString()
    await store.transaction(async (tx) =>
      tx.put('residents', {
        id: RESIDENT,
        channel: 'official-account',
        address: 'o1',
        following: true,
        scene: null,
        grants: [],
        createdAt: seenAt,
        seenAt,
      }),
    )
    expect((await me.post(`${request}/undo`, { seq: 6 })).code).toBe('bad-value')
  })

  test('of a request handed on is there until the colleague was told; then it is not', async () => {
    const { me, open, request, move, store, now } = await signedIn()
    await open()
    await move('转给', { 姓名: 'li' }, 1)
    const id = `${NUMBER}:2:nudge:ticket-assigned`
    // So long the colleague is told nothing that could not be untold.
    const dueAt = new Date(now().getTime() + 60_000).toISOString()
    expect(await store.get('nudges', id)).toMatchObject({ state: 'pending', dueAt })
    expect((await me.post(`${request}/undo`, { seq: 2 })).body).toMatchObject({ owner: '' })
    expect(await store.get('nudges', id)).toBeUndefined()

    await move('转给', { 姓名: 'li' }, 3)
    const told = await store.get('nudges', `${NUMBER}:4:nudge:ticket-assigned`)
    if (!told) throw new Error('nobody would hear')
    await store.transaction((tx) => tx.put('nudges', { ...told, state: 'accepted', attempts: 1 }))
    expect((await me.get(request)).body['undo']).toBeNull()
    expect((await me.post(`${request}/undo`, { seq: 4 })).code).toBe('bad-value')
  })

  /** Whatever tells the resident shows them the words first, and stays. */
  const TOLD: [string, ActionKind, object, RegExp | null][] = [
    ['预审通过', 'screen', {}, /预审过了/],
    ['不予受理', 'refuse', { 理由: '户口不在', 还可以: '找户口地' }, /这次没有受理/],
    ['接单', 'claim', {}, null],
    ['加急', 'raise', { 理由: '断药了' }, null],
    ['撤回', 'withdraw', { 理由: '不需要了' }, null],
  ]
  test.each(TOLD)(
    '%s: what it tells the resident is shown before, and can it be undone?',
    async (form, kind, values, tells) => {
      const { me, open, request, move, store } = await signedIn()
      await open()
      const ahead = await me.post(`${request}/ahead`, { form, values, seq: 1 })
      expect(ahead.body['tells']).toEqual(tells === null ? null : expect.stringMatching(tells))
      expect((await store.get('tickets', NUMBER))?.stage).toBe('received')
      const { body } = await move(form, values, 1)
      const said = await store.list('outbox', 'ofResident', { equals: [RESIDENT], limit: 5 })
      expect(said.map(({ text }) => text)).toEqual(tells === null ? [] : [ahead.body['tells']])
      expect(body['undo'] !== null).toBe(kind === 'claim')
    },
  )
})

describe('the conversation', () => {
  test('is taken over and given back; what the platform still lets us say is shown', async () => {
    const { me, open, request, store, now } = await signedIn()
    await open()
    expect((await me.get(request)).body['reach']).toContain('不在微信上')
    const at = now().toISOString()
    const resident = {
      id: RESIDENT,
      channel: 'official-account' as const,
      address: 'o1',
      following: true,
      scene: null,
      grants: [{ kind: 'message' as const, at, used: 2 }],
      createdAt: at,
      seenAt: at,
    }
    await store.transaction((tx) => tx.put('residents', resident))
    expect((await me.get(request)).body).toMatchObject({
      reach: expect.stringContaining('还让发 3 条'),
      heldUntil: null,
      may: { takeOver: true, handBack: false },
    })
    expect((await me.post(`${request}/take-over`)).status).toBe(200)
    expect((await me.post(`${request}/take-over`)).code).toBe('changed')
    expect((await me.get(request)).body).toMatchObject({
      heldUntil: expect.stringContaining('13:00'),
      may: { takeOver: false, handBack: true },
    })
    const said = await store.list('outbox', 'ofResident', { equals: [RESIDENT], limit: 5 })
    expect(said.map(({ text, pressing }) => [text.slice(0, 10), pressing])).toEqual([
      ['现在由救助顾问在这里', true],
    ])
    expect((await me.post(`${request}/hand-back`)).status).toBe(200)
    expect((await me.get(request)).body).toMatchObject({ heldUntil: null })

    await store.transaction((tx) => tx.put('residents', { ...resident, grants: [] }))
    expect((await me.get(request)).body['reach']).toContain('现在发不出去')
    await store.transaction((tx) => tx.put('residents', { ...resident, following: false }))
    expect((await me.get(request)).body['reach']).toContain('取消了关注')
  })

  test('taken over by nobody ends by itself', async () => {
    const { me, open, request, store } = await signedIn()
    await open()
    await me.post(`${request}/take-over`)
    const jobs = await store.list('jobs', 'due', { equals: ['pending'], limit: 5 })
    expect(jobs.filter(({ kind }) => kind === 'end-hold')).toMatchObject([{ detail: { resident: RESIDENT } }])
  })
})

describe('the application to be printed', () => {
  test('holds what is known after a reason was given, and is noted each time', async () => {
    const { me, open, request, unmask, lines } = await signedIn()
    await open({ facts: { ...FACTS, income: null } })
    expect((await me.get(`${request}/application`)).code).toBe('not-allowed')
    await unmask()
    const { body } = await me.get(`${request}/application`)
    expect(body).toMatchObject({
      number: NUMBER,
      policy: null,
      person: { name: '唐秀英', idNumber: FACTS.idNumber, bornOn: '1949-12-31', income: null },
      proxy: { name: '唐小妹', relation: '母亲' },
      needs: [
        { name: '资金', asked: true },
        { name: '物资', asked: false },
        { name: '服务', asked: true },
      ],
    })
    expect((await lines()).at(-1)).toEqual(['account:id-of-me', 'seen', { why: '打印申请表' }])
  })

  test('lists the papers of the policy the request names, of another that was chosen, or of none', async () => {
    const { me, open, request, unmask, move } = await signedIn()
    await open()
    await move('预审通过', {}, 1)
    await move('分办', { 承办单位: '街道办', 要办的事: '低保', 政策: 'dibao' }, 2)
    await move('补材料', { '材料@日期': '诊断证明@2026-12-31' }, 3)
    await unmask()
    const policyIn = async (query: string) =>
      JSON.parse((await me.get(`${request}/application${query}`)).text)
    const own = await policyIn('')
    expect(own.policy).toMatchObject({ id: 'dibao' })
    expect(own.policy.papers).toEqual(expect.arrayContaining(['身份证', '户口本']))
    expect(own.papers).toEqual([{ name: '诊断证明', state: '还没交', handedIn: false }])
    const other = own.policies.find(({ value }: { value: string }) => value !== 'dibao').value
    expect((await policyIn(`?policy=${other}`)).policy).toMatchObject({ id: other })
    expect((await policyIn('?policy=')).policy).toBeNull()
    expect((await me.get(`${request}/application?policy=nothing`)).status).toBe(404)
  })
})

test('the parts show where each stands, whoever had it before, and what is left of its time', async () => {
  const { open, done, move } = await signedIn()
  await open()
  await move('预审通过', {}, 1)
  await done(NUMBER, { kind: 'dispatch', parts: [part()], why: '' })
  await move('进展', { 到了哪一步: '核对中', 项: 'p1' }, 3)
  const { body } = await move('转办', { 哪一项: 'p1', 承办单位: '区残联', 理由: '归残联办' }, 4)
  expect(body['parts']).toMatchObject([
    { to: '区残联', via: ['教育局'], noted: '核对中', left: expect.stringContaining('还剩'), open: true },
  ])
})
