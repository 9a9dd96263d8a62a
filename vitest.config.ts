import { defineConfig } from 'vitest/config'
import { ClosingLine } from './tests/closing-line.ts'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/containers/**', 'node_modules/**'],
    // Tests start real servers and worker threads: forks keep one file's crash from taking another's results along.
    pool: 'forks',
    maxWorkers: 2,
    // Far beyond what any test needs: the machines are shared, and a slow one is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ['default', new ClosingLine()],
  },
})
