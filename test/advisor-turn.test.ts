import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTasks, visitsDue } from '../bot/visits.ts'
import { COMMANDS } from '../flows/advisor/commands.ts'
import { chinaDay } from '../flows/clocks.ts'
import { readTicket } from '../flows/ticket/ticket.ts'
import { forgetOld } from '../server/retention.ts'
import { LI, numberFrom, office, ROSTER, SUN, WANG, ZHAO } from './support/advisors.ts'
import { FACTS, MORNING } from './support/tickets.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const HOUSEHOLD = {
  id: 'H-0600-2',
  area: 'yaoxin',
  advisor: WANG.id,
  category: '低保',
  state: 'watched',
  leftAt: '',
  contactedAt: '',
  person: { name: '周桂兰', phone: '13911112222', address: '尧化街道尧新社区5栋101' },
} as const

/** An office, with one ticket of 王芳's and a household she looks after. */
async function withOne() {
  const desk = await office()
  const number = await desk.open(412)
  await desk.store.transaction((tx) => tx.put('households', HOUSEHOLD))
  await desk.write(WANG, `接单 ${number}`)
  return { ...desk, number }
}
/** The words of an answer. */
const textOf = async (answer: Promise<{ text: string }>) => (await answer).text

describe('接单', () => {
  test('makes it theirs, says what comes next, and gives the page with the contact', async () => {
    const { write, open, ticket } = await office()
    const number = await open(412)
    expect(await write(WANG, `接单 ${number}`)).toEqual({
      text: `接好了：${number}由您负责。联系方式在求助单页面上。\n下一步：联系居民，写“已联系 ${number} 电话 通了”，3月31日（星期二）前。`,
      ticket: number,
      link: `https://help.example/t/${number}`,
    })
    expect((await ticket(number)).owner).toEqual({ id: 'wangfang', name: '王芳' })
  })

  test('at the same moment by two: one owner, the other is told whom to ask', async () => {
    const { write, open, ticket } = await office()
    const number = await open(412)
    const answers = await Promise.all([write(WANG, `接单 ${number}`), write(LI, `接单 ${number}`)])
    const { owner } = await ticket(number)
    const lost = answers.filter(({ text }) => text.startsWith('这张求助单已经由'))
    expect(lost).toHaveLength(1)
    expect(lost[0]?.text).toBe(`这张求助单已经由${owner?.name}接单。要接手，请让${owner?.name}转给您。`)
  })

  test('without a number takes the only one that waits, or asks which', async () => {
    const { write, open, ticket } = await office()
    const first = await open(412)
    expect(await textOf(write(WANG, '这单我接'))).toContain(`${first}由您负责`)
    const [second, third] = [await open(500), await open(501)]
    const asked = await textOf(write(LI, '接单'))
    expect(asked).toMatch(/^接哪一张？\n1 Q-0500-4 受理 唐某 .*\n2 Q-0501-2 受理 唐某/)
    expect(await textOf(write(LI, '2'))).toContain(`${third}由您负责`)
    expect((await ticket(second)).owner).toBeNull()
  })

  test('a volunteer on duty may claim what they were shown, and then sees it', async () => {
    const { write, open } = await office()
    const number = await open(412)
    expect(await textOf(write(ZHAO, `已联系 ${number} 通了`))).toBe(
      `${number}还没有人接。由您负责以后才能办：写“接单 ${number}”。`,
    )
    await write(ZHAO, `接单 ${number}`)
    expect(await textOf(write(ZHAO, '已联系 通了'))).toContain('联系上了')
  })
})

