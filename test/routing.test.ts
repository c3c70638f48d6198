import { describe, expect, test } from 'vitest'
import { type Advisor, actingFor, isOnDuty, OFFICE_HOURS, type Roster } from '../flows/roster/advisors.ts'
import { type Area, AreaTree } from '../flows/roster/areas.ts'
import { recipientsOf } from '../flows/roster/routing.ts'

const AREAS: Area[] = [
  { id: 'd', level: 'district', name: '兴庆区', parent: null },
  { id: 's1', level: 'street', name: '城关街道', parent: 'd' },
  { id: 'c1', level: 'community', name: '幸福社区', parent: 's1' },
  { id: 'g1', level: 'grid', name: '第3网格', parent: 'c1' },
]
const advisor = (id: string, areas: string[], more: Partial<Advisor> = {}): Advisor => ({
  id,
  name: id,
  phone: null,
  role: 'community',
  areas,
  duty: OFFICE_HOURS,
  leave: [],
  ...more,
})
const roster = (...advisors: Advisor[]): Roster => ({
  areas: new AreaTree(AREAS),
  advisors: new Map(advisors.map((one) => [one.id, one])),
})
/** A Monday, ten in the morning. */
const MONDAY = new Date('2026-11-23T10:00:00+08:00')
const SUNDAY = new Date('2026-11-22T10:00:00+08:00')
const names = (all: readonly Advisor[]) => all.map(({ id }) => id)

describe('a request goes to the most specific area with somebody on duty', () => {
  const concern = { area: 'g1', owner: null }
  test('the grid before the community, backbone advisors first', () => {
    const all = roster(
      advisor('volunteer', ['c1'], { role: 'volunteer' }),
      advisor('bone', ['c1'], { role: 'backbone' }),
      advisor('boss', ['d']),
    )
    const told = recipientsOf('duty', concern, all, MONDAY)
    expect(told.area?.id).toBe('c1')
    expect(names(told.advisors)).toEqual(['bone', 'volunteer'])
  })

  test('who is away is passed over', () => {
    const leave = [{ from: '2026-11-23', to: '2026-11-24', standIn: null }]
    const all = roster(advisor('away', ['c1'], { leave }), advisor('street', ['s1']))
    expect(names(recipientsOf('duty', concern, all, MONDAY).advisors)).toEqual(['street'])
  })

  test('with nobody on duty anywhere, the district', () => {
    const told = recipientsOf('duty', concern, roster(advisor('a', ['c1'])), SUNDAY)
    expect(told).toMatchObject({ area: { id: 'd' }, advisors: [] })
  })

  test('what belongs to no known area goes to the district', () => {
    const all = roster(advisor('a', ['c1']), advisor('boss', ['d']))
    for (const area of [null, 'gone']) {
      const told = recipientsOf('duty', { area, owner: null }, all, MONDAY)
      expect(told.area?.id).toBe('d')
      expect(names(told.advisors)).toEqual(['boss'])
    }
  })

  test('unanswered it climbs: the next ones, the street, the district', () => {
    const all = roster(advisor('g', ['g1']), advisor('c', ['c1']), advisor('s', ['s1']), advisor('d', ['d']))
    const way = (['duty', 'next', 'street', 'district'] as const).map(
      (audience) => recipientsOf(audience, concern, all, MONDAY).area?.id,
    )
    expect(way).toEqual(['g1', 'c1', 's1', 'd'])
  })
})

describe('whoever took it hears of it', () => {
  const concern = { area: 'c1', owner: 'wang' }
  test('also outside their hours', () => {
    const all = roster(advisor('wang', ['c1']))
    expect(names(recipientsOf('owner', concern, all, SUNDAY).advisors)).toEqual(['wang'])
  })

  test('away, their stand-in does; without one, the area', () => {
    const leave = (standIn: string | null) => [{ from: '2026-11-23', to: '2026-11-24', standIn }]
    const others = [advisor('li', ['s1']), advisor('zhao', ['c1'])]
    const stood = roster(advisor('wang', ['c1'], { leave: leave('li') }), ...others)
    expect(names(recipientsOf('owner', concern, stood, MONDAY).advisors)).toEqual(['li'])
    const alone = roster(advisor('wang', ['c1'], { leave: leave(null) }), ...others)
    expect(names(recipientsOf('owner', concern, alone, MONDAY).advisors)).toEqual(['zhao'])
  })

  test('two who stand in for each other end nowhere', () => {
    const leave = (standIn: string) => [{ from: '2026-11-23', to: '2026-11-24', standIn }]
    const all = roster(
      advisor('a', ['c1'], { leave: leave('b') }),
      advisor('b', ['c1'], { leave: leave('a') }),
    )
    expect(actingFor('a', all, MONDAY)).toBeNull()
  })
})

describe('hours of duty', () => {
  const at = (clock: string) => new Date(`2026-11-23T${clock}:00+08:00`)
  test('begin on the minute and end on it', () => {
    const one = advisor('a', ['c1'])
    expect(['08:29', '08:30', '17:29', '17:30'].map((clock) => isOnDuty(one, at(clock)))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('a shift may run overnight; it belongs to the day it began', () => {
    const night = advisor('a', ['c1'], { duty: [{ days: 'workdays', from: '22:00', to: '08:00' }] })
    expect(isOnDuty(night, at('23:00'))).toBe(true)
    // Monday morning belongs to Sunday's shift, which there is none.
    expect(isOnDuty(night, at('07:00'))).toBe(false)
    expect(isOnDuty(night, new Date('2026-11-28T07:00:00+08:00'))).toBe(true)
  })
})
