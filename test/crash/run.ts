/**
 * Kills a writing process at a random moment, again and again on one folder, and looks whether everything it
 * acknowledged is there, once, each time. `--cycles 100` (default 100) and `--seed 1`; exits 1 on any loss.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readLowdbFolder } from '../../server/store/read.ts'

/** A restart must be serving again within this (reliability.md R1). */
const READY_MS = 2_000

const { values } = parseArgs({ options: { cycles: { type: 'string' }, seed: { type: 'string' } } })
const cycles = Number(values.cycles ?? 100)
let seed = Number(values.seed ?? Date.now() % 2 ** 31) || 1
console.log(`seed ${seed}`)

function random(): number {
  // Lehmer's generator: repeatable, and good enough to pick a moment.
  seed = (seed * 48_271) % 2_147_483_647
  return seed / 2_147_483_647
}

const writer = fileURLToPath(import.meta.url).replace(/run(\.\w+)$/, 'writer$1')
const folder = await mkdtemp(join(tmpdir(), 'crash-'))
const acked = new Set<string>()
let lost = 0
let doubled = 0
let slowest = 0
let snapshots = 0
let lastSnapshot: number | undefined

for (let life = 1; life <= cycles; life += 1) {
  const child = spawn(process.execPath, [writer, folder, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const [word, rest = ''] = line.split(' ')
      if (word === 'done') acked.add(rest)
      else resolve(Number(rest))
    })
    child.once('exit', (code) =>
      reject(new Error(`the writer could not start in life ${life}: exit ${code}`)),
    )
  })
  const heard = once(lines, 'close')
  slowest = Math.max(slowest, await ready)
  await setTimeout(50 + random() * 350)
  child.kill('SIGKILL')
  await Promise.all([ended, heard])
  await check()
}

async function check(): Promise<void> {
  const store = await readLowdbFolder(folder)
  const found = new Map<string, number>()
  const seen = new Set<string>()
  for await (const row of store.scan('events')) {
    if (seen.has(row.id)) doubled += 1
    seen.add(row.id)
    const lane = row.id.split('-')[1] ?? ''
    found.set(lane, (found.get(lane) ?? 0) + 1)
  }
  for (const id of acked) if (!seen.has(id)) lost += 1
  for await (const row of store.scan('sessions')) doubled += Math.abs(row.revision - (found.get(row.id) ?? 0))
  if ((await readdir(folder)).includes('db.json')) {
    const { ino } = await stat(join(folder, 'db.json'))
    if (ino !== lastSnapshot) snapshots += 1
    lastSnapshot = ino
  }
}
await rm(folder, { recursive: true })
const failed = lost > 0 || doubled > 0 || slowest > READY_MS
console.log(
  `cycles ${cycles}, acked ${acked.size}, lost ${lost}, doubled ${doubled}, ` +
    `slowest start ${slowest.toFixed(0)} ms, cycles with a new snapshot ${snapshots}`,
)
process.exitCode = failed ? 1 : 0
