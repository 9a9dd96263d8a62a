import type { Severity, AlertKind } from '../../domain/alert-kinds.ts'
import type { Evidence, Explanation, Finding } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import { closeDay, newBudget, SEAL_DAYS, thresholdOn, type BudgetState } from '../core/area/budget.ts'
import { foldJudge, newJudge, reachedOnDay, type JudgeState } from '../core/judge.ts'
import { dayOf } from '../core/life/hour.ts'
import type { Profile } from '../core/observation.ts'
import type { Series } from './series.ts'

/** An alert that would have reached a person. */
export interface BacktestAlert {
  readonly household: HouseholdId
  readonly meters: readonly MeterId[]
  readonly kind: AlertKind
  /** The highest it came to. */
  severity: Severity
  readonly onsetMs: EpochMs
  readonly raisedAtMs: EpochMs
  clearedAtMs: EpochMs | null
  /** As it stood when it was raised. */
  readonly explanation: Explanation
  readonly evidence: Evidence
}

interface BacktestHome {
  readonly profile: Profile
  readonly series: readonly Series[]
  /** Next row of each series. */
  readonly next: Uint32Array
  readonly judge: JudgeState
  open: BacktestAlert | null
}

export interface BacktestInput {
  readonly profiles: readonly Profile[]
  readonly series: readonly Series[]
  readonly budget: number
  readonly onProgress?: (observations: number) => void
}

/**
 * The detector over history: homes are folded day by day, so that the pooled budget moves as it would have moved. Within
 * a day the order of homes does not matter, because the day's threshold stands before it begins.
 */
export function runBacktest(input: BacktestInput): BacktestAlert[] {
  const homes = gather(input)
  const budget = newBudget(input.budget)
  const alerts: BacktestAlert[] = []
  let worked = 0
  for (let day = firstDay(homes); day !== Infinity; day = firstDay(homes)) {
    settleDay(budget, homes, day)
    const threshold = thresholdOn(budget, day)
    const context = { thresholdOn: () => threshold }
    for (const home of homes) {
      for (let at = nextSeries(home, day); at >= 0; at = nextSeries(home, day)) {
        const row = home.next[at] ?? 0
        home.next[at] = row + 1
        worked++
        for (const finding of foldJudge(home.judge, observationAt(home, at, row), context)) {
          apply(home, finding, alerts)
        }
      }
    }
    input.onProgress?.(worked)
  }
  return alerts.sort((a, b) => a.raisedAtMs - b.raisedAtMs || (a.household < b.household ? -1 : 1))
}

function gather(input: BacktestInput): BacktestHome[] {
  const byMeter = new Map(input.series.map((series) => [series.meter, series]))
  return input.profiles.flatMap((profile): BacktestHome[] => {
    const series = profile.meters.flatMap((meter) => byMeter.get(meter.id) ?? [])
    if (series.length === 0) return []
    // Meters of the register that the file does not have are not waited for.
    const known = { ...profile, meters: series.map(({ meter, kind }) => ({ id: meter, kind })) }
    return [
      { profile: known, series, next: new Uint32Array(series.length), judge: newJudge(known), open: null },
    ]
  })
}

function firstDay(homes: readonly BacktestHome[]): number {
  let first = Infinity
  for (const home of homes) {
    for (let at = 0; at < home.series.length; at++) {
      const endMs = home.series[at]?.endMs[home.next[at] ?? 0]
      if (endMs !== undefined) first = Math.min(first, dayOf(endMs))
    }
  }
  return first
}

/** Hands the days that nothing changes any more to the budget, those that a gap in the whole file skipped as well. */
function settleDay(budget: BudgetState, homes: readonly BacktestHome[], day: number): void {
  const sealed = day - SEAL_DAYS
  const from = Math.max(budget.sealedDay + 1, sealed - SEAL_DAYS)
  for (let each = from; each <= sealed; each++) {
    for (const home of homes) {
      const reached = reachedOnDay(home.judge, each)
      if (reached !== null) closeDay(budget, each, reached)
    }
  }
  budget.sealedDay = sealed
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

function observationAt(home: BacktestHome, meter: number, row: number) {
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

function apply(home: BacktestHome, finding: Finding, alerts: BacktestAlert[]): void {
  switch (finding.type) {
    case 'raise': {
      const { household, kind, severity, onsetMs, explanation, evidence } = finding
      const { meters, atMs: raisedAtMs } = finding
      home.open = {
        household,
        meters,
        kind,
        severity,
        onsetMs,
        raisedAtMs,
        clearedAtMs: null,
        explanation,
        evidence,
      }
      alerts.push(home.open)
      return
    }
    case 'escalate':
      if (home.open !== null) home.open.severity = finding.severity
      return
    case 'clear':
    case 'retract':
      if (home.open !== null) home.open.clearedAtMs = finding.atMs
      home.open = null
  }
}
