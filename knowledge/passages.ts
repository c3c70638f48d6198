/**
 * Where in a policy's own text the words of a question stand: 没签合同 in “没签合同也可以去反映”. A side asked for in
 * words we know (要带什么材料) needs none of this; most questions about one circumstance do.
 */
import { ASPECT_NAMES, type Aspect, type Policy } from './policy.ts'
import { content } from './terms.ts'

/** What of a policy answers: the lead of a side, or one of the lines below it. */
export interface Passage {
  aspect: Aspect
  /** Null for the lead. */
  line: string | null
}

/** Pairs of characters without meaning of their own: only as part of a longer piece do they count, and half. */
const SMALL =
  /[给要不也还能去在有是我他她你您它就都说多少几个钱人们可以会到这那上下没得把被让跟和对怎什自己先后再又才行办申请领]/
/** A piece so long is no chance, whatever stands in it. In pairs of characters. */
const LONG_PIECE = 3
/** Longer messages tell a story, of which a few words stand somewhere by chance. In characters. */
const QUESTION_TO = 40
/** What the words found must be worth, and what part of all words', as log of how rare they are in the inventory. */
const LEAST = { worth: 6, part: 0.1 } as const
/** The same where a side is asked for, and where no policy was spoken of before. */
const LEAST_BESIDE_SIDE = { worth: 9, part: 0.28 } as const

/** A lead or a line, as it is compared. */
interface Unit extends Passage {
  words: string
}

/** Where in a piece of a message something begins that stands in the policy. */
interface Start {
  piece: string
  at: number
}

const NOWHERE = { units: [], all: '' }

/** Finds passages in the policies of one inventory. */
export class Passages {
  readonly #rarity = new Map<string, number>()
  readonly #units = new Map<string, { units: readonly Unit[]; all: string }>()
  /** What a pair is worth that stands nowhere. */
  readonly #rarest: number

  constructor(policies: Iterable<Policy>) {
    const seen = new Map<string, number>()
    let count = 0
    for (const policy of policies) {
      const units = unitsOf(policy)
      this.#units.set(policy.id, { units, all: units.map(({ words }) => words).join(' ') })
      count += units.length
      for (const { words } of units)
        for (const pair of new Set(pairsOf(words))) seen.set(pair, (seen.get(pair) ?? 0) + 1)
    }
    for (const [pair, times] of seen) this.#rarity.set(pair, Math.log((count + 1) / (times + 1)))
    this.#rarest = Math.log(count + 1)
  }

  /**
   * What of a policy a message's words stand in.
   *
   * @param sure whether much must stand there, as where a side is asked for outright or no policy was spoken of
   * @returns null where nothing stands clearly
   */
  find(policy: Policy, text: string, sure: boolean): Passage | null {
    if (text.length > QUESTION_TO) return null
    const { units, all } = this.#units.get(policy.id) ?? NOWHERE
    const pieces = content(
      [policy.title, ...policy.aliases].reduce((rest, name) => rest.replaceAll(name, ' '), text),
    )
      .split(' ')
      .filter((piece) => piece.length > 1)
    const starts: Start[] = []
    const whole = new Set<string>()
    for (const piece of pieces)
      for (const [at, pair] of pairsOf(piece).entries()) {
        whole.add(pair)
        if (all.includes(pair)) starts.push({ piece, at })
      }
    if (starts.length === 0) return null
    const least = sure ? LEAST_BESIDE_SIDE : LEAST
    let total = 0
    for (const pair of whole) total += this.#worth(pair)
    let best: { unit: Unit; worth: number } | null = null
    for (const unit of units) {
      const worth = this.#shared(starts, unit)
      const leads = best !== null && worth === best.worth && unit.line === null && best.unit.line !== null
      if (worth > (best?.worth ?? 0) || leads) best = { unit, worth }
    }
    if (best === null || best.worth < least.worth || best.worth < least.part * total) return null
    // What it is in general is told where nothing else is asked.
    if (sure && best.unit.aspect === 'overview' && best.unit.line === null) return null
    return { aspect: best.unit.aspect, line: best.unit.line }
  }

