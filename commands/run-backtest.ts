import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { BacktestAlert } from '../detector/backtest/alert.ts'
import { explainTable, renderTable } from '../detector/backtest/compare/table.ts'
import {
  asRegistered,
  contendersOf,
  reportContenders,
  type Contender,
  type RuleName,
} from '../detector/backtest/contender.ts'
import { startCrew, type Crew } from '../detector/backtest/crew.ts'
import { alertsOf, foldHistory, type History } from '../detector/backtest/fold-history.ts'
import { readRows, type FileRows } from '../detector/backtest/load-readings.ts'
import { gatherHomes, profilesOf } from '../detector/backtest/profiles.ts'
import { buildPage } from '../detector/backtest/report/build-page.ts'
import { gatherReport } from '../detector/backtest/report/gather-report.ts'
import { scoreContender, type Score } from '../detector/backtest/score/score.ts'
import { areaOf } from '../domain/area.ts'
import { OperationalError } from '../domain/operational-error.ts'
import { toIso } from '../domain/time.ts'
import { readHouseholdsFile } from '../ingest/households-file.ts'
import { openOutFile, type OutFile } from '../platform/out-file.ts'
import { showProgress, type Progress } from '../platform/progress.ts'
import { openReadingFile } from '../platform/reading-file.ts'

export interface BacktestWishes {
  readonly readings: string
  readonly households?: string
  readonly timezone: string
  readonly budgets: readonly number[]
  readonly rules: readonly RuleName[]
  readonly compare: boolean
  readonly report?: string
  readonly rounds: number
  readonly seed: number
  /** Without it: as many as cores, where the file is long enough for them. */
  readonly workers?: number
  readonly out?: string
}

/** Bad lines named one by one; beyond it they are only counted. */
const BAD_LINES_SHOWN = 10
/** Where stdout is no terminal, a table may be this wide. */
const USUAL_WIDTH = 100
const INTERRUPTED = 130
/** Fewer rows than this are folded before another thread has started and met the first at each day's end. */
const ROWS_A_WORKER = 500_000

/** What must be let go of however the command ends. */
interface Held {
  readonly bars: Progress[]
  readonly outs: OutFile[]
  readonly crews: Crew[]
}

export async function runBacktestCommand(wishes: BacktestWishes): Promise<void> {
  const held: Held = { bars: [], outs: [], crews: [] }
  const interrupt = (): void => {
    // Workers end with the process; what was begun of a file must not stay.
    for (const bar of held.bars) bar.finish()
    for (const out of held.outs) out.discard()
    process.stderr.write('stopped: nothing was written\n')
    process.exit(INTERRUPTED)
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    await work(wishes, held)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    for (const bar of held.bars) bar.finish()
    for (const out of held.outs) out.discard()
    for (const crew of held.crews) await crew.stop()
  }
}

async function work(wishes: BacktestWishes, held: Held): Promise<void> {
  keepInputs(wishes)
  const file = openReadingFile(wishes.readings)
  const households = wishes.households === undefined ? null : await readHouseholdsFile(wishes.households)
  const open = (name: string | undefined, option: string): OutFile | null => {
    if (name === undefined) return null
    const out = openOutFile(name, option)
    held.outs.push(out)
    return out
  }
  const bar = (label: string, total: number, unit: string): Progress => {
    const progress = showProgress(label, total, unit)
    held.bars.push(progress)
    return progress
  }
  const out = open(wishes.out, '--out')
  const page = open(wishes.report, '--report')

  const reading = bar('reading ', file.totalBytes, 'bytes')
  const loaded = await readRows(file, tellBadLines(), (bytes) => reading.update(bytes))
  reading.finish()
  if (loaded.rows === 0 && (wishes.compare || page !== null)) {
    throw new OperationalError(
      'no-readings',
      `${wishes.readings} has no reading that can be used: there is nothing to compare.`,
    )
  }
  const profiles = profilesOf(loaded.meters, households, wishes.timezone)
  const contenders = contendersFor(
    wishes,
    profiles.some(({ rule }) => rule !== 'evidence'),
  )
  // Of a comparison no alert is told in words.
  const worded = contenders.findIndex(({ full }) => full)
  const crew = await startCrew(
    wishes.workers ?? Math.min(os.availableParallelism(), Math.ceil(loaded.rows / ROWS_A_WORKER)),
    contenders,
    gatherHomes(profiles, loaded.meters),
    page === null ? null : worded,
  )
  held.crews.push(crew)
  const judging = bar('judging ', loaded.rows, 'readings')
  const stops = wishes.compare || page !== null ? { seed: wishes.seed, rounds: wishes.rounds } : null
  const history = await foldHistory(crew, contenders, stops, (worked) => judging.update(worked))
  judging.finish()

  if (wishes.compare) writeScores(out, history, wishes.rounds)
  const alerts = worded < 0 ? [] : await alertsOf(crew, history, worded)
  if (page !== null) await writeReport(page, wishes, loaded, history, worded, alerts, crew)
  if (!wishes.compare) out?.write(alertLines(alerts))
  for (const each of held.outs) each.keep()
  tellDone(wishes, loaded, history, alerts)
}

