/** Compares the figures of a model's words with those of the text they were made from. */
import { readFigures } from './figures.ts'

const PER: readonly [string, RegExp][] = [
  ['月', /每个?月|按月|逐月|一个月/],
  ['年', /每一?年(?!龄)|按年|一年|每年度/],
  ['学年', /学年/],
  ['天', /每[天日]|一天|按[天日]/],
  ['季', /每季|按季/],
  ['学期', /学期/],
  ['次', /每次/],
  ['人', /每人|人均/],
  ['户', /每户|户均|一户/],
]

/**
 * Whether a text holds a figure that does not stand in the source, or not for what it is said of: another bound,
 * another period, another thing.
 *
 * @param text {@link plain} words
 * @param from the {@link plain} source
 */
export function hasStrayFigure(text: string, from: string): boolean {
  const there = new Map<string, { side: string; strict: boolean; clause: string; sentence: string }[]>()
  const places = figuresByClause(from)
  for (const { figure, clause, sentence } of places) {
    for (const key of partsOf(figure.key)) {
      there.set(key, [...(there.get(key) ?? []), { ...figure, clause, sentence }])
    }
  }
  const like = likenesses()
  return figuresByClause(text).some(({ figure, clause, sentence }) => {
    const same = there.get(figure.key)
    if (!same) return true
    if (from.includes(clause)) return false
    // Where the source says the same figure of several things, the likest sentence counts.
    const alike = (one: { sentence: string }) => like(sentence, one.sentence)
    const likest = Math.max(...same.map(alike))
    const bound = same
      .filter((one) => alike(one) === likest)
      .filter(({ side, strict }) => side === figure.side || (figure.side === 'none' && !strict))
    if (bound.length === 0) return true
    const per = PER.filter(([, pattern]) => pattern.test(clause))
    const fits = bound.filter((one) => per.every(([, pattern]) => pattern.test(one.sentence)))
    if (fits.length === 0) return true
    // A figure that the source gives to something else lies closer to another figure's words than to its own.
    const own = Math.max(...same.map((one) => like(clause, one.clause)))
    const rival = Math.max(
      0,
      ...places
        .filter((one) => unitOf(one.figure.key) === unitOf(figure.key) && one.figure.key !== figure.key)
        .filter((one) => !same.some(({ clause: held }) => held === one.clause))
        .map((one) => like(clause, one.clause)),
    )
    return rival > own
  })
}

/** Figures with the clause and sentence they stand in. 、 parts them too: each names its own. */
function figuresByClause(text: string) {
  return text
    .split(/[。！？!?]/)
    .flatMap((sentence) =>
      sentence
        .split(/[，；;：:]|(?<!\d),|,(?!\d)|(?<=\d[\u4e00-\u9fff%]{1,3})、/)
        .flatMap((clause) => readFigures(clause).map((figure) => ({ figure, clause, sentence }))),
    )
}

/** A date also holds its year, its month and its day of the year. */
function partsOf(key: string): string[] {
  const [, year, month, day] = /^D(\d*)-(\d+)-(\d*)$/.exec(key) ?? []
  if (month === undefined) return [key]
  return [key, `D-${month}-${day}`, `D${year}-${month}-`, `${year}年`, `${month}月`]
}

const unitOf = (key: string) => key.replace(/[\d.]+/, '')

/** Pairs of neighbouring characters, figures and punctuation left out. */
export function pairs(text: string): Set<string> {
  const found = new Set<string>()
  for (const [run] of text.replace(/[0-9.%]+/g, '，').matchAll(/[\u4e00-\u9fff]{2,}/g)) {
    for (let at = 0; at + 1 < run.length; at++) found.add(run.slice(at, at + 2))
  }
  return found
}

/** How many pairs two texts share; the pairs of a text are found once for all comparisons. */
export function likenesses(): (a: string, b: string) => number {
  const known = new Map<string, Set<string>>()
  const of = (text: string) => {
    const found = known.get(text) ?? pairs(text)
    known.set(text, found)
    return found
  }
  return (a, b) => {
    const other = of(b)
    let shared = 0
    for (const pair of of(a)) if (other.has(pair)) shared++
    return shared
  }
}
