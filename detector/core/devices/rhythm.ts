import { DAY_MS, HOUR_MS } from '../../../domain/time.ts'

/** How long a meter usually stays silent, learned from its own readings in event time. */

/** A meter that reports every quarter of an hour may still lose a few hours to its network. */
export const MIN_LIMIT_MS = 6 * HOUR_MS
/** A silence of this length teaches no more than this: it was a failure, not a habit. */
const MAX_LESSON_MS = 3 * DAY_MS
/** The longest silence is forgotten by half in about this time. */
const FORGET_MS = 14 * DAY_MS
/** Readings before a meter has a rhythm at all. */
export const MIN_READINGS = 8

/** The longest usual silence after another one of `gapMs`: `max(gap, longest * F / (F + gap))`. */
export function learnGap(longestMs: number, gapMs: number): number {
  return Math.max(Math.min(gapMs, MAX_LESSON_MS), (longestMs * FORGET_MS) / (FORGET_MS + gapMs))
}

/** The silence that makes a meter `meter-offline`: twice its longest usual one, at least 6 h. */
export function limitOf(longestMs: number): number {
  // Whole milliseconds: moments are integers wherever they are kept.
  return Math.max(MIN_LIMIT_MS, Math.round(2 * longestMs))
}
