import type { Place } from '../domain/place.ts'
import type { Reading } from '../domain/reading.ts'
import type { RefusedReading } from './reading-store.ts'

/** Readings of the log up to and including `place`, in their order; none where there were only other entries. */
export interface Batch {
  readonly place: Place
  readonly readings: readonly Reading[]
}

/** Where the pump's batches go. */
export interface Sink {
  readonly maxInFlight: number
  readonly maxReadings: number
  /**
   * Resolves when the target has everything but the refused. While the target cannot take it this waits and tries again
   * for ever; rejects only when `signal` stops it. Several may be under way at once.
   */
  send(batch: Batch, signal: AbortSignal): Promise<RefusedReading[]>
  /**
   * Moves the cursor, one batch at a time and in the order of the log, in one transaction with whatever belongs to it.
   * @throws where store.db cannot be written; the pump tries again.
   */
  commit(batch: Batch, refused: readonly RefusedReading[]): void
  /** null while all is well; otherwise what is wrong and what to mend. */
  degraded(): string | null
}
