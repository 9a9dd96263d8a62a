import * as time from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'
import type { Observation } from '../observation.ts'
import * as parameters from './parameters.ts'
import { leakBar } from './leak-floor.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { steadyLoad } from './steady.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { HOUR_MS } = time
const {
  BASE_CAP_SHARE,
  BASE_HALF_LIFE_HOURS,
  BASE_MARGIN,
  BASE_MIN_HOURS,
  BASE_MIN_KWH_PER_H,
  BASE_SHARE,
  DEEP_BASE_SHARE,
  FLOOR_HALF_LIFE_HOURS,
  FLOOR_MARGIN,
  FLOOR_MIN_HOURS,
  FLOOR_MIN_L_PER_H,
  FLOOR_SHARE,
  NIGHT_FROM_HOUR,
  NIGHT_TO_HOUR,
  LONG_ELECTRICITY_MARGIN,
  LONG_HALF_LIFE_HOURS,
  LONG_WATER_MARGIN,
  LONG_INTERVAL_HOURS,
  NO_NIGHT_HOURS,
  STEADY_LOW_SHARE,
} = parameters
const { FULL, L, LOAD_BINS, LOAD_ROW, LOADED_ROW, S, STEADY_ROW, T, V } = places

/**
 * What a meter shows with nobody's doing: the fridge and the standby, the leak that never stops (leak-floor.ts; here only
 * where it is read at intervals of some hours). It is learned as a quantile of a slowly forgetting histogram of loads (per
 * hour, so that any interval teaches it), of electricity from the nights, when people sleep.
 * Bins are geometric: bin 0 is nothing, bin i ends at first * growth^i.
 *
 * Bins are whole counts. Forgetting makes what comes later count for more instead of making all the bins less: an hour is
 * worth `perHour` counts, which grows as the histogram should forget, until the sum is `FULL_COUNT` and everything is halved.
 */
interface Scale {
  readonly first: number
  /** ln of the ratio of neighbouring bins. */
  readonly logGrowth: number
  readonly share: number
  readonly margin: number
  readonly min: number
  readonly halfLifeHours: number
  readonly minHours: number
  /** Where each bin begins, with the margin. */
  readonly edges: Float64Array
  /** The last answer of `grownIn`. */
  readonly lately: { hours: number; grown: number }
}

function scale(form: Omit<Scale, 'edges' | 'lately'>): Scale {
  const { first, logGrowth, margin } = form
  const edges = Float64Array.from({ length: LOAD_BINS + 1 }, (_, bin) =>
    bin === 0 ? 0 : first * Math.exp(logGrowth * (bin - 1)) * margin,
  )
  return { ...form, edges, lately: { hours: 0, grown: 1 } }
}

const SCALES: Record<MeterKind | `${MeterKind}-long`, Scale> = {
  water: scale({
    first: 0.02,
    logGrowth: Math.log(1.3),
    share: FLOOR_SHARE,
    margin: FLOOR_MARGIN,
    min: FLOOR_MIN_L_PER_H,
    halfLifeHours: FLOOR_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  }),
  electricity: scale({
    first: 0.008,
    logGrowth: Math.log(1.2),
    share: BASE_SHARE,
    margin: BASE_MARGIN,
    min: BASE_MIN_KWH_PER_H,
    halfLifeHours: BASE_HALF_LIFE_HOURS,
    minHours: BASE_MIN_HOURS,
  }),
  // Half a day and more holds somebody's use in its lowest values, too: only a fall well below them is nobody's.
  'water-long': scale({
    first: 0.02,
    logGrowth: Math.log(1.3),
    share: FLOOR_SHARE,
    margin: LONG_WATER_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  }),
  'electricity-long': scale({
    first: 0.008,
    logGrowth: Math.log(1.2),
    share: FLOOR_SHARE,
    margin: LONG_ELECTRICITY_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  }),
}

function scaleOf(kind: MeterKind, hours: number): Scale {
  if (hours < NO_NIGHT_HOURS) return kind === 'water' ? SCALES.water : SCALES.electricity
  return kind === 'water' ? SCALES['water-long'] : SCALES['electricity-long']
}

