/** How long one search takes, ours and the ready-made ones, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { z } from 'zod'
import { ENGINE_NAMES, type EngineName } from './engines.ts'
import { bar, figure, median, percentile, spread, table } from './figures.ts'
import { policyQuestions } from './messages.ts'
import { readQuestions } from './questions.ts'
import { Built, type Round, Timed } from './search-round.ts'
import { beside } from './servers.ts'

const ROUNDS = 5
/** The longest one engine's turn in a round may last, in ms: some need a third of a second for one search. */
const TURN_MS = 600
/** Texts in a round. */
const TEXTS = 200
/** Indexes built at a time: as many as the machine we compare on has processors. */
const BUILDERS = 2
/** The heap a worker may fill, in MB. */
const HEAP_MB = 6000

interface Lane {
  name: EngineName
  worker: ChildProcess
  /** What the index added to JavaScript's heap, and to the process. */
  heapMb: number
  rssMb: number
  buildMs: number[]
  /** By text. */
  tookMs: Map<string, number[]>
}

export async function measureSearch(quick: boolean, path: string): Promise<void> {
  const labelled = readQuestions(path)
  const texts = (labelled?.map(({ text }) => text) ?? policyQuestions()).slice(0, TEXTS)
  console.log(
    `asked: ${texts.length} ${labelled ? `questions of ${path}` : 'of the inventory’s own examples'}`,
  )
  const few = await race(69, texts, !quick)
  const ours = few.find(({ name }) => name === 'ours')
  if (ours) {
    bar('search p99 with 69 policies', percentile(perText(ours), 0.99), 2, ' ms')
    bar('index of 69 policies built', median(ours.buildMs), 1000, ' ms')
  }
  if (quick) return console.log('not measured in a quick run: search with 10,000 policies')
  const most = (await race(10_000, texts, false)).find(({ name }) => name === 'ours')
  if (most) bar('search p99 with 10,000 policies', percentile(perText(most), 0.99), 10, ' ms')
}

/** What each text took: the median of its rounds, so that what else the machine did in one does not count. */
const perText = ({ tookMs }: Lane) => [...tookMs.values()].map(median)

/** Builds all engines over so many policies, then times them in turn. */
async function race(policies: number, texts: readonly string[], rebuild: boolean): Promise<Lane[]> {
  const lanes: Lane[] = []
  // Understanding adds to our search what does not grow with the inventory, and building it twice takes minutes.
  const waiting = ENGINE_NAMES.filter((name) => policies <= 1000 || name !== 'ours, whole understanding')
  const builder = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) lanes.push(await build(name, policies))
  }
  // Where the time to build has no bar, two at a time; the rounds below are one at a time in any case.
  await Promise.all(Array.from({ length: policies > 1000 ? BUILDERS : 1 }, builder))
  lanes.sort((a, b) => ENGINE_NAMES.indexOf(a.name) - ENGINE_NAMES.indexOf(b.name))
  for (let number = 0; number < ROUNDS; number++) {
    // A slow engine reaches other texts in each round.
    const from = Math.floor((number * texts.length) / ROUNDS)
    const turned = [...texts.slice(from), ...texts.slice(0, from)]
    for (const lane of lanes) {
      const { buildMs, tookMs } = Timed.parse(
        await ask(lane.worker, { texts: turned, forMs: TURN_MS, rebuild }),
      )
      if (rebuild) lane.buildMs.push(buildMs)
      for (const [index, took] of tookMs.entries()) {
        const text = turned[index] ?? ''
        lane.tookMs.set(text, [...(lane.tookMs.get(text) ?? []), took])
      }
    }
  }
  for (const { worker } of lanes) worker.disconnect()
  const first = lanes[0]
  table(
    `Search among ${policies} policies: each text in up to ${ROUNDS} rounds, its time the median of them`,
    [
      'search',
      'p50 ms',
      'p99 ms',
      'slowest once ms',
      'p50 × ours',
      'searches',
      'index built ms',
      'heap MB',
      'RSS +MB',
    ],
    lanes.map((lane) => [
      lane.name,
      figure(percentile(perText(lane), 0.5)),
      figure(percentile(perText(lane), 0.99)),
      figure(Math.max(...[...lane.tookMs.values()].flat())),
      figure(percentile(perText(lane), 0.5) / (first ? percentile(perText(first), 0.5) : Number.NaN)),
      String([...lane.tookMs.values()].flat().length),
      spread(lane.buildMs),
      figure(lane.heapMb),
      figure(lane.rssMb),
    ]),
  )
  return lanes
}

async function build(name: EngineName, policies: number): Promise<Lane> {
  const worker = fork(beside('search-worker.js'), [name, String(policies)], {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
  })
  const { buildMs, heapMb, rssMb } = Built.parse(await heard(worker))
  return { name, worker, heapMb, rssMb, buildMs: [buildMs], tookMs: new Map() }
}

async function ask(worker: ChildProcess, round: z.infer<typeof Round>): Promise<unknown> {
  worker.send(round)
  return heard(worker)
}

async function heard(worker: ChildProcess): Promise<unknown> {
  const ended = once(worker, 'exit').then(([code, signal]) => {
    throw new Error(`${worker.spawnargs.slice(-2).join(' ')} ended with ${signal ?? code}`)
  })
  const [said] = await Promise.race([once(worker, 'message'), ended])
  return said
}
