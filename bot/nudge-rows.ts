/** The rows of what advisors must hear of: kept with their cause, repeated ones merged. Told by telling.ts. */
import { afterQuiet } from '../flows/clocks.ts'
import { apart, type Happening, LONGEST_APART_MS, maySay, urgencyOf } from '../flows/nudges/nudges.ts'
import { type Ladder, ladderOfVisit, laddersOf, rungNow } from '../flows/nudges/reminders.ts'
import { readTicket, type Stage, type Ticket } from '../flows/ticket/ticket.ts'
import {
  type Instant,
  type Nudge,
  type Store,
  StoreError,
  type Transaction,
  type VisitTask,
} from './store.ts'

/** More than one resident can bring about in {@link RECENT_MS}, repeated ones being merged. */
const RECENT_LIMIT = 100
/** One told just now may have waited its turn since it happened. */
const RECENT_MS = 2 * LONGEST_APART_MS

/** The rules by which reminders are planned now; to be raised when flows/nudges/reminders.ts makes other ladders. */
export const PLANNED = 1
/** Stages in which something may be owed. */
const OWING: readonly Stage[] = ['received', 'screened', 'dispatched', 'reported', 'closed', 'withdrawn']

interface Cause {
  /** A message's id, or a ticket's event's; the same cause never makes two nudges of a kind. */
  id: string
  resident: string
  at: Instant
  /** Told then at the earliest: until then whoever caused it may take it back. */
  notBefore?: Instant
}

/** What every nudge begins with. */
export const UNTOLD = {
  danger: null,
  ticket: null,
  task: null,
  ladder: null,
  rung: 0,
  advisor: null,
  times: 1,
  state: 'pending',
  attempts: 0,
  told: [],
  missed: [],
  error: null,
  settledAt: null,
} as const satisfies Partial<Nudge>

/** Keeps a nudge in the transaction of its cause, or counts it in with one that still waits to be told. */
export async function keepNudge(tx: Transaction, happening: Happening, cause: Cause): Promise<void> {
  const danger = happening.kind === 'danger' ? happening.danger : null
  const ticket = 'ticket' in happening ? happening.ticket : null
  const from = new Date(Date.parse(cause.at) - RECENT_MS).toISOString()
  const rows = await tx.list('nudges', 'ofResident', {
    equals: [cause.resident],
    from,
    limit: RECENT_LIMIT,
  })
  const recent = rows.filter(({ ladder }) => ladder === null)
  const alike = ({ kind, danger: other, ticket: about }: Nudge) =>
    kind === happening.kind && other === danger && about === ticket
  // One that is being told at this moment no longer speaks for what comes now.
  const waiting = recent.find((row) => alike(row) && row.state === 'pending' && row.attempts === 0)
  if (waiting) return tx.put('nudges', { ...waiting, times: waiting.times + 1 })
  const wanted = Math.max(
    Date.parse(cause.notBefore ?? cause.at),
    ...recent
      .filter(({ state }) => state !== 'dropped')
      .map((row) => ({ wait: apart(happening, row), told: Date.parse(row.settledAt ?? row.dueAt) }))
      .filter(({ wait }) => wait > 0)
      .map(({ wait, told }) => told + wait),
  )
  const urgency = urgencyOf(happening)
  const dueAt = new Date(wanted)
  // The next round of whichever process is idle; the rest can wait for its turn.
  if (urgency === 'danger') tx.announce('work')
  await tx.insert('nudges', {
    ...UNTOLD,
    id: `${cause.id}:nudge:${happening.kind}`,
    kind: happening.kind,
    danger,
    resident: cause.resident,
    ticket,
    urgency,
    at: cause.at,
    dueAt: (maySay(urgency, dueAt) ? dueAt : afterQuiet(dueAt)).toISOString(),
  })
}

/**
 * Brings a ticket's reminders in line with it: of each thing newly owed the next one is kept, of what is owed no
 * more none. Belongs into the transaction that writes the ticket.
 *
 * @param before how it was, as far as its reminders were kept; null when they were not
 * @param after null when it goes
 */
export async function planReminders(
  tx: Transaction,
  before: Ticket | null,
  after: Ticket | null,
  now: Date,
): Promise<void> {
  const were = before ? laddersOf(before) : []
  const are = after ? laddersOf(after) : []
  const had = new Set(were.map(({ id }) => id))
  const has = new Set(are.map(({ id }) => id))
  for (const ladder of were) if (!has.has(ladder.id)) await removeLadder(tx, ladder)
  if (!after) return
  const subject: Subject = { resident: after.resident, ticket: after.number, task: null }
  for (const ladder of are)
    if (!had.has(ladder.id)) await climb(tx, ladder, subject, rungNow(ladder, now) ?? 0)
}

/**
 * Plans the reminders of tickets that were written before there were any, or by other rules.
 *
 * @returns how many there were
 */
export async function planOwed(store: Store, now: Date): Promise<number> {
  const numbers: string[] = []
  for await (const row of store.outlines('tickets')) {
    if (row.planned !== PLANNED && OWING.some((stage) => stage === row.stage)) numbers.push(row.id)
  }
  for (const number of numbers) {
    await store
      .transaction(async (tx) => {
        const row = await tx.get('tickets', number)
        if (!row || row.planned === PLANNED) return
        await planReminders(tx, null, readTicket(row.ticket), now)
        await tx.put('tickets', { ...row, planned: PLANNED })
      })
      .catch(leaveUnreadable)
  }
  return numbers.length
}

/** One that cannot be opened holds up no other. */
function leaveUnreadable(error: unknown): void {
  if (!(error instanceof StoreError) || error.code !== 'unreadable') throw error
}

/**
 * Brings a visit's reminders in line with it: the next one while it is open, none once it is done or dropped.
 * Belongs into the transaction that writes the visit; to be called at every change of it.
 */
export async function planVisitReminders(tx: Transaction, task: VisitTask): Promise<void> {
  const ladder = ladderOfVisit(task)
  if (task.state !== 'open') return removeLadder(tx, ladder)
  await climb(tx, ladder, { resident: '', ticket: null, task: task.id }, 0)
}

/** Whom and what the reminders of a ladder are about. */
type Subject = Pick<Nudge, 'resident' | 'ticket' | 'task'>

/** Keeps the reminder of a rung, or of the first one above it that was not settled before; none above the last. */
export async function climb(tx: Transaction, ladder: Ladder, subject: Subject, from: number): Promise<void> {
  for (const [place, { at }] of ladder.rungs.entries()) {
    if (place < from) continue
    const id = rungId(ladder, place)
    const kept = await tx.get('nudges', id)
    if (kept?.state === 'pending') return
    if (kept) continue
    return tx.insert('nudges', {
      ...UNTOLD,
      resident: subject.resident,
      ticket: subject.ticket,
      task: subject.task,
      id,
      kind: 'reminder',
      ladder: ladder.id,
      rung: place,
      urgency: ladder.urgent ? 'urgent' : 'normal',
      at,
      dueAt: at,
    })
  }
}

const rungId = (ladder: Ladder, rung: number): string => `${ladder.id}:${rung}`

async function removeLadder(tx: Transaction, ladder: Ladder): Promise<void> {
  for (const place of ladder.rungs.keys()) {
    const id = rungId(ladder, place)
    if ((await tx.get('nudges', id))?.state === 'pending') await tx.remove('nudges', id)
  }
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
