/** What the figures were measured on, and how busy it was. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { figure, percentile } from './figures.ts'

/** One line: processor, memory, system, Node, and what a durable write costs here. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${availableParallelism()} × ${model}, ${memory}, ${process.platform} ${release()}, Node ${process.version}, write+fdatasync p50 ${figure(syncMs())} ms`
}

/** One line: the load average and the part of the processors' time the host took away since boot. */
export function load(): string {
  return `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}${steal()}`
}

function steal(): string {
  try {
    const ticks =
      readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
    const all = ticks.slice(0, 8).reduce((sum, one) => sum + one, 0)
    return `, stolen by the host ${figure(((ticks[7] ?? 0) / all) * 100)} %`
  } catch {
    return ''
  }
}

function syncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const file = openSync(join(folder, 'sync'), 'w')
  const times = Array.from({ length: 100 }, () => {
    const before = performance.now()
    writeSync(file, 'x'.repeat(1000))
    fdatasyncSync(file)
    return performance.now() - before
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return percentile(times, 0.5)
}