function binOf(load: number, scale: Scale): number {
  if (load <= 0) return 0
  const bin = 1 + Math.floor(Math.log(load / scale.first) / scale.logGrowth)
  return Math.min(LOAD_BINS - 1, Math.max(1, bin))
}

/** Where every count of a histogram is halved: before the largest bin could outgrow its 16 bits. */
const FULL_COUNT = 60_000
const FIRST_PER_HOUR = 256
/** The unit in which observed time is counted. */
const SEEN_PER_HOUR = 180

/** Whether only a person explains what was used; null while too little is known to tell. */
export function showsLife(state: LifeState, { meter, intervalMs, amount }: Observation): boolean | null {
  const hours = intervalMs / HOUR_MS
  const isLong = hours > LONG_INTERVAL_HOURS
  const load = (amount ?? 0) / hours - (isLong ? 0 : steadyLoad(state, meter, hours))
  const kind = state.profile.meters[meter]?.kind ?? 'water'
  const scale = scaleOf(kind, hours)
  const loaded = state.loaded + meter * LOADED_ROW
  const seen = (state.u16[loaded + T.seen] ?? 0) / SEEN_PER_HOUR
  if (kind === 'water' && isSparse(state)) return load > scale.min
  if (kind === 'water' && !isLong) return load > leakBar(state, meter, hours)
  if (seen < scale.minHours) return kind === 'water' ? load > scale.min : null
  // No threshold lies below this.
  if (load <= scale.min) return false
  const bins = state.bins + meter * LOAD_BINS
  const total = state.u16[loaded + T.total] ?? 0
  if (scale !== SCALES.electricity) return isAbove(state, bins, scale, scale.share, total, load, 1)
  // What most of the night draws is under either threshold below; a home at rest is told here.
  if (!isAbove(state, bins, scale, BASE_CAP_SHARE, total, load, 1)) return false
  const deep = (state.f32[state.level + V.surprise] ?? 0) > state.model.deepNats
  if (isAbove(state, bins, scale, deep ? DEEP_BASE_SHARE : scale.share, total, load, 1)) return true
  // Somebody who is up at night now and then must not raise the base load to what people do: it is never far above
  // what most of the night draws.
  return isAbove(state, bins, scale, BASE_CAP_SHARE, total, load, state.model.baseCap)
}

/** Between which loads power moves with everybody asleep, for `steady.ts`. */
export function learnIdlePower(state: LifeState, meter: number): void {
  const bins = state.bins + meter * LOAD_BINS
  const total = state.u16[state.loaded + meter * LOADED_ROW + T.total] ?? 0
  const at = state.steady + meter * STEADY_ROW
  const cap = state.model.baseCap * quantileOf(state, bins, SCALES.electricity, BASE_CAP_SHARE, total)
  const base = quantileOf(state, bins, SCALES.electricity, BASE_SHARE, total)
  state.f32[at + S.idleLow] =
    quantileOf(state, bins, SCALES.electricity, STEADY_LOW_SHARE, total) / BASE_MARGIN
  state.f32[at + S.idleHigh] = Math.max(BASE_MIN_KWH_PER_H, Math.min(cap, base))
}

/**
 * Where hours are left out one by one (files that list only hours with use), the lowest told is no floor. Long gaps
 * between unbroken stretches do no harm.
 */
function isSparse(state: LifeState): boolean {
  return (state.f32[state.level + V.unbroken] ?? 0) < state.model.floorMinUnbroken
}

/** Two roundings of one number differ by less. */
const NEARLY = 1e-9

/**
 * Whether a load is more than `times` what this share of the observed time lies at or below, with the scale's margin. Only a
 * load within the bin in question asks where in it that is.
 */
