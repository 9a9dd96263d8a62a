import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'
import { offsetMs, wallMs } from '../local-time.ts'
import type { Observation, Profile } from '../observation.ts'
import * as parameters from './parameters.ts'
import * as places from './state.ts'
import {
  codeOf,
  flowCodeOf,
  getByte,
  meterAt,
  setByte,
  setReached,
  reachedOn,
  touch,
  type TrendState,
} from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } = time
const { DAY_COVER, FLOW_LONGEST_KEPT, FLOW_MIN_COVER, JUDGE_AFTER_HOURS, SILENT_SIGN_HOURS } = parameters
const { FLOW_DAYS, H, M, MISSING, OPEN_DAYS, PER_UNIT, RING_DAYS, SILENT } = places

const DAY_S = DAY_MS / SECOND_MS
/** What is spread over days may be as long as this; a longer interval tells nothing of a single day. */
const LONGEST_INTERVAL_MS = 3 * DAY_MS

/**
 * Adds a measured interval to the days that it lies in, pro rata, in the order of the home's items.
 * @param sign whether it showed life; null where the home's judge cannot tell yet
 */
export function observeDay(
  state: TrendState,
  offset: number,
  profile: Profile,
  observation: Observation,
  sign: boolean | null,
): void {
  const { endMs, intervalMs, meter, amount } = observation
  const device = profile.meters[meter]
  if (amount === null || device === undefined || !(intervalMs > 0)) return
  if (endMs > (state[offset + H.dayEndS] ?? 0) * SECOND_MS) turnDay(state, offset, profile, observation)
  const sinceMs = sinceDayBegan(state, offset, observation)
  if (sign !== false) noteSign(state, offset, observation)
  let touched = false
  if (intervalMs <= sinceMs) {
    // Almost always: no more than the present day is in it.
    const at = meterAt(offset, meter)
    add(state, at + M.sum, Math.max(0, Math.round(amount * PER_UNIT[device.kind])))
    add(state, at + M.coverS, Math.round(intervalMs / SECOND_MS))
  } else if (intervalMs <= LONGEST_INTERVAL_MS) touched = spread(state, offset, profile, observation)
  if (sinceMs < JUDGE_AFTER_HOURS * HOUR_MS) return
  const day = state[offset + H.day] ?? 0
  if (touched || reachedOn(state, offset, day - 1) === 0) {
    setReached(state, offset, day - 1, Math.floor(sinceMs / MINUTE_MS))
  }
}

/** How much of the present day is over at the end of an interval. */
function sinceDayBegan(state: TrendState, offset: number, { endMs }: Observation): number {
  return endMs - (state[offset + H.dayEndS] ?? 0) * SECOND_MS + DAY_MS
}

/** Notes an hour with life. A long interval says no more than that there was some. */
function noteSign(state: TrendState, offset: number, observation: Observation): void {
  const { intervalMs } = observation
  const middleMs = sinceDayBegan(state, offset, observation) - intervalMs / 2
  const isBefore = middleMs < 0
  const hour = Math.floor((isBefore ? middleMs + DAY_MS : middleMs) / HOUR_MS)
  const at = offset + (isBefore ? H.signsBefore : H.signs)
  const bits = intervalMs > 6 * HOUR_MS ? 0xffffff : 1 << Math.max(0, Math.min(23, hour))
  state[at] = ((state[at] ?? 0) | bits) >>> 0
}

/** An interval that began before the present day. True where the day before has become another one by it. */
function spread(state: TrendState, offset: number, profile: Profile, observation: Observation): boolean {
  const { intervalMs, meter, amount } = observation
  const sinceMs = sinceDayBegan(state, offset, observation)
  const device = profile.meters[meter]
  if (device === undefined || amount === null) return false
  const at = meterAt(offset, meter)
  const whole = Math.max(0, Math.round(amount * PER_UNIT[device.kind]))
  const todayMs = Math.max(0, Math.min(sinceMs, intervalMs))
  add(state, at + M.sum, Math.round((whole * todayMs) / intervalMs))
  add(state, at + M.coverS, Math.round(todayMs / SECOND_MS))
  const beforeMs = Math.min(DAY_MS, intervalMs - todayMs)
  add(state, at + M.sumBefore, Math.round((whole * beforeMs) / intervalMs))
  add(state, at + M.coverBeforeS, Math.round(beforeMs / SECOND_MS))
  const day = state[offset + H.day] ?? 0
  const known = getByte(state, at + M.levels, (day - 1) % RING_DAYS)
  const code = codeOfDay(state, at + M.sumBefore, state[offset + H.signsBefore] ?? 0, device.kind)
  setByte(state, at + M.levels, (day - 1) % RING_DAYS, code)
  if (code !== known) touch(state, offset, day - 1, code)
  // Days that lie in it as a whole.
  for (let back = 2; intervalMs - todayMs - (back - 1) * DAY_MS >= DAY_COVER * DAY_MS; back++) {
    const place = (day - back) % RING_DAYS
    if (getByte(state, at + M.levels, place) !== MISSING) continue
    if (device.kind === 'electricity' && whole === 0) continue
    setByte(state, at + M.levels, place, codeOf((whole * DAY_MS) / intervalMs, device.kind))
    touch(state, offset, day - back, 0)
  }
  return code !== known
}

