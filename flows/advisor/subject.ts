/** Which request or household an advisor means: by its number, by half of it, by a name, or by what was said last. */
import { SPOKEN_DIGITS } from '../facts.ts'
import { isHouseholdNumber, isTicketNumber } from '../ticket/ticket-number.ts'

/** How a line names what it is about. */
export type Mention =
  /** Digits as written; `letter` where one stood before them, `dashed` where a check digit was set apart. */
  | { kind: 'digits'; letter: 'Q' | 'H' | null; digits: string; dashed: boolean }
  /** 张大爷那单. */
  | { kind: 'person'; name: string }

/** What an advisor may mean. */
export interface Candidate {
  number: string
  /** Whom it is about; null when nobody knows. */
  name: string | null
}

export type Found =
  | { kind: 'one'; number: string }
  /** A number gone wrong (`mistyped`), or words that fit several. */
  | { kind: 'several'; numbers: string[]; mistyped: boolean }
  | { kind: 'none'; mistyped: boolean }

const LETTERED = /(?<![A-Za-z])([QqHh])\s?(?:号|[-.])?\s?(\d{3,9})(?:\s?-\s?(\d)|\s(\d))?(?![\d-])/
const DASHED = /(?<![\d-])(\d{3,9})\s?-\s?(\d)(?![\d-])/
const NAMED = /(?:单号|编号|户号|单子|求助单)[:为是]?\s?(\d{3,10})(?!\d)/
const FIRST = /^(\d{3,10})(?=\s|[\u4e00-\u9fa5,，。]|$)/
const TRAILED = /(?<!\d)(\d{3,10})(?:号单?|(?:这|那)(?:一)?(?:单|户|张))/
/** Counted things are no numbers of requests. */
const COUNTED = /^\s?(?:元|块|万|千|百|多|岁|个|年|月|日|天|号楼|栋|斤|平|%|公里|米|点|分)/
/** A month, as a promise's end. */
const MONTH = /^(?:19|20)\d\d-(?:0?[1-9])$/
const PERSON =
  /(?:^|[\s,，。])([\u4e00-\u9fa5]{1,4}?)(?:的)?(?:(?:那|这)(?:一)?(?:单|户|张|家)|家)(?![里庭属人长])/
const THIS = /(?:这|那)(?:一)?(?:单|户|张|家)(?:的)?/
const SPOKEN_RUN =
  /[零〇洞一幺二两三四五六七拐八九勾](?:[\s杠横线-]{0,2}[零〇洞一幺二两三四五六七拐八九勾]){3,9}/
const SPOKEN: Readonly<Record<string, string>> = { ...SPOKEN_DIGITS, 洞: '0', 拐: '7', 勾: '9' }
/** Longer runs are phones, bank cards, ID numbers. */
const PHONE = /^1[3-9]\d{9}$/

/** Full-width letters, digits and dashes as narrow ones; Chinese punctuation stays as it is. */
export function narrow(text: string): string {
  return text
    .replace(/[０-９Ａ-Ｚａ-ｚ＠－＿．／　]/g, (wide) => wide.normalize('NFKC'))
    .replace(/[‐-―−_~—]/g, '-')
}

