/** Figures of repeated rounds, and the tables and bars they are shown in. */

/** The value a share `p` (0 to 1) of the values does not exceed; NaN of none. */
export function percentile(values: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length / 2
  const upper = sorted[Math.floor(half)] ?? Number.NaN
  return Number.isInteger(half) ? ((sorted[half - 1] ?? upper) + upper) / 2 : upper
}

/** Three significant digits, never as 1e5. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 3))
}

/** The median of some rounds, with the least and the greatest: `1.52 (1.48–1.60)`. */
export function spread(values: readonly number[]): string {
  if (values.length < 2) return figure(median(values))
  return `${figure(median(values))} (${figure(Math.min(...values))}–${figure(Math.max(...values))})`
}

/** Prints a Markdown table, its columns aligned so that it reads well in a terminal too. */
export function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => width(row[column] ?? ''))))
  const line = (row: readonly string[]) =>
    `| ${widths.map((wide, column) => pad(row[column] ?? '', wide)).join(' | ')} |`
  const rule = `|${widths.map((wide) => '-'.repeat(wide + 2)).join('|')}|`
  console.log(`\n### ${title}\n\n${[line(head), rule, ...rows.map(line)].join('\n')}\n`)
}

const pad = (text: string, wide: number) => text + ' '.repeat(Math.max(0, wide - width(text)))
/** Chinese characters are two columns wide. */
const width = (text: string) => [...text].reduce((sum, one) => sum + (/\p{Script=Han}/u.test(one) ? 2 : 1), 0)

let missed = 0

/** Prints whether a figure keeps its bar, and remembers when it does not. */
export function bar(what: string, value: number, atMost: number, unit = ''): void {
  const kept = value <= atMost
  if (!kept) missed += 1
  console.log(`${kept ? 'PASS' : 'FAIL'}  ${what}: ${figure(value)}${unit} (bar ${atMost}${unit})`)
}

/** Prints how a figure stands to a bar that is wished for, not demanded. */
export function stretch(what: string, value: number, atMost: number, unit = ''): void {
  console.log(
    `${value <= atMost ? 'met ' : 'not '}  ${what}, stretch: ${figure(value)}${unit} (${atMost}${unit})`,
  )
}

/** How many bars were missed so far. */
export const missedBars = (): number => missed
