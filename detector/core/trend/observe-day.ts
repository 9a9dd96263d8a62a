import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'
import { offsetMs, wallMs } from '../local-time.ts'
import type { Observation } from '../observation.ts'
import * as parameters from './parameters.ts'
import * as places from './places.ts'
import * as codes from './state.ts'
import {
  codeOf,
  flowCodeOf,
  flowRowOf,
  levelOn,
  reachedOn,
  setFlow,
  setLevel,
  setReached,
  touch,
  type TrendState,
} from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } = time
const { DAY_COVER, FLOW_LONGEST_KEPT, FLOW_MIN_COVER, JUDGE_AFTER_HOURS, SILENT_SIGN_HOURS } = parameters
const { F, FLOW_DAYS, FLOW_MARK_ROW, FLOW_ROW, H, OPEN_DAYS, R, RING_DAYS, U, USE_ROW } = places
const { MISSING, SILENT } = codes
const PER_L = codes.PER_UNIT.water
const PER_KWH = codes.PER_UNIT.electricity

const DAY_S = DAY_MS / SECOND_MS
/** What is spread over days may be as long as this; a longer interval tells nothing of a single day. */
const LONGEST_INTERVAL_MS = 3 * DAY_MS

/**
 * Adds a measured interval to the days that it lies in, pro rata, in the order of the home's items.
 * @param sign whether it showed life; null where the home's judge cannot tell yet
 */
export function observeDay(state: TrendState, observation: Observation, sign: boolean | null): void {
  const { endMs, intervalMs, meter, amount } = observation
  const { u32, today, profile } = state
  const device = profile.meters[meter]
  if (amount === null || device === undefined || !(intervalMs > 0)) return
  if (endMs > (u32[today + H.dayEndS] ?? 0) * SECOND_MS) turnDay(state, observation)
  const sinceMs = sinceDayBegan(state, observation)
  if (sign !== false) noteSign(state, observation)
  let touched = false
  if (intervalMs <= sinceMs) {
    // Almost always: no more than the present day is in it.
    const use = state.use + meter * USE_ROW
    add(u32, use + U.sum, wholeOf(amount, device.kind))
    add(u32, use + U.coverS, Math.round(intervalMs / SECOND_MS))
  } else if (intervalMs <= LONGEST_INTERVAL_MS) touched = spread(state, device.kind, observation)
  if (sinceMs < JUDGE_AFTER_HOURS * HOUR_MS) return
  const day = u32[today + H.day] ?? 0
  if (touched || reachedOn(state, day - 1) === 0) {
    setReached(state, day - 1, Math.floor(sinceMs / MINUTE_MS))
  }
}

/** How much of the present day is over at the end of an interval. */
function sinceDayBegan({ u32, today }: TrendState, { endMs }: Observation): number {
  return endMs - (u32[today + H.dayEndS] ?? 0) * SECOND_MS + DAY_MS
}

/** An amount as it is added up. */
function wholeOf(amount: number, kind: MeterKind): number {
  return Math.max(0, Math.round(amount * (kind === 'water' ? PER_L : PER_KWH)))
}

/** Notes an hour with life. A long interval says no more than that there was some. */
function noteSign(state: TrendState, observation: Observation): void {
  const { intervalMs } = observation
  const middleMs = sinceDayBegan(state, observation) - intervalMs / 2
  const isBefore = middleMs < 0
  const hour = Math.floor((isBefore ? middleMs + DAY_MS : middleMs) / HOUR_MS)
  const at = state.today + (isBefore ? H.signsBefore : H.signs)
  const bits = intervalMs > 6 * HOUR_MS ? 0xffffff : 1 << Math.max(0, Math.min(23, hour))
  state.u32[at] = ((state.u32[at] ?? 0) | bits) >>> 0
}

