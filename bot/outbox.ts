/** Settles outgoing words: a reply that made it, a message pushed later, or words that wait. */
import { type Channel, ChannelError } from './channels/channel.ts'
import { replyOf } from './intake.ts'
import type { ChannelName } from './message.ts'
import { type QuotaRules, spend } from './quota.ts'
import type { Outgoing, Store, Transaction } from './store.ts'

/** How long a push may take before another process may try the row, in ms; far above the channel's timeouts. */
const LEASE_MS = 60_000
/** Rows taken at once; small, so that one slow platform answer delays few. */
const BATCH = 20
/** After this many pushes without an answer the words wait for the resident instead. */
const ATTEMPTS = 5
/** Pauses between pushes, in ms, by attempt. */
const BACKOFF_MS = [5_000, 30_000, 120_000, 600_000] as const

/** The platform took the direct reply: its row, and those it carried, are accepted. */
export function replyTaken(store: Store, outgoing: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('outbox', outgoing)
    if (row && row.state !== 'accepted')
      await settle(tx, row, { state: 'accepted', via: 'reply', error: null }, now)
  })
}

/** The direct reply came too late: the scheduler is to push it now. */
export function replyMissed(store: Store, outgoing: string, now: Date): Promise<void> {
  return store.transaction(async (tx) => {
    const row = await tx.get('outbox', outgoing)
    if (row?.state === 'pending') await tx.put('outbox', { ...row, dueAt: now.toISOString() })
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
 * Pushes what is due, once.
 *
 * @returns how many rows were handled, so that the caller can go on while there are more
 */
export async function deliverDue(parts: DeliveryParts): Promise<number> {
  const now = parts.now()
  const lease = {
    now: now.toISOString(),
    until: new Date(now.getTime() + LEASE_MS).toISOString(),
    limit: BATCH,
  }
  const rows = await parts.store.transaction((tx) => tx.claim('outbox', lease))
  for (const row of rows) await deliver(row, parts)
  return rows.length
}

async function deliver(
  row: Outgoing,
  { store, channels, quotas, now, onOutcome }: DeliveryParts,
): Promise<void> {
  const resident = await store.get('residents', row.resident)
  const channel = resident && channels.get(resident.channel)
  const finish = async (outcome: Outcome, hint = '') => {
    await store.transaction(async (tx) => {
      const current = await tx.get('outbox', row.id)
      if (current?.state === 'pending') await settle(tx, current, outcome, now())
    })
    if (resident) onOutcome?.({ state: outcome.state, channel: resident.channel, error: outcome.error, hint })
  }
  if (!resident || !channel) return finish({ state: 'waiting', via: null, error: 'no-channel' })
  if (!resident.following) return finish({ state: 'refused', via: null, error: 'not-following' })
  const rules = quotas[resident.channel]
  // A push that failed for certain has not used the quota; one that timed out may have.
  const spends = row.attempts === 1 || row.error === 'timeout'
  if (rules && spends && !(await takeQuota(store, resident.id, rules, now()))) {
    return finish({ state: 'waiting', via: null, error: 'quota' })
  }
  try {
    await channel.send(resident.address, replyOf(row))
    return await finish({ state: 'accepted', via: 'push', error: null })
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error
    if (error.outcome !== 'retry')
      return finish({ state: error.outcome, via: null, error: error.code }, error.operatorHint)
    const pause = BACKOFF_MS[row.attempts - 1]
    if (row.attempts >= ATTEMPTS || pause === undefined) {
      return finish({ state: 'waiting', via: null, error: error.code }, error.operatorHint)
    }
    await store.transaction(async (tx) => {
      const current = await tx.get('outbox', row.id)
      if (current?.state !== 'pending') return
      const dueAt = new Date(now().getTime() + pause).toISOString()
      await tx.put('outbox', { ...current, error: error.code, dueAt })
    })
  }
}

async function takeQuota(store: Store, id: string, rules: QuotaRules, now: Date): Promise<boolean> {
  return store.transaction(async (tx) => {
    const resident = await tx.get('residents', id)
    const left = resident && spend(resident.grants, rules, now)
    if (!resident || !left) return false
    await tx.put('residents', { ...resident, grants: left })
    return true
  })
}

type Outcome = Pick<Outgoing, 'state' | 'via' | 'error'>

/** Writes a row's end, and the same end for the waiting rows whose words it carried, however deep. */
async function settle(tx: Transaction, row: Outgoing, outcome: Outcome, now: Date): Promise<void> {
  const settledAt = outcome.state === 'waiting' ? null : now.toISOString()
  await tx.put('outbox', { ...row, ...outcome, settledAt })
  if (outcome.state === 'waiting') return
  const waiting = await tx.list('outbox', 'ofResident', { equals: [row.resident, 'waiting'], limit: 100 })
  const carriers = [row.id]
  for (const carrier of carriers) {
    for (const one of waiting.filter((other) => other.carrier === carrier)) {
      carriers.push(one.id)
      await tx.put('outbox', {
        ...one,
        state: outcome.state,
        via: 'carried',
        error: outcome.error,
        settledAt,
      })
    }
  }
}
