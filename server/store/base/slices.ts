/** Long work in slices, so that messages are answered in between. */
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

/** How long a slice is, in milliseconds. */
const SLICE_MS = 4
/** A message needs several turns of the event loop from its arrival to its answer: it is to have them after one slice, not each after another. */
const TURNS = 4

export class Slices {
  #since = performance.now()

  /** Whether others have waited for long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MS
  }

  /** Lets others run; the next slice begins then. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate()
    this.#since = performance.now()
  }
}
