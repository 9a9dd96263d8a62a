import fs from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { loadReadings } from '../detector/backtest/load-readings.ts'
import type { BacktestAlert } from '../detector/backtest/alert.ts'
import { runBacktest } from '../detector/backtest/run.ts'
import type { Series } from '../detector/backtest/series.ts'
import type { Profile } from '../detector/core/observation.ts'
import { timezoneSchema, type Household } from '../domain/household.ts'
import type { HouseholdId } from '../domain/ids.ts'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { toIso } from '../domain/time.ts'
import { readHouseholdsFile } from '../ingest/households-file.ts'
import { showProgress } from '../platform/progress.ts'
import { openReadingFile } from '../platform/reading-file.ts'

interface BacktestOptions {
  readonly readings: string
  readonly households?: string
  readonly timezone: string
  readonly budget: number
  readonly out: string
}

/** Bad lines named one by one; beyond it they are only counted. */
const BAD_LINES_SHOWN = 10

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
      '--budget <number>',
      'alarm budget: inactivity alerts per household and 30 days',
      parseBudget,
      0.3,
    )
    .requiredOption('--out <file>', 'where the alerts go, one JSON object a line')
    .addHelpText(
      'after',
      `
Writes every alert that would have reached a person, also those later cleared:
  {"household","meters","kind","severity","onset","raisedAt","clearedAt","explanation","evidence"}

Example:
  hearthline backtest --readings water.csv.gz --timezone Europe/Madrid --budget 0.5 --out alerts.ndjson`,
    )
    .action(backtest)
}

async function backtest(options: BacktestOptions): Promise<void> {
  const file = openReadingFile(options.readings)
  const households = options.households === undefined ? null : await readHouseholdsFile(options.households)
  const out = openOut(options.out)
  const reading = showProgress('reading ', file.totalBytes, 'bytes')
  let shown = 0
  const loaded = await loadReadings(
    file,
    ({ line, message }) => {
      if (++shown <= BAD_LINES_SHOWN) process.stderr.write(`line ${line}: ${message}\n`)
    },
    (bytes) => reading.update(bytes),
  ).finally(() => reading.finish())
  const profiles = profilesOf(loaded.series, households, options.timezone)
  const total = loaded.series.reduce((sum, { length }) => sum + length, 0)
  const judging = showProgress('judging ', total, 'readings')
  let alerts: BacktestAlert[]
  try {
    alerts = runBacktest({
      profiles,
      series: loaded.series,
      budget: options.budget,
      onProgress: (worked) => judging.update(worked),
    })
  } finally {
    judging.finish()
  }
  writeAlerts(out, alerts)
  const bad = loaded.badLines === 0 ? '' : `; ${loaded.badLines} bad lines were passed over`
  process.stderr.write(
    `${loaded.rows} readings of ${profiles.length} homes, ${alerts.length} alerts in ${options.out}${bad}\n`,
  )
}

/** Homes as registered; a meter that nobody has claimed is its own household. */
function profilesOf(
  series: readonly Series[],
  households: readonly Household[] | null,
  timezone: string,
): Profile[] {
  const profiles: Profile[] = []
  const claimed = new Set<string>()
  for (const { id, tier, timezone: own, rule, region, meters } of households ?? []) {
    for (const meter of meters) claimed.add(meter.id)
    profiles.push({ household: id, tier, timezone: own ?? timezone, rule, region, meters })
  }
  for (const { meter, kind } of series) {
    if (claimed.has(meter)) continue
    const household = meter as string as HouseholdId
    profiles.push({ household, tier: 'medium', timezone, rule: 'evidence', meters: [{ id: meter, kind }] })
  }
  return profiles
}

/** Opened before the work, so that a folder that is not there is told at once. */
function openOut(file: string): number {
  try {
    return fs.openSync(file, 'w')
  } catch (error) {
    throw new OperationalError(
      'out-unwritable',
      `cannot write ${file}: ${messageOf(error)}. Give --out a file in a folder that exists and can be written.`,
      { cause: error },
    )
  }
}

function writeAlerts(out: number, alerts: readonly BacktestAlert[]): void {
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
  fs.writeFileSync(out, lines.length === 0 ? '' : `${lines.join('\n')}\n`)
  fs.closeSync(out)
}

function parseTimezone(text: string): string {
  const parsed = timezoneSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '))
}

function parseBudget(text: string): number {
  const budget = Number(text)
  if (Number.isFinite(budget) && budget > 0 && budget <= 100) return budget
  throw new InvalidArgumentError('a budget is a number above 0 and up to 100, such as 0.3')
}
