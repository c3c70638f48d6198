/** 人员 in the console: who is where, changes by form and by sheet, and nothing of another street. */
import { readSheet } from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { readRoster, saveRoster } from '../bot/roster.ts'
import { mintNumber } from '../flows/ticket/ticket-number.ts'
import { download, PEOPLE, PEOPLE_AREAS, peopleOffice, upload, WANG } from './support/people.ts'
import { NUMBER, staff } from './support/tickets.ts'
import { workbook } from './support/workbook.ts'
import { WITNESS } from './support/world.ts'

type Office = Awaited<ReturnType<typeof peopleOffice>>
const rosterIn = async ({ store }: Office) => (await readRoster(store)).roster
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : [])
const HEADER = '账号,姓名,电话,角色,区域,值班,请假'

/** Has an advisor own a request. */
async function give(office: Office, number: string, owner: string) {
  await office.open({ number, fingerprints: [] })
  const moment = { witness: WITNESS, now: office.now(), newId: () => crypto.randomUUID() }
  const action = { kind: 'assign', owner: { id: owner, name: owner }, why: '' } as const
  await act(office.store, { number, action, actor: staff, ...moment })
}

describe('the list of advisors', () => {
  test('tells who is where, on duty or away, and what is on their hands; phones only when asked, which is noted', async () => {
    const office = await peopleOffice()
    await give(office, NUMBER, 'wang')
    const me = await office.as('me', ['street'])
    const { body, text } = await me.get('/advisors')
    expect(list(body['advisors']).map(({ id, open }) => [id, open])).toEqual([
      ['wang', 1],
      ['zhou', 0],
      ['li', 0],
      ['sun', 0],
    ])
    expect(body).toMatchObject({ count: 4, next: null })
    const one = await me.get('/advisors/wang')
    expect(one.body).toMatchObject({
      name: '王芳',
      role: '骨干',
      areas: ['尧化街道'],
      phone: '138******78',
      may: { change: false, call: true },
    })
    expect(text + one.text).not.toContain('13812345678')
    expect((await me.post('/advisors/wang/phone')).body).toEqual({ phone: '13812345678' })
    const lines = await office.store.list('audit', 'ofSubject', { equals: ['advisor:wang'], limit: 5 })
    expect(lines.map(({ by, deed }) => [by, deed])).toEqual([['account:id-of-me', 'seen']])
    const auditor = await office.as('auditor', ['auditor'])
    expect((await auditor.post('/advisors/wang/phone')).code).toBe('not-allowed')
  })

  test('is found by name, account, whole telephone number, role, area and presence, and paged', async () => {
    const many = Array.from({ length: 70 }, (_, place) => ({
      ...WANG,
      id: `v${place}`,
      name: `志愿${place}`,
      role: 'volunteer' as const,
      phone: null,
    }))
    const office = await peopleOffice({ advisors: [...PEOPLE, ...many] })
    const me = await office.as('me', ['street'])
    const ids = async (query: string) =>
      list((await me.get(`/advisors?${query}`)).body['advisors']).map(({ id }) => id)
    expect([
      await ids('search=芳'),
      await ids('search=SU'),
      await ids('search=138-1234-5678'),
      await ids('search=1381234'),
      await ids('role=backbone'),
      await ids('area=maigao'),
      await ids('presence=leave'),
    ]).toEqual([['wang'], ['sun'], ['wang'], [], ['wang', 'zhou'], ['zhou', 'sun'], []])
    const first = await me.get('/advisors?role=volunteer')
    expect([list(first.body['advisors']).length, first.body['count'], first.body['next']]).toEqual([
      30,
      70,
      '30',
    ])
    expect(await ids('role=volunteer&cursor=60')).toHaveLength(10)
  })
})

