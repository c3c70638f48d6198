/**
 * Many patterns asked of one text. A message holds few of the characters they are about, so what each pattern
 * cannot do without is worked out once, and only those are tried for which the text holds it.
 */

/** Characters of which a text must hold one. */
interface Need {
  characters: string
  /** The less, the more telling. */
  weight: number
}

/** One way in which a pattern can be met. */
interface Way {
  /** The place of its pattern among those added. */
  sign: number
  text: string
  /** Made when it is first tried: most never are. */
  pattern: RegExp | undefined
  /** What else a text must hold that holds what the way is found by. */
  needs: readonly Need[]
}

/** Tells whether the pattern added as `sign` is found in the text. */
export type Said = (sign: number) => boolean

export class Signs {
  #count = 0
  readonly #always: Way[] = []
  /** By the characters of their most telling need. */
  readonly #byCode = new Map<number, Way[]>()
  readonly #held = new Uint8Array(65_536)

  /**
   * Adds a pattern without flags, backward references or named groups.
   *
   * @returns its number, by which {@link Said} is asked
   */
  add(source: string): number {
    const sign = this.#count++
    for (const { text, needs } of waysOf(source)) {
      const [first, ...others] = needs
      const way: Way = { sign, text, pattern: undefined, needs: others }
      if (!first) this.#always.push(way)
      for (const character of new Set(first?.characters)) {
        const code = character.charCodeAt(0)
        const ways = this.#byCode.get(code)
        if (ways) ways.push(way)
        else this.#byCode.set(code, [way])
      }
    }
    return sign
  }

  /** Which of the patterns are found in `text`: as `RegExp.test` tells of each, but tried only where it can be. */
  in(text: string): Said {
    const held = this.#held
    const possible: (Way[] | undefined)[] = []
    const consider = (way: Way): void => {
      const { sign, needs } = way
      for (const need of needs) if (!holds(held, need)) return
      const others = possible[sign]
      if (others) others.push(way)
      else possible[sign] = [way]
    }
    for (let at = 0; at < text.length; at++) held[text.charCodeAt(at)] = 1
    for (const way of this.#always) consider(way)
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      // Each character once, and none is left for the next text.
      if (held[code] !== 1) continue
      held[code] = 2
      const ways = this.#byCode.get(code)
      if (ways) for (const way of ways) consider(way)
    }
    for (let at = 0; at < text.length; at++) held[text.charCodeAt(at)] = 0
    return (sign) => possible[sign]?.some((way) => isMet(way, text)) ?? false
  }
}

function isMet(way: Way, text: string): boolean {
  way.pattern ??= new RegExp(way.text)
  return way.pattern.test(text)
}

function holds(held: Uint8Array, { characters }: Need): boolean {
  for (let at = 0; at < characters.length; at++) if (held[characters.charCodeAt(at)]) return true
  return false
}

/** Common in any message: to need one of these tells little. */
const COMMON =
  '的一是不了我有人在他她这个们来到上大和为子你您会着就那要下以说时出没过也好家里去能对多想得么，。申请补助救低保钱办怎老孩残疾困难学生活医'
const COMMON_WEIGHS = 20
/** More needs than these of one way would tell little more. */
const NEEDS_KEPT = 3

/** What a pattern's alternatives need, each with its own text. */
function waysOf(source: string): { text: string; needs: Need[] }[] {
  const reader = new PatternReader(source)
  const ways: { text: string; needs: Need[] }[] = []
  do {
    const from = reader.at
    const needs = reader.sequence()
    ways.push({ text: source.slice(from, reader.at), needs })
  } while (reader.skip('|'))
  if (reader.at < source.length)
    throw new SyntaxError(`cannot read this pattern from ${reader.at} on: ${source}`)
  return ways
}

