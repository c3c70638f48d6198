/** What an operator is told of how it goes: at /readyz, and in the log. */
import { type Health, isUnavailable, type Store } from '../bot/store.ts'
import type { Log } from './log.ts'

/** How often advice is looked for, in ms. */
export const LOOK_MS = 1_000

/**
 * Builds what says each advice in the log once, when it appears; to be called every {@link LOOK_MS}. One that
 * went away and comes again is said again.
 */
export function createAdviser(health: () => Health, log: Log): () => void {
  let said: readonly string[] = []
  return () => {
    const { advice } = health()
    for (const one of advice) if (!said.includes(one)) log.warn({}, one)
    said = advice
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
