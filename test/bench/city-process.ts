/**
 * One of the processes of test/bench/city.ts: opens requests by the clock and tells of them as the server does, until
 * all is told. Arguments: the database, the platform, its place among the processes, openings a second, seconds.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { insertTicket } from '../../bot/casework.ts'
import type { AdvisorChannels, Way } from '../../bot/channels/advisor-channel.ts'
import { wecomRobot } from '../../bot/channels/wecom-robot.ts'
import { keepNudge } from '../../bot/nudge-rows.ts'
import { tellDue } from '../../bot/telling.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { openTicket } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { startScheduler } from '../../server/scheduler.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { opening } from '../support/tickets.ts'

const [url = '', base = '', place = '0', rate = '1', lasts = '1'] = process.argv.slice(2)
/** Enough that the robots' own limits keep nobody waiting. */
const STREETS = Array.from({ length: 24 }, (_, n) => `street-${n}`)
/** One in so many who open a request is in danger. */
const DANGER_EVERY = 40
/** How long is waited until all is told, in ms. */
const REST_MS = 90_000
/** Ten in the morning, so that nothing rests for the night. */
const OFFSET_MS = Date.parse('2026-11-23T10:00:00+08:00') - Math.floor(Date.now() / 3_600_000) * 3_600_000
const now = () => new Date(Date.now() + OFFSET_MS)
let retries = 0
const store = await openPostgresStore(url, {
  random() {
    retries += 1
    return Math.random()
  },
})
const areas = new AreaTree([
  { id: 'district', level: 'district', name: '某区', parent: null },
  ...STREETS.map((id) => ({ id, level: 'street', name: `${id}街道`, parent: 'district' }) as const),
])
const ways = new Map<string, Way>(
  STREETS.map((area) => [
    area,
    { key: `robot:${area}`, channel: wecomRobot({ key: area, base, fetch }), to: [] },
  ]),
)
const channels: AdvisorChannels = {
  to: (address) => (address.kind === 'group' && ways.get(address.area ?? '')) || null,
}
const parts = {
  store,
  channels: async () => channels,
  roster: async () => ({ areas, advisors: new Map() }),
  now,
  newId: randomUUID,
}
let failedRounds = 0
const log = {
  error() {
    failedRounds += 1
  },
  warn() {},
  info() {},
}
const lease = () => ({
  now: now().toISOString(),
  until: new Date(now().getTime() + 60_000).toISOString(),
  limit: 20,
})
const scheduler = startScheduler(
  [
    {
      name: 'tell',
      everyMs: 500,
      wakes: (wake) => store.onAnnounced('work', wake),
      async run() {
        while ((await tellDue(parts)) > 0);
      },
    },
    { name: 'jobs', everyMs: 500, run: () => store.transaction((tx) => tx.claim('jobs', lease()), 'rows') },
    {
      name: 'deliver',
      everyMs: 500,
      run: () => store.transaction((tx) => tx.claim('outbox', lease()), 'rows'),
    },
  ],
  log,
)
const openMs: number[] = []
let refused = 0
async function open(n: number): Promise<void> {
  const began = performance.now()
  const at = now()
  const number = mintNumber(40, () => Number(place) * 100_000 + n)
  const resident = `official-account:${place}-${n}`
  const area = STREETS[n % STREETS.length] ?? null
  const request = openTicket(opening({ number, resident, area, fingerprints: [], at, askedAt: at }))
  try {
    // As a turn does, see bot/intake.ts.
    await store.transaction((tx) => insertTicket(tx, request), 'rows')
    if (n % DANGER_EVERY === 0) {
      const cause = { id: `danger-${place}-${n}`, resident, at: now().toISOString() }
      await store.transaction((tx) => keepNudge(tx, { kind: 'danger', danger: 'self_harm' }, cause), 'rows')
    }
    openMs.push(performance.now() - began)
  } catch {
    refused += 1
  }
}
const count = Number(rate) * Number(lasts)
const began = performance.now()
const opened: Promise<void>[] = []
for (let n = 0; n < count; n += 1) {
  await setTimeout(Math.max(0, began + (n * 1000) / Number(rate) - performance.now()))
  opened.push(open(n))
}
await Promise.all(opened)
const until = performance.now() + REST_MS
const isTold = async () => {
  for (const urgency of ['danger', 'urgent', 'normal']) {
    const query = { equals: ['pending', urgency], to: now().toISOString(), limit: 1 }
    if ((await store.list('nudges', 'due', query)).length > 0) return false
  }
  return true
}
while (performance.now() < until && !(await isTold().catch(() => false))) await setTimeout(200)
await scheduler.stop()
await store.close()
writeSync(1, `${JSON.stringify({ opened: opened.length, refused, openMs, failedRounds, retries })}\n`)
