/** The webhook's whole path, in CPU time per message of the server's process, beside two echoes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { closedLoop } from './client.ts'
import { bar, figure, median, spread, stretch, table } from './figures.ts'
import { answeredWith, policyQuestions, pushes, SMALLTALK } from './messages.ts'
import { platform } from './platform.ts'
import { PLACES, shares } from './profile.ts'
import { SERVERS, type Served, start } from './servers.ts'

const ROUNDS = 5
/** What follows an answer (its row marked as taken, the journal synced) has ended after this, in ms. */
const SETTLE_MS = 150

interface Lane {
  name: string
  server: Served
  texts: readonly string[]
  /** What a right answer holds. */
  right: RegExp
  cpuUs: number[]
  perSecond: number[]
  answered: number
}

/** @param count messages a round and lane */
export async function measureWebhook(quick: boolean): Promise<void> {
  const count = quick ? 600 : 2500
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhook-'))
  const api = await platform()
  const questions = policyQuestions()
  const lane = async (name: string, kind: keyof typeof SERVERS, texts: readonly string[], right: RegExp) => {
    const server = await start(kind, mkdtempSync(join(folder, 'lane-')), api.address)
    await server.ready()
    return { name, server, texts, right, cpuUs: [], perSecond: [], answered: 0 } satisfies Lane
  }
  const answer: Lane = await lane('ours, policy answer', 'ours', questions, /《.+》/)
  const plain: Lane = await lane('ours, no knowledge', 'ours', SMALLTALK, /./)
  const echo: Lane = await lane(SERVERS.coWechat, 'coWechat', questions, /./)
  const bare: Lane = await lane(SERVERS.bare, 'bare', questions, /./)
  const lanes = [answer, plain, echo, bare]
  for (const one of lanes) await round(one, count)
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
    `Webhook: 16 connections, ${ROUNDS} rounds of ${count} messages, each from another resident; median (min–max)`,
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
  await breakdown([answer, plain, echo], count, folder)
  for (const { server } of lanes) await server.stop()
  await api.close()
  console.log(`calls of the platform's API meanwhile: ${api.calls()}`)
  rmSync(folder, { recursive: true })
}

async function round(lane: Lane, count: number): Promise<void> {
  const batch = pushes(count, lane.texts, (n) => n)
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
    const batch = pushes(count, lane.texts, (n) => n)
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
