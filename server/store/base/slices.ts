/** Long work in slices, so that messages are answered in between. */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause, setImmediate } from 'node:timers/promises'

/** How long a slice is, in milliseconds. */
const SLICE_MS = 4
/** A message needs several turns of the event loop from its arrival to its answer: it is to have them after one slice, not each after another. */
const TURNS = 4
/** Where those turns take longer than this, in milliseconds, others have something to do. */
const BUSY_MS = 1
/** No pause is longer, in milliseconds: what waits for the end of the work is held in memory meanwhile. */
const MOST_MS = 36
/** How much of the thread's time others and the work may take together: beyond it whoever arrives waits in a queue. */
const FULL = 0.75
/** The work's own share of the time however much others have to do; with a slice it makes the longest pause. */
const LEAST = SLICE_MS / (SLICE_MS + MOST_MS)
/** Others that take less than this need no pause. */
const LITTLE = 0.02
/** How far one pause moves what is known of the others: they come in bursts. */
const STEP = 0.1

/** How much of the time others took lately, from 0 to 1: of all work together, for there is one thread. */
let others = 0

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
    if (others > LITTLE || performance.now() - began > BUSY_MS) {
      const before = performance.eventLoopUtilization()
      const share = Math.max(LEAST, FULL - others)
      await pause(SLICE_MS / share - SLICE_MS)
      others += STEP * (performance.eventLoopUtilization(before).utilization - others)
    }
    this.#since = performance.now()
  }
}
