/** One advisor written by form: somebody new, somebody changed, somebody who leaves. */
import { type RosterAt, readRoster, saveRoster } from '../../bot/roster.ts'
import { StoreError } from '../../bot/store.ts'
import { readTelephone } from '../../flows/roster/advisor-sheet.ts'
import { type Advisor, advisorSchema } from '../../flows/roster/advisors.ts'
import { readDuty } from '../../flows/roster/duty.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import type { Desk } from '../desk/desk.ts'
import { advisorsInUse } from './in-use.ts'
import { type Changing, markOf, mustBeWithin } from './roster-deeds.ts'
import { holds } from './within.ts'

/** What a form holds of an advisor. */
export interface AdvisorGiven {
  id: string
  name: string
  /** Left out, it stays as it is. */
  phone?: string | undefined
  role: Advisor['role']
  areas: readonly string[]
  caseload: readonly string[]
  /** As {@link readDuty} reads it. */
  duty: string
}

/**
 * Takes somebody new onto the roster.
 *
 * @throws {RosterError} with every fault of the form
 */
export async function addAdvisor(desk: Desk, given: AdvisorGiven, by: Changing): Promise<Advisor> {
  const at = await readRoster(desk.store)
  if (at.roster.advisors.has(given.id))
    throw new RosterError([`账号「${given.id}」已经有顾问在用，请核对，每个人一个账号。`])
  return write(desk, at, null, given, by)
}

/**
 * Changes somebody; their leave stays.
 *
 * @throws {RosterError} with every fault of the form, or where they are not theirs to change
 * @throws {StoreError} `duplicate` when they were changed since they were looked at
 */
export async function editAdvisor(desk: Desk, given: AdvisorGiven, by: Changing): Promise<Advisor> {
  const at = await readRoster(desk.store)
  return write(desk, at, theirs(at, given.id, by), given, by)
}

/**
 * Takes somebody off the roster.
 *
 * @throws {RosterError} while requests or households wait for them
 * @throws {StoreError} `duplicate` when they were changed since they were looked at
 */
export async function removeAdvisor({ store }: Desk, id: string, by: Changing): Promise<Advisor> {
  const at = await readRoster(store)
  const advisor = theirs(at, id, by)
  const [inUse] = await advisorsInUse(store, [advisor])
  if (inUse) throw new RosterError([`${inUse.words}。`])
  await saveRoster(store, { gone: { advisors: [id] } }, at.revision, by.noted)
  return advisor
}

function theirs({ roster }: RosterAt, id: string, { within, seen }: Changing): Advisor {
  const advisor = mustBeWithin(within, roster, id)
  if (seen !== undefined && markOf(advisor) !== seen)
    throw new StoreError('duplicate', 'the advisor was changed meanwhile')
  return advisor
}

async function write(
  { store }: Desk,
  { roster, revision }: RosterAt,
  before: Advisor | null,
  given: AdvisorGiven,
  { within, noted }: Changing,
): Promise<Advisor> {
  const { areas: tree } = roster
  const faults: string[] = []
  const phone = given.phone === undefined ? (before?.phone ?? null) : readTelephone(given.phone)
  if (phone === '') faults.push('电话不像电话号码，手机要11位，座机要带区号。')
  const duty = readDuty(given.duty)
  if ('fault' in duty) faults.push(`值班：${duty.fault}。`)
  if (given.areas.length === 0) faults.push('请选负责的区域。')
  const known = new Set([...(before?.areas ?? []), ...(before?.caseload ?? [])])
  const strange = [...given.areas, ...given.caseload].some(
    (id) => !(tree.get(id) && holds(within, id, tree)) && !known.has(id),
  )
  if (strange) faults.push('有的区域已经不在名册里，或者不归您管，请重新选。')
  const advisor = advisorSchema.safeParse({
    id: given.id.trim(),
    name: given.name.trim().replace(/\s+/g, ' '),
    phone,
    role: given.role,
    areas: [...new Set(given.areas)],
    ...(given.caseload.length === 0 ? {} : { caseload: [...new Set(given.caseload)] }),
    duty: 'read' in duty ? duty.read : [],
    leave: before?.leave ?? [],
  })
  for (const { path, message } of advisor.error?.issues ?? [])
    if (path[0] === 'id' || path[0] === 'name') faults.push(`${message}。`)
  if (faults.length > 0 || !advisor.success) throw new RosterError(faults)
  await saveRoster(store, { advisors: [advisor.data] }, revision, noted)
  return advisor.data
}
