/** What is learned from an inventory's words, so that messages in other words are understood. */
import { Ear, type EarKept } from './ear.ts'
import { Learned, type LearnedKept } from './learned.ts'
import { type Inventory, OTHERWISE, type Otherwise } from './load.ts'
import { Nearest, type NearestKept } from './nearest.ts'
import { type Cut, Vocabulary, type VocabularyKept } from './pieces.ts'
import type { Example } from './postings.ts'
import { PolicySearch, type SearchKept } from './search.ts'
import { content } from './terms.ts'

/** What a message may be: about a policy, about asking for help as such, or anything else. */
export type Kind = 'policy' | 'common' | Otherwise

/** All that is known, as plain data: the inventory, and what was learned from its words. */
export interface Kept extends Pick<Inventory, 'policies' | 'locals' | 'hotlines' | 'common' | 'chapters'> {
  vocabulary: VocabularyKept
  search: SearchKept
  kinds: LearnedKept<Kind>
  whichCommon: LearnedKept<string>
  ear: EarKept
  nearest: NearestKept
}

/** What is to be known of an inventory. The same inventory makes the same, on every machine. */
export function learn(inventory: Inventory): Kept {
  const { policies, locals, hotlines, common, chapters, examples } = inventory
  const vocabulary = new Vocabulary()
  const otherwise = [
    ...OTHERWISE.flatMap((kind) => inventory.otherwise[kind]),
    ...[...inventory.commonExamples.values()].flat(),
  ]
  const cutOf = remembering((text) => vocabulary.learn(content(text)))
  const search = PolicySearch.from(policies, examples, otherwise, cutOf, vocabulary)
  const kinds = Learned.from(kindLessons(inventory, cutOf), vocabulary)
  const whichCommon = Learned.from(
    new Map([...inventory.commonExamples].map(([id, texts]) => [id, whole(texts, cutOf)])),
    vocabulary,
  )
  const danger = new Map([...inventory.danger].map(([type, texts]) => [type, texts.map(cutOf)]))
  const nearDanger = new Set(
    common.flatMap((one) =>
      'nearDanger' in one && one.nearDanger ? (inventory.commonExamples.get(one.id) ?? []) : [],
    ),
  )
  const harmless = otherwise.filter((text) => !nearDanger.has(text))
  const calm = [...inventory.lookalikes, ...policyMessages(inventory), ...harmless]
  const ear = Ear.from(danger, calm.map(cutOf), vocabulary)
  const everyday = [...inventory.lookalikes, ...harmless].map(cutOf)
  const nearest = Nearest.from([...danger.values()].flat(), everyday, vocabulary.size)
  return {
    policies,
    locals,
    hotlines,
    common,
    chapters,
    vocabulary: vocabulary.kept,
    search: search.kept,
    kinds: kinds.kept,
    whichCommon: whichCommon.kept,
    ear: ear.kept,
    nearest: nearest.kept,
  }
}

/** Messages about policies, as residents write them. */
const policyMessages = ({ policies, examples }: Inventory) =>
  policies.flatMap((policy) => [...policy.questions, ...(examples.get(policy.id) ?? [])])

function kindLessons(inventory: Inventory, cutOf: (text: string) => Cut): Map<Kind, Example[]> {
  return new Map<Kind, Example[]>([
    ['policy', whole(policyMessages(inventory), cutOf)],
    ['common', whole([...inventory.commonExamples.values()].flat(), cutOf)],
    ...OTHERWISE.map((kind): [Kind, Example[]] => [kind, whole(inventory.otherwise[kind], cutOf)]),
  ])
}

/** Texts of which each teaches as much. */
const whole = (texts: readonly string[], cutOf: (text: string) => Cut): Example[] =>
  texts.map((text) => ({ cut: cutOf(text), weight: 1 }))

/** The same function, which does nothing twice. */
function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const now = compute(text)
    known.set(text, now)
    return now
  }
}
