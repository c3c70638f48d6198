/** What an operator is told of how it goes: at /readyz, and in the log. */
import { type Health, isUnavailable, type Store } from '../bot/store.ts'
import { watchJumps } from './clock-jumps.ts'
import type { Log } from './log.ts'
import type { Task } from './scheduler.ts'
import { watchSpace } from './space.ts'

/** How often advice is looked for, in ms. */
const LOOK_MS = 1_000
/** How often it is looked how full the disk is, in ms. */
const SPACE_LOOK_MS = 5_000

/**
 * How the assistant fares: its store, the machine's clock and the data folder's disk.
 *
 * @returns `watching` is to be run over and over; what is found is said in the log, and by `health` to whoever asks
 */
export function watchHealth({
  store,
  dataDir,
  clock,
  log,
}: {
  store: Pick<Store, 'health'>
  dataDir: string
  clock: () => Date
  log: Log
}): { health: () => Health; watching: Task[] } {
  const jumps = watchJumps(clock, () => performance.now())
  const space = watchSpace(dataDir)
  const health = (): Health => {
    const found = store.health()
    return { ...found, advice: [...found.advice, ...jumps.advice(), ...space.advice()] }
  }
  const advise = createAdviser(health, log)
  const look = async () => {
    jumps.look()
    advise()
  }
  const watching = [
    { name: 'advise', everyMs: LOOK_MS, run: look },
    { name: 'look at the disk', everyMs: SPACE_LOOK_MS, run: space.look },
  ]
  return { health, watching }
}

/** An advice that was gone for so many looks is over, and said again when it comes back. */
export const CALM_LOOKS = 600

/**
 * Builds what says each advice in the log once, when it appears; to be called every {@link LOOK_MS}. One that only
 * comes and goes, as memory rises and falls, is not said each time.
 */
export function createAdviser(health: () => Health, log: Log): () => void {
  /** How many looks ago each was given last. */
  const said = new Map<string, number>()
  return () => {
    for (const [one, looks] of said) {
      if (looks >= CALM_LOOKS) said.delete(one)
      else said.set(one, looks + 1)
    }
    for (const one of health().advice) {
      if (!said.has(one)) log.warn({}, one)
      said.set(one, 0)
    }
  }
}

/**
 * The log without the errors of whoever could not store something while nothing can be stored: the store has
 * said so itself, once, and a full disk must not be filled further.
 */
export function withoutOutage(log: Log, store: Pick<Store, 'health'>): Log {
  return {
    ...log,
    error(what, message) {
      if (!isUnavailable(what.error) || store.health().writable) log.error(what, message)
    },
  }
}
