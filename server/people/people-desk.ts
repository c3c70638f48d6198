/** What offices ask of their roster, in words: who is where, what is missing, and changes to it. */
import { z } from 'zod'
import { type Deed, type Doer, noteBy } from '../../bot/audit.ts'
import { type RosterAt, readRoster, saveRoster } from '../../bot/roster.ts'
import type { Transaction } from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { findArea, writeAdvisors } from '../../flows/roster/advisor-sheet.ts'
import {
  ADVISOR_ROLE_WORDS,
  type Advisor,
  isOnDuty,
  leaveOf,
  type Roster,
} from '../../flows/roster/advisors.ts'
import { ROBOT_FAULT, readRobotKey, writeAreas } from '../../flows/roster/area-sheet.ts'
import { AREA_LEVEL_WORDS, type Area, type AreaTree } from '../../flows/roster/areas.ts'
import { coverageOf, sayCoverage } from '../../flows/roster/coverage.ts'
import { sayDuty, sayLeave } from '../../flows/roster/duty.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import { writeCsv } from '../../flows/roster/sheet.ts'
import type { Desk } from '../desk/desk.ts'
import { importSheet } from './import.ts'
import { type Leaving, setDuty, takeLeave } from './roster-deeds.ts'
import { SHEETS } from './sheets.ts'
import { EVERYWHERE } from './within.ts'
import { householdsOf, watchedHouseholds, workloadOf } from './workload.ts'

const sheet = z.strictObject({
  file: z.string().max(300),
  rows: z
    .array(z.strictObject({ line: z.number().int().positive(), cells: z.array(z.string()).readonly() }))
    .readonly(),
})
const name = z.string().min(1).max(100)
const request = z.discriminatedUnion('people', [
  /** Without `apply` it is only said what would change. */
  z.strictObject({
    people: z.literal('import'),
    what: z.enum(SHEETS),
    sheet,
    replace: z.boolean(),
    apply: z.boolean(),
  }),
  z.strictObject({ people: z.literal('list'), what: z.enum(['areas', 'advisors']) }),
  z.strictObject({ people: z.literal('show'), advisor: name }),
  z.strictObject({ people: z.literal('coverage') }),
  /** `from` null takes back every leave that has not ended. */
  z.strictObject({
    people: z.literal('leave'),
    advisor: name,
    from: z.string().nullable(),
    to: z.string().nullable(),
    standIn: name.nullable(),
  }),
  z.strictObject({ people: z.literal('duty'), advisor: name, hours: z.string().max(300) }),
  /** `key` null takes the robot away. */
  z.strictObject({ people: z.literal('robot'), area: name, key: z.string().max(500).nullable() }),
  /** Which areas get a QR code, as {@link codedSchema}; `area` null is all that get one. */
  z.strictObject({ people: z.literal('codes'), area: name.nullable() }),
  /** What is held, as a sheet to be filled in further. */
  z.strictObject({ people: z.literal('sheet'), what: z.enum(['areas', 'advisors']) }),
])
export type PeopleRequest = z.infer<typeof request>

/** Whether something asked at the door is about people. */
export const isOfPeople = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'people' in given

/**
 * Does what is asked, and says how it went.
 *
 * @param given a {@link PeopleRequest} that came from outside
 * @param doer who gives the command
 * @throws {RosterError} in words for whoever asked
 */
