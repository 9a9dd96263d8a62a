import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { startOf } from '../../domain/place.ts'
import type { PlacedReadings, ReadingsLogReader } from '../../logs/readings/readings-log.ts'

/** The in-memory twin of the readings log: an array with the same answers. */
export interface MemoryLog extends ReadingsLogReader {
  append(entry: ReadingsLogEntry, receivedAtMs?: number): void
}

export function createMemoryLog(): MemoryLog {
  const entries: { placed: PlacedReadings; receivedAtMs: number; readings: number }[] = []
  return {
    append(entry, receivedAtMs = Date.now()) {
      entries.push({
        placed: { place: { partition: 0, offset: entries.length + 1 }, entry },
        receivedAtMs,
        readings: entry.type === 'readings' ? entry.readings.length : 0,
      })
    },
    read(after, maxReadings) {
      const found: PlacedReadings[] = []
      let readings = 0
      for (const entry of entries.slice(after.offset)) {
        if (found.length > 0 && readings + entry.readings > maxReadings) break
        found.push(entry.placed)
        readings += entry.readings
      }
      return found
    },
    head: () => entries.at(-1)?.placed.place ?? startOf(0),
    readingsBehind: (after) =>
      entries.slice(after.offset).reduce((total, { readings }) => total + readings, 0),
    oldestBehindMs: (after) => entries[after.offset]?.receivedAtMs ?? null,
    close() {},
  }
}
