/**
 * Finds the inventory's own names in a message, also when misspelt: by sound (第保, 户理补贴) or with one
 * wrong character in a longer name (就业成夲).
 */
import { broadSound, sound } from './sound.ts'

/** A name and whatever it stands for. */
export interface Name<T> {
  text: string
  means: T
}

export interface NameFound<T> {
  name: Name<T>
  /** What the message says, which may be misspelt. */
  said: string
  /** Where it starts, in characters. */
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

/** Finds names in text in one pass over the text, however many names there are. */
export class NameFinder<T> {
  readonly #exact = new Map<string, Name<T>[]>()
  readonly #heard = new Map<string, Name<T>[]>()
  readonly #pairs = new Map<string, { name: Name<T>; offset: number }[]>()

  constructor(names: Iterable<Name<T>>) {
    for (const name of names) {
      const characters = [...name.text]
      if (characters.length < 2) continue
      push(this.#exact, pair(characters, 0), name)
      push(this.#heard, soundPair(characters, 0), name)
      if (characters.length >= TYPO_FROM) {
        for (let offset = 0; offset + 1 < characters.length; offset++) {
          push(this.#pairs, pair(characters, offset), { name, offset })
        }
      }
    }
  }

  /** Every name in the text, the surest and longest first; what lies inside a longer one is left out. */
  find(text: string): NameFound<T>[] {
    const characters = [...text]
    const found: NameFound<T>[] = []
    const tried = new Set<string>()
    for (let at = 0; at + 1 < characters.length; at++) {
      for (const name of this.#exact.get(pair(characters, at)) ?? []) {
        if (matches(characters, at, name.text, (a, b) => a === b)) found.push(hit(name, characters, at, 1))
      }
      for (const name of this.#heard.get(soundPair(characters, at)) ?? []) {
        const length = [...name.text].length
        const alike =
          length >= BROAD_FROM
            ? (a: string, b: string) => a === b || broadSound(a) === broadSound(b)
            : (a: string, b: string) => a === b || sound(a) === sound(b)
        if (matches(characters, at, name.text, alike)) found.push(hit(name, characters, at, HEARD))
      }
      for (const { name, offset } of this.#pairs.get(pair(characters, at)) ?? []) {
        const start = at - offset
        const key = `${start} ${name.text}`
        if (start < 0 || tried.has(key)) continue
        tried.add(key)
        if (oneWrong(characters, start, name.text)) found.push(hit(name, characters, start, GUESSED))
      }
    }
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

function hit<T>(name: Name<T>, characters: string[], at: number, certainty: number): NameFound<T> {
  return { name, said: characters.slice(at, at + [...name.text].length).join(''), at, certainty }
}

function matches(
  characters: string[],
  at: number,
  name: string,
  alike: (a: string, b: string) => boolean,
): boolean {
  let index = at
  for (const expected of name) {
    const actual = characters[index++]
    if (actual === undefined || !alike(actual, expected)) return false
  }
  return true
}

function oneWrong(characters: string[], start: number, name: string): boolean {
  let wrong = 0
  let index = start
  for (const expected of name) {
    const actual = characters[index++]
    if (actual === undefined || !/\p{Script=Han}/u.test(actual)) return false
    if (actual !== expected && ++wrong > 1) return false
  }
  return wrong === 1
}

const pair = (characters: string[], at: number) => `${characters[at]}${characters[at + 1]}`
const soundPair = (characters: string[], at: number) =>
  `${broadSound(characters[at] ?? '')} ${broadSound(characters[at + 1] ?? '')}`

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
