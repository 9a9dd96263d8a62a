import { defineConfig } from 'vitest/config'

/** `npm run test:containers`: what needs Docker, kept out of `npm test`, which needs none. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.containers.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    // The images are pulled inside it.
    hookTimeout: 600_000,
  },
})