describe('leave and duty', () => {
  test('are entered with who acts, changed on what was seen, and taken back', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    const before = (await me.get('/advisors/li')).body
    const mark = String(before['mark'])
    const leave = { from: '2026-03-03', to: '2026-03-05', standIn: 'wang', mark }
    expect((await me.post('/advisors/li/leave', leave)).body['says']).toBe('记下了，李强请假。')
    expect((await me.get('/advisors/li')).body).toMatchObject({
      presence: 'leave',
      says: '请假到3月5日（星期四），王芳代班',
      leave: [{ from: '2026-03-03', standIn: '王芳', now: true }],
    })
    expect((await me.get('/advisors/wang')).body['standsInFor']).toEqual(['李强'])
    // Somebody else still has the page of before.
    expect((await me.post('/advisors/li/leave', { ...leave, to: '2026-03-06' })).code).toBe('changed')
    expect((await me.post('/advisors/li/leave/drop', { from: '2026-03-03' })).status).toBe(200)
    expect((await me.post('/advisors/li/leave/drop', { from: '2026-03-03' })).code).toBe('bad-value')
    expect((await rosterIn(office)).advisors.get('li')?.leave).toEqual([])
    for (const [wrong, words] of [
      [{ from: '2026-03-05', to: '2026-03-04' }, '结束比开始早'],
      [{ from: '2026-03-05', to: '2026-03-05', standIn: 'li' }, '自己不能给自己代班'],
      [{ from: '2026-03-05', to: '2026-03-05', standIn: 'nobody' }, '没有账号是「nobody」'],
      [{ from: '2026-02-01', to: '2026-02-02' }, '已经过去了'],
    ] as const)
      expect((await me.post('/advisors/li/leave', { standIn: null, ...wrong })).body['message']).toContain(
        words,
      )
    const lines = await office.store.list('audit', 'ofSubject', { equals: ['advisor:li'], limit: 9 })
    expect(lines.map(({ deed, detail }) => [deed, detail['actions']])).toEqual([
      ['changed', 'leave'],
      ['changed', 'leave'],
    ])
  })

  test('the coming days tell who is away and where nobody is', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin', 'street'])
    await me.post('/advisors/sun/leave', { from: '2026-03-04', to: '2026-03-04', standIn: null })
    const { body } = await me.get('/roster/duty')
    const days = list(body['days'])
    expect(body['leaves']).toMatchObject([
      {
        name: '孙梅',
        from: '2026-03-04',
        says: '3月4日（星期三），没有人代班',
        alone: true,
        mayChange: true,
      },
    ])
    expect(days).toHaveLength(30)
    expect(days[1]).toMatchObject({
      day: '2026-03-04',
      away: [{ name: '孙梅', says: '没有人代班', alone: true }],
    })
    const own = list((await me.get('/roster/duty?area=yaohua')).body['days'])
    expect(own[1]).toMatchObject({ away: [] })
  })
})

describe('one advisor by form', () => {
  const given = {
    id: 'new',
    name: '新人',
    phone: '13900139000',
    role: 'volunteer',
    areas: ['yaoxin'],
    caseload: [],
    duty: '',
  }

  test('is added, changed on what was seen, and leaves only with empty hands', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    expect((await me.post('/advisors', given)).status).toBe(200)
    expect((await me.post('/advisors', given)).body['message']).toContain('已经有顾问在用')
    const mark = String((await me.get('/advisors/new')).body['mark'])
    const { phone: _, ...others } = given
    const changed = { ...others, name: '新来的', duty: '每天 08:00-20:00', mark }
    expect((await me.post('/advisors/new/change', changed)).status).toBe(200)
    expect((await me.post('/advisors/new/change', changed)).code).toBe('changed')
    expect((await rosterIn(office)).advisors.get('new')).toMatchObject({
      name: '新来的',
      phone: '13900139000',
      duty: [{ days: 'every-day', from: '08:00', to: '20:00' }],
    })
    await give(office, NUMBER, 'new')
    const now = String((await me.get('/advisors/new')).body['mark'])
    expect((await me.post('/advisors/new/remove', { mark: now })).body['message']).toContain(
      `求助单${NUMBER}还在这个人手上，请先交给别人`,
    )
    const wangs = String((await me.get('/advisors/wang')).body['mark'])
    expect((await me.post('/advisors/wang/remove', { mark: wangs })).status).toBe(200)
    expect([...(await rosterIn(office)).advisors.keys()]).toEqual(['li', 'new', 'sun', 'zhou'])
  })

  test('stands in the operations’ log in words', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    await me.post('/advisors', given)
    await upload(me, '/roster/import?what=advisors', { bytes: 'x' })
    await download(me, office.base, '/roster/export?what=advisors')
    const lines = list((await me.get('/audit')).body['lines'])
    expect(lines.slice(0, 2).map(({ what, subject, detail }) => [what, subject, detail])).toEqual([
      ['导出', '顾问名册', '5 行'],
      ['办理', '顾问 new', '加进名册'],
    ])
  })

  test('with faults is told all of them', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    const wrong = { ...given, id: '有空 格', name: ' ', phone: '12', areas: ['nowhere'], duty: '早晚' }
    const { body } = await me.post('/advisors', wrong)
    for (const words of ['电话不像', '值班：「早晚」看不懂', '有的区域已经不在', '账号只能用', '要写姓名'])
      expect(body['message']).toContain(words)
  })
})

