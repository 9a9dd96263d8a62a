import type { Profile } from '../observation.ts'
import { MODEL, type LifeModel } from './model.ts'
import { PRIOR_RATE } from './parameters.ts'

/** Hour of the day on a weekday (0 to 23) or at the weekend (24 to 47). */
export const SLOTS = 48
/** Bins of a meter's load histogram; the last element of a meter's row counts the observed time. */
export const LOAD_BINS = 40
export const LOAD_ROW = LOAD_BINS + 1
/** Weeks whose longest silence is remembered. */
export const WEEKS = 8
/** Days whose reached evidence levels are remembered. */
export const DAYS = 8
export const RETURN_BINS = 6
/** Long absences that are remembered (weekly-absence.ts): one a week for as many weeks, and some that are no habit. */
export const ABSENCES = 12

export const NEVER = -1

/** Places in `LifeState.clock`: moments in ms, the wall-clock hour being observed, and the amount of the last life sign as it was read. */
export const C = {
  firstMs: 0,
  newestMs: 1,
  lastSignMs: 2,
  openOnsetMs: 3,
  raisedMs: 4,
  hour: 5,
  lastAmount: 6,
} as const
const CLOCK = 7

/** Places in `LifeState.level`: the present silence, the present hour, and slow averages. */
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
  /** Present hour: whether it began in silence and in which bin of returns; whether it has shown life. */
  beganSilent: 9,
  beganBin: 10,
  sign: 11,
  /** Present hour: cover at the last sign in it; silent hours and nats credited since. */
  signCover: 12,
  creditedHours: 13,
  creditedNats: 14,
  /** The row of rates that speaks for the home: all its meters, or the one that reports. */
  row: 15,
  lately: 16,
  longRun: 17,
  hoursSeen: 18,
  absences: 19,
  /** Highest score of the present silence that has been noted for the budget. */
  noted: 20,
  lastMeter: 21,
  /** Of the open alert: 0 yellow, 1 orange, 2 red. */
  severity: 22,
  /** Observed hours of the newest day, and the newest week (since 1970). */
  dayHours: 23,
  week: 24,
  /** Bit h: the hour h of the day showed life when it was last observed. */
  lastDay: 25,
} as const
const LEVEL = 26

/**
 * One home. Plain data in flat arrays: a county of homes must fit in memory, and a home must be saved, cloned and
 * compared without ceremony. Rates are kept as 16-bit fractions: their resolution is far below what can be learned.
 */
export interface LifeState {
  readonly profile: Profile
  readonly model: LifeModel
  readonly clock: Float64Array
  readonly level: Float32Array
  /** Own returns and the returns expected of it, by surprise at the start of the hour. */
  readonly returns: Float32Array
  /** Longest silence of each of the last weeks, hours. */
  readonly weeks: Float32Array
  /** Past long absences in pairs: wall-clock hours since 1970 at their start (exact to two minutes), and their length in hours. */
  readonly absences: Float32Array
  /** Share of hours with a life sign, per slot: of the home, then (more than one meter) of each meter. */
  readonly rates: Uint16Array
  /** The same by hour of the day over the last few days. */
  readonly fast: Uint16Array
  /** Per meter: histogram of loads that are there without anybody's doing. */
  readonly loads: Float32Array
  /** Per meter: observed share of the present hour, and whether it showed life. */
  readonly cover: Float32Array
  /** Per day (mod DAYS): evidence levels first reached by a silence of this home. */
  readonly reached: Uint32Array
}

export const FULL = 65535

export function rateRows(meters: number): number {
  return meters > 1 ? meters + 1 : 1
}

export function newLife(profile: Profile, model: LifeModel = MODEL): LifeState {
  const meters = profile.meters.length
  const state: LifeState = {
    profile,
    model,
    clock: new Float64Array(CLOCK).fill(NEVER),
    level: new Float32Array(LEVEL),
    returns: new Float32Array(RETURN_BINS * 2),
    weeks: new Float32Array(WEEKS),
    absences: new Float32Array(2 * ABSENCES),
    rates: new Uint16Array(SLOTS * rateRows(meters)).fill(Math.round(PRIOR_RATE * FULL)),
    fast: new Uint16Array(24).fill(Math.round(PRIOR_RATE * FULL)),
    loads: new Float32Array(LOAD_ROW * meters),
    cover: new Float32Array(2 * meters),
    reached: new Uint32Array(DAYS),
  }
  state.level[V.lately] = PRIOR_RATE
  state.level[V.unbroken] = 1
  state.level[V.longRun] = PRIOR_RATE
  return state
}

/** The arrays in the order in which they are saved: widest elements first, so that every one is aligned. */
function arraysOf(
  state: LifeState,
): readonly [
  Float64Array,
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
  Uint32Array,
  Uint16Array,
  Uint16Array,
] {
  return [
    state.clock,
    state.level,
    state.returns,
    state.weeks,
    state.absences,
    state.loads,
    state.cover,
    state.reached,
    state.rates,
    state.fast,
  ]
}

export function cloneLife(state: LifeState): LifeState {
  return {
    profile: state.profile,
    model: state.model,
    clock: state.clock.slice(),
    level: state.level.slice(),
    returns: state.returns.slice(),
    weeks: state.weeks.slice(),
    absences: state.absences.slice(),
    rates: state.rates.slice(),
    fast: state.fast.slice(),
    loads: state.loads.slice(),
    cover: state.cover.slice(),
    reached: state.reached.slice(),
  }
}

/** Format: one byte of version, then the arrays' bytes (little-endian machines) in the order of `arraysOf`. */
const VERSION = 3

export function encodeLife(state: LifeState): Uint8Array {
  const arrays = arraysOf(state)
  let length = 1
  for (const array of arrays) length += array.byteLength
  const bytes = new Uint8Array(length)
  bytes[0] = VERSION
  let at = 1
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  return bytes
}

/** @throws Error where the bytes are not of this version or of a home with as many meters: a broken invariant. */
export function decodeLife(bytes: Uint8Array, profile: Profile): LifeState {
  const state = newLife(profile)
  let at = 1
  for (const array of arraysOf(state)) {
    const target = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    target.set(bytes.subarray(at, at + array.byteLength))
    at += array.byteLength
  }
  if (bytes[0] !== VERSION || at !== bytes.length) {
    throw new Error(
      `life state of version ${bytes[0]} and ${bytes.length} bytes, expected ${VERSION} and ${at}`,
    )
  }
  return state
}
