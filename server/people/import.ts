/** Imports a sheet into the roster: all of it or nothing, and what would change is said first. */
import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { householdAfter, matchHouseholds, saveHouseholds } from '../../bot/households.ts'
import { type RosterAt, readRoster, saveRoster } from '../../bot/roster.ts'
import { type HouseholdRow, type Store, StoreError, type Transaction } from '../../bot/store.ts'
import { readAdvisors } from '../../flows/advisor-sheet.ts'
import type { Advisor } from '../../flows/advisors.ts'
import { readAreas } from '../../flows/area-sheet.ts'
import { AreaTree } from '../../flows/areas.ts'
import { caseloadOf, readHouseholds } from '../../flows/household-sheet.ts'
import { RosterError } from '../../flows/roster-error.ts'
import { planOf, SAYING_ADVISORS, sayingAreas, sayPlan } from '../../flows/roster-plan.ts'
import type { Sheet } from '../../flows/sheet.ts'
import { OPEN_STAGES } from '../../flows/ticket.ts'
import type { Desk } from '../desk/desk.ts'

export interface Importing {
  what: 'areas' | 'advisors' | 'households'
  sheet: Sheet
  /** What the sheet does not name goes. */
  replace: boolean
  /** Otherwise it is only said what would change. */
  apply: boolean
}

const NOT_YET = '还没有改动。看过没有问题，就加上 --yes 再运行一次。'
const DONE = '已经写好。'

/** Makes the line of the audit log that is written with an import, which says how much came and went. */
type Noting = (detail: Record<string, string>) => (tx: Transaction) => Promise<void>

/** @throws {RosterError} with every fault of the sheet; nothing is changed then */
export async function importSheet(desk: Desk, importing: Importing, noting: Noting): Promise<string> {
  const before = await readRoster(desk.store)
  try {
    return await IMPORTS[importing.what](desk, before, importing, noting)
  } catch (error) {
    const outrun = error instanceof StoreError && error.code === 'duplicate'
    throw outrun ? new RosterError(['名册刚才被别人改过，还没有写入。请再运行一次。']) : error
  }
}

async function importAreas(
  { store }: Desk,
  { roster, revision }: RosterAt,
  { sheet, replace, apply }: Importing,
  noting: Noting,
): Promise<string> {
  const read = readAreas(sheet, replace ? new AreaTree([]) : roster.areas)
  if (read.faults.length > 0) throw new RosterError(read.faults)
  const plan = planOf(roster.areas.all(), read.areas)
  const gone = replace ? plan.missing.map(({ id }) => id) : []
  const used = await usesOfAreas(store, [...roster.advisors.values()], gone)
  if (used.length > 0) throw new RosterError(used)
  const said = [
    sayPlan('区域', plan, replace, sayingAreas([...roster.areas.all(), ...read.areas])),
    ...(read.robots.size > 0 ? [`群机器人：设置 ${read.robots.size} 个`] : []),
    ...unused(read.unused),
  ]
  if (apply) {
    const areas = [...plan.added, ...plan.changed.map(({ after }) => after)]
    const noted = noting({ rows: String(areas.length), gone: String(gone.length) })
    await saveRoster(store, { areas, robots: read.robots, gone: { areas: gone } }, revision, noted)
  }
  return [...said, apply ? DONE : NOT_YET].join('\n')
}

async function importAdvisors(
  { store }: Desk,
  { roster, revision }: RosterAt,
  { sheet, replace, apply }: Importing,
  noting: Noting,
): Promise<string> {
  const read = readAdvisors(sheet, roster, replace)
  if (read.faults.length > 0) throw new RosterError(read.faults)
  const plan = planOf(roster.advisors.values(), read.advisors)
  const gone = replace ? plan.missing : []
  const used = await usesOfAdvisors(store, gone)
  if (used.length > 0) throw new RosterError(used)
  if (apply) {
    const advisors = [...plan.added, ...plan.changed.map(({ after }) => after)]
    const noted = noting({ rows: String(advisors.length), gone: String(gone.length) })
    await saveRoster(store, { advisors, gone: { advisors: gone.map(({ id }) => id) } }, revision, noted)
  }
  return [
    sayPlan('顾问', plan, replace, SAYING_ADVISORS),
    ...unused(read.unused),
    apply ? DONE : NOT_YET,
  ].join('\n')
}

const IMPORTS = {
  areas: importAreas,
  advisors: importAdvisors,
  households: importHouseholds,
} satisfies Record<
  Importing['what'],
  (desk: Desk, before: RosterAt, importing: Importing, noting: Noting) => Promise<string>
