/** Time as residents and offices in China count it. */

/** China has kept UTC+8 without summer time since 1992. */
const CHINA_OFFSET_MS = 8 * 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000

/** The calendar day in China at a moment, `YYYY-MM-DD`. */
export function chinaDay(now: Date): string {
  const day = Math.floor((now.getTime() + CHINA_OFFSET_MS) / DAY_MS)
  if (day !== lastDay.day) lastDay = { day, text: new Date(day * DAY_MS).toISOString().slice(0, 10) }
  return lastDay.text
}

/** Every message asks several times what day it is, and writing a date takes longer than the rest of the asking. */
let lastDay = { day: Number.NaN, text: '' }
