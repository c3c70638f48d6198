/** The webhook on PostgreSQL, beside the embedded store and the echoes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { closedLoop, openLoop } from './client.ts'
import { type DatabaseUsage, databaseUsage } from './database.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { instances } from './instances.ts'
import { answeredWith, policyQuestions, pushes } from './messages.ts'
import { platform } from './platform.ts'
import { SERVERS, type Served, type ServerName, start } from './servers.ts'

const ROUNDS = 5
/** What follows an answer has ended after this, in ms: what was taken is gathered for 100 ms, then written. */
const SETTLE_MS = 300
const IDLE_MS = 3_000
const RATES = [
  { perSecond: 50, p99: 50 },
  { perSecond: 200, p99: 100 },
] as const

interface Lane {
  name: string
  server: Served
  right: RegExp
  onDatabase: boolean
  cpuUs: number[]
  databaseUs: number[]
  perSecond: number[]
  answered: number[]
  took: number[][]
  /** Of a processor, while nobody writes. */
  idle: number
}

/** Durable (fsync on); the database, the servers and the client share the machine. */
export async function measurePostgresWebhook(quick: boolean): Promise<void> {
  const database = await startPostgres({ durable: true })
  const count = quick ? 500 : 2_000
  const folder = mkdtempSync(join(tmpdir(), 'bench-postgres-'))
  const api = await platform()
  const lane = (name: string, server: Served, onDatabase = true, right = /《.+》/): Lane => ({
    name,
    server,
    right,
    onDatabase,
    cpuUs: [],
    databaseUs: [],
    perSecond: [],
    answered: [],
    took: RATES.map(() => []),
    idle: 0,
  })
  const own = async (kind: ServerName) => {
    const each = await start(kind, mkdtempSync(join(folder, 'own-')), api.address)
    await each.ready()
    return each
  }
  const echo = lane(SERVERS.coWechat, await own('coWechat'), false, /./)
  const bare = lane(SERVERS.bare, await own('bare'), false, /./)
  const embedded = lane('ours, embedded store', await own('ours'), false)
  const before = databaseUsage(database)
  const [served] = await instances(database, 'one', 1, folder, api)
  if (!served) throw new Error('no instance was started')
  const one = lane('ours on PostgreSQL', served)
  const lanes = [echo, bare, embedded, one]
  try {
    for (const each of lanes) await asFastAsTheyGo(each, database, count)
    const idle = await idleOf(lanes, database)
    for (const each of lanes) Object.assign(each, { cpuUs: [], databaseUs: [], perSecond: [], answered: [] })
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < lanes.length; turn++) {
        const next = lanes[(round + turn) % lanes.length]
        if (next) await asFastAsTheyGo(next, database, count, idle)
      }
    }
    for (const [place, { perSecond }] of RATES.entries())
      for (let round = 0; round < ROUNDS; round++)
        for (const next of [echo, embedded, one]) {
          const some = pushes((perSecond * (quick ? 5 : 20)) / ROUNDS, policyQuestions(), (n) => n)
          next.took[place]?.push(...(await openLoop(next.server.port, some, perSecond)))
        }
    show(lanes, echo)
    console.log(`PostgreSQL while an instance waits for messages: ${figure(idle * 100)} % of a processor`)
    await memory(lanes, database, before)
    for (const [place, { perSecond, p99 }] of RATES.entries())
      bar(`on PostgreSQL, p99 at ${perSecond}/s`, percentile(one.took[place] ?? [], 0.99), p99, ' ms')
  } finally {
    for (const { server } of lanes) await server.stop('SIGKILL')
    await api.close()
    await database.stop()
    rmSync(folder, { recursive: true })
  }
}

const cpuOf = async ({ server }: Lane): Promise<number> => (await server.usage()).cpuMs

/** Notes what every lane uses while nobody writes; of a processor, and resolves with the database's. */
async function idleOf(lanes: readonly Lane[], database: PostgresServer): Promise<number> {
  await setTimeout(SETTLE_MS)
  const began = performance.now()
  const before = await Promise.all(lanes.map(cpuOf))
  const databaseBefore = databaseUsage(database).cpuMs
  await setTimeout(IDLE_MS)
  const passed = performance.now() - began
  for (const [place, lane] of lanes.entries())
    lane.idle = ((await cpuOf(lane)) - (before[place] ?? Number.NaN)) / passed
  return (databaseUsage(database).cpuMs - databaseBefore) / passed
}

/** @param idle the database's part of a processor while nobody writes, which is no message's */
async function asFastAsTheyGo(lane: Lane, database: PostgresServer, count: number, idle = 0): Promise<void> {
  const batch = pushes(count, policyQuestions(), (n) => n)
  const before = await cpuOf(lane)
  const databaseBefore = databaseUsage(database).cpuMs
  const began = performance.now()
  const bodies = await closedLoop(lane.server.port, batch)
  lane.perSecond.push((count / (performance.now() - began)) * 1000)
  await setTimeout(SETTLE_MS)
  const passed = performance.now() - began
  const onDatabase = databaseUsage(database).cpuMs - databaseBefore - idle * passed
  lane.cpuUs.push((((await cpuOf(lane)) - before - lane.idle * passed) / count) * 1000)
  lane.databaseUs.push(lane.onDatabase ? (onDatabase / count) * 1000 : Number.NaN)
  lane.answered.push(answeredWith(bodies, lane.right))
}

const ratios = (values: readonly number[], to: readonly number[]): number[] =>
  values.map((value, round) => value / (to[round] ?? Number.NaN))

function show(lanes: readonly Lane[], echo: Lane): void {
  table(
    `Webhook on PostgreSQL: policy answers, 16 connections, ${ROUNDS} rounds, each message from another resident; without what is done while nobody writes; median (min–max)`,
    ['path', 'CPU µs/message', '× co-wechat', 'CPU µs of PostgreSQL', 'messages/s', 'as expected'],
    lanes.map((one) => [
      one.name,
      spread(one.cpuUs),
      spread(ratios(one.cpuUs, echo.cpuUs)),
      one.onDatabase ? spread(one.databaseUs) : '–',
      spread(one.perSecond),
      `${figure(median(one.answered) * 100)} %`,
    ]),
  )
  const sent = lanes.filter(({ took }) => took.some((of) => of.length > 0))
  table(
    'Webhook on PostgreSQL: messages by the clock, ms from the moment each was due',
    ['path', ...RATES.flatMap(({ perSecond }) => [`${perSecond}/s p50`, 'p99', 'max'])],
    sent.map(({ name, took }) => [
      name,
      ...took.flatMap((of) => [percentile(of, 0.5), percentile(of, 0.99), Math.max(...of)].map(figure)),
    ]),
  )
}

/** What all of it holds. */
async function memory(
  lanes: readonly Lane[],
  database: PostgresServer,
  before: DatabaseUsage,
): Promise<void> {
  const rows: string[][] = []
  for (const { name, server } of lanes) rows.push([name, figure((await server.usage()).rssMb)])
  const loaded = databaseUsage(database)
  rows.push(
    ['PostgreSQL before', figure(before.memoryMb)],
    ['PostgreSQL, an instance connected', figure(loaded.memoryMb)],
  )
  table(
    'Webhook on PostgreSQL: memory after the load (RSS; of PostgreSQL what is shared counts once)',
    ['process', 'MB'],
    rows,
  )
}
