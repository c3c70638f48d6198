/** Long work in slices, so that messages are answered in between. */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause, setImmediate } from 'node:timers/promises'

/** How long a slice is, in milliseconds. */
const SLICE_MS = 4
/** A message needs several turns of the event loop from its arrival to its answer: it is to have them after one slice, not each after another. */
const TURNS = 4
/** Where those turns take longer than this, in milliseconds, others are at work and get as much time again. */
const BUSY_MS = 1
/** But no more than this at once, in milliseconds: what waits for the end of the work is held in memory meanwhile. */
const MOST_MS = 16

export class Slices {
  #since = performance.now()

  /** Whether others have waited for long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MS
  }

  /** Lets others run, for longer the more they have to do; the next slice begins then. */
  async rest(): Promise<void> {
    const began = performance.now()
    for (let turn = 0; turn < TURNS; turn++) await setImmediate()
    const busy = performance.now() - began
    if (busy > BUSY_MS) await pause(Math.min(busy, MOST_MS))
    this.#since = performance.now()
  }
}
