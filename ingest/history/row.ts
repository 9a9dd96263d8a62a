import { QUALITIES, type Quality } from '../../domain/quality.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'

/** A kept reading as the history has it. */
export interface HistoryRow {
  readonly timeMs: EpochMs
  readonly register: number | null
  /** Derived of a register, as sent otherwise. */
  readonly consumption: number | null
  readonly intervalMs: number | null
  readonly quality: Quality
  readonly stated: Quality
  readonly status: number
  /** Came beyond the lateness: no part of the track. */
  readonly late: boolean
  readonly faulty: boolean
}

export function dayOf(timeMs: EpochMs): number {
  return Math.floor(timeMs / DAY_MS)
}

const LATE = 1 << 16
const FAULTY = 1 << 17
const codes = new Map(QUALITIES.map((quality, code) => [quality, code]))

/** quality 0-3, stated quality 4-7, status 8-15, late 16, faulty 17. */
export function bitsOf(row: HistoryRow): number {
  return (
    (codes.get(row.quality) ?? 0) |
    ((codes.get(row.stated) ?? 0) << 4) |
    (row.status << 8) |
    (row.late ? LATE : 0) |
    (row.faulty ? FAULTY : 0)
  )
}

export function rowFrom(
  timeMs: EpochMs,
  register: number | null,
  consumption: number | null,
  intervalMs: number | null,
  bits: number,
): HistoryRow {
  return {
    timeMs,
    register,
    consumption,
    intervalMs,
    quality: qualityAt(bits & 15),
    stated: qualityAt((bits >> 4) & 15),
    status: (bits >> 8) & 255,
    late: (bits & LATE) !== 0,
    faulty: (bits & FAULTY) !== 0,
  }
}

/** A row of the values that fresh readings hold: NaN for "none". */
export function rowOfValues(
  timeMs: EpochMs,
  register: number,
  consumption: number,
  intervalMs: number,
  bits: number,
): HistoryRow {
  return rowFrom(timeMs, orNull(register), orNull(consumption), orNull(intervalMs), bits)
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function qualityAt(code: number): Quality {
  const quality = QUALITIES[code]
  if (quality === undefined) throw new Error(`history holds the unknown quality ${code}`)
  return quality
}
