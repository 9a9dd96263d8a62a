import os from 'node:os'
import { InvalidArgumentError, type Command } from 'commander'
import { contendersOf, asRegistered, RULES, type Contender } from '../detector/backtest/contender.ts'
import { explainTable, renderTable } from '../detector/backtest/compare/table.ts'
import { gatherRows, startCrew, type Crew } from '../detector/backtest/crew.ts'
import { alertsOf, foldHistory, type History } from '../detector/backtest/fold-history.ts'
import { readRows, type FileRows } from '../detector/backtest/load-readings.ts'
import { profilesOf } from '../detector/backtest/profiles.ts'
import { scoreContender, type Score } from '../detector/backtest/score/score.ts'
import type { BacktestAlert } from '../detector/backtest/alert.ts'
import { timezoneSchema } from '../domain/household.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { toIso } from '../domain/time.ts'
import { readHouseholdsFile } from '../ingest/households-file.ts'
import { openOutFile, type OutFile } from '../platform/out-file.ts'
import { showProgress, type Progress } from '../platform/progress.ts'
import { openReadingFile } from '../platform/reading-file.ts'
import { wholeNumber } from './simulate.ts'

interface BacktestOptions {
  readonly readings: string
  readonly households?: string
  readonly timezone: string
  readonly budget?: readonly number[]
  readonly compare?: true | readonly string[]
  readonly rounds: number
  readonly seed: number
  readonly workers: number
  readonly out?: string
}

/** Bad lines named one by one; beyond it they are only counted. */
const BAD_LINES_SHOWN = 10
const USUAL_BUDGET = 0.3
/** What a comparison shows where no budget is asked for: from one knock a home and half year to one a month. */
const USUAL_BUDGETS = [0.2, 0.3, 0.46, 0.7, 1.1]
const MOST_BUDGETS = 20
const MOST_WORKERS = 64
/** Where stdout is no terminal, a table may be this wide. */
const USUAL_WIDTH = 100

export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description(
      'Run the detector over a reading file, as it would have run at the time: no broker, no clock, no look-ahead.',
    )
    .requiredOption('--readings <file>', 'timestamp,meter_id,kind,value,unit; plain or gzip')
    .option(
      '--households <file>',
      'which meters are one home (CSV); without it every meter is its own household',
    )
    .option(
      '--timezone <zone>',
      'IANA time zone of the homes, unless the households file says otherwise',
      parseTimezone,
      'UTC',
    )
    .option(
      '--budget <numbers>',
      `alarm budget: inactivity alerts per household and 30 days (default: ${USUAL_BUDGET}); several to compare: 0.2,0.46,1.1`,
      parseBudgets,
    )
    .option('--out <file>', 'where the alerts (with --compare: the scores) go, one JSON object a line')
    .option(
      '--compare [rules...]',
      `score rules on this history, with lives made to stop in it: ${RULES.join(', ')} (default: all)`,
    )
    .option('--rounds <n>', 'of stopped lives, each in 30 % of the homes', wholeNumber(1, 1000), 4)
    .option('--seed <n>', 'another seed stops other lives', wholeNumber(0, 4_294_967_295), 1)
    .option(
      '--workers <n>',
      'threads that fold homes; the result is the same for any number',
      wholeNumber(1, MOST_WORKERS),
      Math.min(MOST_WORKERS, os.availableParallelism()),
    )
    .addHelpText('after', EXAMPLES)
    .action(backtest)
}

const EXAMPLES = `
--out writes every alert that would have reached a person, also those later cleared:
  {"household","meters","kind","severity","onset","raisedAt","clearedAt","explanation","evidence"}

Examples:
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --budget 0.5 --out alerts.ndjson
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --compare
  hearthline backtest --readings water.csv.gz --compare evidence silent-24h --budget 0.3,0.7 --out scores.ndjson`

