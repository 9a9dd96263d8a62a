import { PRIOR_CURVE } from '../life/coefficients.ts'

/**
 * The alarm budget, pooled over all homes that share it: which score is enough for a knock on day D, so that in the
 * long run `budget` inactivity alerts are raised per home and 30 days.
 *
 * Every home notes, a day at a time, which of LEVEL_COUNT levels of the score its silences first reached (`reachedOn` of
 * the fold). Counting those over all homes gives the rate of alerts that each threshold would have cost: the threshold is
 * where that rate meets the budget. This is conformal in spirit (exchangeable silences, empirical exceedance), with the
 * curve of the homes the model was made on as prior while there is little to count. What was spent too much or too little
 * so far is paid back slowly.
 *
 * The threshold of day D rests only on days up to D - SEAL_DAYS, which lateness (4 days) can no longer change, and on
 * sums of integers: the order in which homes report cannot matter.
 *
 * How to drive it: when the first reading of a new UTC day D is worked, call `closeDay(state, D - SEAL_DAYS, bits)` once
 * for every home whose `reachedOn(life, D - SEAL_DAYS)` is not null; `thresholdOn(state, D)` then holds for that day.
 */
export const LEVEL_COUNT = 28
export const LEVEL_FROM = 8.5
export const LEVEL_STEP = 0.25
/** Beside the levels: an alert was raised that day (one bit), and how much of it was observed (three). */
export const ALERTED = 1 << 28
const SHARE_SHIFT = 29

/** The levels and the alert of a day, with the observed share of it in place of the old one. */
export function withObserved(reached: number, hours: number): number {
  const eighths = Math.min(7, Math.floor(hours / 3))
  return ((reached & ((1 << SHARE_SHIFT) - 1)) | (eighths << SHARE_SHIFT)) >>> 0
}

/** What was observed of the day, without what its silences have reached. */
export function withoutSilences(reached: number): number {
  return ((reached >>> SHARE_SHIFT) << SHARE_SHIFT) >>> 0
}

/** Observed share of a day in sixteenths: the middle of the eighth that was noted; the last one is a whole day. */
function sixteenths(reached: number): number {
  const eighths = reached >>> SHARE_SHIFT
  return eighths === 7 ? 16 : 2 * eighths + 1
}

export const SEAL_DAYS = 6

/** Memory of the exceedance counts, days (half-life). */
const HALF_LIFE_DAYS = 180
/** The prior curve is worth this many home-days. */
const PRIOR_HOME_DAYS = 600
/** What was over- or underspent is paid back over about this many days, at no more than this factor. */
const PAYBACK_DAYS = 90
const PAYBACK_LIMIT = 1.6

/** Sums of days are kept this long. */
const MAX_DAYS = 540

/** Plain data. */
export interface BudgetState {
  budget: number
  /** The newest day that has been closed: what comes after it is not known yet. For the driver's use. */
  sealedDay: number
  /** Sums per day, oldest first: day, observed sixteenths of home-days, alerts, then a count per level. */
  days: number[][]
}

export function newBudget(budget: number): BudgetState {
  return { budget, sealedDay: -1, days: [] }
}

const OBSERVED = 1
const ALERTS = 2
const COUNTS = 3

/** Adds one home's finished day; each (home, day) once, in any order. */
export function closeDay(state: BudgetState, day: number, reached: number): void {
  const sums = sumsOf(state, day)
  sums[OBSERVED] = (sums[OBSERVED] ?? 0) + sixteenths(reached)
  if ((reached & ALERTED) !== 0) sums[ALERTS] = (sums[ALERTS] ?? 0) + 1
  for (let i = 0; i < LEVEL_COUNT; i++) {
    if ((reached & (1 << i)) !== 0) sums[COUNTS + i] = (sums[COUNTS + i] ?? 0) + 1
  }
}