describe('whose it is', () => {
  test('a ticket of another street is not told of, but whom to ask is', async () => {
    const { write, number } = await withOne()
    const said = await write(SUN, `看 ${number}`)
    expect(said).toEqual({ text: `${number}在尧化街道，不归您经办。请找王芳。`, ticket: null, link: null })
    for (const line of [`办结 ${number} 帮上了 好了`, `转给 孙丽 ${number}`, `对居民说 ${number} 你好`])
      expect(await write(SUN, line)).toEqual(said)
  })

  test('what befell somebody at home is worked on by backbone advisors only', async () => {
    const { write, open } = await office()
    const number = await open(412, { facts: { ...FACTS, difficulties: ['家暴'] } })
    expect(await textOf(write(WANG, `接单 ${number}`))).toBe(
      `${number}只由骨干顾问经办。请找您片区的骨干顾问。`,
    )
    expect(await textOf(write(LI, `接单 ${number}`))).toContain('由您负责')
  })

  test('somebody who is in no roster is told so, and nothing is done', async () => {
    const { write, number } = await withOne()
    expect(await textOf(write({ ...WANG, id: 'nobody' }, `办结 ${number} 帮上了 好了`))).toContain(
      '名册里还没有您的账号',
    )
  })

  test('whoever stands in for somebody away moves what is theirs', async () => {
    const desk = await withOne()
    const away = { ...WANG, leave: [{ from: '2026-03-01', to: '2026-03-31', standIn: SUN.id }] }
    const roster = await desk.parts.roster()
    desk.parts.roster = async () => ({ ...roster, advisors: new Map([...roster.advisors, [WANG.id, away]]) })
    expect(await textOf(desk.write(SUN, `已联系 ${desk.number} 通了`))).toContain('联系上了')
  })
})

describe('one line moves a ticket', () => {
  test('转办 of one just received screens it first, and says so', async () => {
    const { write, number, ticket } = await withOne()
    expect(await textOf(write(WANG, `转办 ${number} 区教育局 学费减免`))).toMatch(
      /^先记了预审通过，再转好了：Q-0412-6“学费减免”分给“区教育局”办，也告诉居民。\n下一步：等区教育局反馈/,
    )
    const { stage, parts } = await ticket(number)
    expect([stage, parts.map(({ to, what, need }) => [to.name, what, need])]).toEqual([
      'dispatched',
      [['区教育局', '学费减免', 'money']],
    ])
  })

  test('转办 of what a body has is asked: to pass it on, or one thing more', async () => {
    const { write, number, ticket } = await withOne()
    await write(WANG, `转办 ${number} 区教育局 学费减免`)
    expect(await textOf(write(WANG, '转民政局'))).toBe(
      '怎么转？\n1 “学费减免”从区教育局改由民政局办\n2 另外再请民政局办一件事',
    )
    await write(WANG, '1')
    expect((await ticket(number)).parts).toMatchObject([
      { to: { name: '民政局' }, via: [{ name: '区教育局' }] },
    ])
  })

  test('反馈 names the part it is of, and one there is not is asked about', async () => {
    const { write, number, ticket } = await withOne()
    await write(WANG, `转办 ${number} 区教育局 学费减免`)
    expect(await textOf(write(WANG, `反馈 ${number} p2 办好了 学费减免了`))).toBe(
      '是哪一项？\n1 学费减免（区教育局）',
    )
    expect((await ticket(number)).stage).toBe('dispatched')
    await write(WANG, `反馈 ${number} p1 办好了 学费减免了`)
    expect((await ticket(number)).parts).toMatchObject([{ id: 'p1', state: 'reported', result: 'done' }])
  })

  test('what is missing is asked for one at a time, and a new command puts the question aside', async () => {
    const { write, number, ticket } = await withOne()
    await write(WANG, `转办 ${number} 区教育局 学费减免`)
    await write(WANG, '反馈 办好了 学费减免了')
    expect(await textOf(write(WANG, '办结'))).toBe('结果怎么写？\n1 帮上了\n2 帮上一部分\n3 没帮上\n4 重复')
    expect(await textOf(write(WANG, '8'))).toContain('请回复前面的数字，或写“取消”。\n结果怎么写？')
    expect(await textOf(write(WANG, '帮上了'))).toBe('办理结果怎么写？居民会看到这句话')
    expect(await textOf(write(WANG, '已联系 电话 没通'))).toContain('没联系上')
    expect((await ticket(number)).stage).toBe('reported')
    expect(await textOf(write(WANG, '办结 帮上了 学费减免了'))).toMatch(/^办结了：Q-0412-6，帮上了。/)
  })

  test('a question is forgotten after two hours, and taken back with 取消', async () => {
    const { write, number, ticket, clock } = await withOne()
    await write(WANG, `加急 ${number}`)
    expect(await textOf(write(WANG, '取消'))).toBe('好，这一步先不办。')
    await write(WANG, `加急 ${number}`)
    clock.pass(2 * 3_600_000 + 1)
    expect(await textOf(write(WANG, '断药了'))).toContain('没看懂')
    expect((await ticket(number)).urgency).toBe('normal')
  })

  test('what the table refuses is said in its words, and nothing changes', async () => {
    const { write, number, ticket } = await withOne()
    expect(await write(WANG, `办结 ${number} 帮上了 好了`)).toEqual({
      text: '求助单现在是「受理」，「办结」要在「预审、转办、反馈」时做。请刷新后再看。',
      ticket: number,
      link: `https://help.example/t/${number}`,
    })
    expect((await ticket(number)).stage).toBe('received')
  })

  test('转给 hands it to a colleague; of two with a surname it asks which', async () => {
    const { write, number, ticket } = await withOne()
    expect(await textOf(write(WANG, '转给 李强'))).toBe(`转好了：${number}现在由李强负责。`)
    expect((await ticket(number)).owner).toEqual({ id: 'liqiang', name: '李强' })
    expect(await textOf(write(LI, '转给 赵六'))).toContain('名册里没有这位同事')
  })

  test('划区 moves it to an area there is, and asks again for one there is not', async () => {
    const { write, number, ticket } = await withOne()
    expect(await textOf(write(WANG, `划区 ${number} 月亮街道`))).toContain('没有找到这个街道、社区')
    expect(await textOf(write(WANG, '迈皋桥街道'))).toContain(`划好了：${number}归迈皋桥街道。`)
    expect((await ticket(number)).area).toBe('maigao')
  })

  test('先行救助 asks where it came from and for the papers to come, and notes who gave it', async () => {
    const { write, number, ticket } = await withOne()
    expect(await textOf(write(WANG, '先行救助 大米一袋'))).toContain('从哪里出的？')
    expect(await textOf(write(WANG, '街道备用金'))).toContain('过后补什么材料')
    await write(WANG, '情况说明 3月20日')
    expect(await ticket(number)).toMatchObject({
      aid: [{ what: '大米一袋', kind: 'goods', source: '街道备用金', givenBy: '王芳', ahead: true }],
      papers: [{ name: '情况说明', state: 'outstanding' }],
    })
  })

  test('对居民说 reaches the resident; a ticket nobody reads 微信 on becomes a call', async () => {
    const { write, store, number } = await withOne()
    await write(WANG, `对居民说 ${number} 明天上午到您家`)
    const { resident } = (await store.get('tickets', number)) ?? { resident: '' }
    const said = await store.list('outbox', 'ofResident', { equals: [resident], limit: 10 })
    expect(said.map(({ text }) => text)).toContain('明天上午到您家')
  })
})

