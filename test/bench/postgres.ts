/** What the store's contract costs on PostgreSQL, beside plain inserts with pg into a table of the same form. */
import pg from 'pg'
import { openPostgresStore } from '../../server/store/postgres/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'

const WRITERS = 64
const ROUNDS = 5
/** As many as the store opens. */
const CONNECTIONS = 16

interface Lane {
  name: string
  insert: (id: string) => Promise<unknown>
  perSecond: number[]
  took: number[]
}

/** Durable (fsync on), interleaved; PostgreSQL, the store and the writers share the machine. */
export async function measurePostgres(quick: boolean): Promise<void> {
  const count = quick ? 1_000 : 5_000
  const server = await startPostgres({ durable: true })
  const store = await openPostgresStore(server.url, { log: console })
  await server.run('create table raw_turns (like turns including all)')
  const pool = new pg.Pool({ connectionString: server.url, max: CONNECTIONS })
  // On a busy machine the server may end before its last idle connection.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const row = (id: string) => ({
    id,
    resident: `official-account:${id}`,
    outgoing: id,
    at: new Date().toISOString(),
  })
  const lane = (name: string, insert: Lane['insert']): Lane => ({ name, insert, perSecond: [], took: [] })
  const raw = lane('pg: insert, committed by itself', (id) =>
    pool.query('insert into raw_turns (id, data) values ($1, $2::jsonb)', [id, JSON.stringify(row(id))]),
  )
  const named = lane('pg: the same, prepared', (id) =>
    pool.query({
      name: 'insert',
      text: 'insert into raw_turns (id, data) values ($1, $2::jsonb)',
      values: [id, JSON.stringify(row(id))],
    }),
  )
  const whole = lane('store: transaction with one insert', (id) =>
    store.transaction((tx) => tx.insert('turns', row(id))),
  )
  const rows = lane('store: the same, isolated by rows as a turn is', (id) =>
    store.transaction((tx) => tx.insert('turns', row(id)), 'rows'),
  )
  const lanes = [raw, named, whole, rows]
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [place, one] of lanes.entries()) {
      let n = 0
      const began = performance.now()
      const took: number[] = []
      await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          while (n < count) {
            n += 1
            const sent = performance.now()
            await one.insert(`${round}-${place}-${n}-${Math.random()}`)
            took.push(performance.now() - sent)
          }
        }),
      )
      // The first one warms up.
      if (round === 0) continue
      one.perSecond.push((took.length / (performance.now() - began)) * 1000)
      one.took.push(...took)
    }
  }
  await pool.end()
  await store.close()
  await server.stop()
  const ratios = (one: Lane) =>
    one.perSecond.map((rate, round) => rate / (raw.perSecond[round] ?? Number.NaN))
  table(
    `PostgreSQL, fsync on: ${WRITERS} writers, ${ROUNDS} rounds of ${count} rows; median (min–max)`,
    ['what', 'committed/s', '× plain inserts', 'p50 ms', 'p99 ms'],
    lanes.map((one) => [
      one.name,
      spread(one.perSecond),
      spread(ratios(one)),
      figure(percentile(one.took, 0.5)),
      figure(percentile(one.took, 0.99)),
    ]),
  )
  bar('plain inserts a second × those through the store', 1 / median(ratios(rows)), 1.25)
  bar(`p99 of an insert through the store, ${WRITERS} writers`, percentile(rows.took, 0.99), 100, ' ms')
}
