import type { MeterKind } from '../../../domain/units.ts'
import type { Profile } from '../observation.ts'
import { RETURNS_EDGES } from './parameters.ts'
import { fastRateOf, lastDayRateOf, rateOf, HOME_ROW } from './rhythm.ts'
import { RETURN_BINS, V, type LifeState } from './state.ts'

/** In the order of `featuresOf`, as docs/DETECTION.md calls them. */
// prettier-ignore
export const FEATURE_NAMES = [
  '1', 'L', 's', 's²', 'e', 'e²', 'L·s', 'L·e', 'A', 'B', 'A·s', 'B·s', 'F', 'F·s', 'a', 'a·s', 'D', 'D·s',
] as const
export const FEATURES = FEATURE_NAMES.length

function logit(p: number): number {
  const clipped = Math.min(0.99, Math.max(0.01, p))
  return Math.log(clipped / (1 - clipped))
}

/**
 * What the return of a silent home in the coming hour depends on: its rhythm at this hour, how surprising and how long
 * the silence is already (people who are out at dinner are out for hours, those away at midnight for days), how lively
 * the home has been lately and in the long run, the last few days at this hour, its habit of half-day absences.
 */
export function featuresOf(
  state: LifeState,
  slot: number,
  surprise: number,
  silentHours: number,
  out: Float64Array,
): void {
  const hour = slot % 24
  const rate = logit(rateOf(state, HOME_ROW, slot))
  const logSurprise = Math.log1p(surprise)
  const logHours = Math.log1p(silentHours)
  const lately = logit(state.level[V.lately] ?? 0)
  const longRun = logit(state.level[V.longRun] ?? 0)
  const fast = logit(0.05 + 0.9 * fastRateOf(state, hour))
  const absences = state.level[V.absences] ?? 0
  out[0] = 1
  out[1] = rate
  out[2] = logSurprise
  out[3] = logSurprise * logSurprise
  out[4] = logHours
  out[5] = logHours * logHours
  out[6] = rate * logSurprise
  out[7] = rate * logHours
  out[8] = lately
  out[9] = longRun
  out[10] = lately * logSurprise
  out[11] = longRun * logSurprise
  out[12] = fast
  out[13] = fast * logSurprise
  out[14] = absences
  out[15] = absences * logSurprise
  const lastDay = lastDayRateOf(state, hour)
  out[16] = lastDay
  out[17] = lastDay * logSurprise
}

function kindOf(profile: Profile): MeterKind {
  for (const meter of profile.meters) if (meter.kind === 'water') return 'water'
  return 'electricity'
}

const scratch = new Float64Array(FEATURES)

/** Cumulative hazard of a return within the coming hour, -ln(1 - P), by the pooled law. */
export function pooledHazard(state: LifeState, slot: number, surprise: number, silentHours: number): number {
  featuresOf(state, slot, surprise, silentHours, scratch)
  const weights = state.model.weights[kindOf(state.profile)]
  let z = 0
  for (let i = 0; i < FEATURES; i++) z += (weights[i] ?? 0) * (scratch[i] ?? 0)
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z))
}

/** The bin of own returns that a silence of this surprise belongs to. */
export function returnBin(surprise: number): number {
  let bin = 0
  while (bin < RETURNS_EDGES.length && surprise >= (RETURNS_EDGES[bin] ?? Infinity)) bin++
  return bin
}

/**
 * How much more or less often this home returns from such silences than the pooled law says: the posterior mean of a
 * gamma frailty, (returns + k) / (expected returns + k). This is the home's calibration on its own completed silences.
 */
export function frailty(state: LifeState, bin: number): number {
  const returned = state.returns[bin] ?? 0
  const expected = state.returns[RETURN_BINS + bin] ?? 0
  const prior = state.model.returnsPrior
  return (returned + prior) / (expected + prior)
}
