import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { offsetMs, wallMs } from '../local-time.ts'
import {
  HABIT_FORGOTTEN_WEEKS,
  HABIT_MARGIN_HOURS,
  HABIT_NEAR_HOURS,
  HABIT_OBSERVED_SHARE,
  HABIT_WEEK_SHARE,
} from './parameters.ts'
import { ABSENCES, C, FULL, NEVER, sixteenthsOf, WEEKS, type LifeState } from './state.ts'

const WEEK_HOURS = 168
/** Well beyond the weeks that make a habit and the silence that it explains; well within what 16 bits of 1/16 h can tell apart. */
const REMEMBERED_MS = 20 * WEEK_HOURS * HOUR_MS

/**
 * The usual weekly absence that a silence may be: the home has been away in `weeks` of its last `ofWeeks` weeks, each time
 * from about the hour of the week at which this silence began until about the same hour of the week.
 */
export interface WeeklyAbsence {
  readonly weeks: number
  readonly ofWeeks: number
  /** How long it usually is: the median. */
  readonly hours: number
  /** The usual return this time: the median of its hour of the week. */
  readonly returnMs: EpochMs
  /** Until then the habit explains the silence: the latest of the usual returns, and the margin. */
  readonly untilMs: EpochMs
}

/** A silence of `HABIT_HOURS` or more that ends is remembered where it was mostly observed; the oldest makes room. */
export function rememberAbsence(state: LifeState, silentHours: number, endMs: EpochMs): void {
  const lastSignMs = state.f64[state.clock + C.lastSignMs] ?? NEVER
  if (lastSignMs === NEVER) return
  const hours = (endMs - lastSignMs) / HOUR_MS
  if (silentHours < HABIT_OBSERVED_SHARE * hours) return
  if ((state.f64[state.clock + C.newestMs] ?? 0) - lastSignMs > REMEMBERED_MS) return
  const { u16, absences } = state
  // The newest stands first.
  u16.copyWithin(absences + 2, absences, absences + 2 * (ABSENCES - 1))
  u16[absences] = wallSixteenths(state, lastSignMs)
  u16[absences + 1] = sixteenthsOf(hours)
}

/**
 * Starts are remembered on a clock of 16 bits that comes round after 170 days: what is older than any habit is forgotten, once a
 * week, before it could be taken for new. `nextMs`: the home's next reading.
 */
export function forgetAbsences(state: LifeState, newestMs: EpochMs, nextMs: EpochMs): void {
  const { u16, absences } = state
  const newest = wallSixteenths(state, newestMs)
  for (let i = 0; i < ABSENCES; i++) {
    const agoHours = ((newest - (u16[absences + 2 * i] ?? 0)) & FULL) / 16
    if (agoHours * HOUR_MS + nextMs - newestMs > REMEMBERED_MS) u16[absences + 2 * i + 1] = 0
  }
}

/**
 * The weekly absence that a silence since `sinceMs` is explained by; null where the home has no such habit. What is seen of a
 * departure is the last use before it, hours earlier or later each week: absences are compared with their own middle, and
 * the silence with any of them.
 */
export function weeklyAbsenceAt(state: LifeState, sinceMs: EpochMs): WeeklyAbsence | null {
  const ofWeeks = weeksObserved(state, sinceMs)
  const enough = Math.max(state.model.habitMinWeeks, Math.ceil(HABIT_WEEK_SHARE * ofWeeks))
  if (absencesIn(state) < enough) return null
  const from = wallHours(state, sinceMs)
  const alike = absencesNear(state, from)
  if (alike.length < enough) return null
  const leaves = median(alike.map((one) => one.leaves))
  const usual = median(alike.map((one) => one.returns))
  const agreeing = alike.filter((one) => isNear(one.leaves, leaves) && isNear(one.returns, usual))
  const weeks = new Set(agreeing.map((one) => one.weeksAgo))
  if (weeks.size < enough || Math.min(...weeks) > HABIT_FORGOTTEN_WEEKS) return null
  if (!agreeing.some((one) => isNear(one.leaves, from))) return null
  const latest = Math.max(...agreeing.map((one) => one.returns))
  return {
    weeks: weeks.size,
    ofWeeks,
    hours: median(agreeing.map((one) => one.hours)),
    returnMs: fromWallHours(state, usual),
    untilMs: fromWallHours(state, latest + HABIT_MARGIN_HOURS),
  }
}

/** Whether a long absence is remembered at all. */
export function hasBeenAway(state: LifeState): boolean {
  return absencesIn(state) > 0
}

function absencesIn({ u16, absences }: LifeState): number {
  let count = 0
  for (let at = absences + 1; at < absences + 2 * ABSENCES; at += 2) if (u16[at] !== 0) count++
  return count
}

/** Whether the home's weekly absence still explains the present silence. */
export function isUsualAbsence(state: LifeState): boolean {
  const sinceMs = state.f64[state.clock + C.lastSignMs] ?? NEVER
  if (sinceMs === NEVER) return false
  const habit = weeklyAbsenceAt(state, sinceMs)
  return habit !== null && (state.f64[state.clock + C.newestMs] ?? 0) < habit.untilMs
}

interface PastAbsence {
  readonly weeksAgo: number
  readonly hours: number
  /** Its start and end, moved to this week: wall-clock hours. */
  readonly leaves: number
  readonly returns: number
}

function absencesNear(state: LifeState, from: number): PastAbsence[] {
  const near: PastAbsence[] = []
  for (let i = 0; i < ABSENCES; i++) {
    const hours = (state.u16[state.absences + 2 * i + 1] ?? 0) / 16
    if (hours === 0) continue
    const start = state.u16[state.absences + 2 * i] ?? 0
    const began = from - ((Math.round(from * 16) - start) & FULL) / 16
    const weeksAgo = Math.round((from - began) / WEEK_HOURS)
    const moved = began + weeksAgo * WEEK_HOURS
    if (weeksAgo < 1 || weeksAgo > WEEKS || Math.abs(from - moved) > 2 * HABIT_NEAR_HOURS) continue
    near.push({ weeksAgo, hours, leaves: moved, returns: moved + hours })
  }
  return near
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= HABIT_NEAR_HOURS
}

function weeksObserved(state: LifeState, sinceMs: EpochMs): number {
  const watched = (sinceMs - (state.f64[state.clock + C.firstMs] ?? sinceMs)) / HOUR_MS / WEEK_HOURS
  return Math.min(WEEKS, Math.max(0, Math.floor(watched)))
}

/** The middle of an odd number of values, the lower of the two middles of an even one. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

function wallHours(state: LifeState, timeMs: EpochMs): number {
  return wallMs(state.profile.timezone, timeMs) / HOUR_MS
}

function wallSixteenths(state: LifeState, timeMs: EpochMs): number {
  return Math.round(wallHours(state, timeMs) * 16) & FULL
}

function fromWallHours(state: LifeState, hours: number): EpochMs {
  const wall = hours * HOUR_MS
  const { timezone } = state.profile
  return Math.round(wall - offsetMs(timezone, wall - offsetMs(timezone, wall)))
}
