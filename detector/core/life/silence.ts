import type { Severity } from '../../../domain/alert-kinds.ts'
import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import * as budget from '../area/budget.ts'
import { withObserved } from '../area/budget.ts'
import type { Observation } from '../observation.ts'
import * as parameters from './parameters.ts'
import * as places from './state.ts'
import { sixteenthsOf, type LifeState } from './state.ts'
import { forgetReturns } from './hazard.ts'
import { dayOf } from './hour.ts'
import { fadeSilence } from './fade-silence.ts'
import { scoreOf } from './waiting.ts'
import { forgetAbsences, isUsualAbsence, rememberAbsence } from './weekly-absence.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS } = time
const { ALERTED, LEVEL_COUNT, LEVEL_FROM, LEVEL_STEP } = budget
const {
  BUDGET_DAYS,
  HABIT_HOURS,
  ORANGE_ABOVE,
  ORANGE_AFTER_HOURS,
  RED_ABOVE,
  RED_AFTER_HOURS,
  HOUR_IS_OVER,
  SCORE_EVERY_HOURS,
  SCORE_FROM_HOURS,
  SCORE_FROM_LOG_ALIVE,
  UNBROKEN_MEMORY,
} = parameters
const { B, C, DAYS, H, M, V, WEEKS } = places

const SEVERITY_ORDER = ['yellow', 'orange', 'red'] as const satisfies readonly Severity[]
export function severityName(code: number): Severity {
  return SEVERITY_ORDER[code] ?? 'red'
}

/** Moves the home's clock; days and weeks that begin forget what stood in their place before. */
export function advanceClock(state: LifeState, { endMs, intervalMs }: Observation): void {
  const { f64, f32, clock, level } = state
  const newest = f64[clock + C.newestMs] ?? -1
  if ((f64[clock + C.firstMs] ?? -1) < 0) f64[clock + C.firstMs] = endMs
  if (endMs <= newest) return
  const unbroken = f32[level + V.unbroken] ?? 1
  // A tenth of an interval is the jitter of clocks.
  const joins = newest < 0 || endMs - intervalMs - newest <= 0.1 * intervalMs ? 1 : 0
  f32[level + V.unbroken] = unbroken + (joins - unbroken) / UNBROKEN_MEMORY
  if (joins === 0) fadeSilence(state, newest, endMs - intervalMs)
  const day = dayOf(endMs)
  const before = newest < 0 ? day - 1 : dayOf(newest)
  if (day > before) {
    for (let d = Math.max(before + 1, day - DAYS + 1); d <= day; d++)
      state.u32[state.reached + (d % DAYS)] = 0
    f32[level + V.dayHours] = 0
    if (newest >= 0) forgetReturns(state, day - before)
  }
  f64[clock + C.newestMs] = endMs
  const week = Math.floor(endMs / (7 * DAY_MS))
  const weekBefore = state.u16[state.mark + M.week] ?? 0
  if (week === weekBefore) return
  if (newest >= 0) forgetAbsences(state, newest, endMs)
  for (let w = Math.max(weekBefore + 1, week - WEEKS + 1); w <= week; w++)
    state.u16[state.weeks + (w % WEEKS)] = 0
  state.u16[state.mark + M.week] = week
}

/** Notes for the budget what happened today; a home that is new does not count yet. */
export function markDay(state: LifeState, bits: number): void {
  const newest = state.f64[state.clock + C.newestMs] ?? 0
  if (newest - (state.f64[state.clock + C.firstMs] ?? 0) < BUDGET_DAYS * DAY_MS) return
  const place = state.reached + (dayOf(newest) % DAYS)
  state.u32[place] = withObserved((state.u32[place] ?? 0) | bits, state.f32[state.level + V.dayHours] ?? 0)
}

/** A life sign ends the silence; what it was becomes part of what this home is known for. */
export function endSilence(state: LifeState, { endMs }: Observation): void {
  const { f32, u16, level } = state
  const silentHours = f32[level + V.silentHours] ?? 0
  if (silentHours === 0 && f32[level + V.surprise] === 0 && f32[level + V.noted] === 0) return
  if (silentHours >= HABIT_HOURS) rememberAbsence(state, silentHours, endMs)
  if (silentHours >= 1) {
    const place = state.weeks + (Math.floor(endMs / (7 * DAY_MS)) % WEEKS)
    u16[place] = Math.max(u16[place] ?? 0, sixteenthsOf(silentHours))
  }
  f32[level + V.surprise] = 0
  f32[level + V.silentHours] = 0
  f32[level + V.logAlive] = 0
  f32[level + V.waiting] = 0
  f32[level + V.peak] = 0
  f32[level + V.noted] = 0
  f32[level + V.scoredAt] = 0
  state.u8[state.flag + B.heldBin] = 0
}

/**
 * Works out the score of the present silence where it can matter, and notes the evidence levels it reaches. What a weekly
 * absence explains costs nobody a knock: it is noted once the habit explains it no longer.
 */
export function scoreSilence(state: LifeState, endMs: EpochMs): void {
  const { f32, level } = state
  const silentHours = f32[level + V.silentHours] ?? 0
  if (silentHours < SCORE_FROM_HOURS || (f32[level + V.logAlive] ?? 0) > SCORE_FROM_LOG_ALIVE) return
  const hour = state.u32[state.hour + H.current] ?? 0
  const restOfHour = Math.min(1, Math.max(0, hour + 1 - wallMs(state.profile.timezone, endMs) / HOUR_MS))
  if (restOfHour > HOUR_IS_OVER && silentHours - (f32[level + V.scoredAt] ?? 0) < SCORE_EVERY_HOURS) return
  f32[level + V.scoredAt] = silentHours
  const peak = Math.max(f32[level + V.peak] ?? 0, scoreOf(state, hour, restOfHour))
  f32[level + V.peak] = peak
  const noted = f32[level + V.noted] ?? 0
  if (peak <= noted || isUsualAbsence(state)) return
  f32[level + V.noted] = peak
  markDay(state, levelsBetween(noted, peak))
}

/** Bits of the levels above `from` and up to `to`. */
function levelsBetween(from: number, to: number): number {
  let bits = 0
  for (let i = 0; i < LEVEL_COUNT; i++) {
    const at = LEVEL_FROM + i * LEVEL_STEP
    if (at > from && at <= to) bits |= 1 << i
  }
  return bits
}

export function markAlert(state: LifeState): void {
  markDay(state, ALERTED)
}

/** 0 yellow, 1 orange, 2 red: how far beyond the threshold the evidence is, or how long the alert has stood. */
export function severityOf(state: LifeState, threshold: number, endMs: EpochMs): number {
  const raised = state.f64[state.clock + C.raisedMs] ?? endMs
  const stoodHours = (endMs - raised) / HOUR_MS
  const above = (state.f32[state.level + V.peak] ?? 0) - threshold
  if (above >= RED_ABOVE || stoodHours >= RED_AFTER_HOURS) return 2
  return above >= ORANGE_ABOVE || stoodHours >= ORANGE_AFTER_HOURS ? 1 : 0
}
