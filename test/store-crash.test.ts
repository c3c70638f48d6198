/** The built store, killed while it writes. Needs `npm run build`. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { projectFolder } from '../knowledge/load.ts'
import { compile } from './support/compile.ts'

// The long run is `npm run test:crash -- --cycles 100`.
test('five kills in the middle of writing lose and double nothing', { timeout: 60_000 }, async () => {
  // Beside the built store, which the programs import.
  const programs = join(projectFolder(), 'dist/test/crash')
  compile('test/crash', programs)
  const { stdout } = await promisify(execFile)(process.execPath, [join(programs, 'run.js'), '--cycles', '5'])
  expect(stdout).toMatch(/acked [1-9]\d*, lost 0, doubled 0/)
})
