/** What a durable insert costs in the journaled store, beside SQLite on the same disk, and with much in it already. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import type { Turn } from '../../bot/store.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'

const ROUNDS = 7
const WRITERS = [1, 64] as const
const PRELOADED = [1_000, 100_000] as const
const BATCH = 1_000

interface Lane {
  name: string
  insert: (row: Turn) => unknown
  close: () => unknown
  /** By number of writers. */
  perSecond: Map<number, number[]>
  took: Map<number, number[]>
}

/** Every row is on the disk before its insert counts; rounds take turns, each beginning with another lane. */
export async function measureInserts(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-inserts-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const lanes: Lane[] = []
  for (const preloaded of PRELOADED) lanes.push(await ours(folder, preloaded))
  for (const preloaded of PRELOADED) lanes.push(sqlite(folder, preloaded))
  for (const writers of WRITERS) {
    const count = writers === 1 ? (quick ? 300 : 1_000) : quick ? 2_000 : 10_000
    for (let round = 0; round <= ROUNDS; round++) {
      for (let place = 0; place < lanes.length; place++) {
        const lane = lanes[(place + round) % lanes.length]
        // The first round warms up.
        if (lane) await oneRound(lane, writers, count, round > 0)
      }
    }
  }
  for (const lane of lanes) await lane.close()
  const [few, many, sqliteFew, sqliteMany] = lanes
  if (!few || !many || !sqliteFew || !sqliteMany) return
  for (const writers of WRITERS) {
    table(
      `Durable inserts, ${writers} ${writers === 1 ? 'writer' : 'writers'}, ${ROUNDS} rounds; median (min–max)`,
      ['store', 'acknowledged/s', '× SQLite of the same size', 'p50 ms', 'p99 ms'],
      [
        [few, sqliteFew] as const,
        [many, sqliteMany] as const,
        [sqliteFew, sqliteFew] as const,
        [sqliteMany, sqliteMany] as const,
      ].map(([lane, beside]) => [
        lane.name,
        spread(lane.perSecond.get(writers) ?? []),
        spread(ratios(lane, beside, writers)),
        figure(percentile(lane.took.get(writers) ?? [], 0.5)),
        figure(percentile(lane.took.get(writers) ?? [], 0.99)),
      ]),
    )
  }
  // A bar is a most: "at least half as fast" is "at most twice as long".
  const timesLonger = (lane: Lane, beside: Lane, writers: number) => 1 / median(ratios(lane, beside, writers))
  bar('1 writer: SQLite inserts for each of ours', timesLonger(few, sqliteFew, 1), 1 / 0.5, '×')
  bar('64 writers: SQLite inserts for each of ours', timesLonger(few, sqliteFew, 64), 1 / 2, '×')
  for (const writers of WRITERS)
    bar(
      `${writers} writers: time with ${PRELOADED[1]} rows beside ${PRELOADED[0]}`,
      timesLonger(many, few, writers),
      1.5,
      '×',
    )
}

const ratios = (lane: Lane, beside: Lane, writers: number): number[] =>
  (lane.perSecond.get(writers) ?? []).map(
    (rate, round) => rate / (beside.perSecond.get(writers)?.[round] ?? Number.NaN),
  )

async function ours(parent: string, preloaded: number): Promise<Lane> {
  const store = await openLowdbStore(mkdtempSync(join(parent, 'ours-')))
  for (let first = 0; first < preloaded; first += BATCH)
    await store.transaction(async (tx) => {
      for (let n = first; n < first + BATCH; n++) await tx.insert('turns', rowOf(`before-${n}`))
    })
  return {
    name: `ours, ${preloaded} rows`,
    insert: (row) => store.transaction((tx) => tx.insert('turns', row)),
    close: () => store.close(),
    perSecond: new Map(),
    took: new Map(),
  }
}

/** The same row in the same form: its id, its JSON, and an index like ours. */
function sqlite(parent: string, preloaded: number): Lane {
  const database = new Database(join(mkdtempSync(join(parent, 'sqlite-')), 'db.sqlite'))
  database.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table turns (id text primary key, at text not null, data text not null) without rowid;
    create index turns_byage on turns (at, id)`)
  const mode = JSON.stringify([
    database.prepare('pragma journal_mode').get(),
    database.prepare('pragma synchronous').get(),
  ])
  if (!/wal/.test(mode) || !/"synchronous":2/.test(mode)) throw new Error(`SQLite is not durable: ${mode}`)
  const statement = database.prepare('insert into turns values (?, ?, ?)')
  const insert = (row: Turn) => statement.run(row.id, row.at, JSON.stringify(row))
  database.transaction(() => {
    for (let n = 0; n < preloaded; n++) insert(rowOf(`before-${n}`))
  })()
  return {
    name: `SQLite, ${preloaded} rows`,
    insert,
    close: () => database.close(),
    perSecond: new Map(),
    took: new Map(),
  }
}

async function oneRound(lane: Lane, writers: number, count: number, counts: boolean): Promise<void> {
  let n = 0
  const took: number[] = []
  const began = performance.now()
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (n < count) {
        n += 1
        const sent = performance.now()
        await lane.insert(rowOf(`${++rows}`))
        took.push(performance.now() - sent)
      }
    }),
  )
  if (!counts) return
  const rate = (count / (performance.now() - began)) * 1000
  lane.perSecond.set(writers, [...(lane.perSecond.get(writers) ?? []), rate])
  lane.took.set(writers, [...(lane.took.get(writers) ?? []), ...took])
}

let rows = 0
const rowOf = (id: string): Turn => ({
  id: `official-account:${id}`,
  resident: `official-account:${id}`,
  outgoing: `00000000-0000-4000-8000-${id.padStart(12, '0')}`,
  at: new Date().toISOString(),
})
