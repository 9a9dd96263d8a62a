import { OperationalError } from '../domain/operational-error.ts'

/** Evaluations by name: `npm run evaluate -- village`. Each says how well lives are watched over, not how fast. */
const EVALUATIONS: Record<
  string,
  { what: string; load: () => Promise<{ run: (args: string[]) => Promise<void> }> }
> = {
  village: {
    what: 'a simulated county with known truth: what is found of each kind of incident, how soon, and what knocks are spent on',
    load: () => import('./village/run-village.ts'),
  },
  presence: {
    what: 'a real home whose people noted when they were in: does its meter say so?',
    load: () => import('./presence/run-presence.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const evaluation = name === undefined ? undefined : EVALUATIONS[name]
if (evaluation === undefined) {
  const list = Object.entries(EVALUATIONS).map(
    ([key, { what }]) => `  npm run evaluate -- ${key.padEnd(10)} ${what}`,
  )
  process.stderr.write(`Which evaluation?\n${list.join('\n')}\n`)
  process.exitCode = 1
} else {
  try {
    await (await evaluation.load()).run(args)
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error
    process.stderr.write(`evaluate: ${error.message}\n`)
    process.exitCode = 1
  }
}