export async function atPeopleDesk(desk: Desk, given: unknown, doer: Doer): Promise<string> {
  const asked = request.safeParse(given)
  if (!asked.success) throw new RosterError(['这条命令看不懂，请运行 npm run people -- --help 看写法。'])
  const { data } = asked
  const notes =
    (deed: Deed, subject: string, detail: Record<string, string> = {}) =>
    (tx: Transaction) =>
      noteBy(tx, { ...doer, seal: desk.fingerprint }, { at: desk.now().toISOString(), deed, subject, detail })
  const looks = (deed: 'listed' | 'seen' | 'exported', subject: string) =>
    desk.store.transaction(notes(deed, subject))
  switch (data.people) {
    case 'import': {
      const { what, sheet: given, replace, apply } = data
      const importing = { what, sheet: given, replace, within: EVERYWHERE }
      return importSheet(desk, importing, apply, (detail) => notes('imported', `table:${what}`, detail))
    }
    case 'list':
      await looks('listed', 'table:advisors')
      return data.what === 'areas'
        ? listAreas((await readRoster(desk.store)).roster)
        : listAdvisors((await readRoster(desk.store)).roster, desk.now())
    case 'show':
      await looks('seen', `advisor:${data.advisor}`)
      return showAdvisor(desk, await readRoster(desk.store), data.advisor)
    case 'coverage': {
      const { roster } = await readRoster(desk.store)
      return sayCoverage(coverageOf(roster, await watchedHouseholds(desk.store), desk.now()), roster)
    }
    case 'leave':
      return leave(
        desk,
        data.advisor,
        data,
        notes('changed', `advisor:${data.advisor}`, { actions: 'leave' }),
      )
    case 'duty':
      return duty(
        desk,
        data.advisor,
        data.hours,
        notes('changed', `advisor:${data.advisor}`, { actions: 'duty' }),
      )
    case 'robot':
      return setRobot(desk, data.area, data.key, notes('changed', 'table:areas', { actions: 'robot' }))
    case 'codes':
      return JSON.stringify(areasToCode((await readRoster(desk.store)).roster.areas, data.area))
    case 'sheet': {
      await looks('exported', `table:${data.what}`)
      const { roster } = await readRoster(desk.store)
      return writeCsv(
        data.what === 'areas' ? writeAreas(roster.areas.all()) : writeAdvisors([...roster.advisors.values()]),
      )
    }
  }
}

const NO_AREAS =
  '还没有区域。先写好表：npm run people -- template areas > 区域.csv，填好后 npm run people -- import areas 区域.csv'
const NO_ADVISORS =
  '还没有顾问。先写好表：npm run people -- template advisors > 顾问.csv，填好后 npm run people -- import advisors 顾问.csv'

/** An area as its QR code is made. */
export const codedSchema = z.object({ id: z.string(), name: z.string(), called: z.string() })
export type Coded = z.infer<typeof codedSchema>

/** All that nothing else lies in, grids where there are any; or the one that is asked for. */
function areasToCode(areas: AreaTree, word: string | null): Coded[] {
  if (areas.size === 0) throw new RosterError([NO_AREAS])
  const found = word === null ? null : findArea(word, areas)
  if (found && 'fault' in found) throw new RosterError([found.fault.replace('…', word ?? '')])
  const holding = new Set(areas.all().map(({ parent }) => parent))
  return areas
    .all()
    .filter(({ id }) => (found ? id === found.id : !holding.has(id)))
    .map(({ id, name }) => ({ id, name, called: areas.say(id) }))
}

/** The tree, everything below what it lies in. */
function listAreas({ areas, advisors }: Roster): string {
  if (areas.size === 0) return NO_AREAS
  const below = new Map<string | null, Area[]>()
  for (const area of areas.all()) {
    const above = area.parent !== null && areas.get(area.parent) ? area.parent : null
    below.set(above, [...(below.get(above) ?? []), area])
  }
  const people = new Map<string, string[]>()
  for (const advisor of advisors.values())
    for (const id of advisor.areas) people.set(id, [...(people.get(id) ?? []), advisor.name])
  const lines: string[] = []
  const walk = (from: string | null, depth: number) => {
    for (const { id, level, name } of below.get(from) ?? []) {
      const who = people.get(id)
      lines.push(
        `${'  '.repeat(depth)}${name}（${AREA_LEVEL_WORDS[level]}，${id}）${who ? `：${who.join('、')}` : ''}`,
      )
      walk(id, depth + 1)
    }
  }
  walk(null, 0)
  return lines.join('\n')
}

