/** What residents would be told differently if a text were published. */
import { answerParts } from '../../knowledge/answer.ts'
import { type Finding, partsOf } from '../../knowledge/finding.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'

/** A question whose answer is known to be right. */
export interface GoldenQuestion {
  text: string
  /** The policy it is about. */
  policy: string
}

/** What a question comes to. */
export interface Told {
  /** The policy told or, where several were offered, each; empty when none was. */
  policies: string[]
  /** The words; '' where no policy is told. */
  text: string
}

/** A question that would be answered differently. */
export interface Difference extends GoldenQuestion {
  /** `broken`: it found its policy and would no more; `mended`: the other way round; `reworded`: other words only. */
  kind: 'broken' | 'mended' | 'reworded' | 'other'
  before: Told
  after: Told
}

/** Questions of the inventory itself: every policy's own, as residents word them. */
export const goldenQuestions = ({ policies }: Pick<Knowledge, 'policies'>): GoldenQuestion[] =>
  [...policies.values()].flatMap(({ id, questions }) => questions.map((text) => ({ text, policy: id })))

/**
 * Asks both the same questions.
 *
 * @param day `YYYY-MM-DD`; what is not in force then is not told
 */
export function differences(
  before: Knowledge,
  after: Knowledge,
  questions: readonly GoldenQuestion[],
  day: string,
): Difference[] {
  return questions.flatMap((question) => {
    const [one, other] = [before, after].map((knowledge) => toldOf(question.text, knowledge, day))
    if (!one || !other || isSame(one, other)) return []
    const [was, is] = [one, other].map(({ policies }) => policies[0] === question.policy)
    const kind =
      was && !is ? 'broken' : !was && is ? 'mended' : isSameSubject(one, other) ? 'reworded' : 'other'
    return [{ ...question, kind, before: one, after: other }]
  })
}

function toldOf(text: string, knowledge: Knowledge, day: string): Told {
  const finding: Finding = knowledge.consult(text, null, day)
  if (finding.kind === 'clarify') return { policies: finding.policies.map(({ id }) => id), text: '' }
  if (finding.kind !== 'answer') return { policies: [], text: '' }
  return { policies: [finding.policy.id], text: answerParts(partsOf(finding), null, day).text }
}

const isSameSubject = (one: Told, other: Told): boolean => one.policies.join() === other.policies.join()
const isSame = (one: Told, other: Told): boolean => isSameSubject(one, other) && one.text === other.text
