import { expect, test } from 'vitest'
import { isTheirs, sightOf } from '../flows/advisor/sight.ts'
import type { Advisor, AdvisorRole, Roster } from '../flows/roster/advisors.ts'
import { AreaTree } from '../flows/roster/areas.ts'
import type { Ticket } from '../flows/ticket/ticket.ts'
import { FACTS, MORNING, opened } from './support/tickets.ts'

const areas = new AreaTree([
  { id: 'qu', level: 'district', name: '示范区', parent: null },
  { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qu' },
  { id: 'yaoxin', level: 'community', name: '尧新社区', parent: 'yaohua' },
  { id: 'jinyao', level: 'community', name: '金尧社区', parent: 'yaohua' },
])
const advisorOf = (id: string, role: AdvisorRole, area: string, more: Partial<Advisor> = {}): Advisor => ({
  id,
  name: id,
  phone: null,
  role,
  areas: [area],
  duty: [],
  leave: [],
  ...more,
})
const rosterOf = (...advisors: Advisor[]): Roster => ({
  areas,
  advisors: new Map(advisors.map((advisor) => [advisor.id, advisor])),
})
const wang = advisorOf('wang', 'backbone', 'yaohua')
const li = advisorOf('li', 'community', 'yaoxin')
const zhao = advisorOf('zhao', 'volunteer', 'yaoxin')
const qian = advisorOf('qian', 'organisation', 'yaohua')
const sun = advisorOf('sun', 'community', 'jinyao')
const everyone = rosterOf(wang, li, zhao, qian, sun)
const see = (ticket: Ticket, roster = everyone) =>
  Object.fromEntries(
    [...roster.advisors.values()].map((one) => [one.id, sightOf(one, ticket, roster, MORNING)]),
  )
const ownedBy = (id: string, more: Parameters<typeof opened>[0] = {}): Ticket => ({
  ...opened({ area: 'yaoxin', ...more }),
  owner: { id, name: id },
})
const BEATEN = { facts: { ...FACTS, difficulties: ['大病', '家暴'] } }

test('backbone and community advisors of the area see all, volunteers and organisations no person', () => {
  expect(see(opened({ area: 'yaoxin' }))).toEqual({
    wang: 'full',
    li: 'full',
    zhao: 'masked',
    qian: 'masked',
    sun: null,
  })
})

test('whoever has it sees all of it, wherever they work', () => {
  expect(see(ownedBy('zhao'))).toMatchObject({ zhao: 'full', qian: 'masked' })
  expect(see(ownedBy('sun'))).toMatchObject({ sun: 'full' })
})

test('of violence at home only the owner and backbone advisors learn anything', () => {
  expect(see(opened({ area: 'yaoxin', ...BEATEN }))).toEqual({
    wang: 'full',
    li: 'shut',
    zhao: 'shut',
    qian: 'shut',
    sun: null,
  })
  expect(see(ownedBy('li', BEATEN))).toMatchObject({ li: 'full', zhao: 'shut' })
})

test('a stand-in has what the one they stand in for has, while they are away', () => {
  const away = { ...li, leave: [{ from: '2026-03-01', to: '2026-03-09', standIn: 'zhao' }] }
  const roster = rosterOf(wang, away, zhao)
  expect(see(ownedBy('li'), roster)).toMatchObject({ zhao: 'full' })
  expect(isTheirs(zhao, ownedBy('li'), roster, MORNING)).toBe(true)
  expect(isTheirs(zhao, ownedBy('li'), roster, new Date('2026-03-10T09:00:00+08:00'))).toBe(false)
})

test.each([null, 'gone'])(
  'what is placed nowhere (%s) is the district’s, else every backbone advisor’s',
  (area) => {
    const boss = advisorOf('boss', 'community', 'qu')
    const placeless = opened({ area })
    expect(see(placeless, rosterOf(wang, li, boss))).toEqual({ wang: null, li: null, boss: 'full' })
    expect(see(placeless, rosterOf(wang, li))).toEqual({ wang: 'full', li: null })
  },
)
