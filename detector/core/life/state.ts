import { MODEL, type LifeModel } from './model.ts'
import { FLOOR_DAYS, PRIOR_RATE } from './parameters.ts'
import type { Profile } from '../observation.ts'
import { cloneAlone, newAlone, type HomeState } from '../state/home-state.ts'

/** Hour of the day on a weekday (0 to 23) or at the weekend (24 to 47). */
export const SLOTS = 48
/** Bins of a meter's load histogram. */
export const LOAD_BINS = 40
/** Weeks whose longest silence is remembered. */
export const WEEKS = 8
/** Days whose reached evidence levels are remembered. */
export const DAYS = 8
export const RETURN_BINS = 6
/** Long absences that are remembered (weekly-absence.ts): one a week for as many weeks, and some that are no habit. */
export const ABSENCES = 12

export const NEVER = -1

/**
 * The life model's part of a home's record (`state/layout.ts`). Rates of the home are 16-bit fractions, those of its single
 * meters and of the last few days 8-bit ones, silences 16-bit counts of 1/16 h, loads 16-bit counts: each far below what
 * can be learned of it.
 */
export type LifeState = HomeState

/** Places in `clock`: moments in ms, and the amount of the last life sign as it was read. */
export const C = {
  firstMs: 0,
  newestMs: 1,
  lastSignMs: 2,
  openOnsetMs: 3,
  raisedMs: 4,
  lastAmount: 5,
} as const

/** Places in `level`: the present silence, the present hour, and slow averages. */
export const V = {
  /** Sum of -ln(1 - rate) over the observed silent time: nats. */
  surprise: 0,
  /** Observed silent hours. */
  silentHours: 1,
  /** ln P(a living home is silent as long as this). */
  logAlive: 2,
  /** Silent time that a stop would have been waiting, at its worth now. */
  waiting: 3,
  /** Share of intervals that begin where the one before ended. */
  unbroken: 4,
  /** Highest score of the present silence. */
  peak: 5,
  /** `silentHours` when the score was last worked out. */
  scoredAt: 6,
  /** Present hour: pooled hazard of return (-1: not worked out yet) and surprise of the whole hour. */
  hazard: 7,
  hourSurprise: 8,
  /** Present hour: cover at the last sign in it; silent hours and nats credited since. */
  signCover: 9,
  creditedHours: 10,
  creditedNats: 11,
  lately: 12,
  longRun: 13,
  hoursSeen: 14,
  /** Highest score of the present silence that has been noted for the budget. */
  noted: 15,
  /** Observed hours of the newest day. */
  dayHours: 16,
  /** The home's own calibration in the bin of returns that the present silence is in, as it was when the silence came into it. */
  frailty: 17,
} as const

/** Places in `hour`: the wall-clock hour (since 1970) being observed; bit h: hour h of the day showed life when last observed. */
export const H = { current: 0, lastDay: 1 } as const

/** Places in `mark`: the row of rates that speaks for the home (0: all its meters), the newest sign's meter, the newest week (since 1970). */
export const M = { row: 0, lastMeter: 1, week: 2 } as const

/**
 * Places in `flag`: whether the present hour began in silence, in which bin of returns, whether it has shown life; severity of
 * the open alert; one more than the bin whose calibration the present silence holds (0: none).
 */
export const B = { beganSilent: 0, beganBin: 1, sign: 2, severity: 3, heldBin: 4 } as const

/** Places in a meter's row of `load`: counts an hour (base-load.ts), and the observed share of the present hour. */
export const L = { perHour: 0, cover: 1 } as const
export const LOAD_ROW = 2

/** Places in a meter's row of `loaded`: the sum of its bins, and the observed time (in 20 s, up to two weeks). */
export const T = { total: 0, seen: 1 } as const
export const LOADED_ROW = 2

/**
 * Places in a meter's row of `steady`: lowest load of the present run, the lowest and highest that its load is with nobody's
 * doing (kWh or L an hour), water of the present block (L).
 */
export const S = { runLow: 0, idleLow: 1, idleHigh: 2, blockSum: 3 } as const
export const STEADY_ROW = 4

/**
 * Places in a meter's row of `leak`: how long the present run has lasted, the present block of hours (of electricity: day, from the
 * end of a night on; counted in 16 bits), the step of
 * the register, and from `days` on the lowest block of each of the last days, by day.
 */
export const F = { runMinutes: 0, block: 1, stepMl: 2, days: 3 } as const
export const LEAK_ROW = F.days + FLOOR_DAYS

export const FULL = 65535
export const FULL_BYTE = 255

/** Hours as they are remembered: in sixteenths, up to half a year. */
export function sixteenthsOf(hours: number): number {
  return Math.min(FULL, Math.round(hours * 16))
}

/** The life of one home, in a record of its own. */
export function newLife(profile: Profile, model: LifeModel = MODEL): LifeState {
  const state = newAlone(profile)
  state.model = model
  beginLife(state)
  return state
}

export function cloneLife(state: LifeState): LifeState {
  return cloneAlone(state)
}

/** Makes a record of zeros the state of a home that nothing is known of. */
export function beginLife(state: LifeState): void {
  const { f64, f32, u16, u8, clock, level } = state
  f64.fill(NEVER, clock, clock + C.lastAmount)
  f32[level + V.lately] = PRIOR_RATE
  f32[level + V.longRun] = PRIOR_RATE
  f32[level + V.unbroken] = 1
  u16.fill(Math.round(PRIOR_RATE * FULL), state.rates, state.rates + SLOTS)
  const meters = state.profile.meters.length
  if (meters > 1) {
    u8.fill(Math.round(PRIOR_RATE * FULL_BYTE), state.meterRates, state.meterRates + SLOTS * meters)
  }
}
