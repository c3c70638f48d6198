/**
 * The webhook's whole path, in CPU time per message of the server's process, beside two echoes; once with an empty store
 * and once with many tickets in it. Every lane is warmed up with as many messages, after which V8 compiles next to
 * nothing any more: before, what it does in threads of its own is up to a third of a message.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { chinaDay } from '../../flows/clocks.ts'
import { closedLoop } from './client.ts'
import { bar, figure, median, spread, stretch, table } from './figures.ts'
import { answeredWith, policyQuestions, pushes, SMALLTALK } from './messages.ts'
import { platform } from './platform.ts'
import { PLACES, shares } from './profile.ts'
import { beside, SERVERS, type Served, start } from './servers.ts'

const ROUNDS = 5
/** What follows an answer (its row marked as taken, the journal synced) has ended after this, in ms. */
const SETTLE_MS = 150

/** Until the day's snapshot of so many tickets is written, in ms. */
const SNAPSHOT_LIMIT_MS = 300_000
const POLL_MS = 100

interface Lane {
  name: string
  server: Served
  texts: readonly string[]
  /** Whom the `n`th message is from. */
  who: (n: number) => number
  /** What a right answer holds. */
  right: RegExp
  cpuUs: number[]
  perSecond: number[]
  answered: number
}

/** `quick` sends a quarter of the messages and stores a tenth of the tickets. */
export async function measureWebhook(quick: boolean): Promise<void> {
  const count = quick ? 600 : 2500
  const warmUp = quick ? 2500 : 10_000
  const tickets = quick ? 10_000 : 100_000
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhook-'))
  const full = await filled(join(folder, 'full'), tickets)
  const api = await platform()
  const questions = policyQuestions()
  const lane = async (
    name: string,
    kind: keyof typeof SERVERS,
    texts: readonly string[],
    { right = /./, data = null, who = (n: number) => n }: Partial<Lane> & { data?: string | null } = {},
  ): Promise<Lane> => {
    const own = mkdtempSync(join(folder, 'lane-'))
    if (data !== null) linkAll(data, join(own, 'data'))
    const server = await start(kind, own, api.address)
    await server.ready()
    const made: Lane = { name, server, texts, who, right, cpuUs: [], perSecond: [], answered: 0 }
    // The first message after a night sets off the snapshot of the day, which is not what is measured.
    await round(made, count)
    if (data !== null) await daysSnapshot(join(own, 'data'))
    return made
  }
  const right = /《.+》/
  const stored = `${tickets} tickets`
  // Those who write to a full store are as new as those who write to an empty one, so that only the store differs.
  const newcomer = (n: number) => tickets + n
  const answer = await lane('ours, policy answer', 'ours', questions, { right })
  const plain = await lane('ours, no knowledge', 'ours', SMALLTALK)
  const echo = await lane(SERVERS.coWechat, 'coWechat', questions)
  const bare = await lane(SERVERS.bare, 'bare', questions)
  const fullAnswer = await lane(`${stored}, policy answer`, 'ours', questions, {
    right,
    data: full,
    who: newcomer,
  })
  const fullPlain = await lane(`${stored}, no knowledge`, 'ours', SMALLTALK, { data: full, who: newcomer })
  const fullKnown = await lane(`${stored}, no knowledge, from who has one`, 'ours', SMALLTALK, {
    data: full,
    who: (n) => n % tickets,
  })
  const lanes = [answer, plain, echo, bare, fullAnswer, fullPlain, fullKnown]
  for (const one of lanes) await round(one, warmUp)
  for (const one of lanes) Object.assign(one, { cpuUs: [], perSecond: [], answered: 0 })
  for (let number = 0; number < ROUNDS; number++) {
    // Each round begins with another lane, so that none always follows the same one.
    for (let turn = 0; turn < lanes.length; turn++) {
      const next = lanes[(number + turn) % lanes.length]
      if (next) await round(next, count)
    }
  }
  const ratios = (one: Lane, to: Lane) => one.cpuUs.map((cpu, index) => cpu / (to.cpuUs[index] ?? Number.NaN))
  table(
    `Webhook: 16 connections, ${ROUNDS} rounds of ${count} messages after ${warmUp} to warm up, each from another resident; median (min–max)`,
    ['path', 'CPU µs/message', '× co-wechat', '× node:http', 'messages/s', 'as expected'],
    lanes.map((one) => [
      one.name,
      spread(one.cpuUs),
      spread(ratios(one, echo)),
      spread(ratios(one, bare)),
      spread(one.perSecond),
      `${figure((one.answered / ROUNDS) * 100)} %`,
    ]),
  )
  const whole = median(ratios(answer, echo))
  bar('webhook with a policy answer, CPU × co-wechat echo', whole, 2)
  stretch('webhook with a policy answer, CPU × co-wechat echo', whole, 1.5)
  bar('webhook without an answer from knowledge, CPU × co-wechat echo', median(ratios(plain, echo)), 1)
  bar(
    `webhook without an answer from knowledge, ${stored} stored, CPU × co-wechat echo`,
    median(ratios(fullPlain, echo)),
    1.25,
  )
  await breakdown([answer, plain, fullPlain, echo], count, folder)
  for (const { server } of lanes) await server.stop()
  await api.close()
  console.log(`calls of the platform's API meanwhile: ${api.calls()}`)
  rmSync(folder, { recursive: true })
}

/** A folder with the data of so many tickets. */
async function filled(full: string, tickets: number): Promise<string> {
  mkdirSync(full)
  const child = spawn(process.execPath, [beside('fill-tickets.js'), full, String(tickets)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the data folder could not be filled: exit ${code}`)
  return full
}

/** The same data once more, made of links: a snapshot is only ever replaced, never written to. */
function linkAll(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) linkSync(join(from, name), join(to, name))
}

async function daysSnapshot(data: string): Promise<void> {
  const began = performance.now()
  while (!existsSync(join(data, `db-${chinaDay(new Date())}.json`))) {
    if (performance.now() - began > SNAPSHOT_LIMIT_MS) throw new Error('the snapshot of the day does not end')
    await setTimeout(POLL_MS)
  }
}

async function round(lane: Lane, count: number): Promise<void> {
  const batch = pushes(count, lane.texts, lane.who)
  const before = await lane.server.usage()
  const started = performance.now()
  const bodies = await closedLoop(lane.server.port, batch)
  lane.perSecond.push((count / (performance.now() - started)) * 1000)
  await setTimeout(SETTLE_MS)
  const after = await lane.server.usage()
  lane.cpuUs.push(((after.cpuMs - before.cpuMs) / count) * 1000)
  lane.answered += answeredWith(bodies, lane.right)
}

/** Where the time goes: shares from a profile of one more round, put to the CPU time measured without. */
async function breakdown(lanes: readonly Lane[], count: number, folder: string): Promise<void> {
  const parts: { lane: Lane; share: Map<string, number> }[] = []
  for (const lane of lanes) {
    const path = join(folder, 'round.cpuprofile')
    const batch = pushes(count, lane.texts, lane.who)
    await lane.server.profiled(path, async () => {
      await closedLoop(lane.server.port, batch)
      await setTimeout(SETTLE_MS)
    })
    parts.push({ lane, share: shares(path) })
  }
  table(
    'Webhook: where the CPU time of the main thread goes, µs/message (profiled; other threads are in the totals above)',
    ['part', ...lanes.map(({ name }) => name)],
    PLACES.map(({ name }) => [
      name,
      ...parts.map(({ lane, share }) => figure((share.get(name) ?? 0) * median(lane.cpuUs))),
    ]),
  )
}