/** Characters that stand for themselves, none of them counted by what follows. */
const PLAIN = /[^\\[\](){}|?*+.^$]+(?![?*+{])/y

/** Adds a need in its place, while it is among the most telling. */
function keep(needs: Need[], need: Need): void {
  let place = needs.length
  while (place > 0 && (needs[place - 1]?.weight ?? 0) > need.weight) place--
  if (place >= NEEDS_KEPT) return
  for (let at = Math.min(needs.length, NEEDS_KEPT - 1); at > place; at--) needs[at] = needs[at - 1] ?? need
  needs[place] = need
}

/** Reads as much of a regular expression as it takes to know what its matches must hold. */
class PatternReader {
  readonly #source: string
  at = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Whether the next character is this one, which then is behind. */
  skip(character: string): boolean {
    if (this.#source[this.at] !== character) return false
    this.at += 1
    return true
  }

  /** What is needed, the most telling first, by all that follows up to `|`, `)` or the end. */
  sequence(): Need[] {
    const needs: Need[] = []
    for (;;) {
      PLAIN.lastIndex = this.at
      const plain = PLAIN.exec(this.#source)?.[0]
      if (plain !== undefined) {
        this.at += plain.length
        for (const character of plain) keep(needs, needOf(character))
      }
      let all: readonly Need[]
      switch (this.#source[this.at]) {
        case undefined:
        case '|':
        case ')':
          return needs
        case '(':
          all = this.#group()
          break
        case '[':
          all = this.#class()
          break
        case '.':
        case '^':
        case '$':
          this.at += 1
          all = []
          break
        default:
          all = [needOf(this.#one())]
      }
      if (this.#least() > 0) for (const need of all) keep(needs, need)
    }
  }

  #group(): readonly Need[] {
    this.at += 1
    let asserts = false
    if (this.skip('?') && !this.skip(':')) {
      asserts = true
      this.skip('<')
      if (!this.skip('=') && !this.skip('!'))
        throw new SyntaxError(`a kind of group not known here: ${this.#source}`)
    }
    const ways: Need[][] = []
    do ways.push(this.sequence())
    while (this.skip('|'))
    if (!this.skip(')')) throw new SyntaxError(`a group without an end: ${this.#source}`)
    if (asserts) return []
    if (ways.length === 1) return ways[0] ?? []
    const whole = { characters: '', weight: 0 }
    for (const [best] of ways) {
      if (!best) return []
      whole.characters += best.characters
      whole.weight += best.weight
    }
    return [whole]
  }

  #class(): readonly Need[] {
    this.at += 1
    const negated = this.skip('^')
    let characters = ''
    while (!this.skip(']')) {
      const one = this.#one()
      characters += one
      if (this.#source[this.at] !== '-' || this.#source[this.at + 1] === ']') continue
      this.at += 1
      const last = this.#one().charCodeAt(0)
      for (let code = one.charCodeAt(0) + 1; code <= last; code++) characters += String.fromCharCode(code)
    }
    return negated ? [] : [needOf(characters)]
  }

  /** A character, or all that `\\d` stands for. */
  #one(): string {
    const escaped = this.skip('\\')
    const character = this.#source[this.at++]
    if (character === undefined) throw new SyntaxError(`a pattern that ends too early: ${this.#source}`)
    if (!escaped) return character
    if (character === 'd') return '0123456789'
    if (/[a-z\d]/i.test(character)) throw new SyntaxError(`\\${character} is not known here: ${this.#source}`)
    return character
  }

  /** How often at least, by the quantifier that follows, if one does. */
  #least(): number {
    let least = 1
    if (this.skip('?') || this.skip('*')) least = 0
    else if (this.skip('{')) {
      least = Number.parseInt(this.#source.slice(this.at, this.at + 3), 10)
      this.at = this.#source.indexOf('}', this.at) + 1
      if (Number.isNaN(least) || this.at === 0)
        throw new SyntaxError(`a count not known here: ${this.#source}`)
    } else if (!this.skip('+')) return 1
    this.skip('?')
    return least
  }
}

const known = new Map<string, Need>()

function needOf(characters: string): Need {
  let need = known.get(characters)
  if (!need) {
    let weight = 0
    for (const one of characters) weight += COMMON.includes(one) ? COMMON_WEIGHS : 1
    need = { characters, weight }
    known.set(characters, need)
  }
  return need
}
