/** Puts questions that ask the same together, so that one deed mends the answer to many. Pure. */
import type { MissedQuestion } from '../../../bot/store.ts'

export interface QuestionGroup {
  questions: MissedQuestion[]
  /** Ever other wordings, the first heard first. */
  words: string[]
}

/** From this share of common pairs of characters on two questions are taken for one. */
const ALIKE = 0.45
const PLAIN = /[\s\p{P}〔〕]|姓名|电话|地址|号码/gu
/** Said in any question; alike in these alone is not alike. */
const IDLE =
  /怎么|什么|请问|可以|能不能|是不是|有没有|一下|我想|我们|这个|那个|你好|您好|如何|吗|呢|啊|的|了/g

function pairsOf(words: string): Set<string> {
  const plain = words.replace(PLAIN, '').replace(IDLE, '')
  const pairs = new Set<string>()
  for (let place = 0; place + 2 <= plain.length; place++) pairs.add(plain.slice(place, place + 2))
  return pairs
}

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0
  for (const pair of one) if (other.has(pair)) common += 1
  const all = one.size + other.size - common
  return all === 0 ? 0 : common / all
}

/** Groups of questions, the largest first; each question is compared with the first of every group. */
export function groupQuestions(questions: readonly MissedQuestion[]): QuestionGroup[] {
  const groups: (QuestionGroup & { pairs: Set<string> })[] = []
  for (const question of questions) {
    const pairs = pairsOf(question.words)
    const group = groups.find(
      ({ words, pairs: others }) => words.includes(question.words) || likeness(pairs, others) >= ALIKE,
    )
    if (!group) groups.push({ questions: [question], words: [question.words], pairs })
    else {
      group.questions.push(question)
      if (!group.words.includes(question.words)) group.words.push(question.words)
    }
  }
  return groups.map(({ pairs: _, ...group }) => group).sort((a, b) => b.questions.length - a.questions.length)
}
