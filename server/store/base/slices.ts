/** Long work in slices, so that messages are answered in between. */
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

/** A message needs several turns of the event loop, and each waits for one slice: so they are short, in milliseconds. */
const SLICE_MS = 4

export class Slices {
  #since = performance.now()

  /** Whether others have waited for long enough. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MS
  }

  /** Lets others run; the next slice begins then. */
  async rest(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
