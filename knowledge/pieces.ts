/** Texts cut into characters and pairs of neighbouring characters, each a small number: what models learn from. */
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

/** Tells of each character (its number) and each pair (both numbers in one) of a text, as `content()` gives it. */
export function pieces(text: string, tell: (piece: number) => void): void {
  let before = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const number = code === SPACE ? 0 : numbered(code)
    if (number !== 0) tell(number)
    if (number !== 0 && before !== 0) tell(before * MOST_CHARACTERS + number)
    before = number
  }
}
const SPACE = 32

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
