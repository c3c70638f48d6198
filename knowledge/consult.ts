/** What a message asks: one thing, two of them, or one policy beside another. */
import type { Part } from './answer.ts'
import { isRemark } from './asking.ts'
import { askedAspect } from './aspects.ts'
import { LIKELY_SCORE, OneQuestion, SHOWN } from './consult-one.ts'
import { answerOf, type Finding, followingUp, partsOf, type Topic } from './finding.ts'
import type { Known } from './known.ts'
import type { Policy } from './policy.ts'
import {
  besideEachOther,
  comparedBy,
  needsIn,
  partBeside,
  partsCompared,
  questionsIn,
  takeSidesApart,
  tellsOfBoth,
} from './several.ts'

/** Less than this speaks for no policy in a need told among others. */
const LEAST_OF_NEED = 3
/** Less than this tells of no policy in a part of a comparison. */
const LEAST_OF_PART = 6
/** 两个能一起申请吗, 哪个快: of the two just told. */
const OF_THE_TWO =
  /^(?:那|那么|这|它们?)*(?:两(?:个|样|种|份|项)|哪[个样种]|都|能|可以|一起|同时|有(?:什么|啥)|区别)/
/** So much is answered at once; who asked more asks again. */
const AT_ONCE = 2

export class Consultation {
  readonly #known: Known
  readonly #one: OneQuestion

  constructor(known: Known) {
    this.#known = known
    this.#one = new OneQuestion(known)
  }

  /**
   * What a message asks, given what was talked about before.
   *
   * @param day the resident's date, `YYYY-MM-DD`
   */
  consult(text: string, topic: Topic | null, day: string): Finding {
    return (
      this.#besideEachOther(text, topic, day) ??
      this.#oneByOne(text, day) ??
      this.#needOfEach(text, day) ??
      this.#withSides(text, topic, day)
    )
  }

  /** 低保和特困有什么区别, 能同时领吗: of two policies named, or of one beside the one in mind. */
  #besideEachOther(text: string, topic: Topic | null, day: string): Finding | null {
    const how = besideEachOther(text)
    if (how === null) return null
    const named = this.#known.namedIn(text, day)
    const spokenOf = topic ? this.#known.policy(topic.policy, day) : undefined
    const beside = topic?.beside === undefined ? undefined : this.#known.policy(topic.beside, day)
    const both = spokenOf && beside && named.length === 0 && OF_THE_TWO.test(text.trim())
    const [left, right] = partsCompared(text) ?? [undefined, partBeside(text) ?? undefined]
    const before = (left && this.#subjectOf(left, named, day)) ?? spokenOf
    const after = right === undefined ? undefined : this.#subjectOf(right, named, day)
    const told = before && after && before !== after ? [before, after] : asPair(named, spokenOf)
    const [one, other] = both ? [spokenOf, beside] : told
    if (!one || !other) return null
    if (how === 'difference') {
      const aspect = comparedBy(text)
      return together(answerOf([one, other].map((policy) => ({ policy, aspect, line: null }))), one, other)
    }
    // 吃着低保，又有高龄津贴，还能拿护理补贴吗: the last beside each of the others.
    const pairs = named.length > 2 ? named.slice(0, -1).map((each) => [each, named.at(-1)]) : [[one, other]]
    const parts = pairs.flatMap(([each, last]) => (each && last ? tellsOfBoth(each, last) : []))
    return parts.length > 0
      ? together(answerOf(parts.slice(0, AT_ONCE)), one, other)
      : { kind: 'both', policies: [one, other] }
  }

  /** What a part of a comparison names, or tells of by no name of its own: 和残疾补贴能一起领吗. */
  #subjectOf(part: string, named: readonly Policy[], day: string): Policy | undefined {
    const here = this.#known.namedIn(part, day).filter((policy) => named.includes(policy))
    if (here.length === 1) return here[0]
    const [best] = this.#known.best(part, day, 1)
    return best && best.score > LEAST_OF_PART ? best.policy : here[0]
  }

  /** 有高龄津贴吗？还有低保怎么办: questions that each name another policy. */
  #oneByOne(text: string, day: string): Finding | null {
    const questions = questionsIn(text).filter((one) => !isRemark(one) && this.#known.names(one))
    if (questions.length < 2) return null
    const parts: Part[] = []
    for (const question of questions) {
      const found = this.#withSides(question, null, day)
      if (found.kind !== 'answer' || parts.some(({ policy }) => policy === found.policy)) continue
      parts.push(partsOf(found)[0])
    }
    return parts.length < 2 ? null : answerOf(parts.slice(0, AT_ONCE))
  }

  /** 孩子上学没钱，老人看病也没钱: what each need speaks for, to choose from, where no policy is named. */
  #needOfEach(text: string, day: string): Finding | null {
    const needs = needsIn(text)
    if (needs.length === 0 || this.#known.names(text)) return null
    const [clear] = this.#known.best(text, day, 1)
    if (clear && clear.score > LIKELY_SCORE) return null
    const policies = new Set<Policy>()
    for (const need of needs) {
      const [best] = this.#known.best(need, day, 1)
      if (best && best.score > LEAST_OF_NEED) policies.add(best.policy)
    }
    return policies.size < 2
      ? null
      : { kind: 'clarify', policies: [...policies].slice(0, SHOWN), aspect: null }
  }

  /** 低保要什么材料，多久能批: a question, and more sides of what it is about. */
  #withSides(text: string, topic: Topic | null, day: string): Finding {
    const { rest, sides } = takeSidesApart(text)
    const spokenOf = rest === '' && sides.length > 1 ? topic && this.#known.policy(topic.policy, day) : null
    const found = spokenOf ? followingUp(spokenOf, null) : this.#one.ask(text, topic, day)
    if (found.kind !== 'answer' || sides.length === 0) return found
    const { policy } = found
    const passage = isRemark(rest) ? null : this.#known.passageIn(policy, rest, true)
    const first = isRemark(rest) ? null : (passage?.aspect ?? askedAspect(rest))
    const asked = [...new Set([...(first ? [first] : []), ...sides])].slice(0, AT_ONCE)
    const [aspect, ...more] = asked
    if (aspect === undefined || more.length === 0) return found
    return {
      ...found,
      aspect,
      passage: aspect === first ? passage : null,
      more: more.map((one) => ({ policy, aspect: one, line: null })),
    }
  }
}

/** An answer about two that keeps both in mind, whichever it tells of. */
const together = (found: Finding | null, one: Policy, other: Policy): Finding | null =>
  found?.kind === 'answer' ? { ...found, beside: found.policy === one ? other : one } : found

/** Two named, or the one named beside the one talked about. */
function asPair([one, other]: readonly Policy[], spokenOf: Policy | undefined): Policy[] {
  if (one && other) return [one, other]
  return one && spokenOf && spokenOf !== one ? [spokenOf, one] : []
}
