/**
 * Preloaded (`--import`) into every process that is measured: answers its parent with the CPU time and memory
 * used so far, or profiles between two questions. Not referenced, so it keeps no process alive.
 */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

/** How often the profiler looks, in µs: ten times as often as by default, since a message takes about 300. */
const SAMPLING_US = 100

let profiler: Session | undefined

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
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 2 ** 20 })
}
