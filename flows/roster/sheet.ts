/** Sheets that offices fill in: columns found by their headers in any order, faults told all at once. */

/** Cells as text. `line` is the number people see in their program. */
export interface Sheet {
  /** The file's name, for telling faults. */
  file: string
  rows: readonly { line: number; cells: readonly string[] }[]
}

export interface Column {
  /** As templates write it. */
  name: string
  /** What else offices call it. */
  also: readonly string[]
  required: boolean
}

/** One filled row. */
export interface Entry {
  line: number
  /** What stands in a column, in plain digits and punctuation; null when the sheet has no such column. */
  get: (column: Column) => string | null
}

export interface Entries {
  entries: Entry[]
  faults: SheetFault[]
  /** Columns nobody asked for; a misspelt header is found there. */
  unused: string[]
}

/** Something to mend in a sheet. */
export interface SheetFault {
  /** The number people see in their program. */
  line: number
  /** The column's name; '' where it is the row. */
  column: string
  /** What is wrong there, and what mends it. */
  words: string
}

/** Titles and notes may stand above the header. */
const HEADER_WITHIN = 10

/** Finds the header and what stands below it. Empty rows are passed over. */
export function readEntries(sheet: Sheet, columns: readonly Column[]): Entries {
  const header = headerOf(sheet, columns)
  if (!header) return { entries: [], faults: [missing(sheet, columns)], unused: [] }
  const names = header.cells.map((cell) => nameOf(cell, columns))
  const twice = columns.filter((column) => names.filter((one) => one === column).length > 1)
  const faults = twice.map(
    ({ name }): SheetFault => ({ line: header.line, column: name, words: '这一列写了两遍，只留一列' }),
  )
  const places = new Map(columns.map((column) => [column, names.indexOf(column)]))
  const get = (cells: readonly string[]) => (column: Column) => {
    const place = places.get(column) ?? -1
    return place < 0 ? null : tidy(cells[place] ?? '')
  }
  const entries = sheet.rows
    .slice(sheet.rows.indexOf(header) + 1)
    .filter(({ cells }) => cells.some((cell) => tidy(cell) !== ''))
    .map(({ line, cells }) => ({ line, get: get(cells) }))
  if (entries.length === 0)
    faults.push({ line: header.line + 1, column: '', words: '表头下面没有内容，请填好再导入' })
  return {
    entries,
    faults,
    unused: header.cells.filter((cell, place) => tidy(cell) !== '' && !names[place]),
  }
}

/** One fault as people read it in a terminal: `文件:行号 列名：哪里不对，怎么改`. */
export const sayFault = ({ file }: Pick<Sheet, 'file'>, { line, column, words }: SheetFault): string =>
  `${file}:${line} ${column === '' ? '' : `${column}：`}${words}`

/** By line, as people go through their sheet; of one line as they were found. */
export const inOrder = (faults: readonly SheetFault[]): SheetFault[] =>
  [...faults].sort((one, other) => one.line - other.line)

/** What keeps a program of tables from reckoning: ="007", or an apostrophe before what it would reckon with. */
const GUARDED = /^\s*(?:="(.*)"|'('*[\d=+\-@].*))$/s

/** Full-width letters, digits and colons become plain ones; what cannot be seen, or only keeps Excel from counting, goes. */
export const tidy = (cell: string): string =>
  cell
    .normalize('NFKC')
    .replace(/[\u200b-\u200d\ufeff]/g, '')
    .replace(GUARDED, '$1$2')
    .replace(/[\t\u00a0 ]+/g, ' ')
    .trim()

/** Several in one cell. */
export const several = (cell: string): string[] =>
  cell
    .split(/[、,;\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

/**
 * What a program of tables would reckon with instead of showing: formulas, also in full-width signs, behind what
 * cannot be seen (OWASP, CSV Injection). An apostrophe before it makes it text; {@link tidy} takes it away again.
 */
const FORMULA = /^(?:[\s\u200b-\u200d\ufeff]*'*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n])/
/** Leading zeros, more digits than are kept, powers of ten and days of the year: spoilt unless they are text. */
const SPOILT = /^(?:0\d+|\d{12,}|\d+E\d+|\d{1,4}-\d{1,2}(?:-\d{1,4})?)$/i

/** A cell of a workbook that {@link tidy} reads again as it is: what it would take off stands behind an apostrophe. */
export const keptCell = (cell: string): string => (GUARDED.test(cell) ? `'${cell}` : cell)

/**
 * Rows as a CSV file that Excel in China opens as it is: with a byte order mark, and behind numbers it would spoil
 * a tab, which makes them text. No cell is run as a formula.
 */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  const harmless = (cell: string) => (FORMULA.test(cell) ? `'${cell}` : cell)
  const kept = (cell: string) => (SPOILT.test(cell) ? `${cell}\t` : cell)
  // Some regions divide by semicolons, and what is copied by tabs.
  const quoted = (cell: string) => (/[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : kept(cell))
  return `\ufeff${rows.map((row) => `${row.map((cell) => quoted(harmless(cell))).join(',')}\r\n`).join('')}`
}

/** A header without stars and explanations: *姓名（必填）. */
const plainHeader = (cell: string): string => tidy(cell).replace(/\(.*?\)|[\s*:]/g, '')

const nameOf = (cell: string, columns: readonly Column[]): Column | undefined => {
  const plain = plainHeader(cell)
  return columns.find(({ name, also }) => name === plain || also.includes(plain))
}

function headerOf({ rows }: Sheet, columns: readonly Column[]): Sheet['rows'][number] | undefined {
  return rows.slice(0, HEADER_WITHIN).find(({ cells }) => {
    const names = cells.map((cell) => nameOf(cell, columns))
    return columns.every((column) => !column.required || names.includes(column))
  })
}

function missing(sheet: Sheet, columns: readonly Column[]): SheetFault {
  const required = columns.filter((one) => one.required)
  const best = sheet.rows
    .slice(0, HEADER_WITHIN)
    .map(({ line, cells }) => {
      const names = cells.map((cell) => nameOf(cell, columns))
      return {
        line,
        known: names.filter(Boolean).length,
        lacks: required.filter((one) => !names.includes(one)),
      }
    })
    .sort((one, other) => other.known - one.known)[0]
  const say = (some: readonly Column[]) => some.map(({ name }) => `「${name}」`).join('')
  return best && best.known > 0
    ? { line: best.line, column: '表头', words: `缺少${say(best.lacks)}这一列，请补上` }
    : { line: 1, column: '表头', words: `没有找到，第一行要写列名，至少有${say(required)}` }
}