describe('a line is carried out once', () => {
  test('a redelivered one gets the same words and does nothing again', async () => {
    const { write, number, store } = await withOne()
    const [first, again] = await Promise.all([
      write(WANG, `已联系 ${number} 电话 没通`, { id: 'same' }),
      write(WANG, `已联系 ${number} 电话 没通`, { id: 'same' }),
    ])
    expect(again).toEqual(first)
    const events = await store.list('ticket_events', 'ofTicket', { equals: [number], limit: 50 })
    expect(events.filter(({ kind }) => kind === 'contacted')).toHaveLength(1)
  })

  test('what was answered is kept for three days', async () => {
    const { write, number, store, clock } = await withOne()
    await write(WANG, `看 ${number}`, { id: 'kept' })
    clock.pass(2 * DAY_MS)
    await forgetOld(store, clock())
    expect(await store.get('advisor_turns', 'kept')).toBeDefined()
    clock.pass(DAY_MS + 1)
    await forgetOld(store, clock())
    expect(await store.get('advisor_turns', 'kept')).toBeUndefined()
    expect(await store.get('advisor_talks', WANG.id)).toBeUndefined()
  })

  test('lines of one advisor follow each other: a choice answers the question before it', async () => {
    const { write, open } = await office()
    await open(500)
    await open(501)
    const [, second] = await Promise.all([write(WANG, '接单'), write(WANG, '1')])
    expect(second.text).toContain('Q-0500-4由您负责')
  })
})

