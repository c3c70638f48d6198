/**
 * Finds the inventory's own names in a message, also when misspelt: by sound (第保, 户理补贴) or with one
 * wrong character in a longer name (就业成夲).
 */
import { broadSounds, sounds } from './sound.ts'
import { Trie, type TrieKept } from './trie.ts'

/** A name and whatever it stands for. */
export interface Name<T> {
  text: string
  means: T
}

export interface NameFound<T> {
  name: Name<T>
  /** What the message says, which may be misspelt. */
  said: string
  /** Where it starts. */
  at: number
  /** 1 for the very words; less when it was heard or guessed. */
  certainty: number
}

/** A name of two characters is heard only when it sounds exactly so; longer ones forgive broad dialects. */
const BROAD_FROM = 3
/** From this length on one wrong character is forgiven. */
const TYPO_FROM = 4
const HEARD = 0.85
/** How certain a name with one wrong character is. */
export const GUESSED = 0.7

/** Half of a name: with one wrong character in the name, the other half is right. */
export interface Half<T> {
  name: Name<T>
  /** Where it stands in the name. */
  offset: number
}

/** A finder as plain data. */
export interface NameFinderKept<T> {
  exact: TrieKept<Name<T>>
  heard: TrieKept<Name<T>>
  heardBroadly: TrieKept<Name<T>>
  halves: TrieKept<Half<T>>
}

/** Finds names in text in one pass over the text, however many names there are. */
export class NameFinder<T> {
  readonly #exact: Trie<Name<T>>
  readonly #heard: Trie<Name<T>>
  readonly #heardBroadly: Trie<Name<T>>
  readonly #halves: Trie<Half<T>>

  constructor(kept?: NameFinderKept<T>) {
    this.#exact = new Trie(kept?.exact)
    this.#heard = new Trie(kept?.heard)
    this.#heardBroadly = new Trie(kept?.heardBroadly)
    this.#halves = new Trie(kept?.halves)
  }

  static from<T>(names: Iterable<Name<T>>): NameFinder<T> {
    const finder = new NameFinder<T>()
    for (const name of names) {
      const { text } = name
      if (text.length < 2) continue
      finder.#exact.add(text, name)
      if (text.length < BROAD_FROM) finder.#heard.add(sounds(text), name)
      else finder.#heardBroadly.add(broadSounds(text), name)
      if (text.length >= TYPO_FROM) {
        const half = Math.floor(text.length / 2)
        finder.#halves.add(text.slice(0, half), { name, offset: 0 })
        finder.#halves.add(text.slice(half), { name, offset: half })
      }
    }
    return finder
  }

  /** What makes an equal finder. */
  get kept(): NameFinderKept<T> {
    return {
      exact: this.#exact.kept,
      heard: this.#heard.kept,
      heardBroadly: this.#heardBroadly.kept,
      halves: this.#halves.kept,
    }
  }

  /** Every name in the text, the surest and longest first; what lies inside a longer one is left out. */
  find(text: string): NameFound<T>[] {
    const found: NameFound<T>[] = []
    const add = (name: Name<T>, at: number, certainty: number) =>
      found.push({ name, said: text.slice(at, at + name.text.length), at, certainty })
    this.#exact.eachIn(text, (name, at) => add(name, at, 1))
    this.#heard.eachIn(sounds(text), (name, at) => add(name, at, HEARD))
    this.#heardBroadly.eachIn(broadSounds(text), (name, at) => add(name, at, HEARD))
    this.#halves.eachIn(text, ({ name, offset }, at) => {
      if (oneWrong(text, at - offset, name.text)) add(name, at - offset, GUESSED)
    })
    if (found.length < 2) return found
    found.sort((a, b) => b.certainty - a.certainty || b.said.length - a.said.length || a.at - b.at)
    const kept: NameFound<T>[] = []
    for (const one of found) {
      if (!kept.some((other) => covers(other, one))) kept.push(one)
    }
    return kept.sort((a, b) => b.said.length * b.certainty - a.said.length * a.certainty || a.at - b.at)
  }
}

function covers<T>(a: NameFound<T>, b: NameFound<T>): boolean {
  const inside = a.at <= b.at && b.at + b.said.length <= a.at + a.said.length
  return (
    inside && (a.said.length > b.said.length || a.certainty > b.certainty || a.name.means === b.name.means)
  )
}

function oneWrong(text: string, start: number, name: string): boolean {
  if (start < 0 || start + name.length > text.length) return false
  let wrong = 0
  for (let index = 0; index < name.length; index++) {
    if (text.charCodeAt(start + index) !== name.charCodeAt(index) && ++wrong > 1) return false
  }
  return wrong === 1 && HAN_ONLY.test(text.slice(start, start + name.length))
}

const HAN_ONLY = /^\p{Script=Han}+$/u
