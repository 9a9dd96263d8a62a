import { z } from 'zod'
import type { HouseholdId } from './ids.ts'
import { DAY_MS, type EpochMs } from './time.ts'

/** Why nobody is home: the household's own calendar, or somebody was taken to hospital. */
export const ABSENCE_KINDS = ['planned', 'hospital'] as const
export type AbsenceKind = (typeof ABSENCE_KINDS)[number]

/** Every absence has an end that somebody has to name (promise 6); who stays longer says so again. */
export const LONGEST_ABSENCE_MS = 366 * DAY_MS

/** Life later than this after an absence has begun is no departure: somebody is there. */
export const DEPARTURE_MS = DAY_MS

export const absenceReasonSchema = z.string().trim().min(1, 'a reason is needed').max(500)

/** An absence of a household as it stands: told, perhaps shortened, perhaps withdrawn. */
export interface Absence {
  /** Unique within its household, and derived: the same absence told twice is one. */
  readonly id: string
  readonly household: HouseholdId
  readonly kind: AbsenceKind
  readonly fromMs: EpochMs
  /** Its end as it stands. */
  readonly toMs: EpochMs
  /** The end that was told first. */
  readonly plannedToMs: EpochMs
  readonly reason: string
  /** Who told it; null where that is not known. */
  readonly by: string | null
  readonly toldAtMs: EpochMs
  /** Since when it holds no longer because it was withdrawn; null while it stands. */
  readonly withdrawnAtMs: EpochMs | null
}

export function absenceIdOf(kind: AbsenceKind, fromMs: EpochMs, toMs: EpochMs): string {
  return `${kind}-${fromMs.toString(36)}-${toMs.toString(36)}`
}

/** What is wrong with the bounds of an absence, in words; null where nothing is. */
export function problemOfBounds(fromMs: EpochMs, toMs: EpochMs): string | null {
  if (toMs <= fromMs) return 'it ends before it begins'
  if (toMs - fromMs > LONGEST_ABSENCE_MS) return 'it is longer than a year; tell it in parts'
  return null
}
