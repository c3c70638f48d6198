/** Two servers on one database that are killed at random and started again, as their supervisor does. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { freePort } from '../support/free-port.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { ended, hasEnded, isHealthy, spawnServer } from '../support/server-process.ts'
import type { Balancer } from './balancer.ts'
import { KEY } from './script.ts'

export const INSTANCES = [0, 1] as const
/** One kill of PostgreSQL on so many of a server. */
const PER_CRASH = 12
/** How long a server lives once it is ready, in ms: at least, and at most. */
const LIFE_MS = [500, 3_000] as const
const LOOK_MS = 20
/** So many starts that fail one after the other are no accident. */
const TRIES = 3
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
  /** Starts that failed while the database was there, and what was said last; their supervisor tries again. */
  failed = 0
  lastWords = ''
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
          await ended(child, 'SIGKILL')
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
      await Promise.all([...this.#running].map((child) => ended(child, 'SIGTERM')))
  }

  async #crash(): Promise<void> {
    this.#downs += 1
    this.#isDown = true
    await this.#parts.database.crash()
    this.crashes += 1
    this.#isDown = false
  }

  async #start(instance: number): Promise<ChildProcess> {
    let failures = 0
    while (!this.#isStopping) {
      const began = performance.now()
      const downs = this.#isDown ? null : this.#downs
      const isUp = () => downs === this.#downs && !this.#isDown
      const port = await freePort()
      const child = this.#spawned(instance, port)
      while (!hasEnded(child) && !(await isHealthy(port))) await setTimeout(LOOK_MS)
      // While the database is down nobody starts.
      if (!hasEnded(child)) {
        if (isUp()) this.slowest = Math.max(this.slowest, performance.now() - began)
        child.once('exit', (_, signal) => {
          if (signal !== 'SIGKILL' && !this.#isStopping) this.ended += 1
        })
        this.#parts.balancer.place(instance, port)
        return child
      }
      if (isUp()) {
        this.failed += 1
        failures += 1
        if (failures === TRIES) throw new Error(`server ${instance} does not start: ${this.lastWords}`)
      }
      await setTimeout(LOOK_MS)
    }
    throw new Error('the run was stopped')
  }

  #spawned(instance: number, port: number): ChildProcess {
    const { folder, database, api } = this.#parts
    const child = spawnServer({
      port,
      folder,
      api,
      env: {
        DATA_DIR: join(folder, `data-${instance}`),
        DATA_KEY: KEY.toString('base64'),
        DATABASE_URL: database.url,
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    child.stderr?.on('data', (chunk) => {
      this.lastWords = String(chunk).trim()
    })
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    return child
  }

  #hear(line: string): void {
    // The last line of one that was killed may be cut.
    if (!line.startsWith('{') || !line.endsWith('}')) return
    const { level, msg } = Line.parse(JSON.parse(line))
    if (level >= ERROR) this.errors.set(msg, (this.errors.get(msg) ?? 0) + 1)
  }
}
