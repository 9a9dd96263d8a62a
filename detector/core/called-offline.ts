import type { EpochMs } from '../../domain/time.ts'
import type { Home } from './household.ts'

/** Onset of the silence of a meter that the clock called `meter-offline`; NaN: none. */
export function calledOffline({ notes }: Home, meter: number): EpochMs {
  return notes.chunk.f64[(notes.byte >>> 3) + meter] ?? NaN
}

export function callOffline({ notes }: Home, meter: number, onsetMs: EpochMs): void {
  notes.chunk.f64[(notes.byte >>> 3) + meter] = onsetMs
}
