/**
 * The alarm budget, pooled over all homes that share it: which evidence is enough for a knock on day D, so that in the
 * long run `budget` inactivity alerts are raised per home and 30 days.
 *
 * Homes report, a day at a time and only when lateness can no longer change that day, which of `LEVELS` steps of evidence
 * their silences first reached on it (`DaySummary`). Counting those gives the rate of alerts that every threshold would
 * have cost; the threshold is the level whose rate is the budget. Counts are integers and sums of integers do not depend
 * on their order, so neither does the threshold.
 */
export const LEVELS = 32
/** The threshold of day D rests on days up to D - SEAL_DAYS: lateness is 4 days, and the day itself has to end. */
export const SEAL_DAYS = 6

/** What one home's silences did on one UTC day (days since 1970). */
export interface DaySummary {
  readonly day: number
  /** Bit i: a silence of this home first reached evidence level i on this day. */
  readonly reached: number
}

/** Plain data; `days` holds, per remembered day: the day, homes seen, then a count per level. */
export interface BudgetState {
  budget: number
  days: number[][]
}

export function newBudget(budget: number): BudgetState {
  return { budget, days: [] }
}

/** Adds one home's finished day. Each (home, day) is to be added once; the order does not matter. */
export function closeDay(_state: BudgetState, _summary: DaySummary): void {
  // The pooled count follows; until then the threshold is the one for a home that is alone.
}

/** The evidence that suffices on `day`, in nats; a function of summaries of days <= day - SEAL_DAYS only. */
export function thresholdOn(state: BudgetState, _day: number): number {
  return soloThreshold(state.budget)
}

/** The threshold where there is nobody to pool with: the exceedance curve of the homes the model was made on. */
export function soloThreshold(budget: number): number {
  return 4 - 1.2 * Math.log(Math.max(budget, 1e-3))
}

export function encodeBudget(state: BudgetState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state))
}

export function decodeBudget(bytes: Uint8Array): BudgetState {
  return JSON.parse(new TextDecoder().decode(bytes)) as BudgetState
}
