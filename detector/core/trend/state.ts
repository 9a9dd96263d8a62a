import type { MeterKind } from '../../../domain/units.ts'

/**
 * What a home's fold remembers for its trends: one flat row of unsigned 32-bit words per home, so that it may stand in a
 * slab with others (every function takes the array and an offset). Times are seconds since 1970, days are wall-clock days
 * of the home since 1970, amounts are integers (mL, or 10 mWh): sums do not depend on rounding.
 */
export type TrendState = Uint32Array

/** Days of use that are remembered: the widest comparison, and the days that are still open to late data. */
export const RING_DAYS = 116
/** Days whose lowest flow is remembered. */
export const FLOW_DAYS = 28
/** Days whose moment of judgement is remembered: those that late data can change (`SEAL_DAYS`), and a gap of a week. */
export const OPEN_DAYS = 24

/** Words of the home. */
export const H = {
  /** The local day being observed, and its end; 0: none yet. */
  day: 0,
  dayEndS: 1,
  /** Bit h: hour h of that day, and of the one before, showed life. */
  signs: 2,
  signsBefore: 3,
  /** Two 16-bit minutes per word: how long after its end each day could be judged; 0: not yet. */
  reached: 5,
  /** Another number whenever a finished day has become another one: whoever has judged the days looks again. */
  stamp: 4,
} as const
const HEAD_WORDS = H.reached + OPEN_DAYS / 2

/** Words of a meter. */
export const M = {
  /** Use and measured seconds of the local day, and of the one before. */
  sum: 0,
  coverS: 1,
  sumBefore: 2,
  coverBeforeS: 3,
  /** The hour being observed (since 1970), its use and measured seconds. */
  hour: 4,
  hourSum: 5,
  hourCoverS: 6,
  /** The unbroken flow: its start (0: none), its measured hours, its lowest hour (mL/h), the bar that it is over. */
  flowFromS: 7,
  flowHours: 8,
  flowMin: 9,
  flowBar: 10,
  /** Of the raised flow: 0 none, 1 + severity. */
  flowRaised: 11,
  /** The lowest hour of the local day, mL/h, and how many hours of it are known. */
  dayMin: 12,
  dayHours: 13,
  /** The lowest hour of its last night, mL/h; 0: it has had none. */
  flowNight: 14,
  /** Hundredths of hours of the longest flow of the last weeks that has ended; slowly forgotten. */
  flowLongest: 15,
  /** Four 8-bit codes a word. */
  levels: 16,
  flows: 16 + RING_DAYS / 4,
} as const
export const METER_WORDS = M.flows + FLOW_DAYS / 4

export function trendWords(meters: number): number {
  return HEAD_WORDS + meters * METER_WORDS
}

export function newTrendState(meters: number): TrendState {
  return new Uint32Array(trendWords(meters))
}

export function meterAt(offset: number, meter: number): number {
  return offset + HEAD_WORDS + meter * METER_WORDS
}

/** Codes of a day: nothing known; silence; lived without use; then the logarithm of its use in steps of 4 %. */
export const MISSING = 0
export const SILENT = 1
export const NO_USE = 2
const FIRST_LEVEL = 3
const STEP = 0.04
/** What the first level stands for, in words of `sum`: 1 L, 0.05 kWh. */
const FIRST_AMOUNT: Record<MeterKind, number> = { water: 1_000, electricity: 5_000 }
/** Words of `sum` in a litre or kWh. */
export const PER_UNIT: Record<MeterKind, number> = { water: 1_000, electricity: 100_000 }

export function codeOf(sum: number, kind: MeterKind): number {
  const steps = Math.round(Math.log(Math.max(sum, 1) / FIRST_AMOUNT[kind]) / STEP)
  return Math.max(NO_USE, Math.min(255, steps + FIRST_LEVEL))
}

/** Natural logarithm of a day's use over the smallest that is told apart; NaN where it is not known or silence. */
export function natsOf(code: number): number {
  return code < NO_USE ? NaN : (code - FIRST_LEVEL) * STEP
}

/** L or kWh a day. */
export function amountOf(nats: number, kind: MeterKind): number {
  return (Math.exp(nats) * FIRST_AMOUNT[kind]) / PER_UNIT[kind]
}

/** Codes of flows: 0 unknown, 1 none, then the logarithm of 1 + L/h in steps of 3 %. */
const FLOW_STEP = 0.03

export function flowCodeOf(mLPerHour: number): number {
  return Math.min(255, 1 + Math.round(Math.log1p(mLPerHour / 1_000) / FLOW_STEP))
}

export function flowOf(code: number): number {
  return Math.expm1((code - 1) * FLOW_STEP)
}

export function getByte(state: TrendState, at: number, index: number): number {
  return ((state[at + (index >> 2)] ?? 0) >>> ((index & 3) * 8)) & 255
}

export function setByte(state: TrendState, at: number, index: number, value: number): void {
  const word = at + (index >> 2)
  const shift = (index & 3) * 8
  state[word] = ((state[word] ?? 0) & ~(255 << shift)) | (value << shift)
}

/** Notes that `value` is now known of a day. */
export function touch(state: TrendState, offset: number, day: number, value: number): void {
  const stamp = state[offset + H.stamp] ?? 0
  state[offset + H.stamp] = Math.imul(stamp ^ (day * 65_537 + value), 0x9e37_79b1) >>> 0
}

export function levelOn(state: TrendState, offset: number, meter: number, day: number): number {
  return getByte(state, meterAt(offset, meter) + M.levels, day % RING_DAYS)
}

/** Minutes after the end of `day` at which it could be judged; 0: not yet, or too long ago. */
export function reachedOn(state: TrendState, offset: number, day: number): number {
  if (day <= (state[offset + H.day] ?? 0) - OPEN_DAYS) return 0
  const place = day % OPEN_DAYS
  return ((state[offset + H.reached + (place >> 1)] ?? 0) >>> ((place & 1) * 16)) & 0xffff
}

export function setReached(state: TrendState, offset: number, day: number, minutes: number): void {
  const place = day % OPEN_DAYS
  const word = offset + H.reached + (place >> 1)
  const shift = (place & 1) * 16
  state[word] = ((state[word] ?? 0) & ~(0xffff << shift)) | (Math.min(minutes, 0xffff) << shift)
  if (minutes > 0) touch(state, offset, day, minutes)
}
