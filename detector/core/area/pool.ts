import { DAY_MS, LATENESS_MS } from '../../../domain/time.ts'
import { closeDay, newBudget, SEAL_DAYS, thresholdOn, type BudgetState } from './budget.ts'

/**
 * The alarm budget as the homes' folds use it. Every home adds its own days, each once, as soon as no reading within the
 * lateness can change it: no clock of the area is needed, so that no home's wrong clock moves another's threshold. The
 * threshold of day D rests on days that every home has added by then, also where deliveries lag by up to `LAG_DAYS`:
 * that, and sums, make it independent of the order of arrival.
 */
export interface Pool {
  readonly budget: BudgetState
  /** Thresholds that were asked for: a cache of a pure function. */
  readonly known: Map<number, number>
  newestAsked: number
}

/** A home's day is over for good this many days later: the lateness, and the day itself. */
export const CLOSED_AFTER_DAYS = LATENESS_MS / DAY_MS + 1
/** How far one home's fold may lag behind another's: deliveries by 72 h (daily batches exist), a slice of an entry by a day. */
export const LAG_DAYS = 4

export function newPool(budget: BudgetState): Pool {
  return { budget, known: new Map(), newestAsked: -Infinity }
}

export function emptyPool(budget: number): Pool {
  return newPool(newBudget(budget))
}

export function poolThreshold(pool: Pool, day: number): number {
  let threshold = pool.known.get(day)
  if (threshold === undefined) {
    threshold = thresholdOn(pool.budget, day - LAG_DAYS)
    pool.known.set(day, threshold)
    pool.newestAsked = Math.max(pool.newestAsked, day)
  }
  return threshold
}

export function addDay(pool: Pool, day: number, reached: number): void {
  closeDay(pool.budget, day, reached)
  if (day <= pool.newestAsked - LAG_DAYS - SEAL_DAYS) forgetThresholds(pool)
}

export function setBudget(pool: Pool, budget: number): void {
  pool.budget.budget = budget
  forgetThresholds(pool)
}

function forgetThresholds(pool: Pool): void {
  pool.known.clear()
  pool.newestAsked = -Infinity
}
