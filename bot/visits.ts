/** Visits in the store: what is to be visited, what was, and what a visit that reached somebody settles. */
import { chinaDay, endOfDay } from '../flows/clocks.ts'
import {
  type PlannedVisit,
  pledgeAfter,
  readVisitTask,
  settles,
  type ToldVisit,
  type VisitChannel,
  visitDetailSchema,
  visitsFor,
} from '../flows/visits.ts'
import { alertsSettled, alertsVisited } from './alert-rows.ts'
import { settleCall } from './calls.ts'
import { planVisitReminders } from './nudge-rows.ts'
import type { HouseholdRow, Transaction, VisitRow, VisitTask } from './store.ts'

/** More than are ever due of one household at a time. */
const TASKS_LIMIT = 200
/** Rows removed between two looks. */
const ROUND = 100

/** What a visit is about: a household's or a request's number, where it lies, and who looks after it. */
export interface VisitSubject {
  number: string
  area: string
  /** '' while nobody does. */
  advisor: string
}

/** Writes visits that must be made, in the transaction of what made them necessary; one of a reason for a day is enough. */
export async function planVisits(
  tx: Transaction,
  { number, area, advisor }: VisitSubject,
  planned: readonly PlannedVisit[],
  now: Date,
): Promise<VisitTask[]> {
  const tasks: VisitTask[] = []
  for (const { reason, detail } of planned) {
    const id = `${number}:${reason}:${chinaDay(new Date(detail.due.at))}`
    const known = await tx.get('visit_tasks', id)
    if (known?.state === 'open') {
      tasks.push(known)
      continue
    }
    const dueAt = detail.due.at
    const task: VisitTask = {
      id,
      subject: number,
      reason,
      area,
      advisor,
      dueAt,
      state: 'open',
      at: now.toISOString(),
      detail,
    }
    await putTask(tx, task, now)
    tasks.push(task)
  }
  return tasks
}

/** Writes the regular visit a watched household is due for, unless one is already; the import of a roster calls it. */
export async function planRegularVisit(tx: Transaction, household: HouseholdRow, now: Date): Promise<void> {
  if (household.state !== 'watched') return
  const open = await openTasks(tx, household.id)
  if (open.some(({ reason }) => reason === 'regular')) return
  await planVisits(tx, subjectOf(household), visitsFor('regular', '', now), now)
}

/** With its reminders, and the alerts it answers. */
async function putTask(tx: Transaction, task: VisitTask, now: Date): Promise<void> {
  await tx.put('visit_tasks', task)
  await planVisitReminders(tx, task)
  await alertsSettled(tx, task, now.toISOString())
}

/** A household as the subject of visits. */
export const subjectOf = ({ id, area, advisor }: HouseholdRow): VisitSubject => ({
  number: id,
  area,
  advisor,
})

/** Whether a visit's subject is a household, not a request. */
const isHousehold = (subject: string): boolean => subject.startsWith('H')

/** Keeps a visit made or tried. */
export async function keepVisit(
  tx: Transaction,
  { id, subject, advisor, at }: Pick<VisitRow, 'id' | 'subject' | 'advisor' | 'at'>,
  { channel, reached, detail }: ToldVisit,
): Promise<VisitRow> {
  const row: VisitRow = { id, subject, advisor, at, channel, reached: reached === true, detail }
  await tx.put('visits', row)
  if (isHousehold(subject)) await alertsVisited(tx, subject)
  return row
}

/**
 * Somebody was reached: the visits this settles are done, what comes again is planned, and the household's days
 * without contact begin anew. An attempt does none of it.
 *
 * @returns what was settled
 */
export async function reached(
  tx: Transaction,
  subject: string,
  visit: { channel: VisitChannel; at: Date },
): Promise<VisitTask[]> {
  const done: VisitTask[] = []
  for (const task of await openTasks(tx, subject)) {
    if (!settles(visit, task)) continue
    await putTask(tx, { ...task, state: 'done' }, visit.at)
    done.push(task)
    await planNextPledge(tx, task, visit.at)
  }
  await settleCall(tx, subject, visit.at.toISOString())
  const household = await tx.get('households', subject)
  if (household) {
    const contacted = { ...household, contactedAt: visit.at.toISOString() }
    await tx.put('households', contacted)
    await planRegularVisit(tx, contacted, visit.at)
  }
  return done
}

async function planNextPledge(tx: Transaction, task: VisitTask, now: Date): Promise<void> {
  const { pledge, due } = readVisitTask(task.detail)
  const next = pledge && pledgeAfter(pledge, chinaDay(new Date(due.at)), now)
  if (!next) return
  const { subject, area, advisor } = task
  await planVisits(tx, { number: subject, area, advisor }, [next], now)
}

/** Nobody needs to go any more: the request was withdrawn. */
export async function dropVisits(tx: Transaction, subject: string, now: Date): Promise<void> {
  for (const task of await openTasks(tx, subject)) await putTask(tx, { ...task, state: 'dropped' }, now)
}

/** Whoever has the request now is to go. */
export async function handVisits(
  tx: Transaction,
  subject: string,
  advisor: string,
  now: Date,
): Promise<void> {
  for (const task of await openTasks(tx, subject)) {
    if (task.advisor !== advisor) await putTask(tx, { ...task, advisor }, now)
  }
}

/** Removes all visits of a request with it. @returns the photos and recordings that came with them */
export async function removeVisits(tx: Transaction, subject: string): Promise<string[]> {
  const media: string[] = []
  for (const state of ['open', 'done', 'dropped'] satisfies VisitTask['state'][]) {
    for (;;) {
      const tasks = await tx.list('visit_tasks', 'ofSubject', { equals: [subject, state], limit: ROUND })
      if (tasks.length === 0) break
      for (const { id } of tasks) await tx.remove('visit_tasks', id)
    }
  }
  for (;;) {
    const visits = await tx.list('visits', 'ofSubject', { equals: [subject], limit: ROUND })
    if (visits.length === 0) return media
    for (const { id, detail } of visits) {
      media.push(...visitDetailSchema.parse(detail).media)
      await tx.remove('visits', id)
    }
  }
}

/** The visits of a household or request that are still to be made. */
export function openTasks(tx: Pick<Transaction, 'list'>, subject: string): Promise<VisitTask[]> {
  return tx.list('visit_tasks', 'ofSubject', { equals: [subject, 'open'], limit: TASKS_LIMIT })
}

/** An advisor's visits due by the end of a day, the first due first. */
export function visitsDue(tx: Pick<Transaction, 'list'>, advisor: string, day: string): Promise<VisitTask[]> {
  const to = endOfDay(day).toISOString()
  return tx.list('visit_tasks', 'ofAdvisor', { equals: [advisor, 'open'], to, limit: TASKS_LIMIT })
}
