/** Changes to one advisor of the roster: hours of duty, leave and who acts meanwhile. */
import { createHash } from 'node:crypto'
import { changeAdvisor, readRoster } from '../../bot/roster.ts'
import { StoreError, type Transaction } from '../../bot/store.ts'
import { chinaDay } from '../../flows/clocks.ts'
import { type Advisor, advisorSchema, type Roster } from '../../flows/roster/advisors.ts'
import { dayOf, readDuty } from '../../flows/roster/duty.ts'
import { RosterError } from '../../flows/roster/roster-error.ts'
import type { Desk } from '../desk/desk.ts'
import { mayChange, sees, type Within } from './within.ts'

/** Who changes somebody, and on what. */
export interface Changing {
  within: Within
  /** As {@link markOf} had it when it was looked at; left out where it holds whatever was before. */
  seen?: string
  /** Writes the line of the audit log in the transaction of the change. */
  noted: (tx: Transaction) => Promise<void>
}

/** Tells one state of an advisor from another. */
export const markOf = (advisor: Advisor): string =>
  createHash('sha256')
    .update(JSON.stringify(advisorSchema.parse(advisor)))
    .digest('base64url')
    .slice(0, 22)

export interface Leaving {
  /** Null takes back every leave that has not ended. */
  from: string | null
  /** Null is the same day. */
  to: string | null
  /** The id of who acts meanwhile. */
  standIn: string | null
}

/**
 * Enters a leave. Those that have ended go, and one that overlaps the new one is replaced by it.
 *
 * @throws {RosterError} saying what to write instead
 * @throws {StoreError} `duplicate` when they were changed since they were looked at
 */
export async function takeLeave(desk: Desk, id: string, leaving: Leaving, by: Changing): Promise<Advisor> {
  const today = chinaDay(desk.now())
  const { from, to, standIn } = leaving
  const first = from === null ? null : dayOf(from)
  const last = to === null ? first : dayOf(to)
  const { roster } = await readRoster(desk.store)
  const faults: string[] = []
  if (from !== null && first === null) faults.push(`「${from}」不是日期，要写成 2026-12-01 这样。`)
  if (to !== null && last === null) faults.push(`「${to}」不是日期，要写成 2026-12-05 这样。`)
  if (first !== null && last !== null && first > last) faults.push('结束比开始早，请核对。')
  if (last !== null && last < today) faults.push('这些日子已经过去了，请核对年份。')
  const other = standIn === null ? undefined : roster.advisors.get(standIn)
  if (standIn === id) faults.push('自己不能给自己代班。')
  else if (standIn !== null && !(other && sees(by.within, other, roster.areas)))
    faults.push(`没有账号是「${standIn}」的顾问，代班的人要先在名册里。`)
  if (faults.length > 0) throw new RosterError(faults)
  return change(desk, id, by, (before) => {
    const kept = before.leave.filter(
      (leave) =>
        (first === null ? leave.to < today : leave.to < first || leave.from > (last ?? first)) &&
        (first === null || leave.to >= today),
    )
    const added = first === null ? [] : [{ from: first, to: last ?? first, standIn }]
    return { ...before, leave: [...kept, ...added].sort((one, next) => (one.from < next.from ? -1 : 1)) }
  })
}

/**
 * Takes back one leave.
 *
 * @throws {RosterError} when there is none from that day
 */
export function dropLeave(desk: Desk, id: string, from: string, by: Changing): Promise<Advisor> {
  return change(desk, id, by, (before) => {
    const leave = before.leave.filter((one) => one.from !== from)
    if (leave.length === before.leave.length)
      throw new RosterError(['这次请假已经不在了，可能刚有人取消过。'])
    return { ...before, leave }
  })
}

/** @throws {RosterError} when the hours cannot be read */
export async function setDuty(desk: Desk, id: string, hours: string, by: Changing): Promise<Advisor> {
  const duty = readDuty(hours)
  if ('fault' in duty) throw new RosterError([duty.fault])
  return change(desk, id, by, (before) => ({ ...before, duty: duty.read }))
}

/** @throws {RosterError} where nobody of this id is theirs to change */
async function change(
  { store }: Desk,
  id: string,
  { within, seen, noted }: Changing,
  make: (before: Advisor) => Advisor,
): Promise<Advisor> {
  const { roster } = await readRoster(store)
  mustBeWithin(within, roster, id)
  const changed = await changeAdvisor(
    store,
    id,
    (before) => {
      if (seen !== undefined && markOf(before) !== seen)
        throw new StoreError('duplicate', 'the advisor was changed meanwhile')
      return make(before)
    },
    noted,
  )
  if (!changed) throw noSuchAdvisor(id)
  return changed
}

/**
 * The advisor, who must be theirs to change.
 *
 * @throws {RosterError} when nobody is called so where they work, or an advisor works elsewhere, too
 */
export function mustBeWithin(within: Within, { areas, advisors }: Roster, id: string): Advisor {
  const advisor = advisors.get(id)
  if (!advisor || !sees(within, advisor, areas)) throw noSuchAdvisor(id)
  if (!mayChange(within, advisor, areas))
    throw new RosterError([`${advisor.name}还负责您管不到的区域，请负责全区的管理员来改。`])
  return advisor
}

const noSuchAdvisor = (id: string) => new RosterError([`没有账号是「${id}」的顾问，可能刚被人删掉。`])