  #worth(pair: string): number {
    return this.#rarity.get(pair) ?? this.#rarest
  }

  /** What of a message stands in a unit, piece by piece, the longest from each start on. */
  #shared(starts: readonly Start[], { words }: Unit): number {
    const counted = new Set<string>()
    let worth = 0
    let passed: Start | null = null
    for (const { piece, at } of starts) {
      if (passed && passed.piece === piece && at < passed.at) continue
      let to = at + 1
      while (to < piece.length && words.includes(piece.slice(at, to + 1))) to++
      passed = { piece, at: to - 1 }
      if (to - at < 2) continue
      const pairs = pairsOf(piece.slice(at, to))
      if (pairs.length < LONG_PIECE && pairs.every((pair) => SMALL.test(pair))) continue
      for (const pair of pairs) {
        if (counted.has(pair)) continue
        counted.add(pair)
        worth += this.#worth(pair) / (SMALL.test(pair) ? 2 : 1)
      }
    }
    return worth
  }
}

/** 到18就停了吗, 满18岁还发吗: whether something goes on past an age. */
const PAST_AN_AGE =
  /(?:(?:到|满|超?过)了?(?=(?:\d|十))|(?=(?:\d{1,2}|十[六八])周?岁(?:以后|之后|就|还)))(\d{1,2}|十八|十六)(?:周?岁)?(?:以后|之后|就|还|了)?[^，。]{0,5}(?:停|没了|没有了|不给|不发|还给|还发|还有|断|还能|取消)/
const AGES: Readonly<Record<string, string>> = { 十六: '16', 十八: '18' }

/** Where a policy says what becomes of it past the age a message asks about; null when it does not, or none is asked. */
export function pastAge({ sections }: Policy, text: string): Passage | null {
  const said = PAST_AN_AGE.exec(text.normalize('NFKC'))?.[1]
  if (said === undefined) return null
  const tells = new RegExp(`满${AGES[said] ?? said}周?岁[^。，]{0,8}(?:停|还在|继续|续)`)
  for (const aspect of ASPECT_NAMES) {
    const line = sections[aspect]?.details.find((detail) => tells.test(detail))
    if (line !== undefined) return { aspect, line }
  }
  return null
}

/** Where in a policy a word stands, in a lead if in one: 利息 of a loan. */
export const whereIn = (policy: Policy, word: string): Passage | null =>
  whereOf(policy, (words) => words.includes(word))

/** Where a policy tells of whoever lacks something: 没签合同也可以去反映. */
export function whereLacking(policy: Policy, word: string): Passage | null {
  const lacks = new RegExp(`(?:没|未|无)[^，。；、]{0,3}${word}`)
  return whereOf(policy, (words) => lacks.test(words))
}

function whereOf({ sections }: Policy, tells: (words: string) => boolean): Passage | null {
  for (const aspect of ASPECT_NAMES) {
    const section = sections[aspect]
    if (section && tells(section.lead)) return { aspect, line: null }
  }
  for (const aspect of ASPECT_NAMES) {
    const line = sections[aspect]?.details.find(tells)
    if (line !== undefined) return { aspect, line }
  }
  return null
}

const unitsOf = ({ sections }: Policy): Unit[] =>
  ASPECT_NAMES.flatMap((aspect) => {
    const section = sections[aspect]
    if (!section) return []
    return [null, ...section.details].map((line) => ({
      aspect,
      line,
      words: content(line ?? section.lead).replaceAll(' ', ''),
    }))
  })

function pairsOf(text: string): string[] {
  const pairs: string[] = []
  for (let at = 0; at + 1 < text.length; at++) pairs.push(text.slice(at, at + 2))
  return pairs
}
