/** Starts and stops the servers that are compared, each a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { projectFolder } from '../../knowledge/load.ts'
import { ACCOUNT } from '../support/wechat.ts'

/** Ours, and the echoes it is measured against. */
export const SERVERS = { ours: 'ours', coWechat: 'echo on co-wechat', bare: 'echo on node:http' } as const
export type ServerName = keyof typeof SERVERS

const Usage = z.object({ cpuMs: z.number(), rssMb: z.number(), blockedMs: z.number() })
/** What a process has used since it started. */
export type Usage = z.infer<typeof Usage>

export interface Served {
  port: number
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

/** Starts a server on a free port; ours keeps its data in `folder` and calls the platform at `apiBase`. */
export async function start(name: ServerName, folder: string, apiBase: string): Promise<Served> {
  const script =
    name === 'ours' ? join(projectFolder(), 'dist/server/main.js') : beside(`echo-${ECHOES[name]}.js`)
  const port = await freePort()
  const spawnedAt = performance.now()
  const child = spawn(
    process.execPath,
    [...flagsOf(name), '--import', pathToFileURL(beside('probe.js')).href, script],
    {
      // Somewhere without a .env.
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: join(folder, 'data'),
        LOG_LEVEL: 'warn',
        WECHAT_APP_ID: ACCOUNT.appId,
        WECHAT_APP_SECRET: ACCOUNT.secret,
        WECHAT_TOKEN: ACCOUNT.token,
        WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
        WECHAT_API_BASE: apiBase,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
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
    spawnedAt,
    async ready() {
      while (!(await healthy(port))) {
        if (child.exitCode !== null || child.signalCode !== null) {
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
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

const ECHOES = { coWechat: 'co-wechat', bare: 'bare' } as const

async function ask(child: ChildProcess, what: string): Promise<Usage> {
  const answered = once(child, 'message')
  child.send(what)
  const [usage] = await answered
  return Usage.parse(usage)
}

function healthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode === 200))
    }).once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no free port')
  return address.port
}
