import * as parameters from './parameters.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'

// Of this module's own: an import would be looked up with every use.
const { LONG_INTERVAL_HOURS, STEADY_WATER_STRAYS } = parameters
const { F, FULL, LEAK_ROW, S, STEADY_ROW } = places

const MINUTES = 60
const LONGEST_RUN_MINUTES = FULL
/** A register that is finer than this has no steps to speak of. */
const FINEST_STEP_ML = 50

/**
 * What runs on unchanged: a tap, a lamp, a television that somebody left on. It says that somebody was there when it began,
 * and nothing of the hours since. A run is a stretch of intervals whose load is never further from its lowest than a meter's
 * load moves with nobody's doing; once it has lasted `STEADY_HOURS`, what it is above the usual idle load is taken for the
 * base load of the moment.
 * @returns what is to be taken from a load before it is held against the bar of a life sign: kWh or L an hour, 0 usually.
 */
export function steadyLoad(state: LifeState, meter: number, hours: number): number {
  if (!isSteady(state, meter)) return 0
  const { f32, profile } = state
  const at = state.steady + meter * STEADY_ROW
  const low = f32[at + S.runLow] ?? 0
  const idleLow = f32[at + S.idleLow] ?? 0
  if (profile.meters[meter]?.kind === 'electricity') return Math.max(0, low - idleLow)
  // A leak as it always runs is no news: its own bar knows how far it strays.
  if (low <= (f32[at + S.idleHigh] ?? 0)) return 0
  return low * (1 + STEADY_WATER_STRAYS) + stepOf(state, meter, hours) - idleLow
}

/** The load (kWh or L an hour) of what somebody has left on, or what has burst; 0 where nothing runs but what always does. */
export function leftRunning(state: LifeState, meter: number): number {
  const at = state.steady + meter * STEADY_ROW
  const low = state.f32[at + S.runLow] ?? 0
  return isSteady(state, meter) && low > (state.f32[at + S.idleHigh] ?? 0) ? low : 0
}

function isSteady({ u16, leak, model }: LifeState, meter: number): boolean {
  return (u16[leak + meter * LEAK_ROW + F.runMinutes] ?? 0) >= model.steadyHours * MINUTES
}

/** Takes an interval into the run, or begins another with it. */
export function noteRun(state: LifeState, meter: number, load: number, hours: number, minutes: number): void {
  if (hours > LONG_INTERVAL_HOURS) return
  const { f32, u16 } = state
  const at = state.steady + meter * STEADY_ROW
  const place = state.leak + meter * LEAK_ROW + F.runMinutes
  const low = f32[at + S.runLow] ?? 0
  const goesOn = Math.abs(load - low) <= rangeOf(state, meter, Math.min(low, load), hours)
  f32[at + S.runLow] = goesOn ? Math.min(low, load) : load
  const before = goesOn ? (u16[place] ?? 0) : 0
  u16[place] = Math.min(LONGEST_RUN_MINUTES, before + minutes)
}

/** How far a load moves with nobody's doing: as far as while nobody acts; water with the mains' pressure and by a step, too. */
function rangeOf(state: LifeState, meter: number, low: number, hours: number): number {
  const at = state.steady + meter * STEADY_ROW
  const idle = Math.max(0, (state.f32[at + S.idleHigh] ?? 0) - (state.f32[at + S.idleLow] ?? 0))
  if (state.profile.meters[meter]?.kind === 'electricity') return idle
  return idle + STEADY_WATER_STRAYS * low + stepOf(state, meter, hours)
}

/** The step of a water register, as a load over so many hours: what has gathered below it shows with the next interval. */
export function stepOf({ u16, leak }: LifeState, meter: number, hours: number): number {
  const stepMl = u16[leak + meter * LEAK_ROW + F.stepMl] ?? 0
  return stepMl < FINEST_STEP_ML ? 0 : stepMl / 1_000 / hours
}
