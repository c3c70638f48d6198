/** The sandbox's time: it can be moved ahead, so that one sees in a minute what a month brings. Nobody else's can. */
import type { Store } from '../../bot/store.ts'
import { addDays, chinaClock, chinaDay } from '../../flows/clocks.ts'
import { URGENCIES } from '../../flows/nudges/nudges.ts'

export interface SandboxClock {
  now: () => Date
  /** By the clock on the wall. */
  real: () => Date
  isPretended: () => boolean
  set: (at: Date) => void
  reset: () => void
}

export function createSandboxClock(real: () => Date = () => new Date()): SandboxClock {
  let ahead = 0
  return {
    now: () => new Date(real().getTime() + ahead),
    real,
    isPretended: () => ahead !== 0,
    set: (at) => {
      ahead = at.getTime() - real().getTime()
    },
    reset: () => {
      ahead = 0
    },
  }
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** When the day of an office begins, by the clock in China. */
const MORNING = '08:30'

/** How far one may jump at once, as the buttons say it. */
export const JUMPS = {
  hour: '+1小时',
  morning: '到明早8:30',
  day: '+1天',
  month: '+30天',
  now: '回到现在',
} as const
export type Jump = keyof typeof JUMPS

/** Where a jump leads to. */
export function jumpFrom(now: Date, jump: Exclude<Jump, 'now'>): Date {
  switch (jump) {
    case 'hour':
      return new Date(now.getTime() + HOUR_MS)
    case 'day':
      return new Date(now.getTime() + DAY_MS)
    case 'month':
      return new Date(now.getTime() + 30 * DAY_MS)
    case 'morning': {
      const today = chinaDay(now)
      const day = chinaClock(now) < MORNING ? today : addDays(today, 1)
      return new Date(`${day}T${MORNING}:00+08:00`)
    }
  }
}

/** What is due but cannot be done yet waits this long, in ms; twice as long each time. */
const WAIT_MS = 10_000
/** More than a month of a busy office holds; then the rest of the way is taken in one step. */
const STOPS = 2000

/**
 * Moves the clock ahead from one due thing to the next, so that each happens at its own time and not all at the end.
 *
 * @param runDue does whatever is due now
 * @param nextDue when the next thing is due; null when nothing is
 */
export async function walk(
  clock: SandboxClock,
  to: Date,
  { runDue, nextDue }: { runDue: () => Promise<void>; nextDue: () => Promise<Date | null> },
): Promise<void> {
  let wait = WAIT_MS
  for (let stop = 0; stop < STOPS; stop++) {
    await runDue()
    const due = await nextDue()
    if (due === null || due > to) break
    const now = clock.now().getTime()
    const isStuck = due.getTime() <= now
    const at = isStuck ? now + wait : due.getTime()
    wait = isStuck ? Math.min(2 * wait, HOUR_MS) : WAIT_MS
    if (at > to.getTime()) break
    clock.set(new Date(at))
  }
  if (clock.now() < to) clock.set(to)
  await runDue()
}

/** When the next message, job or nudge is due; null when none waits. */
export async function nextDue(store: Store): Promise<Date | null> {
  const first = await Promise.all([
    store.list('outbox', 'due', { equals: ['pending'], limit: 1 }),
    store.list('jobs', 'due', { equals: ['pending'], limit: 1 }),
    ...URGENCIES.map((urgency) => store.list('nudges', 'due', { equals: ['pending', urgency], limit: 1 })),
  ])
  const times = first.flat().map(({ dueAt }) => Date.parse(dueAt))
  return times.length === 0 ? null : new Date(Math.min(...times))
}
