import { InvalidArgumentError, type Command } from 'commander'
import { RULES, rulesNamed, USUAL_BUDGET, USUAL_BUDGETS } from '../detector/backtest/contender.ts'
import { timezoneSchema } from '../domain/household.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { runBacktestCommand } from './run-backtest.ts'
import { wholeNumber } from './simulate.ts'

interface BacktestOptions {
  readonly readings: string
  readonly households?: string
  readonly timezone: string
  readonly budget?: readonly number[]
  readonly compare?: true | readonly string[]
  readonly report?: string
  readonly rounds: number
  readonly seed: number
  readonly workers?: number
  readonly out?: string
}

const MOST_BUDGETS = 20
const MOST_WORKERS = 64

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
    .option(
      '--report <file>',
      'the comparison and each home’s timeline as one HTML page that opens from disk',
    )
    .option('--rounds <n>', 'of stopped lives, each in 30 % of the homes', wholeNumber(1, 1000), 4)
    .option('--seed <n>', 'another seed stops other lives', wholeNumber(0, 4_294_967_295), 1)
    .option(
      '--workers <n>',
      'threads that fold homes; the result is the same for any number (default: as many as cores, fewer for a small file)',
      wholeNumber(1, MOST_WORKERS),
    )
    .addHelpText('after', EXAMPLES)
    .action((options: BacktestOptions) => runBacktestCommand(settle(options)))
}

const EXAMPLES = `
--out writes every alert that would have reached a person, also those later cleared:
  {"household","meters","kind","severity","onset","raisedAt","clearedAt","explanation","evidence"}
"household" is null in an area-outage, whose evidence names the area and its dark homes. Areas are the regions of --households;
what an outage holds back is written when it comes out of its hold, or never.

Examples:
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --budget 0.5 --out alerts.ndjson
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --compare
  hearthline backtest --readings water.csv.gz --compare evidence silent-24h --budget 0.3,0.7 --out scores.ndjson
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --budget 0.3 --report report.html`

/** What was asked for. @throws OperationalError `options-disagree`, `unknown-rule`. */
function settle({ compare, budget, ...options }: BacktestOptions) {
  const { out, report } = options
  if (compare === undefined && out === undefined && report === undefined) {
    throw new OperationalError(
      'options-disagree',
      'nothing to do: give --out FILE for the alerts, --compare for a table, or --report FILE.html for a page.',
    )
  }
  if (compare === undefined && report === undefined && (budget?.length ?? 0) > 1) {
    throw new OperationalError(
      'options-disagree',
      'several budgets make several lists of alerts: give one budget, or add --compare.',
    )
  }
  const names = compare === undefined || compare === true ? RULES : compare.flatMap((text) => text.split(','))
  const usual = compare === undefined || report !== undefined ? [USUAL_BUDGET] : USUAL_BUDGETS
  return {
    ...options,
    compare: compare !== undefined,
    rules: rulesNamed(names.filter((name) => name !== '')),
    budgets: budget ?? usual,
  }
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
