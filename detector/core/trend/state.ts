import type { MeterKind } from '../../../domain/units.ts'
import type { Profile } from '../observation.ts'
import type { HomeState } from '../state/home-state.ts'
import * as places from './places.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { FLOW_DAYS, H, OPEN_DAYS, RING_DAYS } = places

/** The record of a home; what is kept for its trends is in the sections of `places.ts`. */
export type TrendState = HomeState

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

/** Notes that `value` is now known of a day. */
export function touch({ u32, today }: TrendState, day: number, value: number): void {
  const stamp = u32[today + H.stamp] ?? 0
  u32[today + H.stamp] = Math.imul(stamp ^ (day * 65_537 + value), 0x9e37_79b1) >>> 0
}

/** The code of a day's use. */
export function levelOn({ u8, levels }: TrendState, meter: number, day: number): number {
  return u8[levels + meter * RING_DAYS + (day % RING_DAYS)] ?? 0
}

export function setLevel({ u8, levels }: TrendState, meter: number, day: number, code: number): void {
  u8[levels + meter * RING_DAYS + (day % RING_DAYS)] = code
}

/** Which of the water meters a meter is: the row of it in what only they have. */
export function flowRowOf({ meters }: Profile, meter: number): number {
  let row = 0
  for (let other = 0; other < meter; other++) if (meters[other]?.kind === 'water') row++
  return row
}

/** The code of the lowest flow of a day. */
export function flowOn({ u8, flows }: TrendState, row: number, day: number): number {
  return u8[flows + row * FLOW_DAYS + (day % FLOW_DAYS)] ?? 0
}

export function setFlow({ u8, flows }: TrendState, row: number, day: number, code: number): void {
  u8[flows + row * FLOW_DAYS + (day % FLOW_DAYS)] = code
}

/** Minutes after the end of `day` at which it could be judged; 0: not yet, or too long ago. */
export function reachedOn({ u32, u16, today, ready }: TrendState, day: number): number {
  return day <= (u32[today + H.day] ?? 0) - OPEN_DAYS ? 0 : (u16[ready + (day % OPEN_DAYS)] ?? 0)
}

export function setReached(state: TrendState, day: number, minutes: number): void {
  state.u16[state.ready + (day % OPEN_DAYS)] = Math.min(minutes, 0xffff)
  if (minutes > 0) touch(state, day, minutes)
}
