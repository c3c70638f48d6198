/** Runs jobs that are due: each at least once, a failed one again later, a hopeless one set aside. */
import { ChannelError } from '../bot/channels/channel.ts'
import type { Job, Store } from '../bot/store.ts'

const LEASE_MS = 60_000
const BATCH = 20
/** Attempts before a job is set aside as failed. */
const ATTEMPTS = 6
/** The pause after a failed attempt doubles from here, in ms. */
const FIRST_PAUSE_MS = 10_000

export type JobHandlers = { [K in Job['kind']]: (job: Job) => Promise<unknown> }

/**
 * Runs what is due now.
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
  const start = now()
  const until = new Date(start.getTime() + LEASE_MS).toISOString()
  const jobs = await store.transaction(
    (tx) => tx.claim('jobs', { now: start.toISOString(), until, limit: BATCH }),
    'rows',
  )
  for (const job of jobs) {
    try {
      await handlers[job.kind](job)
      await store.transaction((tx) => tx.put('jobs', { ...job, state: 'done', error: null }))
    } catch (error) {
      onFailed(job, error)
      const hopeless =
        (error instanceof ChannelError && error.outcome === 'refused') || job.attempts >= ATTEMPTS
      const dueAt = new Date(now().getTime() + FIRST_PAUSE_MS * 2 ** job.attempts).toISOString()
      const code = error instanceof ChannelError ? error.code : 'error'
      await store.transaction((tx) =>
        tx.put('jobs', { ...job, state: hopeless ? 'failed' : 'pending', error: code, dueAt }),
      )
    }
  }
  return jobs.length
}
