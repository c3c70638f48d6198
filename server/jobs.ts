/** Runs jobs that are due: each at least once, a failed one again later, a hopeless one set aside. */
import { ChannelError } from '../bot/channels/channel.ts'
import type { Job, Store } from '../bot/store.ts'

const LEASE_MS = 60_000
/** At most so many in one round. */
const BATCH = 20
/** Attempts before a job is set aside as failed. */
const ATTEMPTS = 6
/** The pause after a failed attempt doubles from here, in ms. */
const FIRST_PAUSE_MS = 10_000

export type JobHandlers = { [K in Job['kind']]: (job: Job) => Promise<unknown> }

/**
 * Runs what is due now. Each is taken by itself, so that its lease begins with its own work, and that a process which
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
    const start = now()
    const until = new Date(start.getTime() + LEASE_MS).toISOString()
    const [job] = await store.transaction(
      (tx) => tx.claim('jobs', { now: start.toISOString(), until, limit: 1 }),
      'rows',
    )
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
      // One that was taken away meanwhile, asked for anew, or taken over by another process is no more this one.
      if (current?.state !== 'pending' || current.attempts !== job.attempts) return
      await tx.put('jobs', { ...job, ...outcome })
    })
  }
}
