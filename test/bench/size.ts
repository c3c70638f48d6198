/** The embedded store with ever more tickets in it: its start, its memory, a message, and the daily snapshot. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { chinaDay } from '../../flows/clocks.ts'
import { closedLoop, openLoop, send } from './client.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { answeredWith, policyQuestions, pushes } from './messages.ts'
import { type Platform, platform } from './platform.ts'
import { beside, type Served, start } from './servers.ts'

const PER_SECOND = 50
const SNAPSHOT_LIMIT_MS = 300_000
const POLL_MS = 20
/** How long the event loop is watched without a snapshot, to compare. */
const WATCHED_MS = 3_000
const DAY_MS = 86_400_000
const WARM_UP = 300
/** The size the bars are for, or the largest there is in a quick run. */
const JUDGED = 100_000
const FIRST = ['我爸瘫痪在床，护理补贴怎么申请'] as const

const Filled = z.object({ bytes: z.number(), rows: z.number(), indexCpuMs: z.number() })

interface Lane {
  tickets: number
  filled: z.infer<typeof Filled>
  healthy: number[]
  answered: number[]
  startRss: number[]
  loadRss: number
  /** The longest the event loop stood still: while the snapshot was written, and 3 s without one. */
  blocked: { snapshot: number; without: number }
  snapshotMs: number
  during: number[]
  took: { policy: number[]; step: number[] }
  cpu: { policy: number[]; step: number[] }
}

interface Running {
  server: Served
  folder: string
}

