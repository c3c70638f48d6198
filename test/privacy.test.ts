/** PRIVACY.md says what the program does: its tables are the terms and the sealed fields themselves. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SEALED } from '../bot/store.ts'
import { KEEP_DEFAULT } from '../server/config.ts'
import { FILE_TERMS, TERMS, type Term } from '../server/retention/terms.ts'
import { TABLES } from '../server/store/entry.ts'

const FILE = join(import.meta.dirname, '..', 'PRIVACY.md')
const VARIABLES = {
  tickets: 'KEEP_TICKETS_DAYS',
  households: 'KEEP_HOUSEHOLDS_DAYS',
  audit: 'KEEP_AUDIT_DAYS',
} as const

function sayDays({ days }: Term): string {
  if (days === null) return '—'
  if (typeof days === 'number') return days === 0 ? '到期就删' : `${days}天`
  return `由单位定，\`${VARIABLES[days]}\`，默认${KEEP_DEFAULT[days]}天`
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`
const line = (term: Term) => [sayDays(term), term.until, term.why]
const terms = [
  row('表', '是什么', '加密的字段', '留多久', '从什么时候算', '为什么'),
  row('---', '---', '---', '---', '---', '---'),
  ...TABLES.map((table) =>
    row(`\`${table}\``, TERMS[table].what, SEALED[table].join('、') || '—', ...line(TERMS[table])),
  ),
].join('\n')
const files = [
  row('文件', '是什么', '留多久', '从什么时候算', '为什么'),
  row('---', '---', '---', '---', '---'),
  ...Object.entries(FILE_TERMS).map(([name, term]) => row(name, term.what, ...line(term))),
].join('\n')

// `UPDATE_PRIVACY=1 npx vitest run test/privacy.test.ts` writes them.
if (process.env['UPDATE_PRIVACY'] === '1') {
  const between = (text: string, mark: string, table: string) =>
    text.replace(
      new RegExp(`<!-- ${mark} -->[^]*<!-- /${mark} -->`),
      `<!-- ${mark} -->\n${table}\n<!-- /${mark} -->`,
    )
  writeFileSync(FILE, between(between(readFileSync(FILE, 'utf8'), 'terms', terms), 'files', files))
}

test('the data map shows every table and every kind of file as they are', () => {
  const written = readFileSync(FILE, 'utf8')
  expect(written).toContain(terms)
  expect(written).toContain(files)
})
