import { SUM_WORDS } from '../area/hour-sums.ts'
import { RING_HOURS } from '../area/outage.ts'
import { marksLength } from '../packed-window.ts'
import { toldLength } from '../trend/home-trend.ts'

/**
 * What the live detector keeps of a home beside its fold, in fixed places of one stretch of bytes: no array of its own for each
 * of them, and to save or load a home is to copy its bytes. Every home has one; it is not rewound.
 */
export interface NotesLayout {
  /** A multiple of 8. */
  readonly bytes: number
  /** f64 each, counted from the start of the record: onset of the silence that the clock called `meter-offline` by meter (NaN: none). */
  readonly offline: number
  /** f64: packed-window.ts */
  readonly marks: number
  /** u32: area/hour-sums.ts */
  readonly sums: number
  /** u16: trend/home-trend.ts */
  readonly told: number
  /** u8: area/member.ts */
  readonly hours: number
}

export function notesLayout(meters: number): NotesLayout {
  const marks = meters
  const sums = 2 * (marks + marksLength(meters))
  const told = 2 * (sums + SUM_WORDS)
  const hours = 2 * (told + toldLength(meters))
  return { bytes: Math.ceil((hours + RING_HOURS) / 8) * 8, offline: 0, marks, sums, told, hours }
}