async function backtest(options: BacktestOptions): Promise<void> {
  const contenders = contendersFor(options)
  const file = openReadingFile(options.readings)
  const households = options.households === undefined ? null : await readHouseholdsFile(options.households)
  const out = options.out === undefined ? null : openOutFile(options.out, '--out')
  const bars: Progress[] = []
  const crews: Crew[] = []
  const interrupt = (): void => {
    for (const bar of bars) bar.finish()
    out?.discard()
    process.stderr.write('stopped; nothing was written\n')
    process.exit(130)
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    const reading = showProgress('reading ', file.totalBytes, 'bytes')
    bars.push(reading)
    const loaded = await readRows(file, tellBadLines(), (bytes) => reading.update(bytes))
    reading.finish()
    const homes = gatherRows(profilesOf(loaded.meters, households, options.timezone), loaded.meters)
    const crew = await startCrew(options.workers, contenders, homes)
    crews.push(crew)
    const judging = showProgress('judging ', loaded.rows, 'readings')
    bars.push(judging)
    const plan = options.compare === undefined ? null : { seed: options.seed, rounds: options.rounds }
    const history = await foldHistory(crew, contenders, plan, (worked) => judging.update(worked))
    judging.finish()
    if (plan === null) writeAlerts(out, await alertsOf(crew, 0), history, loaded, options)
    else writeComparison(out, history, plan.rounds)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    for (const bar of bars) bar.finish()
    for (const crew of crews) await crew.stop()
    out?.discard()
  }
}

/** @throws OperationalError `options-disagree` where the options leave nothing to do, or too much. */
function contendersFor({ compare, budget, out }: BacktestOptions): Contender[] {
  if (compare === undefined) {
    if (out === undefined) {
      throw new OperationalError(
        'options-disagree',
        'nothing to do: give --out FILE for the alerts, or --compare for a table.',
      )
    }
    const [only = USUAL_BUDGET, ...more] = budget ?? []
    if (more.length > 0) {
      throw new OperationalError(
        'options-disagree',
        'several budgets make several lists of alerts: give one budget, or add --compare.',
      )
    }
    return [asRegistered(only)]
  }
  const names = compare === true ? RULES : compare.flatMap((text) => text.split(',')).filter(Boolean)
  const rules = names.map((name) => {
    const rule = RULES.find((one) => one === name)
    if (rule === undefined) {
      throw new OperationalError('unknown-rule', `"${name}" is none of the rules: ${RULES.join(', ')}.`)
    }
    return rule
  })
  return contendersOf([...new Set(rules)], budget ?? USUAL_BUDGETS)
}

function tellBadLines(): (bad: { line: number; message: string }) => void {
  let shown = 0
  return ({ line, message }) => {
    if (++shown <= BAD_LINES_SHOWN) process.stderr.write(`line ${line}: ${message}\n`)
  }
}

function writeAlerts(
  out: OutFile | null,
  alerts: readonly BacktestAlert[],
  history: History,
  loaded: FileRows,
  options: BacktestOptions,
): void {
  const lines = alerts.map(
    ({ onsetMs, raisedAtMs, clearedAtMs, household, meters, kind, severity, explanation, evidence }) =>
      JSON.stringify({
        household,
        meters,
        kind,
        severity,
        onset: toIso(onsetMs),
        raisedAt: toIso(raisedAtMs),
        clearedAt: clearedAtMs === null ? null : toIso(clearedAtMs),
        explanation,
        evidence,
      }),
  )
  out?.write(lines.map((line) => `${line}\n`).join(''))
  out?.keep()
  const bad = loaded.badLines === 0 ? '' : `; ${loaded.badLines} bad lines were passed over`
  process.stderr.write(
    `${loaded.rows} readings of ${history.homes.length} homes, ${alerts.length} alerts in ${options.out}${bad}\n`,
  )
}

function writeComparison(out: OutFile | null, history: History, rounds: number): void {
  const scores = history.contenders.map((contender, at): Score =>
    scoreContender(contender, at, history.homes, history.stops),
  )
  const table = renderTable(scores, process.stdout.columns ?? USUAL_WIDTH)
  const notes = explainTable(scores, history.homes.length, rounds)
  process.stdout.write(['', ...table, '', ...notes, ''].join('\n'))
  out?.write(scores.map((score) => `${JSON.stringify(score)}\n`).join(''))
  out?.keep()
}

function parseTimezone(text: string): string {
  const parsed = timezoneSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '))
}

function parseBudgets(text: string): number[] {
  const budgets = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (budgets.some((budget) => !(Number.isFinite(budget) && budget > 0 && budget <= 100))) {
    throw new InvalidArgumentError('a budget is a number above 0 and up to 100, such as 0.3')
  }
  if (budgets.length > MOST_BUDGETS) throw new InvalidArgumentError(`${MOST_BUDGETS} budgets are the most`)
  return [...new Set(budgets)]
}
