/**
 * Kills two processes that tell from one database, each on its own and at random, and counts at the platform: every
 * request kept was told, none twice but where a kill fell between the platform's acceptance and the record, none
 * stands as told that the platform never took, and no robot ever spoke more often than its minute allows.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { ROBOT_PER_MINUTE } from '../../bot/channels/wecom-robot.ts'
import type { Store } from '../../bot/store.ts'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { cityClock, cityTelling } from './city.ts'
import { live, type Outcome } from './lives.ts'
import { type Platform, startPlatform, type Taken } from './platform.ts'

const PROCESSES = ['a', 'b'] as const
/** Numbers of one life do not reach those of the next. */
const PER_LIFE = 1000
const MINUTE_MS = 60_000
/** As long as bot/telling.ts keeps others from what one is telling, in ms. */
const LEASE_MS = 30_000
/** What the last lives left takes some minutes of the city: leases must end, and robots may not hurry. */
const ROUNDS = 200
const ROUND_MS = 5_000

/** How a life ended. */
interface Death {
  at: number
  /** The requests that were being told and not written down as told. */
  open: ReadonlySet<string>
}

export async function killCityNudges(cycles: number, seed: number): Promise<Outcome> {
  const server = await startPostgres()
  const began = Date.now()
  let skipped = 0
  const cityNow = cityClock(began)
  const now = () => new Date(cityNow().getTime() + skipped)
  // As the real one, it takes a while to answer.
  const platform = await startPlatform(now, () => 20 + Math.random() * 100)
  try {
    const store = await openPostgresStore(server.url, {
      log: { warn: () => undefined, error: () => undefined },
    })
    try {
      const kept = new Set<string>()
      const deaths = new Map<string, Death>()
      let busy = 0
      const ran = await Promise.allSettled(
        PROCESSES.map((name, place) => {
          const own = Math.ceil((cycles - place) / PROCESSES.length)
          const args = (life: number) => {
            const first = (life * PROCESSES.length + place) * PER_LIFE
            return [server.url, platform.base, String(began), `${name}${life}`, String(first)]
          }
          return live({
            program: 'city-teller.js',
            args,
            cycles: own,
            lasts: [200, 3000],
            seed: seed + place,
            onLine(line) {
              if (line.startsWith('kept ')) kept.add(line.slice('kept '.length))
              else busy += 1
            },
            async check(life) {
              const at = now().getTime()
              deaths.set(`${name}${life}`, { at, open: await beingTold(store, at) })
            },
          })
        }),
      )
      for (const one of ran) if (one.status === 'rejected') throw one.reason
      const slowest = Math.max(...ran.map((one) => (one.status === 'fulfilled' ? one.value : 0)))
      const tellRest = cityTelling(store, platform.base, 'rest', now, randomUUID)
      for (let round = 0; round < ROUNDS && (await isWaiting(store)); round += 1) {
        skipped += ROUND_MS
        await tellRest()
        await setTimeout(1)
      }
      return await judge({ store, platform, kept, deaths, cycles, busy, slowest })
    } finally {
      await store.close()
    }
  } finally {
    platform.close()
    await server.stop()
  }
}

/** What is leased at a moment. */
async function beingTold(store: Store, at: number): Promise<Set<string>> {
  const rows = await store.list('nudges', 'due', {
    equals: ['pending', 'normal'],
    from: new Date(at - LEASE_MS).toISOString(),
    to: new Date(at + LEASE_MS).toISOString(),
    limit: 10_000,
  })
  return new Set(rows.flatMap(({ ticket, attempts }) => (attempts > 0 && ticket !== null ? [ticket] : [])))
}

async function isWaiting(store: Store): Promise<boolean> {
  for await (const { kind, state } of store.scan('nudges'))
    if (kind === 'ticket-opened' && state === 'pending') return true
  return false
}

interface Found {
  store: Store
  platform: Platform
  kept: ReadonlySet<string>
  deaths: ReadonlyMap<string, Death>
  cycles: number
  busy: number
  slowest: number
}

async function judge(found: Found): Promise<Outcome> {
  const { store, platform, kept, deaths, cycles, busy, slowest } = found
  const times = new Map<string, Taken[]>()
  for (const one of platform.taken)
    for (const number of one.numbers) times.set(number, [...(times.get(number) ?? []), one])
  const settled = new Set<string>()
  let untold = 0
  for await (const { kind, ticket, state } of store.scan('nudges')) {
    if (kind !== 'ticket-opened' || ticket === null || state !== 'accepted') continue
    settled.add(ticket)
    if (!times.has(ticket)) untold += 1
  }
  const lost = [...kept].filter((number) => !times.has(number) || !settled.has(number)).length
  // Within a lease nobody else had it, so it was this life that had not written it down.
  const isCut = (number: string, { life, at }: Taken) => {
    const death = deaths.get(life)
    return death?.open.has(number) && death.at - at.getTime() < LEASE_MS
  }
  const doubles = [...times].filter(([, all]) => all.length > 1)
  const unexplained = doubles.filter(([number, all]) => !all.slice(0, -1).every((one) => isCut(number, one)))
  const cut = new Set(doubles.flatMap(([, all]) => all.slice(0, -1).map(({ life }) => life)))
  const most = Math.max(...minutesOf(platform))
  const spoke = PROCESSES.map((name) => platform.taken.filter(({ life }) => life.startsWith(name)).length)
  const figures =
    `kills ${cycles} of ${PROCESSES.length} processes on PostgreSQL, kept ${kept.size}, lost ${lost}, ` +
    `told twice ${doubles.length} after ${cut.size} kills (all between acceptance and record but ` +
    `${unexplained.length}), shown as told but not ${untold}, messages ${spoke.join(' and ')}, at most ${most} a ` +
    `minute and robot, database too busy ${busy}, slowest start ${slowest.toFixed(0)} ms`
  const whole = lost + unexplained.length + untold === 0 && most <= ROBOT_PER_MINUTE && !spoke.includes(0)
  return { figures, whole: whole && kept.size > 0, slowest }
}

/** How many messages each robot sent in the minute up to each of them. */
function minutesOf({ taken }: Platform): number[] {
  return taken.map(
    ({ robot, at }) =>
      taken.filter((other) => {
        const before = at.getTime() - other.at.getTime()
        return other.robot === robot && before >= 0 && before < MINUTE_MS
      }).length,
  )
}
