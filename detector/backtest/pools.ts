import {
  addSums,
  closeDay,
  newBudget,
  SEAL_DAYS,
  thresholdOn,
  type BudgetState,
} from '../core/area/budget.ts'
import type { Contender } from './contender.ts'
import type { BacktestHome } from './home.ts'
import { reachedInBacktest } from './judge.ts'

/** A day's sums over some homes, in the shape of `BudgetState.days`. */
export type DaySums = readonly number[]

/**
 * The pooled budget of each contender. Thresholds of the next SEAL_DAYS days rest on days that are over, so that homes
 * can be folded apart for that long; sums of integers are the same whoever adds them, so that the result does not depend
 * on how many workers there are.
 */
export interface Pools {
  readonly budgets: readonly (BudgetState | null)[]
  /** Sums that no threshold rests on yet, per contender. */
  readonly waiting: readonly DaySums[][]
}

/**
 * Days that can be folded between two barriers. Trends are judged by the neighbours' days, so they need one each day; homes
 * that an outage has put back say anew what their days were, while no threshold rests on them yet.
 */
export function blockDays(contenders: readonly Contender[], hasOutages: boolean): number {
  return hasOutages || contenders.some(({ full }) => full) ? 1 : SEAL_DAYS
}

export function newPools(contenders: readonly Contender[]): Pools {
  return {
    budgets: contenders.map(({ budget }) => (budget === null ? null : newBudget(budget))),
    waiting: contenders.map(() => []),
  }
}

/** What the days of a block add to the budget, with the difference that earlier days make which were folded again in it. */
export function sumDays(homes: readonly BacktestHome[], fromDay: number, days: number): DaySums[] {
  const now = newBudget(1)
  const before = newBudget(1)
  const close = (budget: BudgetState, day: number, reached: number | null): void => {
    if (reached !== null) closeDay(budget, day, reached)
  }
  for (const { judge, past } of homes) {
    for (const { day, reached } of past.redone) {
      if (day >= fromDay) continue
      close(before, day, reached)
      close(now, day, reachedInBacktest(judge, day))
    }
    past.redone = []
    for (let day = fromDay; day < fromDay + days; day++) close(now, day, reachedInBacktest(judge, day))
  }
  const less = before.days.map(([day = 0, ...sums]) => [day, ...sums.map((sum) => -sum)])
  return [...now.days, ...less]
}

/** Takes the sums of a block that is over, per contender. */
export function takeSums(pools: Pools, sums: readonly (readonly DaySums[])[]): void {
  for (const [at, days] of sums.entries()) pools.waiting[at]?.push(...days)
}

/** The thresholds of `days` days from `day` on, per contender; empty where a rule needs none. */
export function thresholdsFrom(pools: Pools, day: number, days: number): number[][] {
  return pools.budgets.map((budget, at) => {
    if (budget === null) return []
    const waiting = pools.waiting[at] ?? []
    return Array.from({ length: days }, (_, n) => {
      seal(budget, waiting, day + n - SEAL_DAYS)
      return thresholdOn(budget, day + n)
    })
  })
}

function seal(budget: BudgetState, waiting: DaySums[], upTo: number): void {
  waiting.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  const later = waiting.findIndex((sums) => (sums[0] ?? 0) > upTo)
  for (const sums of waiting.splice(0, later < 0 ? waiting.length : later)) addSums(budget, sums)
}