describe('a sheet', () => {
  const bad = `${HEADER}\nnew,新人,,骨干,yaohua,,\nzhao,赵六,12,骨干,nowhere,,\n`
  const good = `${HEADER}\nnew,新人,,骨干,yaohua,,\nwang,王芳芳,13812345678,骨干,yaohua,每天 00:00-24:00,\n`

  test('is shown before it is taken: faults by line and column, who is new, changed, left out; then it is taken as shown', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    const faulty = await upload(me, '/roster/import?what=advisors', { name: '坏.csv', bytes: bad })
    expect(faulty.body).toMatchObject({
      done: false,
      clear: false,
      file: '坏.csv',
      faults: [
        { line: 3, column: '电话', words: expect.stringContaining('不像电话号码') },
        { line: 3, column: '区域', words: expect.stringContaining('没有「nowhere」这个区域') },
      ],
    })
    const shown = await upload(me, '/roster/import?what=advisors', { name: '名册.csv', bytes: good })
    expect(shown.body).toMatchObject({
      done: false,
      clear: true,
      changes: true,
      counts: { added: 1, changed: 1, same: 0, missing: 3 },
      added: ['新人（new）'],
      changed: [{ who: '王芳芳（wang）', change: expect.stringContaining('姓名 王芳 → 王芳芳') }],
      missing: ['李强（li）', '孙梅（sun）', '周全（zhou）'],
    })
    expect((await rosterIn(office)).advisors.size).toBe(4)
    const basis = encodeURIComponent(String(shown.body['basis']))
    const done = await upload(me, `/roster/import?what=advisors&basis=${basis}`, {
      name: '名册.csv',
      bytes: good,
    })
    expect(done.body).toMatchObject({ done: true, counts: { added: 1, changed: 1 } })
    const { advisors } = await rosterIn(office)
    expect([advisors.size, advisors.get('wang')?.name]).toEqual([5, '王芳芳'])
    const lines = await office.store.list('audit', 'ofSubject', { equals: ['table:advisors'], limit: 5 })
    expect(lines.map(({ by, deed, detail }) => [by, deed, detail])).toEqual([
      ['account:id-of-me', 'imported', { rows: '2', gone: '0' }],
    ])
  })

  test('is not taken when somebody changed the roster, or the file is another, since it was shown', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    const path = '/roster/import?what=advisors'
    const { body } = await upload(me, path, { bytes: good })
    const confirm = (bytes: string) =>
      upload(me, `${path}&basis=${encodeURIComponent(String(body['basis']))}`, { bytes })
    expect((await confirm(good.replace('王芳芳', '王大芳'))).code).toBe('changed')
    const other = await office.as('other', ['admin'])
    await other.post('/advisors/li/leave', { from: '2026-03-04', to: '2026-03-04', standIn: null })
    const late = await confirm(good)
    expect([late.status, late.code, late.body['message']]).toEqual([
      409,
      'changed',
      expect.stringContaining('还没有写入'),
    ])
    expect((await rosterIn(office)).advisors.get('wang')?.name).toBe('王芳')
  })

  test('that leaves out who still has requests is not taken, and names them', async () => {
    const office = await peopleOffice()
    const numbers = [NUMBER, mintNumber(0, () => 77)]
    for (const number of numbers) await give(office, number, 'sun')
    const me = await office.as('me', ['admin'])
    const path = '/roster/import?what=advisors&replace=yes'
    const { body } = await upload(me, path, { bytes: good })
    expect(body).toMatchObject({
      clear: false,
      replace: true,
      missing: ['李强（li）', '孙梅（sun）', '周全（zhou）'],
      inUse: [{ who: '顾问孙梅（sun）', requests: expect.arrayContaining(numbers), more: false }],
    })
    const taken = await upload(me, `${path}&basis=${encodeURIComponent(String(body['basis']))}`, {
      bytes: good,
    })
    expect(taken.body['done']).toBe(false)
    expect((await rosterIn(office)).advisors.has('sun')).toBe(true)
  })

  test.each([
    ['旧.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '另存为“Excel 工作簿(.xlsx)”'],
    ['坏.xlsx', Buffer.from('PK\u0003\u0004 broken'), '打不开'],
    ['引号.csv', Buffer.from('a,b\n"x,2\n'), '引号没有成对'],
    ['别的.csv', Buffer.from('甲,乙\n1,2\n'), '第一行要写列名'],
  ])('%s is refused in words', async (name, bytes, words) => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    expect((await upload(me, '/roster/import?what=advisors', { name, bytes })).text).toContain(words)
  })

  test('of households names nobody of them', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['admin'])
    const bytes = '姓名,电话,地址,区域编号\n唐秀英,13900139000,幸福里12号,yaoxin\n'
    const path = '/roster/import?what=households'
    const { body, text } = await upload(me, path, { bytes })
    expect(body).toMatchObject({ clear: true, counts: { added: 1 }, added: [] })
    expect(text).not.toContain('唐秀英')
    const done = await upload(me, `${path}&basis=${encodeURIComponent(String(body['basis']))}`, { bytes })
    expect(done.body['done']).toBe(true)
    // 李强 has the households of 尧新社区.
    expect((await me.get('/advisors/li')).body['households']).toBe(1)
  })
})

