/**
 * A test that SECURITY.md names must fail when its control is gone. Here: that the list of controls fits the sources
 * and the table. With CONTROLS=1 (`npm run test:controls`) each control is taken away in a copy, and the tests its row
 * names are run there.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { projectFolder } from '../knowledge/load.ts'
import { CONTROLS, type Control } from './support/controls.ts'

const ALL = process.env['CONTROLS'] === '1'
/** Only those whose row and words it fits. */
const ONLY = new RegExp(process.env['CONTROLS_ONLY'] ?? '')
const read = (name: string) => readFileSync(join(projectFolder(), name), 'utf8')

/** What the copy needs besides the folders. */
const COPIED = [
  ...[
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'vitest.config.ts',
    'README.md',
  ],
  ...['SECURITY.md', 'PRIVACY.md', 'DEPENDENCIES.md', 'DEPLOY.md', 'compose.yaml', 'Dockerfile'],
]
/** Tests that are run from another file than their own. */
const RUN_BY: Readonly<Record<string, string>> = {
  'test/support/store-contract.ts': 'test/postgres.test.ts',
}

interface Named {
  file: string
  name: string
}
/** The tests of each row of SECURITY.md. */
const rows = new Map<string, Named[]>()
for (const [, row = '', file = '', name = ''] of read('SECURITY.md').matchAll(
  /^\| ([\w.]+) \| [^|\n]+ \| `(test\/[\w/-]+(?:\.test)?\.ts)`: ([^|\n]+?) \|$/gm,
))
  rows.set(row, [...(rows.get(row) ?? []), { file: RUN_BY[file] ?? file, name }])

test.each(CONTROLS.map((one) => [`${one.row} ${one.takes}`, one] as const))(
  '%s: stands where it is said to, and has a test',
  (_, { row, edits }) => {
    expect(rows.get(row) ?? []).not.toEqual([])
    for (const { file, from, to } of edits) {
      expect(read(file).split(from)).toHaveLength(2)
      expect(to).not.toBe(from)
    }
  },
)

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
})

describe.skipIf(!ALL)('taken away', () => {
  let copy = ''
  /** How many of the tests passed and failed in the copy. */
  function run(tests: readonly Named[]): z.infer<typeof Report> {
    const report = join(copy, 'report.json')
    writeFileSync(report, '{"numPassedTests":0,"numFailedTests":0}')
    const pattern = tests.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
    spawnSync(
      process.execPath,
      [
        join(projectFolder(), 'node_modules/vitest/vitest.mjs'),
        'run',
        ...[...new Set(tests.map(({ file }) => file))],
        ...['-t', pattern, '--bail', '1', '--reporter', 'json', '--outputFile', report],
      ],
      { cwd: copy, stdio: 'ignore', env: { ...process.env, CONTROLS: '' } },
    )
    return Report.parse(JSON.parse(readFileSync(report, 'utf8')))
  }
  const chosen = CONTROLS.filter(({ row, takes }) => ONLY.test(`${row} ${takes}`))
  const testsOf = ({ row }: Control): Named[] => rows.get(row) ?? []

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'controls-'))
    for (const name of ['bot', 'flows', 'knowledge', 'server', 'test', 'dist'])
      cpSync(join(projectFolder(), name), join(copy, name), { recursive: true })
    for (const name of COPIED) cpSync(join(projectFolder(), name), join(copy, name))
    symlinkSync(join(projectFolder(), 'node_modules'), join(copy, 'node_modules'))
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  test('the tests pass while every control is there', () => {
    const all = chosen.flatMap(testsOf)
    const { numPassedTests, numFailedTests } = run(all)
    expect(numFailedTests).toBe(0)
    expect(numPassedTests).toBeGreaterThanOrEqual(new Set(all.map(({ file, name }) => file + name)).size)
  })

  test.each(chosen.map((one) => [`${one.row} ${one.takes}`, one] as const))('%s', (_, one) => {
    for (const { file, from, to } of one.edits) {
      const path = join(copy, file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(
        path,
        source.replace(from, () => to),
      )
    }
    try {
      expect(run(testsOf(one)).numFailedTests).toBeGreaterThan(0)
    } finally {
      for (const { file } of one.edits) cpSync(join(projectFolder(), file), join(copy, file))
    }
  })
})
