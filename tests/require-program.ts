import { execFileSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** Skips the test, visibly, where a program is not installed; in CI that is a failure. */
export function requireProgram(context: Pick<TestContext, 'skip'>, program: string): void {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
  } catch {
    if (process.env['CI'] === 'true')
      throw new Error(`${program} is missing: in CI it must be installed (.ci/run)`)
    context.skip(`${program} is not installed`)
  }
}
