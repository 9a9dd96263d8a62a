import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Place } from '../../domain/place.ts'

/**
 * The durable log between ingest and its readers, store and detector. Written inside ingest's transaction (same
 * database file), read by each reader at its own pace from its own cursor.
 */
export interface PlacedReadings {
  readonly place: Place
  readonly entry: ReadingsLogEntry
}

export interface ReadingsLogReader {
  /** Entries behind `after`, oldest first, until `maxReadings` readings have been gathered (at least one entry where there is one). */
  read(after: Place, maxReadings: number): PlacedReadings[]
  head(): Place
  /** Readings (not entries) behind `after`: the backlog of a reader. */
  readingsBehind(after: Place): number
  /** When the oldest entry behind `after` was received; null where there is none. */
  oldestBehindMs(after: Place): number | null
  close(): void
}
