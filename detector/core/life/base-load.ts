import type { MeterKind } from '../../../domain/units.ts'
import {
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
} from './parameters.ts'
import { leakBar } from './leak-floor.ts'
import { FULL, L, LOAD_BINS, LOAD_ROW, LOADED_ROW, S, STEADY_ROW, T, V, type LifeState } from './state.ts'
import { steadyLoad } from './steady.ts'

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
  /** The last answer of `grownIn`. */
  readonly lately: { hours: number; grown: number }
}

const SCALES: Record<MeterKind | `${MeterKind}-long`, Scale> = {
  water: {
    first: 0.02,
    logGrowth: Math.log(1.3),
    share: FLOOR_SHARE,
    margin: FLOOR_MARGIN,
    min: FLOOR_MIN_L_PER_H,
    halfLifeHours: FLOOR_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
    lately: { hours: 0, grown: 1 },
  },
  electricity: {
    first: 0.008,
    logGrowth: Math.log(1.2),
    share: BASE_SHARE,
    margin: BASE_MARGIN,
    min: BASE_MIN_KWH_PER_H,
    halfLifeHours: BASE_HALF_LIFE_HOURS,
    minHours: BASE_MIN_HOURS,
    lately: { hours: 0, grown: 1 },
  },
  // Half a day and more holds somebody's use in its lowest values, too: only a fall well below them is nobody's.
  'water-long': {
    first: 0.02,
    logGrowth: Math.log(1.3),
    share: FLOOR_SHARE,
    margin: LONG_WATER_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
    lately: { hours: 0, grown: 1 },
  },
  'electricity-long': {
    first: 0.008,
    logGrowth: Math.log(1.2),
    share: FLOOR_SHARE,
    margin: LONG_ELECTRICITY_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
    lately: { hours: 0, grown: 1 },
  },
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

/** The load per hour (kWh or L) above which only a person explains it; null while too little is known to tell. */
export function lifeThreshold(state: LifeState, meter: number, hours: number): number | null {
  const bar = barOf(state, meter, hours)
  return bar === null || hours > LONG_INTERVAL_HOURS ? bar : bar + steadyLoad(state, meter, hours)
}

function barOf(state: LifeState, meter: number, hours: number): number | null {
  const kind = state.profile.meters[meter]?.kind ?? 'water'
  const scale = scaleOf(kind, hours)
  const loaded = state.loaded + meter * LOADED_ROW
  const seen = (state.u16[loaded + T.seen] ?? 0) / SEEN_PER_HOUR
  if (kind === 'water' && isSparse(state)) return scale.min
  if (kind === 'water' && hours <= LONG_INTERVAL_HOURS) return leakBar(state, meter, hours)
  if (seen < scale.minHours) return kind === 'water' ? scale.min : null
  const bins = state.bins + meter * LOAD_BINS
  const total = state.u16[loaded + T.total] ?? 0
  if (scale !== SCALES.electricity)
    return Math.max(scale.min, quantileOf(state, bins, scale, scale.share, total))
  const deep = (state.f32[state.level + V.surprise] ?? 0) > state.model.deepNats
  return baseLoad(state, bins, total, deep ? DEEP_BASE_SHARE : scale.share)
}

function baseLoad(state: LifeState, bins: number, total: number, share: number): number {
  const scale = SCALES.electricity
  // Somebody who is up at night now and then must not raise the base load to what people do: it is never far above
  // what most of the night draws.
  const cap = state.model.baseCap * quantileOf(state, bins, scale, BASE_CAP_SHARE, total)
  return Math.max(scale.min, Math.min(cap, quantileOf(state, bins, scale, share, total)))
}

/** Between which loads power moves with everybody asleep, for `steady.ts`. */
export function learnIdlePower(state: LifeState, meter: number): void {
  const bins = state.bins + meter * LOAD_BINS
  const total = state.u16[state.loaded + meter * LOADED_ROW + T.total] ?? 0
  const at = state.steady + meter * STEADY_ROW
  state.f32[at + S.idleLow] =
    quantileOf(state, bins, SCALES.electricity, STEADY_LOW_SHARE, total) / BASE_MARGIN
  state.f32[at + S.idleHigh] = baseLoad(state, bins, total, BASE_SHARE)
}

/**
 * Where hours are left out one by one (files that list only hours with use), the lowest told is no floor. Long gaps
 * between unbroken stretches do no harm.
 */
function isSparse(state: LifeState): boolean {
  return (state.f32[state.level + V.unbroken] ?? 0) < state.model.floorMinUnbroken
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
  meter: number,
  amount: number,
  hours: number,
  hourOfDay: number,
): void {
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
  const at = bins + binOf(amount / hours, scale)
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
