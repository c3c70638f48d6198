import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findArea, readAdvisors, writeAdvisors } from '../flows/roster/advisor-sheet.ts'
import { ADVISOR_ROLES, type Advisor, OFFICE_HOURS, type Roster } from '../flows/roster/advisors.ts'
import { readAreas, readRobotKey, writeAreas } from '../flows/roster/area-sheet.ts'
import { type Area, AreaTree } from '../flows/roster/areas.ts'
import { readDuty, readLeave, sayDuty, sayLeave } from '../flows/roster/duty.ts'
import { planOf } from '../flows/roster/roster-plan.ts'
import { type Sheet, type SheetFault, sayFault } from '../flows/roster/sheet.ts'

const AREAS: Area[] = [
  { id: 'd', level: 'district', name: '兴庆区', parent: null },
  { id: 's1', level: 'street', name: '城关街道', parent: 'd' },
  { id: 's2', level: 'street', name: '新华街道', parent: 'd' },
  { id: 'c1', level: 'community', name: '幸福社区', parent: 's1' },
  { id: 'c2', level: 'community', name: '幸福社区', parent: 's2' },
]
const NONE = new AreaTree([])
const rosterOf = (...advisors: Advisor[]): Roster => ({
  areas: new AreaTree(AREAS),
  advisors: new Map(advisors.map((one) => [one.id, one])),
})
const WANG: Advisor = {
  id: 'wang',
  name: '王芳',
  phone: '13812345678',
  role: 'backbone',
  areas: ['s1'],
  duty: [{ days: 'every-day', from: '00:00', to: '24:00' }],
  leave: [{ from: '2026-12-01', to: '2026-12-05', standIn: null }],
}

const sheet = (...rows: string[][]): Sheet => ({
  file: '表.csv',
  rows: rows.map((cells, place) => ({ line: place + 1, cells })),
})
const table = (text: string): Sheet =>
  sheet(
    ...text
      .trim()
      .split('\n')
      .map((line) =>
        line
          .trim()
          .split('|')
          .map((cell) => cell.trim()),
      ),
  )

const wordsOf = (faults: readonly SheetFault[]): string[] =>
  faults.map((fault) => sayFault({ file: '表.csv' }, fault))

describe('a sheet of areas', () => {
  test('is read by its headers, in any order, with what offices call them', () => {
    const read = readAreas(
      table(`兴庆区区域一览表
        上级 | 名称（全称） | *类型 | 编码 | 联系人
             | 兴庆区   | 区    | ６４０１ | 张
        6401 | 城关镇   | 镇    | 0640101 | 李

        0640101 | 幸福村 | 村   | 064010101 | 王`),
      NONE,
    )
    expect(read.faults).toEqual([])
    expect(read.areas).toEqual([
      { id: '6401', level: 'district', name: '兴庆区', parent: null },
      { id: '0640101', level: 'street', name: '城关镇', parent: '6401' },
      { id: '064010101', level: 'community', name: '幸福村', parent: '0640101' },
    ])
    expect(read.unused).toEqual(['联系人'])
  })

  test('tells every fault at once, each with its line, column and mend', () => {
    const { faults } = readAreas(
      table(`区域编号 | 级别 | 名称 | 上级编号 | 群机器人
        d  | 区   | 兴庆区   |   |
        s1 | 街道 | 城关街道 | d | 不是钥匙
        s1 | 街道 | 新华街道 | d |
        c1 | 社区 |          | s1 |
        c2 | 社区 | 平安社区 | c1 |
        c3 | 小区 | 幸福社区 | s9 |
        c4 | 社区 | 无主社区 | s9 |
        6.40104E+11 | 社区 | 长号社区 | s1 |
        c5 | 网格 | 甲网格 |  |
        s2 | 街道 | 城关街道 | d |
        有空格 | 街道 | 别的街道 | d |`),
      NONE,
    )
    expect(wordsOf(faults).map((one) => one.replace(/^表.csv:/, ''))).toEqual([
      '3 群机器人：要写群机器人的 Webhook 地址，或者地址里 key= 后面的那一段',
      '4 区域编号：「s1」和第 3 行重复，每个编号只能有一行',
      '5 名称：区域要有名称',
      '7 级别：「小区」看不懂，要写区、街道、社区、网格中的一个',
      '8 上级编号：没有编号是「s9」的区域，请核对，或把它也写进表里',
      '9 区域编号：被 Excel 改成了科学计数，后面的数字丢了；请把这一列设为“文本”再填一遍',
      '10 上级编号：没有写，网格要写它属于哪里',
      '11 名称：「城关街道」和第 3 行同名，又在同一个上级下面，分不清是哪个',
      '12 区域编号：区域编号只能用数字、字母和连字符，最多40位',
    ])
  })

  test('an area lies in a wider one, also when only the wider one is in the sheet', () => {
    const grid = table(`区域编号|级别|名称|上级编号
      s3 | 街道 | 新街道 | c1`)
    expect(wordsOf(readAreas(grid, new AreaTree(AREAS)).faults)).toEqual([
      '表.csv:2 上级编号：「幸福社区」是社区，街道不能放在它下面',
    ])
    const lowered = table(`区域编号|级别|名称|上级编号
      s1 | 网格 | 城关 | d`)
    expect(wordsOf(readAreas(lowered, new AreaTree(AREAS)).faults)).toEqual([
      '表.csv:2 级别：「幸福社区」已经在它下面，它是社区，放不下了',
    ])
  })

  test.each([
    ['名称|级别\n甲|区', '表.csv:1 表头：缺少「区域编号」「上级编号」这一列，请补上'],
    [
      '甲|乙\n丙|丁',
      '表.csv:1 表头：没有找到，第一行要写列名，至少有「区域编号」「级别」「名称」「上级编号」',
    ],
    ['区域编号|级别|名称|上级编号', '表.csv:2 表头下面没有内容，请填好再导入'],
    ['编号|区域编号|级别|名称|上级编号\n1|d|区|甲|', '表.csv:1 区域编号：这一列写了两遍，只留一列'],
  ])('says what is wrong with the header of %s', (text, words) => {
    expect(wordsOf(readAreas(table(text), NONE).faults)).toEqual([words])
  })

  test('a robot is taken from its whole address or its key', () => {
    const key = '693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa'
    expect(readRobotKey(`https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${key}`)).toBe(key)
    expect(readRobotKey(` ${key} `)).toBe(key)
    expect(readRobotKey('https://qyapi.weixin.qq.com/cgi-bin/webhook/send')).toBeNull()
    const { robots } = readAreas(table(`区域编号|级别|名称|上级编号|群机器人\nd|区|兴庆区||${key}`), NONE)
    expect(robots).toEqual(new Map([['d', key]]))
  })
})

