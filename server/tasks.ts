/** What is done over and over while the assistant runs, and how often. */
import { readHead } from '../bot/audit.ts'
import { planOwed } from '../bot/nudge-rows.ts'
import { type DeliveryParts, deliverDue } from '../bot/outbox.ts'
import { sealTails } from '../bot/phone-tails.ts'
import type { Fingerprint, Store } from '../bot/store.ts'
import { type TellingParts, tellDue } from '../bot/telling.ts'
import type { Keep } from './config.ts'
import { forgetSignIns } from './console/accounts/sign-ins.ts'
import { INVENTORY_LOOK_MS } from './inventory/live.ts'
import { type JobHandlers, runDueJobs } from './jobs.ts'
import type { Log } from './log.ts'
import { createClockWatch } from './retention/clock.ts'
import { forgetOld, forgetPast } from './retention.ts'
import { ROUND_MS, type Task } from './scheduler.ts'

/** How often what the platform took is written down; far below the time after which it would be pushed. */
const SETTLE_MS = 100
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export interface TaskParts {
  store: Store
  log: Log
  now: () => Date
  /** The time where nobody can move it. */
  wallClock: () => Date
  /** Ends rounds of due work; what is left is due at the next start. */
  stop: AbortSignal
  delivery: DeliveryParts
  telling: TellingParts
  jobs: JobHandlers
  /** Writes down what the platform has taken so far, and what was counted. */
  settle: () => Promise<void>
  count: () => Promise<void>
  /** Looks for policies others published, and publishes those whose day has come. */
  refreshPolicies: () => Promise<unknown>
  publishDue: () => Promise<unknown>
  keep: Keep
  fingerprint: Fingerprint
}

export function recurringTasks(parts: TaskParts): Task[] {
  const { store, log, now, stop } = parts
  const onFailed = (job: { kind: string; attempts: number }, error: unknown) =>
    log.warn({ error, kind: job.kind, attempts: job.attempts }, 'job failed')
  const mayForget = createClockWatch(
    store,
    now,
    () => performance.now(),
    () =>
      log.warn(
        {},
        '机器的时间和上次差得很远，24小时内先不清除任何到期的数据。请核对系统时间（date）；停机久了属于正常，不用管',
      ),
  )
  return [
    { name: 'settle', everyMs: SETTLE_MS, run: parts.settle },
    { name: 'deliver', everyMs: ROUND_MS, run: () => untilNone(stop, () => deliverDue(parts.delivery)) },
    {
      name: 'jobs',
      everyMs: ROUND_MS,
      run: () => untilNone(stop, () => runDueJobs(store, parts.jobs, now, onFailed)),
    },
    {
      name: 'tell',
      everyMs: ROUND_MS,
      wakes: (wake) => store.onAnnounced('work', wake),
      run: () => untilNone(stop, () => tellDue(parts.telling)),
    },
    { name: 'count', everyMs: MINUTE_MS, run: parts.count },
    {
      name: 'audit-head',
      everyMs: DAY_MS,
      run: async () => {
        // In the log, where whoever writes the audit log anew cannot reach it: see `npm run audit -- verify --head`.
        const head = await readHead(store)
        if (head) log.info({ number: head.number, seal: head.seal }, 'audit head')
      },
    },
    { name: 'policies', everyMs: INVENTORY_LOOK_MS, run: parts.refreshPolicies },
    { name: 'publish', everyMs: MINUTE_MS, run: parts.publishDue },
    { name: 'plan', everyMs: DAY_MS, run: () => planOwed(store, now()) },
    { name: 'tails', everyMs: HOUR_MS, run: () => sealTails(store, parts.fingerprint, stop) },
    { name: 'end sign-ins', everyMs: HOUR_MS, run: () => forgetSignIns(store, parts.wallClock()) },
    { name: 'forget', everyMs: HOUR_MS, run: async () => (await mayForget()) && forgetOld(store, now()) },
    {
      name: 'forget-past',
      everyMs: DAY_MS,
      run: async () => {
        const witness = { by: 'assistant', seal: parts.fingerprint }
        return (await mayForget()) && forgetPast({ store, now: now(), keep: parts.keep, witness })
      },
    },
  ]
}

async function untilNone(stop: AbortSignal, round: () => Promise<number>): Promise<void> {
  while (!stop.aborted && (await round()) > 0);
}