function add(state: TrendState, at: number, more: number): void {
  state[at] = Math.min(0xffff_ffff, (state[at] ?? 0) + more)
}

/** @param at of the day's use; its measured seconds follow */
function codeOfDay(state: TrendState, at: number, signs: number, kind: MeterKind): number {
  const coverS = state[at + 1] ?? 0
  if (coverS < DAY_COVER * DAY_S) return MISSING
  if (hoursIn(signs) <= SILENT_SIGN_HOURS) return SILENT
  // No lived home is without its base load for a day: the dial is stuck, or the power was cut.
  if (kind === 'electricity' && (state[at] ?? 0) === 0) return MISSING
  return codeOf(((state[at] ?? 0) * DAY_S) / coverS, kind)
}

function turnDay(state: TrendState, offset: number, profile: Profile, { endMs }: Observation): void {
  const day = Math.floor(wallMs(profile.timezone, endMs - 1) / DAY_MS)
  const old = state[offset + H.day] ?? 0
  const skipped = old === 0 ? RING_DAYS : Math.min(RING_DAYS, day - old - 1)
  for (let meter = 0; meter < profile.meters.length; meter++) {
    const at = meterAt(offset, meter)
    if (old > 0) {
      closeDay(state, at, old, state[offset + H.signs] ?? 0, profile.meters[meter]?.kind ?? 'water')
      touch(state, offset, old, getByte(state, at + M.levels, old % RING_DAYS))
    }
    state[at + M.sumBefore] = skipped === 0 ? (state[at + M.sum] ?? 0) : 0
    state[at + M.coverBeforeS] = skipped === 0 ? (state[at + M.coverS] ?? 0) : 0
    state[at + M.sum] = 0
    state[at + M.coverS] = 0
    for (let back = 0; back <= skipped; back++) {
      setByte(state, at + M.levels, (day - back) % RING_DAYS, MISSING)
      setByte(state, at + M.flows, (day - back) % FLOW_DAYS, 0)
    }
  }
  state[offset + H.signsBefore] = skipped === 0 ? (state[offset + H.signs] ?? 0) : 0
  state[offset + H.signs] = 0
  for (let back = 0; back <= Math.min(skipped, OPEN_DAYS - 1); back++)
    setReached(state, offset, day - back, 0)
  state[offset + H.day] = day
  if (old > 0 && skipped > 0 && day - old < OPEN_DAYS) {
    // The day before a gap is judged with the first item after it.
    setReached(state, offset, old, Math.floor((endMs / SECOND_MS - (state[offset + H.dayEndS] ?? 0)) / 60))
  }
  state[offset + H.dayEndS] = Math.floor(endOfDay(profile.timezone, day) / SECOND_MS)
}

/** A day that is over goes into memory: its use and its lowest hour. */
function closeDay(state: TrendState, at: number, day: number, signs: number, kind: MeterKind): void {
  setByte(state, at + M.levels, day % RING_DAYS, codeOfDay(state, at + M.sum, signs, kind))
  const hours = state[at + M.dayHours] ?? 0
  const flow = hours >= 24 * FLOW_MIN_COVER ? flowCodeOf(state[at + M.dayMin] ?? 0) : 0
  setByte(state, at + M.flows, day % FLOW_DAYS, flow)
  state[at + M.dayHours] = 0
  state[at + M.dayMin] = 0
  state[at + M.flowLongest] = Math.floor((state[at + M.flowLongest] ?? 0) * FLOW_LONGEST_KEPT)
}

/** The moment at which a local day ends: the next midnight of its wall clock. */
export function endOfDay(timezone: string, day: number): EpochMs {
  const wall = (day + 1) * DAY_MS
  const guess = wall - offsetMs(timezone, wall)
  return wall - offsetMs(timezone, guess - 1)
}

export function startOfDay(timezone: string, day: number): EpochMs {
  return endOfDay(timezone, day - 1)
}

function hoursIn(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
