/** What a look at what is due costs beside ever more that waits. */
import { oneGroup, TOLD_ALL } from '../../bot/channels/advisor-channel.ts'
import { UNTOLD } from '../../bot/nudge-rows.ts'
import type { Nudge, Store } from '../../bot/store.ts'
import { tellDue } from '../../bot/telling.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { memoryStore } from '../support/memory-store.ts'
import { bar, median, spread, table } from './figures.ts'

const DUE = 100
const ROUNDS = 9
const NOW = new Date('2026-11-23T10:00:00+08:00')
const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** The store of one size, and how long its rounds took, in ms. */
interface Lane {
  waiting: number
  store: Store
  idle: number[]
  due: number[]
}

export async function measureJobs(quick: boolean): Promise<void> {
  const sizes = quick ? [1e3, 1e4, 1e5] : [1e3, 1e4, 1e5, 1e6]
  const lanes: Lane[] = []
  for (const waiting of sizes) lanes.push({ waiting, store: await filled(waiting), idle: [], due: [] })
  // Interleaved, so that what disturbs one disturbs all.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const lane of lanes) {
      const idle = await timed(() => tell(lane.store))
      await put(lane.store, DUE, (n) => nudge(`due-${round}-${n}`, NOW))
      const due = await timed(() => tell(lane.store))
      // The first one warms up.
      if (round === 0) continue
      lane.idle.push(idle)
      lane.due.push(due)
    }
  }
  table(
    `A tick: ms with nothing due, and with ${DUE} due; ${ROUNDS} rounds, median (min–max)`,
    ['waiting', 'nothing due', `${DUE} due`],
    lanes.map(({ waiting, idle, due }) => [String(waiting), spread(idle), spread(due)]),
  )
  const [least, most] = [lanes[0], lanes.at(-1)]
  if (least && most)
    bar(
      `a tick with ${DUE} due among ${most.waiting} beside one among ${least.waiting}`,
      median(most.due) / median(least.due),
      2,
      '×',
    )
}

async function filled(waiting: number): Promise<Store> {
  const store = memoryStore()
  await put(store, waiting, (n) =>
    nudge(`later-${n}`, new Date(NOW.getTime() + 60_000 + (n / waiting) * YEAR_MS)),
  )
  return store
}

const BATCH = 1000

async function put(store: Store, count: number, row: (n: number) => Nudge): Promise<void> {
  for (let first = 0; first < count; first += BATCH)
    await store.transaction(async (tx) => {
      for (let n = first; n < Math.min(first + BATCH, count); n++) await tx.insert('nudges', row(n))
    })
}

/** Told in any case, whatever became of its ticket. */
function nudge(id: string, dueAt: Date): Nudge {
  const at = dueAt.toISOString()
  return {
    ...UNTOLD,
    id,
    kind: 'asked-at-night',
    resident: `sandbox:${id}`,
    urgency: 'normal',
    at,
    dueAt: at,
  }
}

const roster = { areas: new AreaTree([]), advisors: new Map() }

async function tell(store: Store): Promise<void> {
  const channels = oneGroup({
    name: 'sandbox',
    maxBytes: 2000,
    perMinute: 1_000_000,
    carriesCards: false,
    tell: async () => TOLD_ALL,
  })
  let ids = 0
  const parts = {
    store,
    channels: async () => channels,
    roster: async () => roster,
    now: () => NOW,
    newId: () => `m${++ids}`,
  }
  while ((await tellDue(parts)) > 0);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