/** What a line is about, and the line without it. A line may name nothing. */
export function readMention(line: string): { mention: Mention | null; rest: string } {
  const text = narrow(line)
  const cut = (match: RegExpMatchArray, mention: Mention | null) => {
    const at = match.index ?? 0
    const rest = `${text.slice(0, at)} ${text.slice(at + match[0].length)}`.replace(THIS, ' ')
    return {
      mention,
      rest: rest
        .replace(/\s+(?=[，。,、；])/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }
  }
  const lettered = LETTERED.exec(text)
  if (lettered) {
    const [, letter = '', body = '', check = lettered[4] ?? ''] = lettered
    return cut(lettered, {
      kind: 'digits',
      letter: letter.toUpperCase() === 'H' ? 'H' : 'Q',
      digits: body + check,
      dashed: check !== '',
    })
  }
  const dashed = DASHED.exec(text)
  if (dashed && !MONTH.test(`${dashed[1]}-${dashed[2]}`) && !COUNTED.test(after(text, dashed)))
    return cut(dashed, {
      kind: 'digits',
      letter: null,
      digits: `${dashed[1]}${dashed[2]}`,
      dashed: true,
    })
  for (const pattern of [NAMED, FIRST, TRAILED]) {
    const plain = pattern.exec(text)
    const digits = plain?.[1] ?? ''
    if (plain && !PHONE.test(digits) && !(pattern === FIRST && COUNTED.test(after(text, plain))))
      return cut(plain, { kind: 'digits', letter: null, digits, dashed: false })
  }
  const spoken = SPOKEN_RUN.exec(text)
  if (spoken) {
    const digits = [...spoken[0]].map((one) => SPOKEN[one] ?? '').join('')
    return cut(spoken, { kind: 'digits', letter: null, digits, dashed: /[杠横-]/.test(spoken[0]) })
  }
  const person = PERSON.exec(text)
  const name = (person?.[1] ?? '').replace(/^(?:把|给|替|去|到|跟|是)/, '')
  if (person && name !== '' && !/^[这那我你他她哪]/.test(name)) return cut(person, { kind: 'person', name })
  return { mention: null, rest: text.replace(THIS, ' ').replace(/\s+/g, ' ').trim() }
}

const after = (text: string, match: RegExpMatchArray): string =>
  text.slice((match.index ?? 0) + match[0].length)

/** Digits of a number without its letter, dashes and leading zeros. */
const bare = (digits: string): string => digits.replace(/^0+/, '')
const bodyOf = (number: string): string => number.slice(2, -2)
const wholeOf = (number: string): string => bodyOf(number) + number.slice(-1)

/**
 * Which of the candidates a line means. A whole number that fits its check digit is taken whether or not it is among
 * them, so that whoever asks hears whose it is; everything else is only looked for among what is theirs.
 */
export function findSubject(mention: Mention, candidates: readonly Candidate[]): Found {
  if (mention.kind === 'person') {
    const exact = candidates.filter(({ name }) => name !== null && name === mention.name)
    const surname = mention.name.slice(0, 1)
    const alike = exact.length > 0 ? exact : candidates.filter(({ name }) => name?.startsWith(surname))
    return among(alike, false)
  }
  const { digits, letter, dashed } = mention
  const body = digits.slice(0, -1)
  const whole = (one: 'Q' | 'H') => `${one}-${body.padStart(4, '0')}-${digits.slice(-1)}`
  const fitting = (letter === null ? (['Q', 'H'] as const) : [letter])
    .map(whole)
    .filter((number) => isTicketNumber(number) || isHouseholdNumber(number))
  const theirs = candidates.filter(({ number }) => letter === null || number.startsWith(letter))
  const named = theirs.filter(({ number }) => fitting.includes(number))
  if (named.length > 0) return among(named, false)
  const [first] = fitting
  if (first !== undefined && dashed) return { kind: 'one', number: first }
  if (!dashed) {
    const half = theirs.filter(
      ({ number }) => bare(bodyOf(number)) === bare(digits) || bare(wholeOf(number)) === bare(digits),
    )
    if (half.length > 0) return among(half, false)
    if (first !== undefined) return { kind: 'one', number: first }
  }
  const near = theirs.filter(({ number }) => isSlip(wholeOf(number), digits))
  return near.length > 0
    ? { kind: 'several', numbers: near.map(({ number }) => number), mistyped: true }
    : { kind: 'none', mistyped: true }
}

function among(candidates: readonly Candidate[], mistyped: boolean): Found {
  const [only] = candidates
  if (candidates.length === 1 && only) return { kind: 'one', number: only.number }
  return candidates.length === 0
    ? { kind: 'none', mistyped }
    : { kind: 'several', numbers: candidates.map(({ number }) => number), mistyped }
}

/** Whether digits are a number with one digit wrong, left out or doubled, or two neighbours swapped. */
function isSlip(number: string, written: string): boolean {
  const [right, wrong] = [bare(number), bare(written)]
  if (right === wrong) return true
  if (right.length === wrong.length) {
    const differ = [...right].flatMap((digit, place) => (digit === wrong[place] ? [] : [place]))
    const [one, next] = differ
    if (differ.length === 1) return true
    if (differ.length !== 2 || one === undefined || next === undefined) return false
    return next === one + 1 && right[one] === wrong[next] && right[next] === wrong[one]
  }
  const [longer, shorter] = right.length > wrong.length ? [right, wrong] : [wrong, right]
  if (longer.length !== shorter.length + 1) return false
  return [...longer].some((_, place) => longer.slice(0, place) + longer.slice(place + 1) === shorter)
}
