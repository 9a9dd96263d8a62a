import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Tests start real servers and worker threads: forks keep one file's crash from taking another's results along.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
