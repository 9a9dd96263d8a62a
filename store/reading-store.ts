import type { MeterId } from '../domain/ids.ts'
import type { Quality } from '../domain/quality.ts'
import type { Reading } from '../domain/reading.ts'
import type { EpochMs } from '../domain/time.ts'

/** A reading as the store gives it back. */
export interface StoredReading {
  readonly timeMs: EpochMs
  /** kWh or L; null where the meter sends consumption. */
  readonly register: number | null
  readonly consumption: number | null
  readonly intervalMs: number | null
  readonly quality: Quality
}

/** Half open: `fromMs` < time <= `toMs`, because a reading's time is the END of what it measures. */
export interface TimeRange {
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
}

export interface ConsumptionBucket {
  /** Start of the bucket, on the home's local clock for steps of a day and more. */
  readonly startMs: EpochMs
  readonly endMs: EpochMs
  /** Sum of consumption of readings that end inside (start, end]; null where there is none. */
  readonly consumption: number | null
  readonly readings: number
}

export const STEPS = ['15m', '30m', '1h', '1d', '1w', '1mo'] as const
export type Step = (typeof STEPS)[number]

export interface ReadingQueries {
  /** Ascending by time, up to `limit`. */
  readings(meter: MeterId, range: TimeRange, limit: number): Promise<StoredReading[]>
  /** Buckets that cover the range, per meter; `timezone` decides where days, weeks and months begin. */
  consumption(meter: MeterId, range: TimeRange, step: Step, timezone: string): Promise<ConsumptionBucket[]>
  last(meter: MeterId): Promise<StoredReading | null>
}

/** A line that the database itself refused, with its words. */
export interface RefusedReading {
  readonly reading: Reading
  readonly message: string
}

/** Every store (embedded, InfluxDB) passes one contract suite. Writing the same reading again changes nothing. */
export interface ReadingStore extends ReadingQueries {
  /**
   * Resolves when all readings but the refused ones are durable. Rejects with an OperationalError (`retry` true:
   * unreachable, busy; false: a person must mend it) and then nothing may be taken as stored.
   */
  write(readings: readonly Reading[]): Promise<RefusedReading[]>
  close(): Promise<void>
}