/** An interval that began before the present day. True where the day before has become another one by it. */
function spread(state: TrendState, kind: MeterKind, observation: Observation): boolean {
  const { intervalMs, meter, amount } = observation
  const { u32, today } = state
  const use = state.use + meter * USE_ROW
  const whole = wholeOf(amount ?? 0, kind)
  const todayMs = Math.max(0, Math.min(sinceDayBegan(state, observation), intervalMs))
  add(u32, use + U.sum, Math.round((whole * todayMs) / intervalMs))
  add(u32, use + U.coverS, Math.round(todayMs / SECOND_MS))
  const beforeMs = Math.min(DAY_MS, intervalMs - todayMs)
  add(u32, use + U.sumBefore, Math.round((whole * beforeMs) / intervalMs))
  add(u32, use + U.coverBeforeS, Math.round(beforeMs / SECOND_MS))
  const day = u32[today + H.day] ?? 0
  const known = levelOn(state, meter, day - 1)
  const code = codeOfDay(state, use + U.sumBefore, u32[today + H.signsBefore] ?? 0, kind)
  setLevel(state, meter, day - 1, code)
  if (code !== known) touch(state, day - 1, code)
  // Days that lie in it as a whole.
  for (let back = 2; intervalMs - todayMs - (back - 1) * DAY_MS >= DAY_COVER * DAY_MS; back++) {
    if (levelOn(state, meter, day - back) !== MISSING) continue
    if (kind === 'electricity' && whole === 0) continue
    setLevel(state, meter, day - back, codeOf((whole * DAY_MS) / intervalMs, kind))
    touch(state, day - back, 0)
  }
  return code !== known
}

function add(u32: Uint32Array, at: number, more: number): void {
  u32[at] = Math.min(0xffff_ffff, (u32[at] ?? 0) + more)
}

/** @param at of the day's use; its measured seconds follow */
function codeOfDay({ u32 }: TrendState, at: number, signs: number, kind: MeterKind): number {
  const coverS = u32[at + 1] ?? 0
  if (coverS < DAY_COVER * DAY_S) return MISSING
  if (hoursIn(signs) <= SILENT_SIGN_HOURS) return SILENT
  // No lived home is without its base load for a day: the dial is stuck, or the power was cut.
  if (kind === 'electricity' && (u32[at] ?? 0) === 0) return MISSING
  return codeOf(((u32[at] ?? 0) * DAY_S) / coverS, kind)
}

function turnDay(state: TrendState, { endMs }: Observation): void {
  const { u32, today, profile } = state
  const day = Math.floor(wallMs(profile.timezone, endMs - 1) / DAY_MS)
  const old = u32[today + H.day] ?? 0
  const skipped = old === 0 ? RING_DAYS : Math.min(RING_DAYS, day - old - 1)
  for (let meter = 0; meter < profile.meters.length; meter++) {
    const use = state.use + meter * USE_ROW
    const kind = profile.meters[meter]?.kind ?? 'water'
    const flowRow = kind === 'water' ? flowRowOf(profile, meter) : -1
    if (old > 0) {
      setLevel(state, meter, old, codeOfDay(state, use + U.sum, u32[today + H.signs] ?? 0, kind))
      if (flowRow >= 0) closeFlow(state, flowRow, old)
      touch(state, old, levelOn(state, meter, old))
    }
    u32[use + U.sumBefore] = skipped === 0 ? (u32[use + U.sum] ?? 0) : 0
    u32[use + U.coverBeforeS] = skipped === 0 ? (u32[use + U.coverS] ?? 0) : 0
    u32[use + U.sum] = 0
    u32[use + U.coverS] = 0
    for (let back = 0; back <= skipped; back++) setLevel(state, meter, day - back, MISSING)
    if (flowRow < 0) continue
    for (let back = 0; back <= Math.min(skipped, FLOW_DAYS - 1); back++)
      setFlow(state, flowRow, day - back, 0)
  }
  u32[today + H.signsBefore] = skipped === 0 ? (u32[today + H.signs] ?? 0) : 0
  u32[today + H.signs] = 0
  for (let back = 0; back <= Math.min(skipped, OPEN_DAYS - 1); back++) setReached(state, day - back, 0)
  u32[today + H.day] = day
  if (old > 0 && skipped > 0 && day - old < OPEN_DAYS) {
    // The day before a gap is judged with the first item after it.
    setReached(state, old, Math.floor((endMs / SECOND_MS - (u32[today + H.dayEndS] ?? 0)) / 60))
  }
  u32[today + H.dayEndS] = Math.floor(endOfDay(profile.timezone, day) / SECOND_MS)
}

/** The lowest hour of a day that is over goes into memory. */
function closeFlow(state: TrendState, row: number, day: number): void {
  const { u32, u8 } = state
  const flow = state.flow + row * FLOW_ROW
  const mark = state.flowMark + row * FLOW_MARK_ROW
  const isKnown = (u8[mark + R.dayHours] ?? 0) >= 24 * FLOW_MIN_COVER
  setFlow(state, row, day, isKnown ? flowCodeOf(u32[flow + F.dayMin] ?? 0) : 0)
  u8[mark + R.dayHours] = 0
  u32[flow + F.dayMin] = 0
  u32[flow + F.longest] = Math.floor((u32[flow + F.longest] ?? 0) * FLOW_LONGEST_KEPT)
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