describe('a roster taken along as a file', () => {
  const HOSTILE = ['=1+1', "'=1+1", '="x"', '-a', '@sum', '+86', "''1", '007']

  test.each(['areas', 'advisors'])('of %s can be imported again, and changes nothing', async (what) => {
    const named = HOSTILE.map((name, place) => ({
      ...WANG,
      id: `h${place}`,
      name,
      areas: [`h${place}`],
    }))
    const areas = HOSTILE.map((name, place) => ({
      id: `h${place}`,
      level: 'community' as const,
      name,
      parent: 'yaohua',
    }))
    const office = await peopleOffice({ areas: [...PEOPLE_AREAS, ...areas], advisors: [...PEOPLE, ...named] })
    const me = await office.as('me', ['admin'])
    await me.post('/advisors/li/leave', { from: '2026-03-04', to: '2026-03-06', standIn: 'wang' })
    const { response, bytes } = await download(me, office.base, `/roster/export?what=${what}`)
    expect(response.headers.get('content-type')).toContain('spreadsheetml')
    const again = await upload(me, `/roster/import?what=${what}&replace=yes`, { name: 'a.xlsx', bytes })
    expect(again.body).toMatchObject({
      clear: true,
      changes: false,
      counts: { added: 0, changed: 0, same: HOSTILE.length + (what === 'areas' ? 5 : 4), missing: 0 },
      faults: [],
    })
    const lines = await office.store.list('audit', 'ofSubject', { equals: [`table:${what}`], limit: 5 })
    expect(lines.map(({ deed }) => deed)).toEqual(['exported'])
  })

  test.each(['areas', 'advisors', 'households'])(
    'the template of %s can be imported as it is',
    async (what) => {
      const office = await peopleOffice({ areas: [], advisors: [] })
      const me = await office.as('me', ['admin'])
      for (const kind of ['areas', 'advisors', 'households']) {
        const { bytes } = await download(me, office.base, `/roster/template?what=${kind}`)
        expect((await readSheet(bytes, '怎么填')).length).toBeGreaterThan(2)
        const path = `/roster/import?what=${kind}`
        const { body } = await upload(me, path, { name: '样表.xlsx', bytes })
        expect(body).toMatchObject({ clear: true, faults: [], unused: [] })
        await upload(me, `${path}&basis=${encodeURIComponent(String(body['basis']))}`, {
          name: '样表.xlsx',
          bytes,
        })
        if (kind === what) return
      }
    },
  )
})

