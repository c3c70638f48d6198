/**
 * Whether the clock may be believed when something is to be forgotten for good. A machine that wakes in another year
 * would otherwise forget everything at once.
 */
import type { Store } from '../../bot/store.ts'

const HOUR_MS = 60 * 60 * 1000
/** Between two looks the clock on the wall may go so much further than the time that passed. */
const JUMP_MS = 2 * HOUR_MS
/** At a start somebody wrote so lately, or the clock is watched first. */
const QUIET_MS = 48 * HOUR_MS
/** So long the clock must run evenly before it is believed again. */
const WATCHED_MS = 24 * HOUR_MS

/** Asks whether to forget now; says why not, once, when the clock is doubted. */
export type MayForget = () => Promise<boolean>

/**
 * @param elapsed time that passes at an even pace, whatever the clock says, in ms
 * @param onDoubt told once when the clock is not believed
 */
export function createClockWatch(
  store: Pick<Store, 'list'>,
  now: () => Date,
  elapsed: () => number,
  onDoubt: () => void,
): MayForget {
  let last: { wall: number; ran: number } | null = null
  let doubtedSince: number | null = null
  return async () => {
    const wall = now().getTime()
    const ran = elapsed()
    const jumped = last ? wall - last.wall > ran - last.ran + JUMP_MS : await isQuiet(wall)
    last = { wall, ran }
    if (jumped) {
      if (doubtedSince === null) onDoubt()
      doubtedSince = ran
    }
    if (doubtedSince !== null && ran - doubtedSince < WATCHED_MS) return false
    doubtedSince = null
    return true
  }

  /** Whether nobody wrote lately, by this clock, though somebody did once. */
  async function isQuiet(wall: number): Promise<boolean> {
    const [any] = await store.list('turns', 'byAge', { equals: [], limit: 1 })
    const from = new Date(wall - QUIET_MS).toISOString()
    const [lately] = await store.list('turns', 'byAge', { equals: [], from, limit: 1 })
    return any !== undefined && lately === undefined
  }
}
