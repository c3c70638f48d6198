/** Settles outgoing words: a reply that made it, a message pushed later, or words that wait. */
import { instantOf } from '../flows/clocks.ts'
import { announceJob } from './announcing.ts'
import { NO_CHANNEL, noteCall, wordsArrived } from './calls.ts'
import { type Channel, ChannelError } from './channels/channel.ts'
import type { ChannelName } from './message.ts'
import { replyOf } from './outgoing.ts'
import { type QuotaRules, spend } from './quota.ts'
import { readSession } from './session.ts'
import type { Outgoing, Store, Transaction } from './store.ts'
import { heldUntil } from './turns/hold-turn.ts'

/**
 * How long a push may take before another process may try the row, in ms: above the worst a channel needs with
 * its own timeouts and repeats, about 100 s.
 */
const LEASE_MS = 180_000
/** After this many pushes without an answer the words wait for the resident instead. */
const ATTEMPTS = 5
/** Pauses between pushes, in ms, by attempt. */
const BACKOFF_MS = [5_000, 30_000, 120_000, 600_000] as const

/** The platform took direct replies: their rows, and those they carried, are accepted. One transaction for all. */
export function repliesTaken(store: Store, outgoing: readonly string[], now: Date): Promise<void> {
  const taken = async (tx: Transaction, id: string) => {
    const row = await tx.get('outbox', id)
    if (row && row.state !== 'accepted')
      await settle(tx, row, { state: 'accepted', via: 'reply', error: null }, now)
  }
  return store.transaction(async (tx) => {
    await Promise.all(outgoing.map((id) => taken(tx, id)))
  }, 'rows')
}

/** The direct reply came too late: the scheduler is to push it now, unless it has begun to. */
export function replyMissed(store: Store, outgoing: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('outbox', outgoing)
    // One that was tried is somebody's for as long as its lease, or rests until its next try.
    if (row?.state === 'pending' && row.attempts === 0)
      await tx.put('outbox', { ...row, dueAt: now.toISOString() })
  })
}

export interface DeliveryParts {
  store: Store
  channels: ReadonlyMap<ChannelName, Channel>
  /** Quotas by channel; a channel without one may always push. */
  quotas: Partial<Record<ChannelName, QuotaRules>>
  now: () => Date
  /** Told of each outcome, for logs and metrics; without text or address. */
  onOutcome?: (outcome: {
    state: Outgoing['state']
    channel: ChannelName
    error: string | null
    hint: string
  }) => void
}

/**
 * Pushes the row that has been due longest, once. One at a time, so that its lease starts with its own push
 * and not with those before it.
 *
 * @returns how many rows were handled, so that the caller can go on while there are more
 * @throws whatever a channel throws besides {@link ChannelError}; the row is tried again like any other
 */
export async function deliverDue(parts: DeliveryParts): Promise<number> {
  const now = parts.now()
  const lease = {
    now: now.toISOString(),
    until: new Date(now.getTime() + LEASE_MS).toISOString(),
    limit: 1,
  }
  const rows = await parts.store.transaction((tx) => tx.claim('outbox', lease), 'rows')
  for (const row of rows) await deliver(row, parts)
  return rows.length
}

