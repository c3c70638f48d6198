/** Texts cut into characters and pairs of neighbouring characters, each a small number: what models learn from. */

/** All pieces of one text, in order, repeated as they repeat. */
export type Cut = Int32Array

/** Characters are known by a small number; a pair is then a number small enough to be fast. Ample for Chinese. */
export const MOST_CHARACTERS = 32_768
const numberOf = new Uint16Array(65_536)
const characters: string[] = ['']

/** The number of a UTF-16 unit, or 0 once all numbers are taken. */
function numbered(code: number): number {
  const known = numberOf[code] ?? 0
  if (known !== 0 || characters.length === MOST_CHARACTERS) return known
  const number = characters.push(String.fromCharCode(code)) - 1
  numberOf[code] = number
  return number
}

const SPACE = 32

/** Cuts a text, as `content()` gives it, into its characters and pairs of characters; nothing spans a space. */
export function cut(text: string): Cut {
  const pieces = new Int32Array(2 * text.length)
  let count = 0
  let before = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const number = code === SPACE ? 0 : numbered(code)
    if (number !== 0) pieces[count++] = number
    if (number !== 0 && before !== 0) pieces[count++] = before * MOST_CHARACTERS + number
    before = number
  }
  return pieces.subarray(0, count)
}

/** A pair as the two characters it stands for. */
export function spelled(pair: number): string {
  return `${characters[Math.floor(pair / MOST_CHARACTERS)] ?? ''}${characters[pair % MOST_CHARACTERS] ?? ''}`
}

/** The number of the pair that starts at a place of a text; 0 where there is none. */
export function pairAt(text: string, at: number): number {
  const first = text.charCodeAt(at)
  const second = text.charCodeAt(at + 1)
  if (Number.isNaN(second) || first === SPACE || second === SPACE) return 0
  return numbered(first) * MOST_CHARACTERS + numbered(second)
}
