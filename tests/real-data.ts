import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

const FOLDER =
  process.env['HEARTHLINE_TEST_DATA'] ?? fileURLToPath(new URL('../../shared/data', import.meta.url))

/** The path of a file of real readings; skips the test, visibly, where it is not at hand. */
export function realData(context: Pick<TestContext, 'skip'>, name: string): string {
  const file = path.join(FOLDER, name)
  if (!fs.existsSync(file)) context.skip(`${name} is not at hand (HEARTHLINE_TEST_DATA names its folder)`)
  return file
}