async function deliver(
  row: Outgoing,
  { store, channels, quotas, now, onOutcome }: DeliveryParts,
): Promise<void> {
  const leave = await store.transaction((tx) => mayPush(tx, row, quotas, now()), 'rows')
  if (leave === 'gone' || leave === 'held') return
  const resident = await store.get('residents', row.resident)
  const channel = resident && channels.get(resident.channel)
  const finish = async (outcome: Outcome, hint = '') => {
    const settled = await store.transaction(async (tx) => {
      const current = await tx.get('outbox', row.id)
      if (!isHeld(current, row)) return false
      await settle(tx, current, outcome, now(), channel?.announce !== undefined)
      return true
    })
    if (settled && resident)
      onOutcome?.({ state: outcome.state, channel: resident.channel, error: outcome.error, hint })
  }
  if (!resident || !channel) return finish({ state: 'waiting', via: null, error: NO_CHANNEL })
  if (leave === 'not-following') return finish({ state: 'refused', via: null, error: 'not-following' })
  if (leave === 'quota') return finish({ state: 'waiting', via: null, error: 'quota' })
  try {
    await channel.send(resident.address, replyOf(row))
  } catch (error) {
    const known = error instanceof ChannelError
    const { code, outcome, operatorHint } = known ? error : UNKNOWN
    const pause = BACKOFF_MS[row.attempts - 1]
    if (outcome !== 'retry') {
      await finish({ state: outcome, via: null, error: code }, operatorHint)
    } else if (row.attempts >= ATTEMPTS || pause === undefined) {
      await finish({ state: 'waiting', via: null, error: code }, operatorHint)
    } else {
      await store.transaction(async (tx) => {
        const current = await tx.get('outbox', row.id)
        if (!isHeld(current, row)) return
        const dueAt = new Date(now().getTime() + pause).toISOString()
        await tx.put('outbox', { ...current, error: code, dueAt })
      })
    }
    if (!known) throw error
    return
  }
  await finish({ state: 'accepted', via: 'push', error: null })
}

/** A fault of ours while speaking; it is thrown on once the row is put off. */
const UNKNOWN = { code: 'internal', outcome: 'retry', operatorHint: '' } as const

/** Still unsaid, and not taken by another since this lease ran out: every claim counts `attempts` up. */
function isHeld(current: Outgoing | undefined, row: Outgoing): current is Outgoing {
  return current?.state === 'pending' && current.attempts === row.attempts
}

/** Reads once more, at the last moment, whether the row is to be pushed, and takes the quota for it. */
async function mayPush(
  tx: Transaction,
  row: Outgoing,
  quotas: DeliveryParts['quotas'],
  now: Date,
): Promise<'yes' | 'gone' | 'held' | 'not-following' | 'quota'> {
  if (!isHeld(await tx.get('outbox', row.id), row)) return 'gone'
  const until = row.pressing ? null : heldUntil(readSession(await tx.get('sessions', row.resident)), now)
  if (until !== null) {
    // A person is talking with them: our words wait until the conversation is given back.
    await tx.put('outbox', { ...row, attempts: row.attempts - 1, dueAt: until })
    return 'held'
  }
  const resident = await tx.get('residents', row.resident)
  const rules = resident && quotas[resident.channel]
  if (resident && !resident.following) return 'not-following'
  // A push that failed for certain has not used the quota; one that timed out may have.
  const spends = row.attempts === 1 || row.error === 'timeout'
  if (!rules || !spends) return 'yes'
  const left = spend(resident.grants, rules, now)
  if (!left) return 'quota'
  await tx.put('residents', { ...resident, grants: left })
  return 'yes'
}

type Outcome = Pick<Outgoing, 'state' | 'via' | 'error'>

/**
 * Writes a row's end, and the same end for the waiting rows whose words it carried, however deep. News of a
 * request that did not arrive is announced where the channel can, and otherwise becomes a call.
 */
async function settle(
  tx: Transaction,
  row: Outgoing,
  outcome: Outcome,
  now: Date,
  announces = false,
): Promise<void> {
  const settledAt = outcome.state === 'waiting' ? null : instantOf(now)
  const settled: Outgoing[] = [{ ...row, ...outcome, settledAt }]
  if (outcome.state !== 'waiting') {
    const waiting = await tx.list('outbox', 'unsaid', { equals: [row.resident, 'waiting'], limit: 100 })
    for (const { id } of settled) {
      const carried = waiting.filter((other) => other.carrier === id)
      const { state, error } = outcome
      settled.push(...carried.map((one): Outgoing => ({ ...one, state, via: 'carried', error, settledAt })))
    }
  }
  for (const one of settled) await tx.put('outbox', one)
  for (const one of settled) {
    if (one.ticket === null) continue
    if (one.state === 'accepted') await wordsArrived(tx, one.ticket)
    else if (one.state === 'waiting' && announces) await tx.put('jobs', announceJob(one, now))
    else await noteCall(tx, one, one.ticket, now)
  }
}
