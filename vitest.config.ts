import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // The default leaves one core idle; on a machine of two that is half of it.
    maxWorkers: '100%',
  },
})
