/** Starts and stops the servers that are compared, each a process of its own. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { projectFolder } from '../../knowledge/load.ts'
import { freePort } from '../support/free-port.ts'
import { BUILT, ended, hasEnded, isHealthy, spawnServer } from '../support/server-process.ts'

/** Ours, and the echoes it is measured against. */
export const SERVERS = { ours: 'ours', coWechat: 'echo on co-wechat', bare: 'echo on node:http' } as const
export type ServerName = keyof typeof SERVERS

const Usage = z.object({ cpuMs: z.number(), rssMb: z.number(), blockedMs: z.number() })
/** What a process has used since it started. */
export type Usage = z.infer<typeof Usage>

export interface Served {
  port: number
  pid: number
  /** `performance.now()` when it was spawned. */
  spawnedAt: number
  /** Resolves once /healthz answers. */
  ready(): Promise<void>
  usage(): Promise<Usage>
  /** How many files and sockets it holds open; 0 where the system does not tell. */
  openFiles(): number
  /** Puts its clock ahead by a day. */
  skipToTomorrow(): Promise<unknown>
  /** Runs `work` and resolves with the longest the event loop was kept from turning meanwhile, in ms. */
  watched(work: () => Promise<unknown>): Promise<number>
  /** Runs `work` under the CPU profiler and writes the profile to `path`. */
  profiled(path: string, work: () => Promise<unknown>): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Where compiled bench files are, this one among them. */
export const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
const POLL_MS = 2
const START_LIMIT_MS = 180_000

/** How `npm start` starts ours; the echoes start plainly. */
function flagsOf(name: ServerName): string[] {
  if (name !== 'ours') return []
  const { scripts } = Manifest.parse(JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')))
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}
const Manifest = z.object({ scripts: z.object({ start: z.string() }) })

/**
 * Starts a server on a free port; ours keeps its data in `folder`, or where `env` says, and calls the platform at
 * `apiBase`.
 */
export async function start(
  name: ServerName,
  folder: string,
  apiBase: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const port = await freePort()
  const spawnedAt = performance.now()
  const child = spawnServer({
    port,
    folder,
    api: apiBase,
    flags: [...flagsOf(name), '--import', pathToFileURL(beside('probe.js')).href],
    script: name === 'ours' ? BUILT : beside(`echo-${ECHOES[name]}.js`),
    env: { LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-4000)
    })
  }
  running.add(child)
  child.once('exit', () => running.delete(child))
  return {
    port,
    pid: child.pid ?? 0,
    spawnedAt,
    async ready() {
      while (!(await isHealthy(port))) {
        if (hasEnded(child)) {
          throw new Error(`${name} ended with ${child.signalCode ?? child.exitCode}: ${said}`)
        }
        if (performance.now() - spawnedAt > START_LIMIT_MS)
          throw new Error(`${name} does not get ready: ${said}`)
        await setTimeout(POLL_MS)
      }
    },
    usage: () => ask(child, 'usage'),
    openFiles: () => (process.platform === 'linux' ? readdirSync(`/proc/${child.pid}/fd`).length : 0),
    skipToTomorrow: () => ask(child, 'tomorrow'),
    async watched(work) {
      await ask(child, 'watch')
      await work()
      return (await ask(child, 'watched')).blockedMs
    },
    async profiled(path, work) {
      await ask(child, 'profile')
      await work()
      await ask(child, `profiled:${path}`)
    },
    stop: (signal = 'SIGTERM') => ended(child, signal),
  }
}

const ECHOES = { coWechat: 'co-wechat', bare: 'bare' } as const

async function ask(child: ChildProcess, what: string): Promise<Usage> {
  const answered = once(child, 'message')
  child.send(what)
  const [usage] = await answered
  return Usage.parse(usage)
}