function listAdvisors(roster: Roster, now: Date): string {
  if (roster.advisors.size === 0) return NO_ADVISORS
  return [...roster.advisors.values()].map((advisor) => advisorLine(advisor, roster, now)).join('\n')
}

function advisorLine(advisor: Advisor, { areas }: Roster, now: Date): string {
  const { id, name, role } = advisor
  const where = advisor.areas.map((area) => areas.say(area) || area).join('、')
  return `${name}（${id}） ${ADVISOR_ROLE_WORDS[role]} ${where} ${presence(advisor, now)}`
}

function presence(advisor: Advisor, now: Date): string {
  const leave = leaveOf(advisor, now)
  if (leave) return `请假到${leave.to}${leave.standIn === null ? '，没有人代班' : `，${leave.standIn}代班`}`
  return isOnDuty(advisor, now) ? '值班中' : '不在班'
}

async function showAdvisor({ store, now }: Desk, { roster }: RosterAt, id: string): Promise<string> {
  const advisor = roster.advisors.get(id)
  if (!advisor)
    throw new RosterError([`没有账号是「${id}」的顾问。看都有谁：npm run people -- list advisors`])
  const { open } = await workloadOf(store, id, now())
  const households = await householdsOf(store, id)
  const today = chinaDay(now())
  const ahead = advisor.leave.filter(({ to }) => to >= today)
  const standsInFor = [...roster.advisors.values()].filter((other) => leaveOf(other, now())?.standIn === id)
  return [
    advisorLine(advisor, roster, now()),
    `电话：${advisor.phone ?? '没有'}`,
    `值班：${sayDuty(advisor.duty)}`,
    `请假：${sayLeave(ahead) || '没有'}`,
    ...(standsInFor.length > 0 ? [`正在代班：${standsInFor.map((other) => other.name).join('、')}`] : []),
    ...(advisor.caseload
      ? [`包片：${advisor.caseload.map((area) => roster.areas.say(area) || area).join('、')}`]
      : []),
    `手上没办完的求助单：${open}张`,
    `联系对象：${households}户`,
  ].join('\n')
}

/** Writes the line of the audit log in the transaction of the change. */
type Noted = (tx: Transaction) => Promise<void>

async function leave(desk: Desk, id: string, { from, to, standIn }: Leaving, noted: Noted): Promise<string> {
  const advisor = await takeLeave(desk, id, { from, to, standIn }, { within: EVERYWHERE, noted })
  const ahead = advisor.leave.filter((one) => one.to >= chinaDay(desk.now()))
  if (ahead.length === 0) return `${advisor.name}现在没有请假。`
  const alone = ahead.some((one) => one.standIn === null)
  const note = alone ? '\n没有写代班的日子，这个人手上的事会提醒到同区域值班的人。' : ''
  return `记下了，${advisor.name}请假：${sayLeave(ahead)}${note}`
}

async function duty(desk: Desk, id: string, hours: string, noted: Noted): Promise<string> {
  const advisor = await setDuty(desk, id, hours, { within: EVERYWHERE, noted })
  return `记下了，${advisor.name}值班：${sayDuty(advisor.duty)}`
}

async function setRobot(desk: Desk, word: string, written: string | null, noted: Noted): Promise<string> {
  const { roster } = await readRoster(desk.store)
  const found = findArea(word, roster.areas)
  if ('fault' in found) throw new RosterError([found.fault.replace('…', word)])
  const key = written === null ? null : readRobotKey(written)
  if (written !== null && key === null) throw new RosterError([ROBOT_FAULT])
  await saveRoster(desk.store, { robots: new Map([[found.id, key]]) }, undefined, noted)
  const area = roster.areas.say(found.id)
  return key === null
    ? `${area}的群机器人去掉了，以后由上一级的群来提醒。`
    : `${area}的群机器人记下了（加密保存，任何地方都不会再显示）。`
}
