/** How fast a resident writes, so that a telephone gone mad, or somebody playing, is not answered a thousand times. */

/**
 * What one resident may send in a minute. WeChat sends nine photos at a time, so that three times that many still pass;
 * nobody types a message every two seconds for a minute.
 */
export const MESSAGES_A_MINUTE = 30
/** It has calmed when so many more could come; otherwise every second message of a flood would be told to slow down. */
const CALM = MESSAGES_A_MINUTE / 2
const MS_EACH = 60_000 / MESSAGES_A_MINUTE
/** After this whoever wrote too much has calmed, and is forgotten. */
const FORGET_MS = 60_000
/** At most twice as many residents are remembered; those who wrote longest ago are forgotten earlier. */
const REMEMBERED = 20_000

/** `hasty` is said once, `flood` from then on, until it calms. */
export type Pace = 'calm' | 'hasty' | 'flood'

/** Counts a resident's message that arrived `at`. */
export type CountMessage = (resident: string, at: Date) => Pace

/** A bucket for each resident, out of which a message leaks every two seconds; one process counts what it hears. */
export function createPace(): CountMessage {
  let young = new Map<string, Bucket>()
  let old = new Map<string, Bucket>()
  let turned = 0
  return (resident, at) => {
    const now = at.getTime()
    if (now - turned >= FORGET_MS || now < turned || young.size >= REMEMBERED) {
      old = now - turned < 2 * FORGET_MS && now >= turned ? young : new Map()
      young = new Map()
      turned = now
    }
    let bucket = young.get(resident)
    if (!bucket) {
      bucket = old.get(resident) ?? { level: 0, at: now, told: false }
      young.set(alone(resident), bucket)
    }
    const left = bucket.level - Math.max(0, now - bucket.at) / MS_EACH
    bucket.at = now
    if (left <= CALM) bucket.told = false
    // No more than what leaks within a minute, so that nobody pays longer than that.
    bucket.level = Math.min(Math.max(0, left) + 1, MESSAGES_A_MINUTE + 1)
    if (bucket.level <= MESSAGES_A_MINUTE && !bucket.told) return 'calm'
    if (bucket.told) return 'flood'
    bucket.told = true
    return 'hasty'
  }
}

/** The same text by itself: one that was cut from a message would keep all of the message, as long as it is remembered. */
const alone = (text: string): string => Buffer.from(text).toString()

interface Bucket {
  /** Messages that have not leaked out yet. */
  level: number
  /** In milliseconds since 1970. */
  at: number
  told: boolean
}
