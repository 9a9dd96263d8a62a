import type { MeterKind } from '../../../domain/units.ts'
import {
  BASE_HALF_LIFE_HOURS,
  BASE_MARGIN,
  BASE_MIN_HOURS,
  BASE_MIN_KWH_PER_H,
  BASE_SHARE,
  FLOOR_HALF_LIFE_HOURS,
  FLOOR_MARGIN,
  FLOOR_MIN_HOURS,
  FLOOR_MIN_L_PER_H,
  FLOOR_SHARE,
  NIGHT_FROM_HOUR,
  NIGHT_TO_HOUR,
  NO_NIGHT_HOURS,
} from './parameters.ts'
import { LOAD_BINS, LOAD_ROW, type LifeState } from './state.ts'

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

const SCALES: Record<MeterKind | 'electricity-long', Scale> = {
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
  // Half a day and more holds no night of its own: what is always there shows, as with water, in the lowest of them.
  'electricity-long': {
    first: 0.008,
    growth: 1.2,
    share: FLOOR_SHARE,
    margin: FLOOR_MARGIN,
    min: BASE_MIN_KWH_PER_H,
    halfLifeHours: 4 * FLOOR_HALF_LIFE_HOURS,
    minHours: 4 * FLOOR_MIN_HOURS,
  },
}

function scaleOf(kind: MeterKind, hours: number): Scale {
  return SCALES[kind === 'electricity' && hours >= NO_NIGHT_HOURS ? 'electricity-long' : kind]
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
  let total = 0
  for (let bin = 0; bin < LOAD_BINS; bin++) total += state.loads[row + bin] ?? 0
  const goal = scale.share * total
  let below = 0
  for (let bin = 0; bin < LOAD_BINS; bin++) {
    const here = state.loads[row + bin] ?? 0
    if (below + here >= goal) {
      if (bin === 0) return scale.min
      const inside = here > 0 ? (goal - below) / here : 1
      return Math.max(scale.min, scale.first * scale.growth ** (bin - 1 + inside) * scale.margin)
    }
    below += here
  }
  return scale.min
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
