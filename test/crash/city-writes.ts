/**
 * Kills two processes that write to one PostgreSQL at random moments, and PostgreSQL itself now and then, and looks
 * whether everything they acknowledged is there, once.
 */
import { setTimeout } from 'node:timers/promises'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { live, type Outcome } from './lives.ts'

const PROCESSES = ['a', 'b'] as const
/** One kill of PostgreSQL on so many of ours, and the pause before it, in ms. */
const PER_CRASH = 12
const BETWEEN_MS = 3_000

export async function killCityWrites(cycles: number, seed: number): Promise<Outcome> {
  const server = await startPostgres({ durable: true })
  const acked = new Set<string>()
  let running = true
  let crashes = 0
  const crashing = (async () => {
    while (running && crashes < Math.ceil(cycles / PER_CRASH)) {
      await setTimeout(BETWEEN_MS)
      await server.crash()
      crashes += 1
    }
  })()
  const slowest = await Promise.all(
    PROCESSES.map((name, place) =>
      live({
        program: 'city-writer.js',
        args: (life) => [server.url, `${name}${life}`],
        cycles: Math.ceil((cycles - place) / PROCESSES.length),
        lasts: [100, 1200],
        seed: seed + place,
        onLine: (line) => acked.add(line.slice('done '.length)),
        check: async () => {},
      }),
    ),
  )
  running = false
  await crashing
  const store = await openPostgresStore(server.url, { log: { warn() {}, error() {} } })
  const seen = new Set<string>()
  const wanted = new Map<string, number>()
  for await (const { id } of store.scan('events')) {
    seen.add(id)
    const lane = id.split('-')[1] ?? ''
    for (const name of [lane, `shared${lane.slice(1)}`]) wanted.set(name, (wanted.get(name) ?? 0) + 1)
  }
  let doubled = 0
  for await (const row of store.scan('sessions'))
    doubled += Math.abs(row.revision - (wanted.get(row.id) ?? 0))
  const lost = [...acked].filter((id) => !seen.has(id)).length
  await store.close()
  await server.stop()
  const figures =
    `kills ${cycles} of ${PROCESSES.length} processes on PostgreSQL, PostgreSQL itself killed ${crashes} times, ` +
    `acked ${acked.size}, stored ${seen.size}, lost ${lost}, doubled or half ${doubled}, ` +
    `slowest start ${Math.max(...slowest).toFixed(0)} ms`
  return { figures, whole: lost + doubled === 0 && acked.size > 0, slowest: Math.max(...slowest) }
}
