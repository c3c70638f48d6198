/** Alerts 预警 in the store, brought in line with the visits that answer them. */
import type { AlertRow, Instant, Transaction, VisitTask } from './store.ts'

/** More than anybody hands in about one household. */
const LIMIT = 200

/** Why a household must be visited because of an alert; see flows/visits.ts. */
export const ALERT_VISIT = 'alert'

const alertsOf = (tx: Pick<Transaction, 'list'>, household: string): Promise<AlertRow[]> =>
  tx.list('alerts', 'ofHousehold', { equals: [household], limit: LIMIT })

/** Somebody tried or made a visit: whoever handed in an open alert is to hear of it. */
export async function alertsVisited(tx: Transaction, household: string): Promise<void> {
  for (const alert of await alertsOf(tx, household))
    if (alert.state === 'open') await tx.put('alerts', { ...alert, mark: '' })
}

/** The visit that an alert made necessary was made, or is needed no more. */
export async function alertsSettled(
  tx: Transaction,
  { subject, reason, state }: VisitTask,
  at: Instant,
): Promise<void> {
  if (reason !== ALERT_VISIT || state === 'open') return
  const settled = state === 'done' ? 'visited' : 'dropped'
  for (const alert of await alertsOf(tx, subject))
    if (alert.state === 'open') await tx.put('alerts', { ...alert, state: settled, settledAt: at, mark: '' })
}

/** A household's alerts go with it. */
export async function removeAlerts(tx: Transaction, household: string): Promise<void> {
  for (;;) {
    const alerts = await alertsOf(tx, household)
    for (const { id } of alerts) await tx.remove('alerts', id)
    if (alerts.length < LIMIT) return
  }
}