describe('an account of one street', () => {
  const ofStreet = async (roles: Parameters<Office['as']>[1] = ['admin', 'street']) => {
    const office = await peopleOffice()
    return { office, me: await office.as('me', roles, ['yaohua']) }
  }
  const others = ['孙梅', '迈皋桥', '长营村', 'maigao', '02585550000']

  test('sees nobody and nothing of another', async () => {
    const { office, me } = await ofStreet()
    await office
      .as('boss', ['admin'])
      .then((boss) =>
        boss.post('/advisors/sun/leave', { from: '2026-03-04', to: '2026-03-04', standIn: null }),
      )
    const texts: string[] = []
    for (const path of [
      '/advisors',
      '/roster/choices',
      '/areas',
      '/areas?under=yaohua',
      '/roster/gaps',
      '/roster/duty',
      '/advisors/li',
    ])
      texts.push((await me.get(path)).text)
    const { bytes } = await download(me, office.base, '/roster/export?what=advisors')
    const areas = await download(me, office.base, '/roster/export?what=areas')
    texts.push(JSON.stringify([await readSheet(bytes), await readSheet(areas.bytes)]))
    expect(others.filter((one) => texts.join().includes(one))).toEqual([])
    expect(texts.join()).toContain('王芳')
    for (const path of ['/advisors/sun', '/areas?under=maigao']) expect((await me.get(path)).status).toBe(404)
    expect((await me.get('/advisors?area=maigao')).body['count']).toBe(1)
    // Who works elsewhere, too, is seen, and not to be changed.
    expect((await me.get('/advisors/zhou')).body).toMatchObject({
      areas: ['尧化街道', '别的区域'],
      given: null,
      may: { change: false },
    })
  })

  test('changes nobody of another, by form', async () => {
    const { office, me } = await ofStreet()
    const before = await rosterIn(office)
    const day = { from: '2026-03-04', to: '2026-03-04', standIn: null }
    const form = { name: '某', role: 'volunteer', areas: ['yaoxin'], caseload: [], duty: '' }
    const mark = 'x'.repeat(22)
    const tries = [
      await me.post('/advisors/sun/phone'),
      await me.post('/advisors/sun/leave', day),
      await me.post('/advisors/zhou/leave', day),
      await me.post('/advisors/li/leave', { ...day, standIn: 'sun' }),
      await me.post('/advisors/sun/leave/drop', { from: '2026-03-04' }),
      await me.post('/advisors/sun/change', { ...form, mark }),
      await me.post('/advisors/zhou/change', { ...form, mark }),
      await me.post('/advisors/sun/remove', { mark }),
      await me.post('/advisors', { ...form, id: 'mine', areas: ['chang'] }),
      await me.post('/advisors', { ...form, id: 'mine', caseload: ['chang'] }),
    ]
    expect(tries.map(({ status }) => status).filter((status) => status < 400)).toEqual([])
    expect(await rosterIn(office)).toEqual(before)
  })

  test('imports nobody of another, whatever the sheet says', async () => {
    const { office, me } = await ofStreet()
    const before = await rosterIn(office)
    const wordsOf = async (what: string, bytes: string) => {
      const { body } = await upload(me, `/roster/import?what=${what}&replace=yes`, { bytes })
      expect(body['clear']).toBe(false)
      return list(body['faults']).map(({ line, column }) => `${line} ${column}`)
    }
    expect(
      await wordsOf(
        'advisors',
        `${HEADER},包片\nsun,孙梅,,社区工作者,yaoxin,,,\nnew,新人,,骨干,chang,,,\nnew2,新人,,骨干,yaohua,,,chang\nnew3,新人,,骨干,yaohua,,2026-03-04 代班 sun,\nzhou,周全,,骨干,yaohua,,,\n`,
      ),
    ).toEqual(['2 账号', '3 区域', '4 包片', '5 请假', '6 账号'])
    expect(
      await wordsOf(
        'areas',
        '区域编号,级别,名称,上级编号\nqu,区,别的区,\nchang,社区,长营,yaohua\nx1,社区,新社区,maigao\nyaohua,街道,尧化街道,qu2\nqu2,区,新区,\n',
      ),
    ).toEqual(['2 区域编号', '3 区域编号', '4 区域编号', '5 区域编号', '6 区域编号'])
    expect(
      await wordsOf(
        'households',
        '姓名,电话,区域编号,负责顾问账号\n甲,13900139000,chang,\n乙,13900139001,yaoxin,sun\n',
      ),
    ).toEqual(['2 区域编号', '3 负责顾问账号'])
    expect(await rosterIn(office)).toEqual(before)
  })

  test('takes a sheet of its own as the whole, and others stay', async () => {
    const { office, me } = await ofStreet()
    const bytes = `${HEADER}\nwang,王芳,13812345678,骨干,yaohua,工作日 08:30-17:30,\n`
    const path = '/roster/import?what=advisors&replace=yes'
    const { body } = await upload(me, path, { bytes })
    expect(body).toMatchObject({ clear: true, missing: ['李强（li）'] })
    await upload(me, `${path}&basis=${encodeURIComponent(String(body['basis']))}`, { bytes })
    expect([...(await rosterIn(office)).advisors.keys()]).toEqual(['sun', 'wang', 'zhou'])
    const areas = '区域编号,级别,名称,上级编号\nx1,社区,新社区,yaohua\n'
    const whole = '/roster/import?what=areas&replace=yes'
    const plan = await upload(me, whole, { bytes: areas })
    expect(plan.body).toMatchObject({
      clear: true,
      added: ['x1 尧化街道新社区'],
      missing: ['yaoxin 尧化街道尧新社区'],
    })
    await upload(me, `${whole}&basis=${encodeURIComponent(String(plan.body['basis']))}`, { bytes: areas })
    expect((await rosterIn(office)).areas.all().map(({ id }) => id)).toEqual([
      'chang',
      'maigao',
      'qu',
      'x1',
      'yaohua',
    ])
  })
})

