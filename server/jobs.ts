/** Runs jobs that are due: each at least once, a failed one again later, a hopeless one set aside. */
import { ChannelError } from '../bot/channels/channel.ts'
import type { Job, Store, Transaction } from '../bot/store.ts'

/** How long a job is one process's own, in ms: above the worst it takes. Whoever died in it is overtaken then. */
const LEASE_MS = 60_000
/** The same where a platform is asked, with all timeouts and repeats of that, about 130 s; or it would be told twice. */
const PLATFORM_LEASE_MS = 180_000
const LEASES_MS: Readonly<Record<Job['kind'], number>> = {
  'answer-taken': LEASE_MS,
  'keep-media': PLATFORM_LEASE_MS,
  'drop-media': LEASE_MS,
  announce: PLATFORM_LEASE_MS,
  'check-hold': LEASE_MS,
  'end-hold': LEASE_MS,
  'update-cards': PLATFORM_LEASE_MS,
  'tell-advisor': PLATFORM_LEASE_MS,
}
/** At most so many in one round. */
const BATCH = 20
/** Attempts before a job is set aside as failed. */
const ATTEMPTS = 6
/** The pause after a failed attempt doubles from here, in ms. */
const FIRST_PAUSE_MS = 10_000

export type JobHandlers = { [K in Job['kind']]: (job: Job) => Promise<unknown> }

/**
 * Runs what is due now. Each is claimed by itself, so that its lease begins with its own work, and that a process which
 * ends in the middle has tried no other.
 *
 * @param onFailed told of every failed attempt
 * @returns how many jobs were tried
 */
export async function runDueJobs(
  store: Store,
  handlers: JobHandlers,
  now: () => Date,
  onFailed: (job: Job, error: unknown) => void,
): Promise<number> {
  for (let tried = 0; tried < BATCH; tried++) {
    const job = await store.transaction((tx) => claimNext(tx, now()), 'rows')
    if (!job) return tried
    await run(job)
  }
  return BATCH

  async function run(job: Job): Promise<void> {
    try {
      await handlers[job.kind](job)
    } catch (error) {
      onFailed(job, error)
      const hopeless =
        (error instanceof ChannelError && error.outcome === 'refused') || job.attempts >= ATTEMPTS
      const dueAt = new Date(now().getTime() + FIRST_PAUSE_MS * 2 ** job.attempts).toISOString()
      const code = error instanceof ChannelError ? error.code : 'error'
      return settle(job, { state: hopeless ? 'failed' : 'pending', error: code, dueAt })
    }
    await settle(job, { state: 'done', error: null })
  }

  function settle(job: Job, outcome: Partial<Job>): Promise<void> {
    return store.transaction(async (tx) => {
      const current = await tx.get('jobs', job.id)
      // One that was withdrawn meanwhile, asked for anew, or taken over by another process is no more this one.
      if (current?.state !== 'pending' || current.attempts !== job.attempts) return
      await tx.put('jobs', { ...job, ...outcome })
    })
  }
}

/** The next job that is due, leased as long as its kind needs. */
async function claimNext(tx: Transaction, start: Date): Promise<Job | undefined> {
  const until = (ms: number) => new Date(start.getTime() + ms).toISOString()
  const [job] = await tx.claim('jobs', { now: start.toISOString(), until: until(LEASE_MS), limit: 1 })
  if (!job || LEASES_MS[job.kind] === LEASE_MS) return job
  const leased = { ...job, dueAt: until(LEASES_MS[job.kind]) }
  await tx.put('jobs', leased)
  return leased
}
