/** Two servers on one database that are killed at random and started again, as their supervisor does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { projectFolder } from '../../knowledge/load.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { ACCOUNT } from '../support/wechat.ts'
import type { Balancer } from './balancer.ts'
import { KEY } from './script.ts'

export const INSTANCES = [0, 1] as const
/** One kill of PostgreSQL on so many of a server. */
const PER_CRASH = 12
/** How long a server lives once it is ready, in ms: at least, and at most. */
const LIFE_MS = [500, 3_000] as const
const LOOK_MS = 20
/** Level 50 of pino: an error. */
const ERROR = 50
const Line = z.object({ level: z.number(), msg: z.string() })

interface Parts {
  /** Each instance keeps its files in a folder of its own below this one. */
  folder: string
  database: PostgresServer
  /** Where WeChat is found. */
  api: string
  balancer: Balancer
  /** 0 to 1. */
  random: () => number
}

export class Servers {
  /** Times PostgreSQL was killed. */
  crashes = 0
  /** The slowest start while the database was there, in ms. */
  slowest = 0
  /** Servers that ended without being killed, after they were ready. */
  ended = 0
  /** What they logged as errors, and how often. */
  readonly errors = new Map<string, number>()
  readonly #parts: Parts
  readonly #running = new Set<ChildProcess>()
  #serving: ChildProcess[] = []
  #kills = 0
  /** Of PostgreSQL, begun. */
  #downs = 0
  #isDown = false
  #isStopping = false

  constructor(parts: Parts) {
    this.#parts = parts
    process.once('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL')
    })
  }

  /** Resolves when all serve. */
  async start(): Promise<void> {
    this.#serving = await Promise.all(INSTANCES.map((instance) => this.#start(instance)))
  }

  /** Kills so many, and PostgreSQL now and then; resolves when all serve again and nobody will be killed any more. */
  async killed(cycles: number): Promise<void> {
    await Promise.all(
      this.#serving.map(async (first, instance) => {
        let child = first
        while (this.#kills < cycles) {
          const [least, most] = LIFE_MS
          await setTimeout(least + this.#parts.random() * (most - least))
          if (this.#kills >= cycles) break
          this.#kills += 1
          await stopped(child, 'SIGKILL')
          if (this.#kills % PER_CRASH === 0) await this.#crash()
          child = await this.#start(instance)
        }
      }),
    )
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    // One that was just being started again comes and goes meanwhile.
    while (this.#running.size > 0)
      await Promise.all([...this.#running].map((child) => stopped(child, 'SIGTERM')))
  }

  async #crash(): Promise<void> {
    this.#downs += 1
    this.#isDown = true
    await this.#parts.database.crash()
    this.crashes += 1
    this.#isDown = false
  }

  async #start(instance: number): Promise<ChildProcess> {
    while (!this.#isStopping) {
      const began = performance.now()
      const downs = this.#isDown ? null : this.#downs
      const isUp = () => downs === this.#downs && !this.#isDown
      const port = await freePort()
      const child = this.#spawned(instance, port)
      while (child.exitCode === null && !(await isHealthy(port))) await setTimeout(LOOK_MS)
      // While the database is down nobody starts.
      if (child.exitCode === null) {
        if (isUp()) this.slowest = Math.max(this.slowest, performance.now() - began)
        child.once('exit', (_, signal) => {
          if (signal !== 'SIGKILL' && !this.#isStopping) this.ended += 1
        })
        this.#parts.balancer.place(instance, port)
        return child
      }
      if (isUp()) throw new Error(`server ${instance} does not start`)
      await setTimeout(LOOK_MS)
    }
    throw new Error('the run was stopped')
  }

  #spawned(instance: number, port: number): ChildProcess {
    const { folder, database, api } = this.#parts
    const child = spawn(process.execPath, [join(projectFolder(), 'dist/server/main.js')], {
      // Somewhere without a .env.
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: join(folder, `data-${instance}`),
        DATA_KEY: KEY.toString('base64'),
        DATABASE_URL: database.url,
        LOG_LEVEL: 'error',
        WECHAT_APP_ID: ACCOUNT.appId,
        WECHAT_APP_SECRET: ACCOUNT.secret,
        WECHAT_TOKEN: ACCOUNT.token,
        WECHAT_ENCODING_AES_KEY: ACCOUNT.encodingAesKey,
        WECHAT_API_BASE: api,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    return child
  }

  #hear(line: string): void {
    // The last line of one that was killed may be cut.
    if (!line.startsWith('{') || !line.endsWith('}')) return
    const { level, msg } = Line.parse(JSON.parse(line))
    if (level >= ERROR) this.errors.set(msg, (this.errors.get(msg) ?? 0) + 1)
  }
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (response) => {
      response.resume()
      response.once('close', () => resolve(response.statusCode === 200))
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
