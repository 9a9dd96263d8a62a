import type { MeterKind } from '../../../domain/units.ts'
import type { Profile } from '../observation.ts'
import * as model from './model.ts'
import * as parameters from './parameters.ts'
import { logit, logOfNext, softplus } from './logarithms.ts'
import * as rhythm from './rhythm.ts'
import { lastDayRateOf, rateOf } from './rhythm.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { MODEL } = model
const { RETURNS_EDGES, RETURNS_HALF_LIFE_DAYS } = parameters
const { HOME_ROW } = rhythm
const { B, RETURN_BINS, V } = places

/** In the order of `featuresOf`, as docs/DETECTION.md calls them. */
// prettier-ignore
export const FEATURE_NAMES = [
  '1', 'L', 's', 's²', 'e', 'e²', 'L·s', 'L·e', 'A', 'B', 'A·s', 'B·s', 'D', 'D·s',
] as const
export const FEATURES = FEATURE_NAMES.length

/** What the weights are multiplied with, for whoever fits them; `workOutHazard` sums them up, put so that less is worked out. */
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
  const lastDay = lastDayRateOf(state, hour)
  // prettier-ignore
  out.set([
    1, rate, s, s * s, e, e * e, rate * s, rate * e, lately, longRun, lately * s, longRun * s,
    lastDay, lastDay * s,
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
 * the home has been lately and in the long run, and the last day at this hour.
 *
 * The features in their order, with `L`, `s`, `e`, `A`, `B`, `D` as in docs/DETECTION.md:
 *   1, L, s, s^2, e, e^2, L s, L e, A, B, A s, B s, D, D s
 * What does not change while a silence goes on (A, B) is gathered once (`habitOf`), because the look ahead
 * (waiting.ts) asks for up to 18 hours in a row.
 */
export interface Habit {
  weights: readonly number[]
  constant: number
  perLogSurprise: number
  /** The hour that is asked for: the home's rate in it, and the silence when it begins. */
  homeRate: number
  surprise: number
  silentHours: number
  /** And the answer: its cumulative hazard of a return, -ln(1 - P), by the pooled law. */
  hazard: number
}

/** One for all, with what is asked in it: numbers that are handed over one by one would each be put in a box. */
const habit: Habit = {
  weights: MODEL.weights.water,
  constant: 0,
  perLogSurprise: 0,
  homeRate: 0,
  surprise: 0,
  silentHours: 0,
  hazard: 0,
}

/** The habit's part of z, and the silence as it is now; the object is reused by the next call. */
export function habitOf(state: LifeState): Habit {
  const { f32, level } = state
  const { water, electricity } = state.model.weights
  const w = kindOf(state.profile) === 'water' ? water : electricity
  const lately = logit(f32[level + V.lately] ?? 0)
  const longRun = logit(f32[level + V.longRun] ?? 0)
  habit.weights = w
  habit.constant = (w[0] ?? 0) + (w[8] ?? 0) * lately + (w[9] ?? 0) * longRun
  habit.perLogSurprise = (w[2] ?? 0) + (w[10] ?? 0) * lately + (w[11] ?? 0) * longRun
  habit.surprise = f32[level + V.surprise] ?? 0
  habit.silentHours = f32[level + V.silentHours] ?? 0
  return habit
}

/** Works out the hazard of a return within an hour of the day, for what `asked` says of it. */
export function workOutHazard(state: LifeState, asked: Habit, hour: number): void {
  const { weights: w, constant, perLogSurprise } = asked
  const rate = logit(asked.homeRate)
  const s = logOfNext(asked.surprise)
  const e = logOfNext(asked.silentHours)
  const lastDay = lastDayRateOf(state, hour)
  const z =
    constant +
    s * (perLogSurprise + (w[3] ?? 0) * s + (w[13] ?? 0) * lastDay) +
    e * ((w[4] ?? 0) + (w[5] ?? 0) * e) +
    rate * ((w[1] ?? 0) + (w[6] ?? 0) * s + (w[7] ?? 0) * e) +
    (w[12] ?? 0) * lastDay
  asked.hazard = softplus(z)
}

/** The same for the silence as it is now. */
export function pooledHazard(state: LifeState, slot: number): number {
  const asked = habitOf(state)
  asked.homeRate = rateOf(state, HOME_ROW, slot)
  workOutHazard(state, asked, slot % 24)
  return asked.hazard
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
