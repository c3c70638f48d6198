import { defineConfig } from 'vitest/config'
import { SlowFirst } from './test/support/slow-first.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/scan-logs.ts'],
    // Limits only end what would never end: a busy machine may be ten times slower than an idle one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 5 } },
    // The default leaves one core idle; on a machine of two that is half of it.
    maxWorkers: '100%',
    // Files that run in one process share its modules, so that it learns the inventory once, not once a file. No test
    // may leave anything behind in a module or in the process; `npx vitest run --sequence.shuffle` shows one that does.
    isolate: false,
    sequence: { sequencer: SlowFirst },
    // What TypeScript was turned into is kept between runs: beside what the build made, as `node_modules` may be shared
    // by several checkouts, and one with other packages empties what it finds.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'dist/test-cache' },
  },
})