describe('走访', () => {
  test('a sentence is enough: it is kept, it is a contact, and what is open is asked', async () => {
    const { write, number, ticket, store } = await withOne()
    expect(await textOf(write(WANG, `走访 ${number} 上门 母子都在,孩子退烧了,还缺诊断证明`))).toBe(
      `记下了：${number}上门，见到了。\n愿意申请救助吗？\n1 愿意\n2 不愿意\n3 没问`,
    )
    expect((await ticket(number)).contactedAt).toBe(MORNING.toISOString())
    expect(await textOf(write(WANG, '愿意'))).toContain(`写“补材料 ${number} 诊断证明 日期”`)
    const [visit] = await store.list('visits', 'ofSubject', { equals: [number], limit: 5 })
    expect(visit).toMatchObject({
      channel: '上门',
      reached: true,
      advisor: 'wangfang',
      detail: { willing: true, papers: ['诊断证明'], words: '上门 母子都在,孩子退烧了,还缺诊断证明' },
    })
  })

  test('who was not met is no contact, whoever leaves it open is asked', async () => {
    const { write, number, ticket } = await withOne()
    expect(await textOf(write(WANG, `走访 ${number} 不在家`))).toContain('没见到，不算联系过')
    expect((await ticket(number)).contactedAt).toBeNull()
    expect(await textOf(write(WANG, `走访 ${number} 去了一趟`))).toContain('见到人了吗？\n1 见到了\n2 没见到')
    await write(WANG, '1')
    expect((await ticket(number)).contactedAt).not.toBeNull()
  })

  test('what was said is kept even when the question is never answered', async () => {
    const { write, number, store } = await withOne()
    await write(WANG, `走访 ${number} 去了一趟`)
    await write(WANG, '我的')
    const [visit] = await store.list('visits', 'ofSubject', { equals: [number], limit: 5 })
    expect(visit).toMatchObject({ reached: false, detail: { words: '去了一趟', reachedSaid: false } })
  })

  test('a photo that follows belongs to it; one out of nowhere is asked about', async () => {
    const { write, number, store } = await withOne()
    expect(await textOf(write(WANG, '', { media: 'photo-0' }))).toContain('先写“走访')
    await write(WANG, `走访 ${number} 不在家`)
    expect(await textOf(write(WANG, '', { media: 'photo-1' }))).toContain('收到了')
    const [visit] = await store.list('visits', 'ofSubject', { equals: [number], limit: 5 })
    expect(visit).toMatchObject({ detail: { media: ['photo-1'] } })
  })

  test('of a closed ticket is its 回访, once it is said whether they are content', async () => {
    const { write, number, ticket } = await withOne()
    await write(WANG, `转办 ${number} 区教育局 学费减免`)
    await write(WANG, '反馈 办好了 学费减免了')
    await write(WANG, '办结 帮上了 学费减免了')
    expect(await textOf(write(WANG, `走访 ${number} 上门，都好`))).toContain('这也算回访。居民满意吗？')
    expect((await ticket(number)).stage).toBe('closed')
    await write(WANG, '满意')
    expect(await ticket(number)).toMatchObject({ stage: 'revisited', satisfied: true })
  })

  test('of a household: 五必访 is due within days and done by going there', async () => {
    const { write, store, clock } = await withOne()
    expect(await textOf(write(WANG, '必访 H-0600-2 老伴摔断了腿住院'))).toMatch(
      /^记下了：H-0600-2住院必访，3月6日（星期五）前。\n.*本系统的提醒，不是法定期限$/,
    )
    expect(await visitsDue(store, WANG.id, '2026-03-06')).toHaveLength(1)
    clock.pass(DAY_MS)
    expect(await textOf(write(WANG, '走访 H-0600-2 电话 通了，说还在医院，愿意申请'))).toContain(
      '还要住院必访',
    )
    await write(WANG, '走访 H-0600-2 上门 见到了，愿意申请')
    expect((await openTasks(store, 'H-0600-2')).map(({ reason }) => reason)).toEqual(['regular'])
    expect((await store.get('households', 'H-0600-2'))?.contactedAt).toBe(clock().toISOString())
  })

  test('纳入, 退出 and a pledge over years become visits of their own days', async () => {
    const { write, store } = await withOne()
    await write(WANG, '纳入 H-0600-2 低保')
    expect(await textOf(write(WANG, '承诺 H-0600-2 学费 到2027-06 每学期'))).toContain('承诺兑现')
    const tasks = await openTasks(store, 'H-0600-2')
    expect(tasks.map(({ reason, dueAt }) => `${reason} ${chinaDay(new Date(dueAt))}`).sort()).toEqual([
      'joined 2026-04-02',
      'pledge 2026-09-03',
    ])
  })

  test('a household of somebody else is not told of', async () => {
    const { write } = await withOne()
    expect(await textOf(write(SUN, '走访 H-0600-2 上门 都好'))).toBe(
      'H-0600-2在尧化街道，不归您经办。请找王芳。',
    )
  })
})

