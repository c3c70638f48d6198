/** Calls: news of a request that no platform would take, for an advisor to bring by telephone or at the door. */
import { chinaDay, endOfDay, workingDaysAfter } from '../flows/clocks.ts'
import type { Instant, Outgoing, Reader, StaffTask, Transaction } from './store.ts'

/** Working days within which somebody is to call; our own promise. */
const CALL_WORKING_DAYS = 1
/** More than ever wait for one resident, or were refused since a call was noted. */
const WORDS_LIMIT = 100
/** The error of words for somebody whom no channel reaches, e.g. one an advisor noted on the street. */
export const NO_CHANNEL = 'no-channel'

/** One call a request, however much news there is. */
const callId = (ticket: string): string => `call:${ticket}`

/** The call that is to be made about a request; null when none is. */
export async function openCall(reader: Reader, ticket: string): Promise<StaffTask | null> {
  const call = await reader.get('tasks', callId(ticket))
  return call?.state === 'open' ? call : null
}

/** Notes that somebody must call about words that did not arrive; a call that is open stands for them too. */
export async function noteCall(
  tx: Transaction,
  { resident, createdAt }: Pick<Outgoing, 'resident' | 'createdAt'>,
  ticket: string,
  now: Date,
): Promise<void> {
  if (await openCall(tx, ticket)) return
  const { day } = workingDaysAfter(chinaDay(now), CALL_WORKING_DAYS)
  await tx.put('tasks', {
    id: callId(ticket),
    kind: 'call',
    resident,
    ticket,
    dueAt: endOfDay(day).toISOString(),
    state: 'open',
    detail: { since: createdAt },
  })
}

/**
 * Somebody spoke with the resident, or there is nothing to tell any more. Words for whom no channel reaches are
 * settled with it: nobody else will ever bring them.
 */
export async function settleCall(tx: Transaction, ticket: string, at: Instant): Promise<void> {
  const call = await openCall(tx, ticket)
  if (!call) return
  await tx.put('tasks', { ...call, state: 'done' })
  for (const row of await wordsAbout(tx, call, 'waiting')) {
    if (row.error === NO_CHANNEL) await tx.put('outbox', { ...row, state: 'refused', settledAt: at })
  }
}

/** Whatever call there is about a request is forgotten with it. */
export function removeCall(tx: Transaction, ticket: string): Promise<void> {
  return tx.remove('tasks', callId(ticket))
}

/** The resident has words about a request: its call is settled unless others still did not arrive. */
export async function wordsArrived(tx: Transaction, ticket: string): Promise<void> {
  const call = await openCall(tx, ticket)
  if (!call) return
  const left = [...(await wordsAbout(tx, call, 'waiting')), ...(await wordsAbout(tx, call, 'refused'))]
  if (left.length === 0) await tx.put('tasks', { ...call, state: 'done' })
}

/** The words that made a call necessary and are in this state now. */
async function wordsAbout(
  tx: Transaction,
  { resident, ticket, detail }: StaffTask,
  state: 'waiting' | 'refused',
): Promise<Outgoing[]> {
  const rows = await tx.list('outbox', 'unsaid', {
    equals: [resident, state],
    from: sinceOf(detail),
    limit: WORDS_LIMIT,
  })
  return rows.filter((row) => row.ticket === ticket)
}

function sinceOf(detail: unknown): Instant {
  const since: unknown = typeof detail === 'object' && detail !== null && Reflect.get(detail, 'since')
  return typeof since === 'string' ? since : ''
}