function isAbove(
  { u16 }: LifeState,
  bins: number,
  scale: Scale,
  share: number,
  total: number,
  load: number,
  times: number,
): boolean {
  const goal = share * total
  let upTo = u16[bins] ?? 0
  if (upTo > 0 && upTo >= goal) return load > 0
  let bin = 0
  let here = 0
  while (++bin < LOAD_BINS) {
    here = u16[bins + bin] ?? 0
    upTo += here
    if (here > 0 && upTo >= goal) break
  }
  if (bin === LOAD_BINS) return load > 0
  const { edges } = scale
  if (load < times * (edges[bin] ?? 0) * (1 - NEARLY)) return false
  if (load > times * (edges[bin + 1] ?? 0) * (1 + NEARLY)) return true
  // Inside a bin: geometric.
  const within = bin - 1 + (goal - (upTo - here)) / here
  return load > times * (scale.first * Math.exp(scale.logGrowth * within) * scale.margin)
}

/** The load (with the scale's margin) that this share of the observed time lies at or below; inside a bin: geometric. */
function quantileOf({ u16 }: LifeState, bins: number, scale: Scale, share: number, total: number): number {
  const goal = share * total
  let below = u16[bins] ?? 0
  if (below > 0 && below >= goal) return 0
  for (let bin = 1; bin < LOAD_BINS; bin++) {
    const here = u16[bins + bin] ?? 0
    if (here > 0 && below + here >= goal) {
      return scale.first * Math.exp(scale.logGrowth * (bin - 1 + (goal - below) / here)) * scale.margin
    }
    below += here
  }
  return 0
}

/** Takes an observed interval into the histogram; electricity learns from the nights only. */
export function learnLoad(
  state: LifeState,
  { meter, intervalMs, amount }: Observation,
  hourOfDay: number,
): void {
  const hours = intervalMs / HOUR_MS
  const kind = state.profile.meters[meter]?.kind ?? 'water'
  // Its floor is learned elsewhere (leak-floor.ts).
  if (kind === 'water' && hours <= LONG_INTERVAL_HOURS) return
  const asleep = hourOfDay >= NIGHT_FROM_HOUR && hourOfDay < NIGHT_TO_HOUR
  if (kind === 'electricity' && hours < NO_NIGHT_HOURS && !asleep) return
  const scale = scaleOf(kind, hours)
  const { f32, u16 } = state
  const load = state.load + meter * LOAD_ROW
  const known = f32[load + L.perHour] ?? 0
  const perHour = known === 0 ? FIRST_PER_HOUR : known * grownIn(hours, scale)
  f32[load + L.perHour] = perHour
  const bins = state.bins + meter * LOAD_BINS
  // What is less than a count waits in `rest`, so that intervals of a minute add up to what they are.
  const rest = state.rest + meter
  const due = (state.u8[rest] ?? 0) / 256 + hours * perHour
  let counts = Math.min(FULL_COUNT / 2, Math.floor(due))
  state.u8[rest] = Math.min(255, Math.round((due - counts) * 256))
  const at = bins + binOf((amount ?? 0) / hours, scale)
  const loaded = state.loaded + meter * LOADED_ROW
  while ((u16[loaded + T.total] ?? 0) + counts > FULL_COUNT) {
    halve(state, load, loaded, bins)
    counts >>= 1
  }
  u16[at] = (u16[at] ?? 0) + counts
  u16[loaded + T.total] = (u16[loaded + T.total] ?? 0) + counts
  u16[loaded + T.seen] = Math.min(FULL, (u16[loaded + T.seen] ?? 0) + Math.ceil(hours * SEEN_PER_HOUR))
}

function halve({ f32, u16 }: LifeState, load: number, loaded: number, bins: number): void {
  let total = 0
  for (let at = bins; at < bins + LOAD_BINS; at++) total += u16[at] = (u16[at] ?? 0) >> 1
  u16[loaded + T.total] = total
  f32[load + L.perHour] = (f32[load + L.perHour] ?? 0) / 2
}

/** How much more the newest interval counts than the one before it; meters keep to one interval, so answers are remembered. */
function grownIn(hours: number, scale: Scale): number {
  if (scale.lately.hours !== hours) {
    scale.lately.hours = hours
    scale.lately.grown = 2 ** (hours / scale.halfLifeHours)
  }
  return scale.lately.grown
}
