/** Time as residents and offices in China count it. */

/** China has kept UTC+8 without summer time since 1992. */
const CHINA_OFFSET_MS = 8 * 60 * 60 * 1000

/** The calendar day in China at a moment, `YYYY-MM-DD`. */
export function chinaDay(now: Date): string {
  return new Date(now.getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 10)
}