describe('求助 for somebody met on the street', () => {
  test('is a request like any other, theirs to look after, and asks only what it cannot do without', async () => {
    const { write, store } = await office()
    expect(await textOf(write(WANG, '求助 张大爷，老伴住院花了八万，13812340000'))).toContain('住在哪里？')
    expect(await textOf(write(WANG, '尧化街道尧新社区3栋'))).toContain('最需要哪一类帮助？')
    const { ticket: number, text } = await write(WANG, '1')
    expect(text).toMatch(/^登记好了：求助编号Q-\d+-\d，先由您负责/)
    const row = await store.get('tickets', number ?? '')
    const ticket = readTicket(row?.ticket)
    expect(ticket).toMatchObject({
      resident: `advisor-noted:${number}`,
      area: 'yaoxin',
      owner: { id: 'wangfang' },
      consent: null,
      stage: 'received',
    })
    expect(ticket.personal.facts).toMatchObject({
      name: '张大爷',
      phone: '13812340000',
      place: '尧化街道尧新社区3栋',
      difficulties: ['大病'],
      needs: ['money'],
    })
    expect(ticket.personal.words[0]?.text).toContain('救助顾问王芳当面登记')
  })

  test('danger is urgent also where it is told only when asked back', async () => {
    const { write, store } = await office()
    expect(await textOf(write(WANG, '求助 张大爷，住尧化街道尧新社区'))).toContain('遇到了什么难处？')
    await write(WANG, '老人说不想活了，要跳楼')
    const { ticket: number, text } = await write(WANG, '3')
    expect(text).toContain('，紧急')
    expect(readTicket((await store.get('tickets', number ?? ''))?.ticket).urgency).toBe('urgent')
  })

  test('words for them are kept, and say that somebody has to call', async () => {
    const { write } = await office()
    await write(WANG, '求助 张大爷，住尧化街道尧新社区，老伴住院没钱了')
    expect(await textOf(write(WANG, '对居民说 明天去看您'))).toContain('话记成要打的电话')
    expect(await textOf(write(WANG, '预审通过'))).toContain('预审通过了')
  })

  test('who was noted before is named as perhaps the same', async () => {
    const { write } = await office()
    await write(WANG, '求助 张大爷，住尧化街道尧新社区，没米了，13812340000')
    expect(await textOf(write(LI, '求助 张大爷，住尧化街道尧新社区，断粮了没米，13812340000'))).toMatch(
      /可能和Q-\d+-\d是同一家/,
    )
  })
})

describe('我的', () => {
  test('names each thing once, the most pressing first', async () => {
    const { write, open, clock, number } = await withOne()
    await open(500)
    clock.pass(31 * DAY_MS)
    const text = await textOf(write(WANG, '我的'))
    expect(text).toMatch(/^【已超期 1】\nQ-0412-6 .*已超期/)
    expect(text).toContain('【等人接单 1】\nQ-0500-4')
    expect(text).toContain('【30天没联系上 1】\nH-0600-2 周某 低保 尧化街道尧新社区 还没有联系上过')
    expect(text.split(number)).toHaveLength(2)
  })

  test('the households one looks after, those not reached for longest first', async () => {
    const { write, store, clock } = await withOne()
    await store.transaction((tx) =>
      tx.put('households', {
        ...HOUSEHOLD,
        id: numberFrom(700).replace('Q', 'H'),
        contactedAt: clock().toISOString(),
      }),
    )
    const text = await textOf(write(WANG, '我的 包片'))
    expect(text.split('\n').slice(1)).toEqual([
      'H-0600-2 周某 低保 尧化街道尧新社区 还没有联系上过',
      'H-0700-3 周某 低保 尧化街道尧新社区 今天联系过',
    ])
    expect(await textOf(write(SUN, '包片'))).toContain('没有包片联系的家庭')
  })

  test('never has more than one message holds', async () => {
    const { write, open } = await office()
    for (let digits = 1000; digits < 1060; digits++) await open(digits)
    const text = await textOf(write(WANG, '我的'))
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2000)
    expect(text).toContain('【等人接单 60】')
    expect(text).toContain('…还有56件')
  })
})

