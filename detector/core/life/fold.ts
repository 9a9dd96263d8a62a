import type { Evidence, Explanation, Finding } from '../../../domain/finding.ts'
import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import type { Observation } from '../observation.ts'
import { learnLoad, showsLife } from './base-load.ts'
import { describeClear, describeSilence } from './explain.ts'
import { coverHour, creditSilence, dayOf, enterHour } from './hour.ts'
import { foldSilentInterval, learnUsedInterval } from './long-interval.ts'
import { noteIdle } from './note-idle.ts'
import * as parameters from './parameters.ts'
import {
  advanceClock,
  endSilence,
  markAlert,
  markDay,
  scoreSilence,
  severityName,
  severityOf,
} from './silence.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { hasBeenAway, isUsualAbsence, weeklyAbsenceAt, type WeeklyAbsence } from './weekly-absence.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS } = time
const { ABSENT_LEARNING_DAYS, LEARNING_DAYS, LONG_INTERVAL_HOURS } = parameters
const { B, C, DAYS, M, NEVER, V } = places

export { cloneLife, newLife, type LifeState } from './state.ts'

/** What the life model says: it raises, escalates and clears `inactivity`; it never retracts (rewinding does). */
export type LifeFinding = Finding

const NOTHING: readonly LifeFinding[] = []

/** What a home's fold is told from outside. */
export interface LifeContext {
  /** The score that suffices on a UTC day (days since 1970): the area's `thresholdOn`, or a constant. */
  readonly thresholdOn: (day: number) => number
}

/**
 * Works one observation, in event-time order over all meters of the home; mutates `state`. An interval that was not
 * measured is no evidence in either direction and is passed over.
 */
export function foldLife(
  state: LifeState,
  observation: Observation,
  context: LifeContext,
): readonly LifeFinding[] {
  const { meter, endMs, intervalMs, amount } = observation
  if (!observation.measured || amount === null || !(intervalMs > 0)) return NOTHING
  advanceClock(state, observation)
  const middleMs = wallMs(state.profile.timezone, endMs - intervalMs / 2)
  const wallHour = Math.floor(middleMs / HOUR_MS)
  const sign = showsLife(state, observation)
  learnLoad(state, observation, wallHour % 24)
  noteIdle(state, observation, middleMs)
  if (sign === null) return NOTHING
  const long = intervalMs > LONG_INTERVAL_HOURS * HOUR_MS
  if (sign) {
    if (long) learnUsedInterval(state, meter, endMs - intervalMs, endMs)
    else enterHour(state, wallHour)
    return foldSign(state, observation, long)
  }
  if (long) foldSilentInterval(state, meter, endMs - intervalMs, endMs)
  else {
    enterHour(state, wallHour)
    coverHour(state, observation, false)
    creditSilence(state)
  }
  markDay(state, 0)
  scoreSilence(state, endMs)
  return judgeSilence(state, observation, context)
}

function foldSign(state: LifeState, observation: Observation, long: boolean): readonly LifeFinding[] {
  const { f64, clock } = state
  const { meter, endMs, intervalMs } = observation
  // Use within a long interval may lie before the silence that a finer meter has seen since: it ends nothing.
  const lastSignMs = f64[clock + C.lastSignMs] ?? NEVER
  if (long && state.profile.meters.length > 1 && endMs - intervalMs < lastSignMs) return NOTHING
  if (!long) coverHour(state, observation, true)
  markDay(state, 0)
  const onsetMs = f64[clock + C.openOnsetMs] ?? NEVER
  endSilence(state, observation)
  f64[clock + C.lastSignMs] = endMs
  f64[clock + C.lastAmount] = observation.amount ?? 0
  state.u16[state.mark + M.lastMeter] = meter
  if (onsetMs === NEVER) return NOTHING
  f64[clock + C.openOnsetMs] = NEVER
  const { household } = state.profile
  const reason = describeClear(state.profile, observation)
  return [{ type: 'clear', household, kind: 'inactivity', onsetMs, atMs: endMs, reason }]
}

/** Whether the home has been watched for long enough to tell its habits from an emergency. */
export function isKnown(state: LifeState, endMs: EpochMs): boolean {
  const { f64, f32, clock, level } = state
  const watchedMs = endMs - (f64[clock + C.firstMs] ?? endMs)
  if ((f64[clock + C.lastSignMs] ?? NEVER) === NEVER || watchedMs < LEARNING_DAYS * DAY_MS) return false
  if (watchedMs < ABSENT_LEARNING_DAYS * DAY_MS && hasBeenAway(state)) return false
  return (f32[level + V.hoursSeen] ?? 0) >= LEARNING_DAYS * 12
}

