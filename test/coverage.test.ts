import { describe, expect, test } from 'vitest'
import { type Advisor, OFFICE_HOURS, type Roster } from '../flows/roster/advisors.ts'
import { type Area, AreaTree } from '../flows/roster/areas.ts'
import { coverageOf, type GapKind, sayCoverage, type Watched } from '../flows/roster/coverage.ts'
import { coversOf, daysAhead } from '../flows/roster/covers.ts'

const AREAS: Area[] = [
  { id: 'd', level: 'district', name: '兴庆区', parent: null },
  { id: 's1', level: 'street', name: '城关街道', parent: 'd' },
  { id: 'c1', level: 'community', name: '幸福社区', parent: 's1' },
  { id: 'g1', level: 'grid', name: '第3网格', parent: 'c1' },
]
const backbone = (id: string, areas: string[], more: Partial<Advisor> = {}): Advisor => ({
  id,
  name: id,
  phone: null,
  role: 'backbone',
  areas,
  duty: OFFICE_HOURS,
  leave: [],
  ...more,
})
const rosterOf = (advisors: Advisor[], areas = AREAS): Roster => ({
  areas: new AreaTree(areas),
  advisors: new Map(advisors.map((one) => [one.id, one])),
})
const MONDAY = new Date('2026-11-23T10:00:00+08:00')
const FULL = [backbone('a', ['s1']), backbone('b', ['s1']), backbone('c', ['c1'])]
const gapsOf = (kind: GapKind, roster: Roster, { households = [], now = MONDAY }: Asked = {}) =>
  coverageOf(roster, households, now).flatMap((gap) => (gap.kind === kind ? [gap.words] : []))
interface Asked {
  households?: Watched[]
  now?: Date
}

test('a street with two backbone advisors and a community with one lack nothing in office hours', () => {
  const roster = rosterOf(FULL)
  expect(coverageOf(roster, [{ area: 'c1', advisor: 'c' }], MONDAY)).toEqual([])
  expect(sayCoverage([], roster)).toBe('区域 4 个，顾问 3 人。没有发现缺口。')
})

test('one too few is said, and volunteers do not count', () => {
  const roster = rosterOf([backbone('a', ['s1']), backbone('v', ['s1', 'c1'], { role: 'volunteer' })])
  expect(gapsOf('too-few-backbone', roster)).toEqual([
    '城关街道：骨干1人，应不少于2人',
    '城关街道幸福社区：骨干0人，应不少于1人',
  ])
})

describe('nobody on duty now', () => {
  const at = (hour: string) => ({ now: new Date(`2026-11-23T${hour}:00+08:00`) })
  test('is said of the street, once, not of all that lies in it', () => {
    const roster = rosterOf([...FULL, backbone('night', ['d'], { duty: [ALWAYS] })])
    expect(gapsOf('nobody-on-duty', roster, at('20:00'))).toEqual(['城关街道：新求助会直接到区里'])
    expect(gapsOf('nobody-on-duty', roster, at('10:00'))).toEqual([])
  })
  test('where only one community has somebody, the rest of the street is said', () => {
    const roster = rosterOf([backbone('c', ['c1'], { duty: [ALWAYS] })])
    expect(gapsOf('nobody-on-duty', roster, at('20:00'))).toEqual([
      '城关街道：只有部分社区有人，其余的新求助会直接到区里',
    ])
  })
  test('in the whole district is one line', () => {
    expect(gapsOf('nobody-on-duty', rosterOf(FULL), at('20:00'))).toEqual([
      '兴庆区：全区现在一个人也没有，只能发到群里',
    ])
  })
})
const ALWAYS: Advisor['duty'][number] = { days: 'every-day', from: '00:00', to: '24:00' }

test('areas without a way up, advisors of areas that are not there', () => {
  const stray: Area = { id: 'x', level: 'community', name: '飞地社区', parent: 'gone' }
  const roster = rosterOf([...FULL, backbone('lost', ['c1', 'nowhere'])], [...AREAS, stray])
  expect(gapsOf('no-area-above', roster)).toEqual(['飞地社区（x）：往上找不到所属的区，求助只能到全区的群里'])
  expect(gapsOf('advisor-of-unknown-area', roster)).toEqual(['lost（lost）：没有区域「nowhere」'])
})