describe('a sheet of advisors', () => {
  test('is read with its hours, leaves and areas by number or by name', () => {
    const read = readAdvisors(
      table(`账号 | 姓名 | 手机号 | 角色 | 负责区域 | 值班时间 | 请假 | 包片
        li   | 李　强 | 138-1234-5678 | 社工 | 城关街道、c2 | 周一至周五 ８：３０－１７：３０；每天 20:00-6:00 | 2026年12月1日至2026/12/5 代班 wang | c1`),
      rosterOf(WANG),
    )
    expect(read.faults).toEqual([])
    expect(read.advisors).toEqual([
      {
        id: 'li',
        name: '李强',
        phone: '13812345678',
        role: 'community',
        areas: ['s1', 'c2'],
        duty: [...OFFICE_HOURS, { days: 'every-day', from: '20:00', to: '06:00' }],
        leave: [{ from: '2026-12-01', to: '2026-12-05', standIn: 'wang' }],
        caseload: ['c1'],
      },
    ])
  })

  test('a column it does not have leaves what is known; an empty cell empties it', () => {
    const short = table(`账号|姓名|角色|区域
      wang|王芳芳|骨干|s2`)
    expect(readAdvisors(short, rosterOf(WANG)).advisors).toEqual([{ ...WANG, name: '王芳芳', areas: ['s2'] }])
    const emptied = table(`账号|姓名|角色|区域|电话|请假|值班
      wang|王芳|骨干|s1|||`)
    expect(readAdvisors(emptied, rosterOf(WANG)).advisors).toEqual([
      { ...WANG, phone: null, leave: [], duty: OFFICE_HOURS },
    ])
  })

  test('tells every fault at once', () => {
    const { advisors, faults } = readAdvisors(
      table(`账号|姓名|电话|角色|区域|值班|请假
          |张三||骨干|s1||
        li|李四|12345|顾问|s9、幸福社区|早晚|明天
        li|李四||骨干|s1||
        zhao||1.38123E+10|骨干||每天 25:00-26:00|2026-12-05至2026-12-01
        qian|钱五||志愿者|s1|工作日 08:30-08:30|2026-12-01 代班 qian
        sun|孙六||志愿者|s1||2026-12-01 代班 nobody`),
      rosterOf(),
    )
    expect(advisors).toEqual([])
    expect(wordsOf(faults).map((one) => one.replace(/^表.csv:/, ''))).toEqual([
      '2 账号：没有写，要写这个人在企业微信里的账号',
      '3 角色：「顾问」看不懂，要写骨干、社区工作者、志愿者、社会组织中的一个',
      '3 电话：不像电话号码，手机要11位，座机要带区号',
      '3 区域：没有「s9」这个区域，请先导入区域，或核对编号',
      '3 区域：叫「幸福社区」的区域有2个，请写区域编号：c1、c2',
      '3 值班：「早晚」看不懂，要写成“工作日 08:30-17:30”或“每天 00:00-24:00”，几段用分号隔开',
      '3 请假：「明天」看不懂，要写成“2026-12-01至2026-12-05 代班 账号”，没有人代班就只写日期，几段用分号隔开',
      '4 账号：「li」和第 3 行重复，每个人只能有一行；几个区域用顿号隔开',
      '5 电话：被 Excel 改成了科学计数，号码丢了；请把这一列设为“文本”再填一遍',
      '5 区域：没有写，要写负责哪些区域的编号',
      '5 值班：「每天25:00-26:00」没有这样的时间，最早00:00，最晚24:00',
      '5 请假：「2026-12-05至2026-12-01」结束比开始早，请核对',
      '5 姓名：要写姓名',
      '6 值班：「工作日08:30-08:30」从几点到几点是一样的；全天值班写“每天 00:00-24:00”',
      '6 请假：自己不能给自己代班',
      '7 请假：没有账号是「nobody」的顾问，代班的人也要在表里',
    ])
  })

  test('who will be gone cannot stand in', () => {
    const text = '账号|姓名|角色|区域|请假\nli|李强|骨干|s1|2026-12-01 代班 wang'
    expect(readAdvisors(table(text), rosterOf(WANG)).faults).toEqual([])
    expect(readAdvisors(table(text), rosterOf(WANG), () => true).faults).toHaveLength(1)
  })
})

