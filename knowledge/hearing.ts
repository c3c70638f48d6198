/** Hears danger in a message: by rules and by a learned ear together. */
import { findDanger, tellsOfThings } from './danger.ts'
import type { DangerType } from './danger-words.ts'
import type { Known } from './known.ts'
import { content } from './terms.ts'

/**
 * How much a rule's word weighs beside the ear's, in log-odds. A wish to die is never argued away; fire and
 * illness are told of long afterwards.
 */
const RULE_WEIGHS: Record<DangerType, number> = {
  self_harm: Number.POSITIVE_INFINITY,
  starvation: 6,
  child_danger: 5,
  domestic_violence: 4,
  medical_emergency: 3,
  disaster_fire: 3,
}
/** Where no rule speaks and the ear hears between these, in log-odds, the nearest examples are asked as well. */
const IN_DOUBT = { from: -1.5, to: 4 } as const
/** What they weigh: the log-odds of being as near as can be to danger, and to nothing else. */
const NEARNESS_WEIGHS = 40
/** What both must come to. */
const HEARD_ALONE = -0.6
/** What they must come to in an answer to what we asked, e.g. where somebody lives or what they need. */
const HEARD_ANSWERING = 1.2
/** And in a message that names a policy outright: most such complain of it, and a rule hears most that do not. */
const HEARD_NAMING = 4
/** Shorter words (我自己, 在吗) say too little for the ear: only a rule finds danger in them. In characters. */
const HEARD_FROM = 6

/**
 * The danger a message tells of, or null: by the rules, unless what was learned says it only sounds so, or
 * because what was learned hears it though no rule does.
 *
 * @param answering whether it answers a question of ours, so that it is most likely that answer
 */
export function hearDanger(known: Known, text: string, answering = false): DangerType | null {
  const ruled = findDanger(text)
  const words = content(text)
  if (ruled === null && words.length < HEARD_FROM) return null
  const pieces = known.vocabulary.read(words)
  const strength = known.ear.strength(pieces)
  if (ruled) return strength + RULE_WEIGHS[ruled] > 0 ? ruled : null
  if (strength <= IN_DOUBT.from) return null
  const heard = strength < IN_DOUBT.to ? strength + NEARNESS_WEIGHS * known.nearest.leaning(pieces) : strength
  if (heard <= (answering ? HEARD_ANSWERING : HEARD_ALONE)) return null
  const type = known.ear.type(pieces)
  // Whoever lost all may mean to die of it: that is never explained away.
  if (type !== 'self_harm' && tellsOfThings(text)) return null
  return heard > HEARD_NAMING || !known.names(text) ? type : null
}
