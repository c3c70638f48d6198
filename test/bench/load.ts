/** Residents who do not wait for each other: messages sent by the clock, with few and with many records. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedLoop, openLoop } from './client.ts'
import { fill } from './data.ts'
import { bar, figure, percentile, spread, table } from './figures.ts'
import { policyQuestions, pushes } from './messages.ts'
import { platform } from './platform.ts'
import { SERVERS, type Served, start } from './servers.ts'

const ROUNDS = 5
const RATES = [
  { perSecond: 50, p99: 50 },
  { perSecond: 200, p99: 100 },
] as const
const SIZES = [1_000, 100_000] as const
/** The platform gives up after 5 s; an answer later than this is a missed one (server/webhooks.ts). */
const LATE_MS = 4_500
const WARM_UP = 500

interface Lane {
  name: string
  records: number
  server: Served
}

export async function measureLoad(quick: boolean): Promise<void> {
  const seconds = quick ? 3 : 20
  const folder = mkdtempSync(join(tmpdir(), 'bench-load-'))
  const api = await platform()
  const questions = policyQuestions()
  const open = async (name: string, kind: keyof typeof SERVERS, records: number): Promise<Lane> => {
    const own = mkdtempSync(join(folder, 'lane-'))
    if (records > 0) await fill(own, records)
    const server = await start(kind, own, api.address)
    await server.ready()
    return { name, records, server }
  }
  const lanes = [await open(SERVERS.coWechat, 'coWechat', 0)]
  for (const records of SIZES) lanes.push(await open(`ours, ${records} records`, 'ours', records))
  const run = (lane: Lane, perSecond: number, count: number) =>
    openLoop(
      lane.server.port,
      pushes(count, questions, (n) => (n * 7919) % (lane.records || 1000)),
      perSecond,
    )

  // The data are of yesterday, so the first message sets off the daily snapshot: cold and busy at once.
  const firstSeconds = quick ? 2 : 5
  const first = []
  for (const lane of lanes) first.push({ lane, took: [await run(lane, 50, firstSeconds * 50)] })
  const head = ['path', 'p50 ms', 'p99 ms', 'max ms', 'late', 'p99 of rounds']
  table(
    `Load: the first ${firstSeconds} s after a start, daily snapshot under way, 50 messages/s`,
    head.slice(0, 5),
    first.map(row),
  )
  let late = first.reduce((sum, { took }) => sum + lateOf(took), 0)

  for (const lane of lanes)
    await closedLoop(
      lane.server.port,
      pushes(WARM_UP, questions, (n) => n % 1000),
    )
  for (const { perSecond, p99 } of RATES) {
    const results = lanes.map((lane): Result => ({ lane, took: [] }))
    for (let round = 0; round < ROUNDS; round++) {
      for (const { lane, took } of results)
        took.push(await run(lane, perSecond, (seconds / ROUNDS) * perSecond))
    }
    table(
      `Load: ${perSecond} messages/s for ${seconds} s, open loop, in ${ROUNDS} rounds`,
      head,
      results.map(row),
    )
    for (const { lane, took } of results.filter(({ lane }) => lane.records > 0)) {
      late += lateOf(took)
      bar(`${lane.name}, p99 at ${perSecond}/s`, percentile(all(took), 0.99), p99, ' ms')
    }
  }
  bar(`answers later than ${LATE_MS} ms`, late, 0)
  for (const { server } of lanes) await server.stop('SIGKILL')
  await api.close()
  rmSync(folder, { recursive: true })
}

interface Result {
  lane: Lane
  took: Float64Array[]
}

const all = (took: readonly Float64Array[]) => took.flatMap((one) => [...one])
const lateOf = (took: readonly Float64Array[]) => all(took).filter((ms) => ms > LATE_MS).length

function row({ lane, took }: Result): string[] {
  const times = all(took)
  return [
    lane.name,
    figure(percentile(times, 0.5)),
    figure(percentile(times, 0.99)),
    figure(Math.max(...times)),
    `${lateOf(took)} of ${times.length}`,
    spread(took.map((one) => percentile(one, 0.99))),
  ]
}