>

async function importHouseholds(
  { store, fingerprint, now }: Desk,
  { roster }: RosterAt,
  { sheet, replace, apply }: Importing,
  noting: Noting,
): Promise<string> {
  const read = readHouseholds(sheet, roster, now())
  const { matches, unclear } = await matchHouseholds(store, read.households, fingerprint)
  const doubts = unclear.map(
    ({ line, numbers }) =>
      `${sheet.file}:${line} 姓名：和 ${numbers.join('、')} 都像，认不出是哪一户，请核对电话和地址`,
  )
  if (read.faults.length + doubts.length > 0) throw new RosterError([...read.faults, ...doubts])
  const changes = matches.map((match) => ({
    match,
    after: householdAfter(match, caseloadOf(match.read.area, roster)?.id ?? ''),
  }))
  const added = changes.filter(({ match }) => match.held === null)
  const changed = changes.filter(
    ({ match, after }) => match.held && !isSame(match.held, { id: match.held.id, ...after }),
  )
  const named = new Set(matches.map(({ held }) => held?.id))
  const missing: HouseholdRow[] = []
  for await (const row of store.scan('households'))
    if (row.state === 'watched' && !named.has(row.id)) missing.push(row)
  const alone = changes.filter(({ after }) => after.advisor === '').length
  if (apply) {
    const rows = [...added, ...changed]
    const left = replace ? missing : []
    const noted = noting({ rows: String(rows.length), gone: String(left.length) })
    await saveHouseholds(store, rows, left, { now: now(), randomBelow: randomInt }, noted)
  }
  const left = replace
    ? `不再联系 ${missing.length}`
    : `表里没有的 ${missing.length}（留着不动，不再联系就加 --replace）`
  return [
    `联系对象：新增 ${added.length}，修改 ${changed.length}，不变 ${changes.length - added.length - changed.length}${missing.length > 0 ? `，${left}` : ''}`,
    ...(alone > 0 ? [`其中 ${alone} 户还没有顾问负责，请写“负责顾问账号”，或在顾问表里写“包片”。`] : []),
    ...unused(read.unused),
    apply ? DONE : NOT_YET,
  ].join('\n')
}

const isSame = (one: HouseholdRow, other: HouseholdRow): boolean => isDeepStrictEqual(one, other)

const unused = (columns: readonly string[]): string[] =>
  columns.length === 0 ? [] : [`没有用到的列：${columns.join('、')}`]

/** What still needs areas that would go. */
async function usesOfAreas(
  store: Store,
  advisors: readonly Advisor[],
  gone: readonly string[],
): Promise<string[]> {
  const faults: string[] = []
  for (const id of gone) {
    const people = advisors.filter(({ areas, caseload = [] }) => [...areas, ...caseload].includes(id))
    const users = [
      ...people.map(({ name }) => `顾问${name}`),
      ...(await openTickets(store, 'ofArea', id)).map((number) => `求助单${number}`),
      ...(await householdsOf(store, 'ofArea', id)).map((number) => `联系对象${number}`),
    ]
    if (users.length > 0) faults.push(`区域「${id}」还不能删：${named(users)}还在用，请先改到别的区域`)
  }
  return faults
}

/** What still waits for advisors who would go. */
async function usesOfAdvisors(store: Store, gone: readonly Advisor[]): Promise<string[]> {
  const faults: string[] = []
  for (const { id, name } of gone) {
    const users = [
      ...(await openTickets(store, 'ofOwner', id)).map((number) => `求助单${number}`),
      ...(await householdsOf(store, 'ofAdvisor', id)).map((number) => `联系对象${number}`),
    ]
    if (users.length > 0)
      faults.push(`顾问${name}（${id}）还不能删：${named(users)}还在这个人手上，请先交给别人`)
  }
  return faults
}

/** Users named of each; that there are more is said. */
const NAMED = 5
const named = (users: readonly string[]): string =>
  `${users.slice(0, NAMED).join('、')}${users.length > NAMED ? '等' : ''}`

async function openTickets(store: Store, index: 'ofArea' | 'ofOwner', id: string): Promise<string[]> {
  const rows = await Promise.all(
    OPEN_STAGES.map((stage) => store.list('tickets', index, { equals: [id, stage], limit: NAMED + 1 })),
  )
  return rows.flat().map((row) => row.id)
}

async function householdsOf(store: Store, index: 'ofArea' | 'ofAdvisor', id: string): Promise<string[]> {
  const rows = await store.list('households', index, { equals: [id, 'watched'], limit: NAMED + 1 })
  return rows.map((row) => row.id)
}
