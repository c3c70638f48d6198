/** Waiting for what happens by itself, for as long as a busy machine may take. */
import { vi } from 'vitest'

/** Repeats an expectation until it holds. The limit only ends a test that would never pass. */
export const eventually = (expectation: () => void | Promise<void>) =>
  vi.waitFor(expectation, { timeout: 15_000, interval: 5 })
