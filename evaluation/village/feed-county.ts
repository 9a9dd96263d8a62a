import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import type { Finding } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { CounterName } from '../../ingest/counters.ts'
import { createPipeline } from '../../ingest/pipeline.ts'
import type { County } from './county.ts'
import { createMemoryBooks } from './memory-books.ts'
import { writeJournal } from './write-journal.ts'

export interface FeedOptions {
  readonly budget: number
  /** Each finding, with the moment at which the system said it. */
  readonly onFinding: (finding: Finding, saidMs: EpochMs) => void
  readonly onProgress?: (reachedMs: EpochMs, readings: number) => void
}

export interface Fed {
  readonly readings: number
  readonly counted: ReadonlyMap<CounterName, number>
}

/**
 * Plays the county to the system, without broker and disk: payloads are decoded, validated, held against what is known
 * and differenced by ingest's pipeline, and the detector folds the readings log that comes of it.
 */
export function feedCounty(county: County, options: FeedOptions): Fed {
  const detector = newDetector({ budget: options.budget, timezone: county.timezone })
  let nowMs = county.fromMs
  const books = createMemoryBooks((entry) => {
    for (const finding of foldEntry(detector, entry)) options.onFinding(finding, nowMs)
  })
  const pipeline = createPipeline(books)
  let readings = 0
  for (const entry of writeJournal(county)) {
    nowMs = entry.receivedAtMs
    readings += pipeline.work(entry)
    options.onProgress?.(nowMs, readings)
  }
  books.log.flush()
  return { readings, counted: books.counted }
}
