import { OperationalError } from '../domain/operational-error.ts'

/** Evaluations by name: `npm run evaluate -- village`. Each says how well lives are watched over, not how fast. */
const EVALUATIONS: Record<
  string,
  { what: string; options: string; load: () => Promise<{ run: (args: string[]) => Promise<void> }> }
> = {
  village: {
    what: 'a simulated county with known truth: what is found of each kind of incident, how soon, and what knocks are spent on',
    options:
      '[--homes 100] [--days 90] [--seed 1] [--budget 0.2] [--rule evidence] [--parts 1] [--workers N] [--start TIME] [--out FILE.ndjson]',
    load: () => import('./village/run-village.ts'),
  },
  falls: {
    what: 'falls in the homes of a simulated county, with nothing, a light or a tap left on: how soon at equal false alarms',
    options: '[--homes 300] [--days 95] [--seed 1] [--falls 3] [--rate 0.2] [--meters both]',
    load: () => import('./falls/run-falls.ts'),
  },
  presence: {
    what: 'a real home whose people noted when they were in: does its meter say so?',
    options: '--readings FILE --occupancy FILE [--timezone Europe/Zurich]',
    load: () => import('./presence/run-presence.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const evaluation = name === undefined ? undefined : EVALUATIONS[name]
if (evaluation === undefined || args.includes('--help')) {
  const list = Object.entries(EVALUATIONS).map(
    ([key, { what, options }]) => `  npm run evaluate -- ${key} ${options}\n      ${what}`,
  )
  process.stderr.write(`${evaluation === undefined ? 'Which evaluation?\n' : ''}${list.join('\n')}\n`)
  process.exitCode = evaluation === undefined ? 1 : 0
} else {
  try {
    await (await evaluation.load()).run(args)
  } catch (error) {
    if (!(error instanceof OperationalError) && !isBadOption(error)) throw error
    process.stderr.write(`evaluate: ${error.message}\n`)
    process.exitCode = 1
  }
}

/** `parseArgs` says in plain words what is wrong with an option. */
function isBadOption(error: unknown): error is TypeError {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
