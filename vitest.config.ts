import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import './test/native/register.js'
import { toSource } from './test/native/source-place.ts'
import { SHORT_LIVED } from './test/support/short-lived.ts'
import { SlowFirst } from './test/support/slow-first.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/scan-logs.ts'],
    // Limits only end what would never end: a busy machine may be ten times slower than an idle one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 5 } },
    // One more than cores: files that start programs and databases mostly wait for them.
    maxWorkers: availableParallelism() + 1,
    // Files that run in one process share its modules, so that it learns the inventory once, not once a file. No test
    // may leave anything behind in a module or in the process; `npx vitest run --sequence.shuffle` shows one that does.
    isolate: false,
    sequence: { sequencer: SlowFirst },
    // Node imports the files itself, without vite between them: code runs faster so, and is the code that is served.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: [`--import=${join(import.meta.dirname, 'test/native/register.js')}`, ...SHORT_LIVED],
    onStackTrace: (_error, frame) => toSource(frame),
  },
})
