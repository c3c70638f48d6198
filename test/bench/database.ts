/** What PostgreSQL's own processes use, beside what is measured of ours. Linux tells it; elsewhere it is not known. */
import { readdirSync, readFileSync } from 'node:fs'
import type { PostgresServer } from '../support/postgres.ts'

/** A tick of /proc/<pid>/stat is a hundredth of a second (`getconf CLK_TCK`). */
const TICK_MS = 10

/** Processor time used so far and memory held now; NaN where the system does not tell. */
export interface DatabaseUsage {
  cpuMs: number
  /** What is shared among the processes counts once. */
  memoryMb: number
}

/** Of the server's first process and all that it started, those that ended since included. */
export function databaseUsage(server: Pick<PostgresServer, 'pid'>): DatabaseUsage {
  if (process.platform !== 'linux') return { cpuMs: Number.NaN, memoryMb: Number.NaN }
  const first = String(server.pid())
  const started = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statOf(pid)[1] === first)
  const usage = { cpuMs: (Number(statOf(first)[13]) + Number(statOf(first)[14])) * TICK_MS, memoryMb: 0 }
  for (const pid of [first, ...started]) {
    // In nanoseconds: ticks of so many processes would add up to a guess.
    usage.cpuMs += Number(textOf(`/proc/${pid}/schedstat`).split(' ')[0]) / 1e6
    usage.memoryMb += Number(/^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024
  }
  return usage
}

/** The address of another database of the same server. */
export function databaseOf({ url }: Pick<PostgresServer, 'url'>, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

/** The fields after a process's name, which may hold blanks: proc(5) counts them from 3. */
const statOf = (pid: string): string[] =>
  textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .trim()
    .split(' ')

/** '' of a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