function judgeSilence(
  state: LifeState,
  { endMs }: Observation,
  context: LifeContext,
): readonly LifeFinding[] {
  const { f64, f32, clock, level } = state
  const open = (f64[clock + C.openOnsetMs] ?? NEVER) !== NEVER
  if (!open && (f32[level + V.peak] ?? 0) <= 0) return NOTHING
  if (!isKnown(state, endMs)) return NOTHING
  const lastSignMs = f64[clock + C.lastSignMs] ?? NEVER
  const threshold = context.thresholdOn(dayOf(endMs))
  if (!open) {
    if ((f32[level + V.peak] ?? 0) < threshold || isUsualAbsence(state)) return NOTHING
    f64[clock + C.openOnsetMs] = lastSignMs
    f64[clock + C.raisedMs] = endMs
    markAlert(state)
  }
  const severity = severityOf(state, threshold, endMs)
  if (open && severity <= (state.u8[state.flag + B.severity] ?? 0)) return NOTHING
  state.u8[state.flag + B.severity] = severity
  const said = {
    household: state.profile.household,
    kind: 'inactivity',
    onsetMs: f64[clock + C.openOnsetMs] ?? lastSignMs,
    atMs: endMs,
    severity: severityName(severity),
    ...describeSilence(state, endMs, threshold),
  } as const
  if (open) return [{ type: 'escalate', ...said }]
  return [{ type: 'raise', meters: state.profile.meters.map((each) => each.id), ...said }]
}

/**
 * Which evidence levels a silence of this home first reached on a UTC day (bits for the area's budget), or null where
 * the day does not count: too long ago (8 days), not observed, or the home is still new. Ask only of days that are over.
 */
export function reachedOn(state: LifeState, day: number): number | null {
  const newestMs = state.f64[state.clock + C.newestMs] ?? NEVER
  if (newestMs === NEVER) return null
  const newest = dayOf(newestMs)
  if (day > newest || day <= newest - DAYS) return null
  const bits = state.u32[state.reached + (day % DAYS)] ?? 0
  return bits === 0 ? null : bits
}

/** Whether the newest observation was a life sign; null where none is known yet. */
export function isLifeSign(state: LifeState, { endMs }: Observation): boolean | null {
  const at = state.f64[state.clock + C.lastSignMs] ?? NEVER
  return at === NEVER ? null : at === endMs
}

/** Since when the home has been silent: the end of its last life sign; null where none is known. */
export function silentSinceMs(state: LifeState): EpochMs | null {
  const at = state.f64[state.clock + C.lastSignMs] ?? NEVER
  return at === NEVER ? null : at
}

export interface PresentSilence {
  readonly sinceMs: EpochMs
  /** ln P(a living home is silent for so long). */
  readonly logAlive: number
  /** A weekly absence explains it. */
  readonly isUsual: boolean
  /** It is an alert. */
  readonly isOpen: boolean
}

/** The silence that goes on at `endMs`; null while the home is not known well enough. */
export function presentLifeSilence(state: LifeState, endMs: EpochMs): PresentSilence | null {
  const sinceMs = silentSinceMs(state)
  if (sinceMs === null || !isKnown(state, endMs)) return null
  return {
    sinceMs,
    logAlive: state.f32[state.level + V.logAlive] ?? 0,
    isUsual: isUsualAbsence(state),
    isOpen: (state.f64[state.clock + C.openOnsetMs] ?? NEVER) !== NEVER,
  }
}

export interface HabitOfSilence {
  readonly sinceMs: EpochMs
  readonly habit: WeeklyAbsence
  readonly explanation: Explanation
  readonly evidence: Evidence
}

/** The weekly absence that keeps the present silence from being an alert; null where none does, or it is none. */
export function habitOfLifeSilence(
  state: LifeState,
  endMs: EpochMs,
  context: LifeContext,
): HabitOfSilence | null {
  const peak = state.f32[state.level + V.peak] ?? 0
  if (peak <= 0 || (state.f64[state.clock + C.openOnsetMs] ?? NEVER) !== NEVER || !isKnown(state, endMs))
    return null
  const threshold = context.thresholdOn(dayOf(endMs))
  const sinceMs = silentSinceMs(state)
  if (peak < threshold || sinceMs === null || !isUsualAbsence(state)) return null
  const habit = weeklyAbsenceAt(state, sinceMs)
  return habit === null ? null : { sinceMs, habit, ...describeSilence(state, endMs, threshold) }
}
