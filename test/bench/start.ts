/** From the command to the first answer. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { send } from './client.ts'
import { fill } from './data.ts'
import { bar, median, spread, table } from './figures.ts'
import { pushes } from './messages.ts'
import { platform } from './platform.ts'
import { SERVERS, type ServerName, start } from './servers.ts'

const ROUNDS = 5
const FIRST = ['我爸瘫痪在床，护理补贴怎么申请'] as const

interface Lane {
  name: string
  server: ServerName
  folder: () => string
  healthy: number[]
  answered: number[]
  rssMb: number[]
}

export async function measureStart(quick: boolean): Promise<void> {
  const records = quick ? 10_000 : 100_000
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
  const api = await platform()
  const fresh = () => mkdtempSync(join(folder, 'fresh-'))
  const full = fresh()
  await fill(full, records)
  const lane = (name: string, server: ServerName, where: () => string): Lane => {
    return { name, server, folder: where, healthy: [], answered: [], rssMb: [] }
  }
  const empty = lane('ours, empty store', 'ours', fresh)
  const lanes = [
    lane(SERVERS.coWechat, 'coWechat', fresh),
    empty,
    lane(`ours, ${records} records`, 'ours', () => full),
  ]
  const node: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    node.push(await bareNode())
    for (const one of lanes) await oneStart(one, api.address)
  }
  const ratio = (values: readonly number[], to: readonly number[]) =>
    spread(values.map((value, index) => value / (to[index] ?? Number.NaN)))
  const echo = lanes[0]?.answered ?? []
  table(
    `Start: ms from spawn, ${ROUNDS} rounds; median (min–max)`,
    ['process', '/healthz', 'first answer', '× node -e 0', '× co-wechat', 'RSS MB'],
    [
      ['node -e 0', '–', spread(node), '1', ratio(node, echo), '–'],
      ...lanes.map((one) => [
        one.name,
        spread(one.healthy),
        spread(one.answered),
        ratio(one.answered, node),
        ratio(one.answered, echo),
        spread(one.rssMb),
      ]),
    ],
  )
  bar('start to first answer with an empty store', median(empty.answered), 1500, ' ms')
  await api.close()
  rmSync(folder, { recursive: true })
}

async function oneStart(lane: Lane, apiBase: string): Promise<void> {
  const [push] = pushes(1, FIRST, (n) => n)
  if (!push) return
  const server = await start(lane.server, lane.folder(), apiBase)
  await server.ready()
  lane.healthy.push(performance.now() - server.spawnedAt)
  await send(server.port, push, new Agent())
  lane.answered.push(performance.now() - server.spawnedAt)
  lane.rssMb.push((await server.usage()).rssMb)
  await server.stop('SIGKILL')
}

async function bareNode(): Promise<number> {
  const started = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - started
}
