import { openReadingFile } from '../../platform/reading-file.ts'
import { halfOf } from './half-of.ts'
import { reportFailure } from './report-failure.ts'

/** Prints the meters of a reading file that are in one half of the homes, for the evaluator's `--meters`. */
async function printHalf(which: 'tuned' | 'held-out', file: string): Promise<void> {
  const meters = new Set<string>()
  for await (const { meter } of openReadingFile(file).rows(() => {})) meters.add(meter)
  const half = [...meters].filter((meter) => halfOf(meter) === (which === 'tuned' ? 0 : 1))
  process.stdout.write(`${half.join(',')}\n`)
}

const [which, file] = process.argv.slice(2)
if (file === undefined || (which !== 'tuned' && which !== 'held-out')) {
  process.stderr.write('Usage: npm run -s half -- tuned|held-out FILE\n')
  process.exitCode = 1
} else await reportFailure('half', () => printHalf(which, file))
