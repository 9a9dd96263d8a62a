import * as time from '../../../domain/time.ts'
import type { EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import * as parameters from './parameters.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS, MINUTE_MS } = time
const { HABIT_HOURS, HABIT_OBSERVED_SHARE } = parameters
const { ABSENCES, C, FULL, NEVER, V } = places

/** A silence of `HABIT_HOURS` or more, in hours of the wall clock since 1970. */
export interface LongSilence {
  readonly fromHour: number
  /** The hour of the life sign that ended it; null: it goes on. */
  readonly toHour: number | null
}

/**
 * Told of so long: what was usual in the four weeks before a silence that is waited for two weeks, and its late data, must not change
 * with the day on which it is asked.
 */
export const LONG_SILENCES_HOURS = 60 * 24

const NOTHING: readonly LongSilence[] = []

/** The home's long silences of the last two months that were mostly seen, the newest first: what goes on, and what is remembered. */
export function longSilencesOf(state: LifeState): readonly LongSilence[] {
  const { f64, f32, u16, clock, level, absences } = state
  const newestMs = f64[clock + C.newestMs] ?? NEVER
  const sinceMs = f64[clock + C.lastSignMs] ?? NEVER
  if (newestMs === NEVER || sinceMs === NEVER) return NOTHING
  const silentHours = f32[level + V.silentHours] ?? 0
  const goesOn =
    silentHours >= HABIT_HOURS && silentHours >= (HABIT_OBSERVED_SHARE * (newestMs - sinceMs)) / HOUR_MS
  if (!goesOn && (u16[absences + 1] ?? 0) === 0) return NOTHING
  const newest = wallSixteenths(state, newestMs)
  const found: LongSilence[] = []
  if (goesOn) add(found, newest, newest - wallSixteenths(state, sinceMs), null)
  for (let at = absences; at < absences + 2 * ABSENCES; at += 2) {
    const length = u16[at + 1] ?? 0
    if (length > 0) add(found, newest, (newest - (u16[at] ?? 0)) & FULL, length)
  }
  return found
}

/** Another number whenever the long silences may be others; 0: there are none. */
export function awayStampOf(state: LifeState): number {
  const { f64, f32, u16, clock, level, absences } = state
  const goesOn = (f32[level + V.silentHours] ?? 0) >= HABIT_HOURS
  if (!goesOn && (u16[absences + 1] ?? 0) === 0) return 0
  // With each day the oldest may be too long ago.
  let stamp = Math.floor((f64[clock + C.newestMs] ?? 0) / DAY_MS)
  if (goesOn) stamp = Math.imul(stamp, 31) + Math.floor((f64[clock + C.lastSignMs] ?? 0) / MINUTE_MS)
  const end = absences + 2 * ABSENCES
  for (let at = absences; at < end; at++) stamp = Math.imul(stamp, 31) + (u16[at] ?? 0)
  return stamp | 1
}

/** `ago`, `length`: sixteenths of hours. */
function add(found: LongSilence[], newest: number, ago: number, length: number | null): void {
  if (ago > 16 * LONG_SILENCES_HOURS) return
  const from = newest - ago
  const toHour = length === null ? null : Math.floor((from + length) / 16)
  found.push({ fromHour: Math.floor(from / 16), toHour })
}

function wallSixteenths({ profile }: LifeState, timeMs: EpochMs): number {
  return Math.round((wallMs(profile.timezone, timeMs) / HOUR_MS) * 16)
}