describe('查', () => {
  test('tells a policy in full with its sources, and the page', async () => {
    const { write } = await office({ at: '2026-11-22T09:00:00+08:00' })
    const { text, link } = await write(WANG, '查 低保边缘')
    expect(text).toMatch(/^最低生活保障边缘家庭\(低保边缘\)\n/)
    for (const part of ['【谁能申请】', '【带什么材料】', '依据：《']) expect(text).toContain(part)
    expect(link).toBe('https://help.example/p/dibao-marginal')
  })

  test('fits one message for every policy there is', async () => {
    const { write, parts } = await office({ at: '2026-11-22T09:00:00+08:00' })
    for (const { aliases, id } of [...parts.knowledge.policies.values()].slice(0, 69)) {
      const { text, link } = await write(WANG, `查 ${aliases[0] ?? id}`)
      expect(Buffer.byteLength(text), id).toBeLessThanOrEqual(2000)
      expect(link, id).not.toBeNull()
    }
  })

  test('what is not clear is a choice; a policy named without 查 is told too', async () => {
    const { write } = await office({ at: '2026-11-22T09:00:00+08:00' })
    expect(await textOf(write(WANG, '高龄津贴'))).toContain('【')
    const asked = await textOf(write(WANG, '查 乱七八糟的什么补'))
    expect(asked).toMatch(/是哪一条|是不是：|没查到/)
  })
})

test('who stands in has what the other has, under 我的, 我的 包片 and without a number', async () => {
  const { write, open, store, parts, ticket } = await office()
  const number = await open(412)
  await store.transaction((tx) => tx.put('households', { ...HOUSEHOLD, advisor: LI.id }))
  await write(LI, `接单 ${number}`)
  expect(await textOf(write(WANG, '我的'))).not.toContain(number)
  const away = { ...LI, leave: [{ from: '2026-03-03', to: '2026-03-05', standIn: WANG.id }] }
  parts.roster = async () => ({ ...ROSTER, advisors: new Map([...ROSTER.advisors, [LI.id, away]]) })
  expect(await textOf(write(WANG, '我的'))).toContain(number)
  expect(await textOf(write(WANG, '我的 包片'))).toContain(HOUSEHOLD.id)
  await write(WANG, '已联系 电话 通了')
  expect((await ticket(number)).contactedAt).not.toBeNull()
})

describe('in a group', () => {
  const CANARIES = {
    name: '欧阳金丝雀',
    phone: '13987650001',
    idNumber: '11010519491231002X',
    place: '尧化街道尧新社区88栋404',
    story: '绝密经过丈夫赌博欠债',
    household: '金丝雀一家三口',
  }
  const SECRETS = ['金丝雀', '13987650001', '11010519491231002X', '88栋', '404', '绝密', '赌博']

  test('no line ever brings out who somebody is, where they live or what they told', async () => {
    const { write, open, store } = await office()
    const numbers = [await open(412), await open(500), await open(501)]
    const facts = { ...FACTS, ...CANARIES, proxy: { name: '金丝雀代办', phone: '13987650001' } }
    const secret = await open(502, { facts })
    await store.transaction((tx) =>
      tx.put('households', { ...HOUSEHOLD, person: { name: CANARIES.name, phone: CANARIES.phone } }),
    )
    await write(WANG, `接单 ${secret}`)
    await write(WANG, `转办 ${secret} 金丝雀协会 给金丝雀办学费`)
    await write(WANG, `补材料 ${secret} 金丝雀诊断证明 3月20日`)
    const line = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(...COMMANDS.map(({ word }) => word)),
          fc.constantFrom('', ...numbers, secret, 'H-0600-2', '欧阳那单', '502'),
          fc.constantFrom(
            '',
            '金丝雀',
            '绝密经过',
            '通了',
            '没通',
            '帮上了 赌博',
            '13987650001',
            '88栋404',
            '1',
            '2',
          ),
        )
        .map((parts) => parts.filter((one) => one !== '').join(' ')),
      fc.constantFrom('1', '2', '3', '通了', '没人接', ...SECRETS, ...COMMANDS.map(({ example }) => example)),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(WANG, LI, ZHAO, SUN),
        async (lines, who) => {
          for (const words of lines) {
            const { text } = await write(who, words, { place: 'group' })
            for (const canary of SECRETS) expect(text, words).not.toContain(canary)
          }
        },
      ),
      { numRuns: 120 },
    )
  }, 120_000)

  test('我的, 看 and 求助 name a resident by the surname alone', async () => {
    const { write, open, store } = await office()
    const secret = await open(502, { facts: { ...FACTS, ...CANARIES } })
    await store.transaction((tx) =>
      tx.put('households', { ...HOUSEHOLD, person: { name: CANARIES.name, phone: CANARIES.phone } }),
    )
    const plea = `求助 金丝雀，住${CANARIES.place}，${CANARIES.story}，没米下锅了，${CANARIES.phone}`
    const lines = [`接单 ${secret}`, '我的', '我的 包片', `看 ${secret}`, '看 H-0600-2', plea, '我的']
    const said: string[] = []
    for (const words of lines) said.push(await textOf(write(WANG, words, { place: 'group' })))
    for (const canary of SECRETS) expect(said.join('\n')).not.toContain(canary)
    const [, mine = '', caseload = '', shown = '', , , after = ''] = said
    for (const text of [mine, caseload, shown]) expect(text).toContain('欧阳某')
    expect(after.match(/^Q-.* (?:欧阳|金)某 /gm)).toHaveLength(2)
  })

  test('what has to be told at length is asked for in private, and may be answered there', async () => {
    const { write, number, ticket } = await withOne()
    await write(WANG, `转办 ${number} 区教育局 学费减免`)
    await write(WANG, '反馈 办好了 学费减免了')
    const asked = await textOf(write(WANG, `办结 ${number} 帮上了`, { place: 'group' }))
    expect(asked).toContain('请私聊我写')
    await write(WANG, '学费减免了')
    expect((await ticket(number)).stage).toBe('closed')
  })
})

