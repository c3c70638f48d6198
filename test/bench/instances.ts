/**
 * Two instances on one PostgreSQL against one. Each is held to a part of one processor, so that the rest suffices for
 * the database and the client, and what two can take more than one is not a matter of how many processors there are.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { closedLoop } from './client.ts'
import { databaseOf, databaseUsage } from './database.ts'
import { bar, figure, median, spread, table } from './figures.ts'
import { answeredWith, policyQuestions, pushes } from './messages.ts'
import { type Platform, platform } from './platform.ts'
import { type Served, start } from './servers.ts'

const ROUNDS = 7
/** Of one processor, for each instance. */
const PART = 0.2
/** The kernel hands out that part anew so often, in µs. */
const PERIOD_US = 20_000
const TIMES = 1.6

interface Lane {
  servers: Served[]
  perSecond: number[]
  cpuUs: number[]
  databaseUs: number[]
  answered: number[]
  /** Processors that nobody used meanwhile. */
  idle: number[]
}

export async function measureInstances(quick: boolean): Promise<void> {
  const count = quick ? 300 : 1_000
  const folder = mkdtempSync(join(tmpdir(), 'bench-instances-'))
  const database = await startPostgres({ durable: true })
  const api = await platform()
  const lanes: Lane[] = []
  const undo: (() => void)[] = []
  try {
    for (const [name, many] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      const servers = await instances(database, name, many, folder, api)
      lanes.push({ servers, perSecond: [], cpuUs: [], databaseUs: [], answered: [], idle: [] })
    }
    // What is compiled and cached once takes long in so small a part.
    for (const { servers } of lanes)
      await closedLoop(
        servers.map(({ port }) => port),
        pushes(count * 2, policyQuestions(), (n) => n),
      )
    for (const { servers } of lanes) for (const { pid } of servers) undo.push(holdTo(PART, pid))
    for (let round = 0; round < ROUNDS; round++)
      for (const lane of round % 2 === 0 ? lanes : lanes.toReversed())
        await oneRound(lane, count * lane.servers.length, () => databaseUsage(database).cpuMs)
    show(lanes)
  } catch (error) {
    if (!(error instanceof CannotHold)) throw error
    console.log(`not measured: ${error.message}`)
  } finally {
    for (const { servers } of lanes) for (const each of servers) await each.stop('SIGKILL')
    for (const each of undo) each()
    await api.close()
    await database.stop()
    rmSync(folder, { recursive: true })
  }
}

/** So many servers on a database of their own, made on `database`, with the same data key. */
export async function instances(
  database: PostgresServer,
  name: string,
  count: number,
  folder: string,
  api: Platform,
): Promise<Served[]> {
  await database.run(`create database ${name}`)
  const env = { DATABASE_URL: databaseOf(database, name), DATA_KEY: Buffer.alloc(32, 7).toString('base64') }
  const served: Served[] = []
  for (let place = 0; place < count; place++) {
    const server = await start('ours', mkdtempSync(join(folder, `${name}-`)), api.address, env)
    await server.ready()
    served.push(server)
  }
  return served
}

async function oneRound({ servers, ...kept }: Lane, count: number, databaseMs: () => number): Promise<void> {
  const batch = pushes(count, policyQuestions(), (n) => n)
  const cpu = async () =>
    (await Promise.all(servers.map((each) => each.usage()))).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
  const before = await cpu()
  const databaseBefore = databaseMs()
  const idleBefore = idleMs()
  const began = performance.now()
  const bodies = await closedLoop(
    servers.map(({ port }) => port),
    batch,
  )
  const took = performance.now() - began
  kept.perSecond.push((count / took) * 1000)
  kept.idle.push((idleMs() - idleBefore) / took)
  kept.databaseUs.push(((databaseMs() - databaseBefore) / count) * 1000)
  kept.cpuUs.push((((await cpu()) - before) / count) * 1000)
  kept.answered.push(answeredWith(bodies, /《.+》/))
}

function show(lanes: readonly Lane[]): void {
  const [one, two] = lanes
  if (!one || !two) return
  const times = two.perSecond.map((rate, round) => rate / (one.perSecond[round] ?? Number.NaN))
  table(
    `Instances on one PostgreSQL, each held to ${PART} of a processor, of which there are ${availableParallelism()}; ${ROUNDS} rounds, median (min–max)`,
    [
      'instances',
      'messages/s',
      '× one',
      'CPU µs/message',
      'CPU µs of PostgreSQL',
      'processors unused',
      'as expected',
    ],
    lanes.map((lane) => [
      String(lane.servers.length),
      spread(lane.perSecond),
      lane === two ? spread(times) : '1',
      spread(lane.cpuUs),
      spread(lane.databaseUs),
      spread(lane.idle),
      `${figure(median(lane.answered) * 100)} %`,
    ]),
  )
  // A bar is a most: "at least 1.6 times as many" is "at most so much longer for each".
  bar(
    `one instance’s messages a second for each of two’s, held to ${PART} of a processor`,
    1 / median(times),
    1 / TIMES,
  )
}

/** The system does not let us hold a process to a part of a processor. */
class CannotHold extends Error {}

const GROUPS = '/sys/fs/cgroup'

/**
 * Holds a process to a part of one processor.
 *
 * @returns takes the hold away, once the process has ended
 * @throws {CannotHold} where control groups are not there or not ours to make
 */
function holdTo(part: number, pid: number): () => void {
  const isFirst = existsSync(join(GROUPS, 'cpu'))
  const group = join(GROUPS, isFirst ? 'cpu' : '', `bench-${pid}`)
  try {
    mkdirSync(group)
    // https://docs.kernel.org/scheduler/sched-bwc.html; the second version: admin-guide/cgroup-v2.html, "CPU".
    const quota = String(part * PERIOD_US)
    if (isFirst) {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US))
      writeFileSync(join(group, 'cpu.cfs_quota_us'), quota)
    } else writeFileSync(join(group, 'cpu.max'), `${quota} ${PERIOD_US}`)
    writeFileSync(join(group, 'cgroup.procs'), String(pid))
  } catch (error) {
    throw new CannotHold('processes cannot be held to a part of a processor here (control groups)', {
      cause: error,
    })
  }
  return () => rmdirSync(group)
}

/** What all processors together were idle since the system's start, in ms. */
function idleMs(): number {
  const [, , , , idle] = readFileSync('/proc/stat', 'utf8').split(/\s+/)
  return Number(idle) * 10
}
