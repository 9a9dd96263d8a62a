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
  NO_NIGHT_HOURS,
} from './parameters.ts'
import { LOAD_BINS, LOAD_ROW, V, type LifeState } from './state.ts'

/**
 * What a meter shows with nobody's doing: the leak that never stops, the fridge and the standby. It is learned as a
 * quantile of a slowly forgetting histogram of loads (per hour, so that any interval teaches it): of all hours for water,
 * where a leak shows as hours that are never lower, and of the nights for electricity, when people sleep.
 * Bins are geometric: bin 0 is nothing, bin i ends at first * growth^i.
 */
interface Scale {
  readonly first: number
  readonly growth: number
  readonly share: number
  readonly margin: number
  readonly min: number
  readonly halfLifeHours: number
  readonly minHours: number
}

const SCALES: Record<MeterKind | `${MeterKind}-long`, Scale> = {
  water: {
    first: 0.02,
    growth: 1.3,
    share: FLOOR_SHARE,
    margin: FLOOR_MARGIN,
    min: FLOOR_MIN_L_PER_H,
    halfLifeHours: FLOOR_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  },
  electricity: {
    first: 0.008,
    growth: 1.2,
    share: BASE_SHARE,
    margin: BASE_MARGIN,
    min: BASE_MIN_KWH_PER_H,
    halfLifeHours: BASE_HALF_LIFE_HOURS,
    minHours: BASE_MIN_HOURS,
  },
  // Half a day and more holds somebody's use in its lowest values, too: only a fall well below them is nobody's.
  'water-long': {
    first: 0.02,
    growth: 1.3,
    share: FLOOR_SHARE,
    margin: LONG_WATER_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  },
  'electricity-long': {
    first: 0.008,
    growth: 1.2,
    share: FLOOR_SHARE,
    margin: LONG_ELECTRICITY_MARGIN,
    min: 0,
    halfLifeHours: LONG_HALF_LIFE_HOURS,
    minHours: FLOOR_MIN_HOURS,
  },
}

function scaleOf(kind: MeterKind, hours: number): Scale {
  return SCALES[hours >= NO_NIGHT_HOURS ? (`${kind}-long` as const) : kind]
}

function binOf(load: number, scale: Scale): number {
  if (load <= 0) return 0
  const bin = 1 + Math.floor(Math.log(load / scale.first) / Math.log(scale.growth))
  return Math.min(LOAD_BINS - 1, Math.max(1, bin))
}

/** The load per hour (kWh or L) above which only a person explains it; null while too little is known to tell. */
export function lifeThreshold(state: LifeState, meter: number, hours: number): number | null {
  const kind = state.profile.meters[meter]?.kind ?? 'water'
  const scale = scaleOf(kind, hours)
  const row = meter * LOAD_ROW
  const seen = state.loads[row + LOAD_BINS] ?? 0
  if (seen < scale.minHours) return kind === 'water' ? scale.min : null
  if (kind === 'water' && isSparse(state)) return scale.min
  let total = 0
  for (let bin = 0; bin < LOAD_BINS; bin++) total += state.loads[row + bin] ?? 0
  if (scale !== SCALES.electricity)
    return Math.max(scale.min, quantileOf(state, row, scale, scale.share, total))
  // Somebody who is up at night now and then must not raise the base load to what people do: it is never far above
  // what most of the night draws.
  const cap = state.model.baseCap * quantileOf(state, row, scale, BASE_CAP_SHARE, total)
  const deep = (state.level[V.surprise] ?? 0) > state.model.deepNats
  const share = deep ? DEEP_BASE_SHARE : scale.share
  return Math.max(scale.min, Math.min(cap, quantileOf(state, row, scale, share, total)))
}

/**
 * Where hours are left out one by one (files that list only hours with use), the lowest told is no floor. Long gaps
 * between unbroken stretches do no harm.
 */
function isSparse(state: LifeState): boolean {
  return (state.level[V.unbroken] ?? 0) < state.model.floorMinUnbroken
}

/** The load (with the scale's margin) that this share of the observed time lies at or below; inside a bin: geometric. */
function quantileOf(state: LifeState, row: number, scale: Scale, share: number, total: number): number {
  const goal = share * total
  let below = 0
  for (let bin = 0; bin < LOAD_BINS; bin++) {
    const here = state.loads[row + bin] ?? 0
    if (here > 0 && below + here >= goal) {
      if (bin === 0) return 0
      return scale.first * scale.growth ** (bin - 1 + (goal - below) / here) * scale.margin
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
  const asleep = hourOfDay >= NIGHT_FROM_HOUR && hourOfDay < NIGHT_TO_HOUR
  if (kind === 'electricity' && hours < NO_NIGHT_HOURS && !asleep) return
  const scale = scaleOf(kind, hours)
  const row = meter * LOAD_ROW
  const keep = 0.5 ** (hours / scale.halfLifeHours)
  for (let bin = 0; bin < LOAD_BINS; bin++) state.loads[row + bin] = (state.loads[row + bin] ?? 0) * keep
  const bin = row + binOf(amount / hours, scale)
  state.loads[bin] = (state.loads[bin] ?? 0) + hours
  state.loads[row + LOAD_BINS] = (state.loads[row + LOAD_BINS] ?? 0) + hours
}
