/** What a message comes to. */
import type { Part } from './answer.ts'
import type { Chapter } from './chapters.ts'
import type { CommonQuestion, CommonWish } from './common-questions.ts'
import type { Hotline } from './hotlines.ts'
import type { Passage } from './passages.ts'
import type { Aspect, Policy } from './policy.ts'

/** What was last talked about. */
export interface Topic {
  policy: string
  /** The resident's words that led to it. */
  said: string
  /** The policy told beside it. */
  beside?: string | undefined
  /** How many messages in a row it did not answer; none where left out. */
  loose?: number | undefined
}

/** What a question comes to. */
export type Finding =
  /** One policy answers; `others` may matter as well. */
  | {
      kind: 'answer'
      policy: Policy
      /** The side asked for outright. */
      aspect: Aspect | null
      /** What in the policy's text the question's own words stand in. */
      passage: Passage | null
      others: Policy[]
      followsUp: boolean
      /** What was asked besides: another side of it, or another policy. */
      more?: Part[]
      /** The policy it was asked about together with. */
      beside?: Policy | undefined
    }
  /** Whether two can be had together, of which neither says anything. */
  | { kind: 'both'; policies: [Policy, Policy] }
  /** Nothing but a place, after an answer: how it is there. */
  | { kind: 'place'; place: string; policy: Policy }
  /** What there is for whom, asked as such. */
  | { kind: 'chapters'; chapters: Chapter[]; policies: Policy[] }
  /** Two or three are honestly possible. */
  | { kind: 'clarify'; policies: Policy[]; aspect: Aspect | null }
  /** Not a question about a policy but a plea for help, after an application already made, or for somebody to talk to. */
  | { kind: 'wish'; wish: 'help' | 'progress' | CommonWish }
  /** A question about asking for help as such. */
  | { kind: 'common'; question: Extract<CommonQuestion, { answer: string }> }
  /** The number of a hotline. */
  | { kind: 'hotline'; hotline: Hotline }
  /** Not social assistance. */
  | { kind: 'elsewhere'; subject: string | null; ask: string | null }
  /** Nothing in force fits. */
  | { kind: 'nothing' }

/** Something that is told. */
export type Answered = Extract<Finding, { kind: 'answer' }>

/** What an answer tells, in order. */
export const partsOf = ({ policy, aspect, passage, more = [] }: Answered): [Part, ...Part[]] => [
  { policy, aspect: passage?.aspect ?? aspect, line: passage?.line ?? null },
  ...more,
]

/** An answer of what was talked about. */
export const followingUp = (policy: Policy, aspect: Aspect | null): Answered => ({
  kind: 'answer',
  policy,
  aspect,
  passage: null,
  others: [],
  followsUp: true,
})

/** Several parts told at once; at least one. */
export function answerOf([first, ...more]: readonly Part[]): Finding | null {
  if (!first) return null
  const { policy, aspect, line } = first
  const passage = line !== null && aspect !== null ? { aspect, line } : null
  const others = more.flatMap((part) => (part.policy === policy ? [] : [part.policy]))
  return { kind: 'answer', policy, aspect, passage, others, followsUp: false, more }
}

/** What a common question comes to. */
export const findingOf = (question: CommonQuestion): Finding =>
  'wish' in question ? { kind: 'wish', wish: question.wish } : { kind: 'common', question }
