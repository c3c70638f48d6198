/** Lets a program live, kills it at a random moment, and looks at what it left: again and again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Lives {
  /** The program, beside this file; its arguments are made anew for each life, numbered from 1. */
  program: string
  args: (life: number) => string[]
  cycles: number
  /** How long a life lasts once it is ready, in ms: at least, and at most. */
  lasts: readonly [number, number]
  seed: number
  /** Every line the program says, besides `ready <ms>`. */
  onLine: (line: string) => void
  /** Looks at what is there after each kill, told which life it ended. */
  check: (life: number) => Promise<void>
}

/** What a run found: `figures` as a person reads them, `whole` when nothing was lost, doubled or wrong. */
export interface Outcome {
  figures: string
  whole: boolean
  /** The slowest start, in ms. */
  slowest: number
}

/**
 * @returns the slowest start of all lives, in ms
 * @throws {Error} when a life cannot start, or ends by itself
 */
export async function live({ program, args, cycles, lasts, seed, onLine, check }: Lives): Promise<number> {
  const random = lehmer(seed)
  let slowest = 0
  for (let life = 1; life <= cycles; life += 1) {
    const file = fileURLToPath(new URL(program, import.meta.url))
    const child = spawn(process.execPath, [file, ...args(life)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })
    const ready = new Promise<number>((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('ready ')) resolve(Number(line.slice(6)))
        else onLine(line)
      })
      child.once('exit', (code) => reject(new Error(`life ${life} could not start: exit ${code}`)))
    })
    const heard = once(lines, 'close')
    slowest = Math.max(slowest, await ready)
    await setTimeout(lasts[0] + random() * (lasts[1] - lasts[0]))
    child.kill('SIGKILL')
    const [[code, signal]] = await Promise.all([ended, heard])
    if (signal !== 'SIGKILL') throw new Error(`life ${life} ended by itself: exit ${code}`)
    await check(life)
  }
  return slowest
}

/** Lehmer's generator: repeatable, and good enough to pick a moment. */
export function lehmer(start: number): () => number {
  let seed = start
  return () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
}