/** Adds a day's sums over other homes, as another state of the budget holds them (`days`). */
export function addSums(state: BudgetState, day: readonly number[]): void {
  const sums = sumsOf(state, day[0] ?? 0)
  for (let i = OBSERVED; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (day[i] ?? 0)
}

function sumsOf(state: BudgetState, day: number): number[] {
  let at = state.days.length
  while (at > 0 && (state.days[at - 1]?.[0] ?? 0) > day) at--
  const before = at > 0 ? state.days[at - 1] : undefined
  if (before !== undefined && before[0] === day) return before
  const sums = Array.from({ length: COUNTS + LEVEL_COUNT }, () => 0)
  sums[0] = day
  state.days.splice(at, 0, sums)
  if (state.days.length > MAX_DAYS) state.days.shift()
  return sums
}

/** The score that suffices on `day`; a function of the days up to `day - SEAL_DAYS` only. */
export function thresholdOn(state: BudgetState, day: number): number {
  const rates = new Float64Array(LEVEL_COUNT)
  let homeDays = PRIOR_HOME_DAYS
  let spent = 0
  let seenDays = 0
  let seenHomeDays = 0
  for (let i = 0; i < LEVEL_COUNT; i++) rates[i] = (priorRate(i) * PRIOR_HOME_DAYS) / 30
  for (const sums of state.days) {
    const at = sums[0] ?? 0
    if (at > day - SEAL_DAYS) break
    const weight = 0.5 ** ((day - SEAL_DAYS - at) / HALF_LIFE_DAYS)
    homeDays += (weight * (sums[OBSERVED] ?? 0)) / 16
    seenHomeDays += (sums[OBSERVED] ?? 0) / 16
    seenDays++
    spent += sums[ALERTS] ?? 0
    for (let i = 0; i < LEVEL_COUNT; i++) rates[i] = (rates[i] ?? 0) + weight * (sums[COUNTS + i] ?? 0)
  }
  for (let i = 0; i < LEVEL_COUNT; i++) rates[i] = ((rates[i] ?? 0) * 30) / homeDays
  return levelAt(rates, target(state.budget, spent, seenHomeDays, seenDays))
}

/** The rate to aim at from here: the budget, corrected by what is owed or saved, spread over PAYBACK_DAYS. */
function target(budget: number, spent: number, homeDays: number, days: number): number {
  if (days === 0 || homeDays === 0) return budget
  const owed = (budget * homeDays) / 30 - spent
  const perDay = homeDays / days
  const ahead = (budget * perDay * PAYBACK_DAYS) / 30
  const factor = 1 + owed / Math.max(ahead, 1)
  return budget * Math.min(PAYBACK_LIMIT, Math.max(1 / PAYBACK_LIMIT, factor))
}

function priorRate(level: number): number {
  return Math.exp(PRIOR_CURVE.logAt11 - PRIOR_CURVE.slope * (LEVEL_FROM + level * LEVEL_STEP - 11))
}

/** Where the falling curve of rates crosses `rate`, interpolated in its logarithm. */
function levelAt(rates: Float64Array, rate: number): number {
  const wanted = Math.log(Math.max(rate, 1e-4))
  let above = Math.log(Math.max(rates[0] ?? 0, 1e-9))
  if (above <= wanted) return LEVEL_FROM - Math.min(2, (wanted - above) / PRIOR_CURVE.slope)
  for (let i = 1; i < LEVEL_COUNT; i++) {
    const here = Math.min(above, Math.log(Math.max(rates[i] ?? 0, 1e-9)))
    if (here <= wanted) return LEVEL_FROM + LEVEL_STEP * (i - (wanted - here) / Math.max(1e-9, above - here))
    above = here
  }
  return LEVEL_FROM + LEVEL_STEP * (LEVEL_COUNT - 1) + Math.min(6, (above - wanted) / PRIOR_CURVE.slope)
}

export function encodeBudget(state: BudgetState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state))
}

export function decodeBudget(bytes: Uint8Array): BudgetState {
  return JSON.parse(new TextDecoder().decode(bytes)) as BudgetState
}