describe('areas', () => {
  test('are walked from the widest, each with who answers for it and what it lacks', async () => {
    const office = await peopleOffice({ advisors: PEOPLE.filter(({ id }) => id === 'wang') })
    const me = await office.as('me', ['auditor'])
    const top = await me.get('/areas')
    expect(top.body).toMatchObject({ path: [], areas: [{ id: 'qu', holding: 2, lackingBelow: 4 }] })
    const streets = await me.get('/areas?under=qu')
    expect(streets.body).toMatchObject({
      path: [{ id: 'qu', name: '示范区' }],
      areas: [
        { id: 'maigao', answering: 0, lack: 'nobody', says: '没有人负责，新求助直接到区里', lackingBelow: 1 },
        {
          id: 'yaohua',
          people: ['王芳'],
          answering: 1,
          lack: 'one-person',
          says: '只有王芳一个人，请假就没有人了',
        },
      ],
    })
    const gaps = (await me.get('/roster/gaps')).body
    expect(list(gaps['gaps']).map(({ words }) => words)).toContain('迈皋桥街道：没有人，新求助会直接到区里')
    const [kind] = list(gaps['kinds'])
    expect(kind).toEqual({ value: 'nobody', label: '没有人负责', count: 1 })
    expect(list((await me.get('/roster/gaps?kind=nobody')).body['gaps'])).toHaveLength(1)
  })

  test('what a process of its own reads is there at once for another', async () => {
    const office = await peopleOffice()
    const me = await office.as('me', ['street'])
    expect((await me.get('/advisors?search=late')).body['count']).toBe(0)
    await saveRoster(office.store, { advisors: [{ ...WANG, id: 'late' }] })
    expect((await me.get('/advisors?search=late')).body['count']).toBe(1)
  })
})

test('a workbook with numbers as Excel keeps them is read like any other', async () => {
  const office = await peopleOffice()
  const me = await office.as('me', ['admin'])
  const bytes = workbook([
    ['账号', '姓名', '电话', '角色', '区域'],
    ['new', '新人', { number: '1.3812345678E10' }, '骨干', 'yaohua'],
  ])
  const { body } = await upload(me, '/roster/import?what=advisors', { name: '名册.xlsx', bytes })
  expect(body).toMatchObject({ clear: true, added: ['新人（new）'] })
})
