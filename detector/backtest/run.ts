import { closeDay, newBudget, SEAL_DAYS, thresholdOn, type BudgetState } from '../core/area/budget.ts'
import { reachedOnDay } from '../core/judge.ts'
import type { Profile } from '../core/observation.ts'
import { newVillageIndex } from '../core/trend/village-index.ts'
import { applyFinding, inOrder, type BacktestAlert } from './alert.ts'
import { foldDay, newBacktestHome, nextDay, type BacktestHome } from './home.ts'
import type { Series } from './series.ts'
import { judgeTrend, tellDay } from './trend.ts'

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
  const village = newVillageIndex()
  const alerts: BacktestAlert[] = []
  let worked = 0
  for (let day = firstDay(homes); day !== Infinity; day = firstDay(homes)) {
    settleDay(budget, homes, day)
    const threshold = thresholdOn(budget, day)
    const context = { thresholdOn: () => threshold }
    for (const home of homes) worked += foldDay(home, day, context, alerts)
    for (const home of homes) tellDay(home.trend, village)
    for (const home of homes) {
      for (const finding of judgeTrend(home.trend, village)) applyFinding(home.open, finding, alerts)
    }
    input.onProgress?.(worked)
  }
  return inOrder(alerts)
}

function gather(input: BacktestInput): BacktestHome[] {
  const byMeter = new Map(input.series.map((series) => [series.meter, series]))
  return input.profiles.flatMap((profile) => {
    const series = profile.meters.flatMap((meter) => byMeter.get(meter.id) ?? [])
    return newBacktestHome(profile, series) ?? []
  })
}

function firstDay(homes: readonly BacktestHome[]): number {
  return homes.reduce((first, home) => Math.min(first, nextDay(home)), Infinity)
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
