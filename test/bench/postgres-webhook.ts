/** The webhook on PostgreSQL: beside the embedded store and the echoes, and by two instances beside one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { closedLoop, openLoop } from './client.ts'
import { type DatabaseUsage, databaseUsage } from './database.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { answeredWith, policyQuestions, pushes } from './messages.ts'
import { type Platform, platform } from './platform.ts'
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
  servers: Served[]
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
  const server = await startPostgres({ durable: true })
  const count = quick ? 500 : 2_000
  const folder = mkdtempSync(join(tmpdir(), 'bench-postgres-'))
  const api = await platform()
  const lane = (name: string, servers: Served[], onDatabase = true, right = /《.+》/): Lane => ({
    name,
    servers,
    right,
    onDatabase,
    cpuUs: [],
    databaseUs: [],
    perSecond: [],
    answered: [],
    took: RATES.map(() => []),
    idle: 0,
  })
  const own = async (kind: ServerName) => [await startReady(kind, mkdtempSync(join(folder, 'own-')), api)]
  const echo = lane(SERVERS.coWechat, await own('coWechat'), false, /./)
  const bare = lane(SERVERS.bare, await own('bare'), false, /./)
  const embedded = lane('ours, embedded store', await own('ours'), false)
  const before = databaseUsage(server)
  const one = lane('ours on PostgreSQL', await instances(server, 'one', 1, folder, api))
  const two = lane('ours on PostgreSQL, two instances', await instances(server, 'two', 2, folder, api))
  const lanes = [echo, bare, embedded, one, two]
  try {
    for (const each of lanes) await asFastAsTheyGo(each, server, count)
    const idle = await idleOf(lanes, server)
    for (const each of lanes) Object.assign(each, { cpuUs: [], databaseUs: [], perSecond: [], answered: [] })
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < lanes.length; turn++) {
        const next = lanes[(round + turn) % lanes.length]
        if (next) await asFastAsTheyGo(next, server, count, idle)
      }
    }
    for (const [place, { perSecond }] of RATES.entries())
      for (let round = 0; round < ROUNDS; round++)
        for (const next of [echo, embedded, one]) {
          const some = pushes((perSecond * (quick ? 5 : 20)) / ROUNDS, policyQuestions(), (n) => n)
          next.took[place]?.push(...(await openLoop(next.servers[0]?.port ?? 0, some, perSecond)))
        }
    show(lanes, echo)
    console.log(`PostgreSQL while three instances wait for messages: ${figure(idle * 100)} % of a processor`)
    await memory(lanes, server, before)
    for (const [place, { perSecond, p99 }] of RATES.entries())
      bar(`on PostgreSQL, p99 at ${perSecond}/s`, percentile(one.took[place] ?? [], 0.99), p99, ' ms')
    const all = ({ cpuUs, databaseUs }: Lane) =>
      cpuUs.map((us, round) => us + (databaseUs[round] ?? Number.NaN))
    bar(
      'a message by two instances beside one, CPU with the database’s',
      median(ratios(all(two), all(one))),
      1.25,
      '×',
    )
  } finally {
    for (const { servers } of lanes) for (const each of servers) await each.stop('SIGKILL')
    await api.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function startReady(kind: ServerName, folder: string, api: Platform, env = {}): Promise<Served> {
  const server = await start(kind, folder, api.address, env)
  await server.ready()
  return server
}

/** So many servers on a database of their own, made on `server`, with the same data key. */
export async function instances(
  server: PostgresServer,
  name: string,
  count: number,
  folder: string,
  api: Platform,
): Promise<Served[]> {
  await server.run(`create database ${name}`)
  const env = { DATABASE_URL: databaseOf(server, name), DATA_KEY: Buffer.alloc(32, 7).toString('base64') }
  const served: Served[] = []
  for (let place = 0; place < count; place++)
    served.push(await startReady('ours', mkdtempSync(join(folder, `${name}-`)), api, env))
  return served
}

/** The address of another database of the same server. */
export function databaseOf({ url }: Pick<PostgresServer, 'url'>, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

const cpuOf = async ({ servers }: Lane): Promise<number> =>
  (await Promise.all(servers.map((each) => each.usage()))).reduce((sum, { cpuMs }) => sum + cpuMs, 0)

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
  const bodies = await closedLoop(
    lane.servers.map(({ port }) => port),
    batch,
  )
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
async function memory(lanes: readonly Lane[], server: PostgresServer, before: DatabaseUsage): Promise<void> {
  const rows: string[][] = []
  for (const { name, servers } of lanes) {
    const used = await Promise.all(servers.map((each) => each.usage()))
    rows.push([name, used.map(({ rssMb }) => figure(rssMb)).join(' and ')])
  }
  const loaded = databaseUsage(server)
  rows.push(
    ['PostgreSQL before', figure(before.memoryMb)],
    ['PostgreSQL, three instances connected', figure(loaded.memoryMb)],
  )
  table(
    'Webhook on PostgreSQL: memory after the load (RSS; of PostgreSQL what is shared counts once)',
    ['process', 'MB'],
    rows,
  )
}
