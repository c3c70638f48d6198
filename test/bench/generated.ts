/** Inventories larger than the real one, made from it by putting other words of its own in place of some. */
import type { Inventory } from '../../knowledge/load.ts'
import type { Policy } from '../../knowledge/policy.ts'

/** The part of the words that is replaced. */
const REPLACED = 0.3
/** Questions of a copy; the least a policy must have. */
const QUESTIONS = 3

/**
 * `count` policies: the real ones whole, then copies of them in which every third word or so is another word of
 * the inventory, of the same length and the same one throughout the copy. A copy has the names, the cues, three
 * questions and the first paragraph of each section, but no example messages: nobody writes ninety for each of
 * ten thousand. The same count gives the same inventory.
 */
export function grown({ policies, examples, ...rest }: Inventory, count: number): Inventory {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  const cut = (text: string) => [...segmenter.segment(text)].map(({ segment }) => segment)
  const random = lehmer(7)
  const byLength = new Map<number, string[]>()
  for (const policy of policies) {
    for (const word of new Set(policy.questions.flatMap(cut))) {
      byLength.set(word.length, [...(byLength.get(word.length) ?? []), word])
    }
  }
  const grownPolicies = [...policies]
  const cuts = new Map<string, string[]>()
  while (grownPolicies.length < count) {
    const number = grownPolicies.length
    const model = policies[number % policies.length]
    if (!model) break
    const swaps = new Map<string, string>()
    const swap = (word: string) => {
      const known = swaps.get(word)
      if (known !== undefined) return known
      const pool = byLength.get(word.length) ?? []
      const other = random() < REPLACED ? (pool[Math.floor(random() * pool.length)] ?? word) : word
      swaps.set(word, other)
      return other
    }
    const vary = (text: string) => {
      const words = cuts.get(text) ?? cut(text)
      cuts.set(text, words)
      return words.map(swap).join('')
    }
    const id = `${model.id}-${number}`
    grownPolicies.push(copied(model, id, vary))
  }
  return { ...rest, policies: grownPolicies, examples }
}

function copied(policy: Policy, id: string, vary: (text: string) => string): Policy {
  const { sections } = policy
  const varied = Object.fromEntries(
    Object.entries(sections).map(([aspect, section]) => [
      aspect,
      { ...section, lead: vary(section.lead), details: [] },
    ]),
  )
  return {
    ...policy,
    id,
    title: vary(policy.title),
    aliases: policy.aliases.map(vary),
    cues: policy.cues.map(vary),
    questions: policy.questions.slice(0, QUESTIONS).map(vary),
    sections: { overview: sections.overview, ...varied },
  }
}

/** Lehmer's generator: repeatable. */
function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