describe('whatever is written', () => {
  test('is answered, never acts on a ticket out of sight, and never fails', async () => {
    const { write, open, ticket } = await office()
    const far = await open(412, { area: 'maigao' })
    await open(500)
    const before = await ticket(far)
    const line = fc
      .tuple(
        fc.constantFrom('', far, '412', '唐秀英那单', 'Q-0500-4'),
        fc.constantFrom(
          ...COMMANDS.map(({ example, word }) => `${word} ${example}`),
          '接单',
          '我接了',
          '1',
          '2',
        ),
        fc.string({ unit: 'grapheme', maxLength: 15 }),
      )
      .map((parts) => parts.join(' ').replaceAll('Q-0412-6', far))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(WANG, ZHAO),
        async (lines, who) => {
          for (const words of lines) {
            const { text } = await write(who, words)
            expect(text).not.toBe('')
            expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048)
          }
        },
      ),
      { numRuns: 100 },
    )
    expect(await ticket(far)).toEqual(before)
  }, 120_000)
})

describe('everyday words', () => {
  test.each(['早上好', '在吗'])('「%s」 is greeted', async (words) => {
    const { write } = await withOne()
    expect(await textOf(write(WANG, words))).toMatch(/^您好。写“我的”/)
  })

  test.each(['辛苦了！', '收到', '好的'])('「%s」 asks for nothing', async (words) => {
    const { write } = await withOne()
    expect(await textOf(write(WANG, words))).toBe('好的，有事随时写。')
  })

  test.each(['写错了', '刚才弄错了', '撤销'])('「%s」 hears that the right line mends it', async (words) => {
    const { write } = await withOne()
    expect(await textOf(write(WANG, words))).toMatch(/^在这里写的不能撤销。再写一条正确的/)
  })

  test.each(['有啥事没', '今天有活吗', '有新单子没有', '有事吗？'])(
    '「%s」 asks what there is',
    async (words) => {
      const { write, number } = await withOne()
      expect(await textOf(write(WANG, words))).toContain(number)
    },
  )

  test.each(['他电话多少', '412-6住哪', '412-6谁在办'])('「%s」 shows the request', async (words) => {
    const { write, number } = await withOne()
    expect(await textOf(write(WANG, words))).toContain(number)
  })
})

describe('words that only mention a policy', () => {
  test('are not answered with all of it', async () => {
    const { write, number } = await withOne()
    for (const words of ['备注 家里有低保证', '他家有低保', '记一下，他有残疾证'])
      expect(await textOf(write(WANG, words))).toContain('没看懂')
    expect(await textOf(write(WANG, '低保边缘谁能申请'))).toContain('低保边缘')
    expect(await textOf(write(WANG, '低保边缘'))).toContain('依据')
    expect(await textOf(write(WANG, '低保'))).not.toContain('没看懂')
    expect(await textOf(write(WANG, `要材料 ${number} 诊断证明 12月10日`))).toContain('诊断证明')
  })
})
