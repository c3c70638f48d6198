/** What the assistant could not answer, kept without who asked, so that staff can mend the inventory. */
import type { Effect } from '../effects.ts'
import { maskQuestion } from '../masking.ts'
import type { MissedQuestion } from '../store.ts'

/** A question fits; a story does not, and would tell who it is. */
const LONGEST = 120
/** Less is no question that a policy could answer. */
const LEAST_HAN = 4

/**
 * The effect that keeps a question nobody could answer; none when there is too little in it.
 *
 * @param reason no policy found, not this office's matter, or the resident said that the answer did not help
 * @param said what was asked; names, numbers and places are masked before anything else happens
 * @param policies what was told instead
 */
export function missed(
  reason: MissedQuestion['reason'],
  said: string,
  policies: readonly string[],
): Effect[] {
  if ((said.match(/\p{Script=Han}/gu) ?? []).length < LEAST_HAN) return []
  const words = maskQuestion(said).replace(/\s+/g, ' ').trim().slice(0, LONGEST)
  return [{ kind: 'missed', reason, words, policies: [...policies] }]
}
