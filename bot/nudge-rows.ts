/** The rows of what advisors must hear of: kept with their cause, repeated ones merged. Told by telling.ts. */
import { apart, type Happening, LONGEST_APART_MS, urgencyOf } from '../flows/nudges.ts'
import type { Instant, Nudge, Transaction } from './store.ts'

/** More than one resident can bring about in {@link RECENT_MS}, repeated ones being merged. */
const RECENT_LIMIT = 100
/** One told just now may have waited its turn since it happened. */
const RECENT_MS = 2 * LONGEST_APART_MS

interface Cause {
  /** A message's id, or a ticket's event's; the same cause never makes two nudges of a kind. */
  id: string
  resident: string
  at: Instant
}

/** Keeps a nudge in the transaction of its cause, or counts it in with one that still waits to be told. */
export async function keepNudge(tx: Transaction, happening: Happening, cause: Cause): Promise<void> {
  const danger = happening.kind === 'danger' ? happening.danger : null
  const ticket = 'ticket' in happening ? happening.ticket : null
  const from = new Date(Date.parse(cause.at) - RECENT_MS).toISOString()
  const recent = await tx.list('nudges', 'ofResident', {
    equals: [cause.resident],
    from,
    limit: RECENT_LIMIT,
  })
  const alike = ({ kind, danger: other, ticket: about }: Nudge) =>
    kind === happening.kind && other === danger && about === ticket
  // One that is being told at this moment no longer speaks for what comes now.
  const waiting = recent.find((row) => alike(row) && row.state === 'pending' && row.attempts === 0)
  if (waiting) return tx.put('nudges', { ...waiting, times: waiting.times + 1 })
  const dueAt = Math.max(
    Date.parse(cause.at),
    ...recent
      .filter(({ state }) => state !== 'dropped')
      .map((row) => ({ wait: apart(happening, row), told: Date.parse(row.settledAt ?? row.dueAt) }))
      .filter(({ wait }) => wait > 0)
      .map(({ wait, told }) => told + wait),
  )
  await tx.insert('nudges', {
    id: `${cause.id}:nudge:${happening.kind}`,
    kind: happening.kind,
    danger,
    resident: cause.resident,
    ticket,
    urgency: urgencyOf(happening),
    at: cause.at,
    times: 1,
    state: 'pending',
    attempts: 0,
    tries: [],
    triedAt: '',
    error: null,
    dueAt: new Date(dueAt).toISOString(),
    settledAt: null,
  })
}

/** Removes a resident's nudges; a danger that nobody has heard of yet is still told. */
export async function removeNudges(tx: Transaction, resident: string): Promise<void> {
  for (let from = ''; ; ) {
    const rows = await tx.list('nudges', 'ofResident', { equals: [resident], from, limit: RECENT_LIMIT })
    for (const { id, kind, state } of rows) {
      if (kind !== 'danger' || state !== 'pending') await tx.remove('nudges', id)
    }
    if (rows.length < RECENT_LIMIT) return
    from = rows.at(-1)?.at ?? ''
  }
}