test('who is away needs somebody who is there', () => {
  const away = (standIn: string | null) => ({ leave: [{ from: '2026-11-20', to: '2026-11-25', standIn }] })
  const roster = rosterOf([
    backbone('alone', ['s1'], away(null)),
    backbone('covered', ['s1'], away('there')),
    backbone('there', ['s1']),
    backbone('chained', ['s1'], away('alone')),
    backbone('ghost', ['s1'], away('nobody')),
  ])
  expect(gapsOf('away-without-stand-in', roster)).toEqual([
    'alone（alone）：2026-11-20至2026-11-25请假，没有写代班',
    'chained（chained）：2026-11-20至2026-11-25请假，代班的「alone」也不在',
    'ghost（ghost）：2026-11-20至2026-11-25请假，代班的「nobody」也不在',
  ])
  expect(gapsOf('unknown-stand-in', roster)).toEqual([
    'ghost（ghost）：2026-11-20至2026-11-25 代班 nobody，没有这个账号',
  ])
})

test('households nobody looks after are counted by area', () => {
  const households = [
    { area: 'c1', advisor: '' },
    { area: 'c1', advisor: '' },
    { area: 'c1', advisor: 'left' },
    { area: 'c1', advisor: 'c' },
    { area: '', advisor: '' },
  ]
  expect(gapsOf('household-without-advisor', rosterOf(FULL), { households })).toEqual([
    '未分区域：1户没有人负责',
    '城关街道幸福社区：2户没有人负责，1户的顾问已经不在名册里',
  ])
})

test('many gaps of a kind are counted', () => {
  const many = Array.from(
    { length: 30 },
    (_, n): Area => ({ id: `c${n}x`, level: 'community', name: `${n}社区`, parent: 's1' }),
  )
  const roster = rosterOf(FULL, [...AREAS, ...many])
  const said = sayCoverage(coverageOf(roster, [], MONDAY), roster)
  expect(said).toContain('有 30 处缺口：\n\n救助骨干不够（30处）：')
  expect(said).toContain('……还有 10 处')
})

describe('who answers for an area', () => {
  const alone = rosterOf([backbone('a', ['s1'])])
  const cover = (roster: Roster, area: string, now = MONDAY) => coversOf(roster, now)(area)

  test('is whoever works there or above it below the district; of a district everybody within', () => {
    const roster = rosterOf([...FULL, backbone('boss', ['d'])])
    const ids = (area: string) => cover(roster, area).people.map(({ id }) => id)
    expect([ids('g1').sort(), ids('s1'), ids('d')]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a', 'b', 'c', 'boss'],
    ])
    expect(cover(roster, 'g1').here).toEqual([])
    expect(cover(roster, 'c1').onDuty.map(({ id }) => id)).toEqual(['c', 'a', 'b'])
  })

  test('the worst it lacks is said', () => {
    const night = new Date('2026-11-23T22:00:00+08:00')
    expect([
      cover(rosterOf([]), 's1').lack,
      cover(alone, 'c1', night).lack,
      cover(alone, 'c1').lack,
      cover(rosterOf(FULL), 'c1').lack,
    ]).toEqual(['nobody', 'nobody-on-duty', 'one-person', null])
  })

  test('nobody, and one person alone, are told once for the widest area concerned', () => {
    expect(gapsOf('nobody', rosterOf([backbone('c', ['c1'])]))).toEqual([
      '城关街道：没有人，新求助会直接到区里',
    ])
    expect(gapsOf('one-person', rosterOf([backbone('c', ['c1'])]))).toEqual([
      '城关街道幸福社区：只有c一个人，请假就没有人了',
    ])
    expect(gapsOf('one-person', alone)).toEqual(['城关街道：只有a一个人，请假就没有人了'])
  })
})

test('the coming days tell who is there, who is away, and which areas have nobody at any hour', () => {
  const away = { leave: [{ from: '2026-11-24', to: '2026-11-25', standIn: 'b' }] }
  const roster = rosterOf([
    backbone('a', ['s1'], away),
    backbone('night', ['c1'], { duty: [{ days: 'every-day', from: '20:00', to: '06:00' }] }),
  ])
  const days = daysAhead(roster, {
    first: '2026-11-23',
    count: 7,
    who: [...roster.advisors.values()],
    where: ['s1', 'c1', 'nowhere'],
  })
  expect(
    days.map(({ day, workday, there, away: gone, empty }) => [
      day,
      workday,
      there.map(({ id }) => id),
      gone.map(({ advisor }) => advisor.id),
      empty,
    ]),
  ).toEqual([
    ['2026-11-23', true, ['a', 'night'], [], []],
    ['2026-11-24', true, ['night'], ['a'], ['s1']],
    ['2026-11-25', true, ['night'], ['a'], ['s1']],
    ['2026-11-26', true, ['a', 'night'], [], []],
    ['2026-11-27', true, ['a', 'night'], [], []],
    ['2026-11-28', false, ['night'], [], ['s1']],
    ['2026-11-29', false, ['night'], [], ['s1']],
  ])
})
