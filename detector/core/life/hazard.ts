import type { MeterKind } from '../../../domain/units.ts'
import type { Profile } from '../observation.ts'
import { MODEL } from './model.ts'
import { RETURNS_EDGES, RETURNS_HALF_LIFE_DAYS } from './parameters.ts'
import { fastLogit, logit, logOfNext, softplus } from './logarithms.ts'
import { fastByteOf, HOME_ROW, lastDayRateOf, rateOf } from './rhythm.ts'
import { B, RETURN_BINS, V, type LifeState } from './state.ts'

/** In the order of `featuresOf`, as docs/DETECTION.md calls them. */
// prettier-ignore
export const FEATURE_NAMES = [
  '1', 'L', 's', 's²', 'e', 'e²', 'L·s', 'L·e', 'A', 'B', 'A·s', 'B·s', 'F', 'F·s', 'D', 'D·s',
] as const
export const FEATURES = FEATURE_NAMES.length

/** What the weights are multiplied with, for whoever fits them; `hazardAt` is their sum, put so that less is worked out. */
export function featuresOf(
  state: LifeState,
  slot: number,
  surprise: number,
  silentHours: number,
  out: Float64Array,
): void {
  const hour = slot % 24
  const { f32, level } = state
  const rate = logit(rateOf(state, HOME_ROW, slot))
  const s = logOfNext(surprise)
  const e = logOfNext(silentHours)
  const lately = logit(f32[level + V.lately] ?? 0)
  const longRun = logit(f32[level + V.longRun] ?? 0)
  const fast = fastLogit(fastByteOf(state, hour))
  const lastDay = lastDayRateOf(state, hour)
  // prettier-ignore
  out.set([
    1, rate, s, s * s, e, e * e, rate * s, rate * e, lately, longRun, lately * s, longRun * s,
    fast, fast * s, lastDay, lastDay * s,
  ])
}

/** Which weights judge a home: nothing but a person runs a tap. */
export function kindOf(profile: Profile): MeterKind {
  for (const meter of profile.meters) if (meter.kind === 'water') return 'water'
  return 'electricity'
}

/**
 * What the return of a silent home in the coming hour depends on: its rhythm at this hour, how surprising and how long
 * the silence is already (people who are out at dinner are out for hours, those away at midnight for days), how lively
 * the home has been lately and in the long run, the last few days and the last day at this hour.
 *
 * The features in their order, with `L`, `s`, `e`, `A`, `B`, `F`, `D` as in docs/DETECTION.md:
 *   1, L, s, s^2, e, e^2, L s, L e, A, B, A s, B s, F, F s, D, D s
 * What does not change while a silence goes on (A, B) is gathered once (`habitOf`), because the look ahead
 * (waiting.ts) asks for up to 18 hours in a row.
 */
export interface Habit {
  weights: readonly number[]
  constant: number
  perLogSurprise: number
}

const habit: Habit = { weights: MODEL.weights.water, constant: 0, perLogSurprise: 0 }

/** The habit's part of z; the object is reused by the next call. */
export function habitOf(state: LifeState): Habit {
  const { f32, level } = state
  const w = state.model.weights[kindOf(state.profile)]
  const lately = logit(f32[level + V.lately] ?? 0)
  const longRun = logit(f32[level + V.longRun] ?? 0)
  habit.weights = w
  habit.constant = (w[0] ?? 0) + (w[8] ?? 0) * lately + (w[9] ?? 0) * longRun
  habit.perLogSurprise = (w[2] ?? 0) + (w[10] ?? 0) * lately + (w[11] ?? 0) * longRun
  return habit
}

/** Cumulative hazard of a return within the hour of this slot, -ln(1 - P), by the pooled law; `homeRate`: of the home there. */
export function hazardAt(
  state: LifeState,
  { weights: w, constant, perLogSurprise }: Habit,
  slot: number,
  homeRate: number,
  surprise: number,
  silentHours: number,
): number {
  const hour = slot % 24
  const rate = logit(homeRate)
  const s = logOfNext(surprise)
  const e = logOfNext(silentHours)
  const fast = fastLogit(fastByteOf(state, hour))
  const lastDay = lastDayRateOf(state, hour)
  const z =
    constant +
    s * (perLogSurprise + (w[3] ?? 0) * s + (w[13] ?? 0) * fast + (w[15] ?? 0) * lastDay) +
    e * ((w[4] ?? 0) + (w[5] ?? 0) * e) +
    rate * ((w[1] ?? 0) + (w[6] ?? 0) * s + (w[7] ?? 0) * e) +
    (w[12] ?? 0) * fast +
    (w[14] ?? 0) * lastDay
  return softplus(z)
}

/** The same for one hour. */
export function pooledHazard(state: LifeState, slot: number, surprise: number, silentHours: number): number {
  return hazardAt(state, habitOf(state), slot, rateOf(state, HOME_ROW, slot), surprise, silentHours)
}

/** The bin of own returns that a silence of this surprise belongs to. */
export function returnBin(surprise: number): number {
  let bin = 0
  while (bin < RETURNS_EDGES.length && surprise >= (RETURNS_EDGES[bin] ?? Infinity)) bin++
  return bin
}

/**
 * How much more or less often this home returns from such silences than the pooled law says: the posterior mean of a
 * gamma frailty, (returns + k) / (expected returns + k). This is the home's calibration on its own completed silences: what
 * the present one has not shown yet must not make its own length look usual, so its bin is held as it was found.
 */
export function frailty(state: LifeState, bin: number): number {
  const { u8, f32, flag, level } = state
  return u8[flag + B.heldBin] === bin + 1 ? (f32[level + V.frailty] ?? 1) : ownReturns(state, bin)
}

function ownReturns({ f32, returns, model }: LifeState, bin: number): number {
  const returned = f32[returns + bin] ?? 0
  const expected = f32[returns + RETURN_BINS + bin] ?? 0
  return (returned + model.returnsPrior) / (expected + model.returnsPrior)
}

/** The present silence has come into this bin, and is about to teach it. */
export function holdFrailty(state: LifeState, bin: number): void {
  const { u8, f32, flag, level } = state
  if (u8[flag + B.heldBin] === bin + 1) return
  f32[level + V.frailty] = ownReturns(state, bin)
  u8[flag + B.heldBin] = bin + 1
}

/** What the home has shown of its returns counts for less with the days. */
export function forgetReturns({ f32, returns }: LifeState, days: number): void {
  const left = 2 ** (-days / RETURNS_HALF_LIFE_DAYS)
  for (let at = returns; at < returns + 2 * RETURN_BINS; at++) f32[at] = (f32[at] ?? 0) * left
}