/** A slip of the hand must not put the answer in the place of the history that it was made from. */
function keepInputs({ readings, households, out, report }: BacktestWishes): void {
  const named = [
    ['--readings', readings],
    ['--households', households],
    ['--out', out],
    ['--report', report],
  ] as const
  const seen = new Map<string, string>()
  for (const [option, file] of named) {
    if (file === undefined) continue
    // Where there is no such file yet, its name says what it is.
    const real = fs.existsSync(file) ? fs.realpathSync(file) : path.resolve(file)
    const before = seen.get(real)
    if (before !== undefined && option !== '--households') {
      throw new OperationalError('options-disagree', `${before} and ${option} are the same file, ${file}.`)
    }
    seen.set(real, option)
  }
}

function contendersFor({ compare, report, rules, budgets }: BacktestWishes, fixed: boolean): Contender[] {
  if (report !== undefined) return reportContenders(rules, budgets, fixed)
  if (compare) return contendersOf(rules, budgets)
  return budgets.map(asRegistered)
}

function tellBadLines(): (bad: { line: number; message: string }) => void {
  let shown = 0
  return ({ line, message }) => {
    if (++shown <= BAD_LINES_SHOWN) process.stderr.write(`line ${line}: ${message}\n`)
  }
}

function alertLines(alerts: readonly BacktestAlert[]): string {
  const lines = alerts.map(
    ({ onsetMs, raisedAtMs, clearedAtMs, household, meters, kind, severity, explanation, evidence }) =>
      JSON.stringify({
        household: areaOf(household) === null ? household : null,
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
  return lines.map((line) => `${line}\n`).join('')
}

function writeScores(out: OutFile | null, history: History, rounds: number): void {
  const scores = history.contenders.map((contender, at): Score =>
    scoreContender(contender, at, history.homes, history.stops),
  )
  const table = renderTable(scores, process.stdout.columns ?? USUAL_WIDTH)
  const notes = explainTable(scores, history.homes.length, rounds)
  process.stdout.write(['', ...table, '', ...notes, ''].join('\n'))
  out?.write(scores.map((score) => `${JSON.stringify(score)}\n`).join(''))
}

async function writeReport(
  page: OutFile,
  { readings, rounds, seed }: BacktestWishes,
  { rows, badLines }: FileRows,
  history: History,
  worded: number,
  alerts: readonly BacktestAlert[],
  crew: Crew,
): Promise<void> {
  const source = { file: path.basename(readings), readings: rows, badLines, rounds, seed }
  const data = await gatherReport(source, history, worded, alerts, async (households) =>
    (await crew.ask('portraits', households)).flat(),
  )
  page.write(buildPage(data))
}

function tellDone(
  { compare, out, report }: BacktestWishes,
  { rows, badLines }: FileRows,
  { homes }: History,
  alerts: readonly BacktestAlert[],
): void {
  const bad = badLines === 0 ? '' : `; ${badLines} bad lines were passed over`
  const made = [
    !compare && out !== undefined ? `${alerts.length} alerts in ${out}` : null,
    compare && out !== undefined ? `scores in ${out}` : null,
    report === undefined ? null : `report in ${report}`,
  ].filter((each) => each !== null)
  process.stderr.write(`${[`${rows} readings of ${homes.length} homes`, ...made].join(', ')}${bad}\n`)
}
