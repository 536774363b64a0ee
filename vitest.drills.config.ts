import { defineConfig } from 'vitest/config'

// Whole houses failing at random moments: what meets what is chance, so these stand apart from the suite for now.
export default defineConfig({
  test: {
    include: ['test/drills/*.drill.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
})
