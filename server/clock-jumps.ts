/** Tells whoever can mend it that the machine's clock jumped; what must not believe it then is in retention/clock.ts. */
import { chinaClock, chinaDay } from '../flows/clocks.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Jumps below this are the clock being set right, and hurt nothing. */
const TOLD_FROM_MS = 2 * MINUTE_MS

/** Looks at the clock beside one that cannot be set, such as a process's own count. */
export interface JumpWatch {
  /** To be called often. */
  look(): void
  /** What an operator should know of jumps within the last day; in Chinese, mostly nothing. */
  advice(): string[]
}

/**
 * @param now the machine's clock
 * @param elapsed milliseconds counted by what nobody sets, from any beginning
 */
export function watchJumps(now: () => Date, elapsed: () => number): JumpWatch {
  let ahead = now().getTime() - elapsed()
  let jump: { says: string; at: number } | null = null
  return {
    look() {
      const here = now()
      const by = here.getTime() - elapsed() - ahead
      ahead += by
      if (Math.abs(by) < TOLD_FROM_MS) return
      const from = new Date(here.getTime() - by)
      const says = `机器的时间突然${by > 0 ? '快' : '慢'}了${sayLength(Math.abs(by))}（从 ${sayMoment(from)} 到 ${sayMoment(here)}）。请核对时间、打开时间同步（NTP）；时间不对，提醒和期限就不对`
      jump = { says, at: elapsed() }
    },
    advice: () => (jump && elapsed() - jump.at < DAY_MS ? [jump.says] : []),
  }
}

const sayMoment = (at: Date): string => `${chinaDay(at)} ${chinaClock(at)}`

function sayLength(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS)
  if (minutes < 120) return ` ${minutes} 分钟`
  return minutes < 48 * 60 ? ` ${Math.round(minutes / 60)} 小时` : ` ${Math.round(minutes / 1440)} 天`
}
