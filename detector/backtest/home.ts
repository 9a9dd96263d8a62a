import type { Finding } from '../../domain/finding.ts'
import { foldJudge, newJudge, type JudgeState } from '../core/judge.ts'
import { dayOf } from '../core/life/hour.ts'
import type { LifeContext } from '../core/life/fold.ts'
import type { Observation, Profile } from '../core/observation.ts'
import { applyFinding, type BacktestAlert, type OpenAlerts } from './alert.ts'
import type { Series } from './series.ts'
import { newBacktestTrend, observeTrend, type BacktestTrend } from './trend.ts'

/** One home of a backtest: its readings, how far they have been worked, and what is known of it there. */
export interface BacktestHome {
  readonly profile: Profile
  readonly series: readonly Series[]
  /** Next row of each series. */
  readonly next: Uint32Array
  readonly judge: JudgeState
  readonly trend: BacktestTrend
  readonly open: OpenAlerts
}

/** Works one observation into the part of a home's state that is its own, and says what it finds. */
type Step = (home: BacktestHome, observation: Observation, context: LifeContext) => readonly Finding[]

/** What each observation goes through, in order. Another kind of alert is another step with a state of its own. */
const STEPS: readonly Step[] = [judgeSilence, seeTrend]

function judgeSilence(
  home: BacktestHome,
  observation: Observation,
  context: LifeContext,
): readonly Finding[] {
  return foldJudge(home.judge, observation, context)
}

function seeTrend(home: BacktestHome, observation: Observation): Finding[] {
  return observeTrend(home.trend, home.judge, observation)
}

/** null: the file has no reading of any of its meters. Meters of the register that the file lacks are not waited for. */
export function newBacktestHome(profile: Profile, series: readonly Series[]): BacktestHome | null {
  if (series.length === 0) return null
  const known = { ...profile, meters: series.map(({ meter, kind }) => ({ id: meter, kind })) }
  return {
    profile: known,
    series,
    next: new Uint32Array(series.length),
    judge: newJudge(known),
    trend: newBacktestTrend(known),
    open: new Map(),
  }
}

/** Folds the home's rows of one UTC day, in order of their ends. @returns how many there were. */
export function foldDay(
  home: BacktestHome,
  day: number,
  context: LifeContext,
  alerts: BacktestAlert[],
): number {
  let worked = 0
  for (let at = nextSeries(home, day); at >= 0; at = nextSeries(home, day)) {
    const row = home.next[at] ?? 0
    home.next[at] = row + 1
    worked++
    const observation = observationAt(home, at, row)
    for (const step of STEPS) {
      for (const finding of step(home, observation, context)) applyFinding(home.open, finding, alerts)
    }
  }
  return worked
}

/** UTC day of the home's next row; Infinity where all are worked. */
export function nextDay(home: BacktestHome): number {
  let first = Infinity
  for (let at = 0; at < home.series.length; at++) {
    const endMs = home.series[at]?.endMs[home.next[at] ?? 0]
    if (endMs !== undefined) first = Math.min(first, dayOf(endMs))
  }
  return first
}

/** The series of the home whose next row ends first, on this day; -1 where the day is done. Ties: by meter index. */
function nextSeries(home: BacktestHome, day: number): number {
  let best = -1
  let bestMs = Infinity
  for (let at = 0; at < home.series.length; at++) {
    const endMs = home.series[at]?.endMs[home.next[at] ?? 0]
    if (endMs === undefined || endMs >= bestMs || dayOf(endMs) !== day) continue
    best = at
    bestMs = endMs
  }
  return best
}

function observationAt(home: BacktestHome, meter: number, row: number): Observation {
  const series = home.series[meter]
  const amount = series?.amount[row] ?? NaN
  const measured = !Number.isNaN(amount)
  return {
    meter,
    endMs: series?.endMs[row] ?? 0,
    intervalMs: series?.intervalMs[row] ?? 0,
    amount: measured ? amount : null,
    measured,
  }
}
