/**
 * Preloaded (`--import`) into every process that is measured: answers its parent with the CPU time and memory
 * used so far, or profiles or watches the event loop between two questions. Not referenced, so it keeps no process alive.
 */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How often the profiler looks, in µs: ten times as often as by default, since a message takes about 300. */
const SAMPLING_US = 100

let profiler: Session | undefined
const DAY_MS = 86_400_000

/** How often the watch looks, in ms: what it finds is too long by about as much. */
const WATCH_MS = 1
const watch = monitorEventLoopDelay({ resolution: WATCH_MS })

process.on('message', (asked) => {
  void answer(asked)
})
process.channel?.unref()

async function answer(asked: unknown): Promise<void> {
  if (asked === 'profile') {
    profiler = new Session()
    profiler.connect()
    await profiler.post('Profiler.enable')
    await profiler.post('Profiler.setSamplingInterval', { interval: SAMPLING_US })
    await profiler.post('Profiler.start')
  } else if (typeof asked === 'string' && asked.startsWith('profiled:') && profiler) {
    const { profile } = await profiler.post('Profiler.stop')
    writeFileSync(asked.slice('profiled:'.length), JSON.stringify(profile))
  }
  const blockedMs = Math.max(0, watch.max / 1e6 - WATCH_MS)
  if (asked === 'watch') {
    watch.reset()
    watch.enable()
  } else if (asked === 'watched') watch.disable()
  else if (asked === 'tomorrow') skipToTomorrow()
  const { user, system } = process.cpuUsage()
  process.send?.({
    cpuMs: (user + system) / 1000,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    blockedMs,
  })
}

/** The process's clock jumps ahead by a day, so that a new day begins while it is warm. Its timers go on. */
function skipToTomorrow(): void {
  const ahead = () => Today.now() + DAY_MS
  const Today = Date
  globalThis.Date = new Proxy(Today, {
    construct: (_, given) => Reflect.construct(Today, given.length === 0 ? [ahead()] : given),
    get: (_, name) => (name === 'now' ? ahead : Reflect.get(Today, name)),
  })
}