const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
const two = (count: number) => String(count).padStart(2, '0')
const shift = fc
  .record({ days: fc.constantFrom('workdays', 'every-day'), from: clock, to: clock })
  .filter(({ from, to }) => from.join() !== to.join())
  .map(({ days, from, to }) => ({ days, from: from.map(two).join(':'), to: to.map(two).join(':') }))
const day = fc
  .integer({ min: 0, max: 3000 })
  .map((n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10))
const leave = fc
  .record({ days: fc.tuple(day, day), standIn: fc.constantFrom(null, 'wang') })
  .map(({ days, standIn }) => {
    const [from = '', to = ''] = [...days].sort()
    return { from, to, standIn }
  })

test('hours and leaves read back as they were written', () => {
  fc.assert(
    fc.property(fc.array(shift, { maxLength: 4 }), fc.array(leave, { maxLength: 3 }), (duty, away) => {
      expect(readDuty(sayDuty(duty))).toEqual({ read: duty })
      expect(readLeave(sayLeave(away))).toEqual({ read: away })
    }),
  )
})

const someone = fc
  .record({
    id: fc.stringMatching(/^[0-9A-Za-z@._-]{1,20}$/),
    name: fc.stringMatching(/^[\u4e00-\u9fa5]{2,4}$/),
    phone: fc.option(fc.stringMatching(/^1[3-9]\d{9}$/)),
    role: fc.constantFrom(...ADVISOR_ROLES),
    areas: fc.uniqueArray(fc.constantFrom(...AREAS.map(({ id }) => id)), { minLength: 1 }),
    duty: fc.array(shift, { minLength: 1, maxLength: 3 }),
    leave: fc.array(leave, { maxLength: 2 }),
  })
  .filter(({ id }) => id !== 'wang')

test('a roster written as sheets reads back as it was', () => {
  fc.assert(
    fc.property(fc.uniqueArray(someone, { selector: ({ id }) => id, maxLength: 8 }), (people) => {
      const advisors = [WANG, ...people]
      expect(readAdvisors(sheet(...writeAdvisors(advisors)), rosterOf())).toMatchObject({
        advisors,
        faults: [],
      })
    }),
  )
  expect(readAreas(sheet(...writeAreas(AREAS)), NONE)).toMatchObject({ areas: AREAS, faults: [] })
})

test('what would change is found by id', () => {
  const plan = planOf([WANG, { ...WANG, id: 'li' }], [{ ...WANG }, { ...WANG, id: 'new' }])
  expect(plan).toMatchObject({ added: [{ id: 'new' }], changed: [], same: 1, missing: [{ id: 'li' }] })
})

test('an area is found by its number first, and by a name that only one has', () => {
  const areas = new AreaTree(AREAS)
  expect(findArea('s1', areas)).toEqual({ id: 's1' })
  expect(findArea('新华街道幸福社区', areas)).toEqual({ id: 'c2' })
  expect(findArea('幸福社区', areas)).toHaveProperty('fault')
  expect(findArea('幸福', areas)).toHaveProperty('fault')
})
