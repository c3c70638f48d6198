/** What each resident of the crash run says, over and over: one request for help after another. */
/** Only this run's folder is sealed with it. */
export const KEY = Buffer.alloc(32, 7)

export const LANES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

/** The messages of one request; what makes it this one is in its story, place and name. */
export const SCRIPT = [
  () => '我要求助',
  () => '同意',
  () => '我自己',
  (request: string) => `住院花了很多钱，第${request}回`,
  () => '1',
  () => '不急',
  (request: string) => `东风街道${request}社区`,
  () => '就在住的地方',
  () => '王秀英 13812345678',
  () => '跳过',
  () => '确认',
] as const

/** The `n`th message of a resident, counted from 0: which request it belongs to, and its words. */
export function messageOf(
  lane: string,
  n: number,
): { id: string; request: string; step: number; text: string } {
  const step = n % SCRIPT.length
  const request = `${lane}${Math.floor(n / SCRIPT.length)}`
  return { id: `${lane}-${n}`, request, step, text: SCRIPT[step]?.(request) ?? '' }
}
