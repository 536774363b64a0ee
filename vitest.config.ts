import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One process runs many files, and imports each module once: 698 s for all of them instead of 873.
    isolate: false,
    // Most of them wait for processes and databases of their own: two at a time, also where there are but two cores.
    maxWorkers: 2,
  },
})
