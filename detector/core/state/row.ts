import type { EpochMs } from '../../../domain/time.ts'
import { recordBytes, startOfRecord, type Slab } from './slab.ts'

/**
 * What of a home is not rewound, because it hangs on what has arrived and not on its order: the newest time of each meter (f64
 * each), and the days that have been added to the area's budget (u32 newest day, u32 the days before it as bits).
 */
export function rowBytes(meters: number): number {
  return 8 + 8 * meters
}

/** Days that are told apart; more than late readings can be spread over. */
const CLOSED_DAYS = 16

export function beginRow(rows: Slab, row: number, meters: number): void {
  for (let meter = 0; meter < meters; meter++) setNewest(rows, row, meter, -Infinity)
}

/** Newest reading of any kind of a meter; -Infinity before the first. */
export function newestIn(rows: Slab, row: number, meter: number): EpochMs {
  const { chunk, byte } = startOfRecord(rows, row)
  return chunk.f64[(byte >>> 3) + 1 + meter] ?? -Infinity
}

export function setNewest(rows: Slab, row: number, meter: number, timeMs: EpochMs): void {
  const { chunk, byte } = startOfRecord(rows, row)
  chunk.f64[(byte >>> 3) + 1 + meter] = timeMs
}

/** True the first time that a day (since 1970) is asked for; false for one that lies too far back to tell. */
export function closeOnce(rows: Slab, row: number, day: number): boolean {
  const { chunk, byte } = startOfRecord(rows, row)
  const { u32 } = chunk
  const at = byte >>> 2
  const newest = u32[at] ?? 0
  const days = u32[at + 1] ?? 0
  const back = newest - day
  if (back < 0) {
    u32[at] = day
    u32[at + 1] = back <= -32 ? 1 : (days << -back) | 1
    return true
  }
  if (back >= CLOSED_DAYS || ((days >>> back) & 1) === 1) return false
  u32[at + 1] = days | (1 << back)
  return true
}

/** The newest day that has been closed; 0 before the first. */
export function newestClosed(rows: Slab, row: number): number {
  const { chunk, byte } = startOfRecord(rows, row)
  return chunk.u32[byte >>> 2] ?? 0
}

/** The days that another home has closed, which may be one of more meters. */
export function copyClosed(from: Slab, fromRow: number, to: Slab, toRow: number): void {
  recordBytes(to, toRow).set(recordBytes(from, fromRow).subarray(0, 8))
}
