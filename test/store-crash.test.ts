import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

// The long run is `npm run test:crash -- --cycles 100`. Plain Node cannot run TypeScript at 20.20, so both
// compile the two programs first.
test('five kills in the middle of writing lose and double nothing', { timeout: 60_000 }, async () => {
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'test/crash')])
  const { stdout } = await run(process.execPath, [
    join(root, 'dist/crash/test/crash/run.js'),
    '--cycles',
    '5',
  ])
  expect(stdout).toMatch(/acked [1-9]\d*, lost 0, doubled 0/)
})