/** @param sizes of the stores, in tickets; what is measured stands beside the first */
export async function measureSize(quick: boolean, sizes: readonly number[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-size-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const api = await platform()
  const lanes: Lane[] = []
  const servers = new Map<Lane, Running>()
  try {
    for (const tickets of sizes) {
      const full = join(folder, `full-${tickets}`)
      const lane = await prepared(full, tickets)
      for (let round = 0; round < (quick || tickets > JUDGED ? 2 : 3); round++)
        await oneStart(lane, copyOf(full, folder), api)
      const server = await start('ours', copyOf(full, folder), api.address)
      await server.ready()
      const running = { server, folder: newest(folder) }
      servers.set(lane, running)
      await settleDown(server, running.folder, tickets)
      lanes.push(lane)
      console.log(`${new Date().toISOString()} ${tickets} tickets: filled and started`)
    }
    await measureMessages(lanes, servers, quick)
    for (const [lane, running] of servers) {
      await watchSnapshot(lane, running)
      // Those to come are not to share the machine with it.
      await running.server.stop('SIGKILL')
    }
  } finally {
    for (const { server } of servers.values()) await server.stop('SIGKILL')
    await api.close()
  }
  show(lanes)
  judge(lanes)
}

async function prepared(full: string, tickets: number): Promise<Lane> {
  mkdirSync(full)
  const child = spawn(process.execPath, [beside('fill-tickets.js'), full, String(tickets)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the data folder could not be filled: exit ${code}`)
  return {
    tickets,
    filled: Filled.parse(JSON.parse(said)),
    healthy: [],
    answered: [],
    startRss: [],
    loadRss: Number.NaN,
    blocked: { snapshot: Number.NaN, without: Number.NaN },
    snapshotMs: Number.NaN,
    during: [],
    took: { policy: [], step: [] },
    cpu: { policy: [], step: [] },
  }
}

let copies = 0
const newest = (folder: string) => join(folder, `run-${copies}`)

/** A folder to serve, made of links: a snapshot is only ever replaced, never written to. */
function copyOf(full: string, folder: string): string {
  copies += 1
  const data = join(newest(folder), 'data')
  mkdirSync(data, { recursive: true })
  for (const name of readdirSync(full)) linkSync(join(full, name), join(data, name))
  return newest(folder)
}

async function oneStart(lane: Lane, folder: string, api: Platform): Promise<void> {
  const [push] = pushes(1, FIRST, () => lane.tickets)
  if (!push) return
  const server = await start('ours', folder, api.address)
  await server.ready()
  lane.healthy.push(performance.now() - server.spawnedAt)
  await send(server.port, push, new Agent())
  lane.answered.push(performance.now() - server.spawnedAt)
  lane.startRss.push((await server.usage()).rssMb)
  await server.stop('SIGKILL')
  rmSync(folder, { recursive: true })
}

/** The snapshot it starts from is of yesterday: the first message sets off today's, which is over afterwards. */
async function settleDown(server: Served, folder: string, tickets: number): Promise<void> {
  await closedLoop(
    server.port,
    pushes(1, FIRST, () => tickets),
  )
  await snapshotOf(new Date(), folder)
}

async function snapshotOf(day: Date, folder: string): Promise<void> {
  const began = performance.now()
  while (!isWritten(day, folder)) {
    if (performance.now() - began > SNAPSHOT_LIMIT_MS) throw new Error('the daily snapshot does not end')
    await setTimeout(POLL_MS)
  }
}

const isWritten = (day: Date, folder: string) => existsSync(join(folder, 'data', `db-${chinaDay(day)}.json`))

/** A new day begins in a server that is warm, and with it the daily snapshot, while messages come. */
async function watchSnapshot(lane: Lane, { server, folder }: Running): Promise<void> {
  const questions = policyQuestions()
  const messages = (count: number, at: Date) =>
    openLoop(
      server.port,
      pushes(count, questions, (n) => n % lane.tickets, at),
      PER_SECOND,
    )
  lane.blocked.without = await server.watched(() => messages((WATCHED_MS / 1000) * PER_SECOND, new Date()))
  const tomorrow = new Date(Date.now() + DAY_MS)
  lane.blocked.snapshot = await server.watched(async () => {
    await server.skipToTomorrow()
    const began = performance.now()
    const written = snapshotOf(tomorrow, folder).then(() => {
      lane.snapshotMs = performance.now() - began
    })
    do lane.during.push(...(await messages(PER_SECOND / 2, new Date(Date.now() + DAY_MS))))
    while (!isWritten(tomorrow, folder))
    await written
  })
}

/** Both kinds of message on every size, taking turns. A step of a request is the consent to one just begun. */
async function measureMessages(
  lanes: readonly Lane[],
  servers: ReadonlyMap<Lane, Running>,
  quick: boolean,
): Promise<void> {
  const seconds = quick ? 2 : 5
  const rounds = quick ? 3 : 5
  const questions = policyQuestions()
  let people = 0
  for (let round = 0; round <= rounds; round++) {
    for (const lane of lanes) {
      const server = servers.get(lane)?.server
      if (!server) continue
      const asked = (count: number) => pushes(count, questions, (n) => (n * 7919) % lane.tickets)
      const stepped = async (count: number) => {
        // Those who never came before: what somebody with an earlier request is told first would be another step.
        const from = lane.tickets + people
        people += count
        const each = (text: string) => {
          let next = from
          return pushes(count, [text], () => next++)
        }
        const begun = await closedLoop(server.port, each('我要求助'))
        if (answeredWith(begun, /同意/) < 0.99) throw new Error('residents are not asked for their consent')
        return each('同意')
      }
      if (round === 0) {
        await closedLoop(server.port, asked(WARM_UP))
        const answers = await closedLoop(server.port, await stepped(WARM_UP))
        if (answeredWith(answers, /同意/) > 0.01) throw new Error('a consent is no step of a request')
        continue
      }
      const count = (seconds / rounds) * PER_SECOND
      lane.took.policy.push(...(await openLoop(server.port, asked(count), PER_SECOND)))
      const steps = await stepped(count)
      lane.took.step.push(...(await openLoop(server.port, steps, PER_SECOND)))
      // What a message costs is seen best when nothing waits in between.
      const some = quick ? 200 : 500
      lane.cpu.policy.push(await cpuOf(server, asked(some)))
      lane.cpu.step.push(await cpuOf(server, await stepped(some)))
      lane.loadRss = (await server.usage()).rssMb
    }
  }
}

/** µs of processor time a message, with what is done after the answer. */
async function cpuOf(server: Served, messages: ReturnType<typeof pushes>): Promise<number> {
  const before = await server.usage()
  await closedLoop(server.port, messages)
  await setTimeout(50)
  return (((await server.usage()).cpuMs - before.cpuMs) * 1000) / messages.length
}

const besideFirst = (lane: Lane, first: Lane | undefined, kind: 'policy' | 'step'): number[] =>
  lane.cpu[kind].map((value, round) => value / (first?.cpu[kind][round] ?? Number.NaN))

function show(lanes: readonly Lane[]): void {
  const [first] = lanes
  table(
    'Size: the start, and what the store holds; ms from spawn, median (min–max)',
    ['tickets', 'rows', 'snapshot MB', '/healthz', 'first answer', 'RSS MB', 'RSS MB after load'],
    lanes.map((lane) => [
      String(lane.tickets),
      String(lane.filled.rows),
      figure(lane.filled.bytes / 1e6),
      spread(lane.healthy),
      spread(lane.answered),
      spread(lane.startRss),
      figure(lane.loadRss),
    ]),
  )
  table(
    `Size: signed messages, ${PER_SECOND}/s, open loop; processor time as fast as they go`,
    ['tickets', 'message', 'p50 ms', 'p99 ms', 'CPU µs', `× ${first?.tickets ?? 0} tickets`],
    lanes.flatMap((lane) =>
      (['policy', 'step'] as const).map((kind) => [
        String(lane.tickets),
        kind === 'policy' ? 'policy answer' : 'step of a request',
        figure(percentile(lane.took[kind], 0.5)),
        figure(percentile(lane.took[kind], 0.99)),
        spread(lane.cpu[kind]),
        spread(besideFirst(lane, first, kind)),
      ]),
    ),
  )
  table(
    `Size: while the daily snapshot is written, ${PER_SECOND} messages/s`,
    ['tickets', 'snapshot s', 'p99 ms', 'event loop blocked ms', '3 s without one, ms'],
    lanes.map((lane) => [
      String(lane.tickets),
      figure(lane.snapshotMs / 1000),
      figure(percentile(lane.during, 0.99)),
      figure(lane.blocked.snapshot),
      figure(lane.blocked.without),
    ]),
  )
}

function judge(lanes: readonly Lane[]): void {
  const judged = lanes.findLast(({ tickets }) => tickets <= JUDGED)
  if (!judged) return
  const of = `${judged.tickets} tickets`
  bar(`start with ${of} to /healthz`, median(judged.healthy), 3_000, ' ms')
  bar(`RSS after a start with ${of}`, median(judged.startRss), 500, ' MB')
  for (const kind of ['policy', 'step'] as const)
    bar(
      `${kind}: CPU with ${of} beside ${lanes[0]?.tickets}`,
      median(besideFirst(judged, lanes[0], kind)),
      1.5,
      '×',
    )
  for (const lane of lanes)
    bar(`event loop blocked by the snapshot of ${lane.tickets} tickets`, lane.blocked.snapshot, 50, ' ms')
}
