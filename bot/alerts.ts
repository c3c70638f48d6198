/** An alert 预警 of the monitoring system becomes a visit somebody must make; it says nothing of who is entitled to what. */
import type { Roster } from '../flows/roster/advisors.ts'
import { caseloadOf, type HouseholdRead } from '../flows/roster/household-sheet.ts'
import { visitsFor } from '../flows/visits.ts'
import { ALERT_VISIT } from './alert-rows.ts'
import { freshHouseholdNumber, matchHouseholds } from './households.ts'
import type { AlertRow, Fingerprint, HouseholdRow, Transaction } from './store.ts'
import { planVisits } from './visits.ts'

export interface Alert {
  /** As bot/handed-in.ts makes it. */
  id: string
  key: string
  /** Who, and where they live. */
  read: HouseholdRead
  /** Why they must be visited, in the system's words. */
  words: string
  /** What whoever handed it in is to be told again. */
  detail: unknown
}

export interface AlertParts {
  roster: Roster
  fingerprint: Fingerprint
  now: Date
  randomBelow: (limit: number) => number
}

/**
 * Keeps an alert, the household it is about and the visit to it. A household that is known is recognised by what a
 * roster's would be; a new one is nobody's to look after beyond this visit.
 *
 * @returns the household's number
 */
export async function openAlert(
  tx: Transaction,
  { id, key, read, words, detail }: Alert,
  parts: AlertParts,
): Promise<string> {
  const { roster, now } = parts
  const household = await householdOf(tx, read, parts)
  const at = now.toISOString()
  const number = household.id
  const { area } = read
  const advisor = household.advisor || (caseloadOf(area, roster)?.id ?? '')
  await tx.insert('alerts', {
    id,
    key,
    household: number,
    area,
    at,
    state: 'open',
    settledAt: '',
    mark: '',
    detail,
  } satisfies AlertRow)
  await planVisits(tx, { number, area, advisor }, visitsFor(ALERT_VISIT, words, now), now)
  return number
}

async function householdOf(
  tx: Transaction,
  read: HouseholdRead,
  { fingerprint, now, randomBelow }: AlertParts,
): Promise<HouseholdRow> {
  const { matches, unclear } = await matchHouseholds(tx, [read], fingerprint)
  // Of several the one with the surest trait.
  const held = matches[0]?.held ?? (await tx.get('households', unclear[0]?.numbers[0] ?? '')) ?? null
  if (held?.state === 'watched') return held
  const { area, category, person } = read
  const row: HouseholdRow = {
    id: held?.id ?? (await freshHouseholdNumber(tx, randomBelow)),
    area,
    advisor: held?.advisor ?? '',
    category: held?.category ?? category,
    state: 'left',
    leftAt: now.toISOString(),
    contactedAt: held?.contactedAt ?? '',
    person,
  }
  await tx.put('households', row)
  for (const { kind, value } of read.traits) {
    const key = `${kind}:${fingerprint(kind, value)}`
    if (!(await tx.get('household_keys', key))) await tx.put('household_keys', { id: key, household: row.id })
  }
  return row
}
