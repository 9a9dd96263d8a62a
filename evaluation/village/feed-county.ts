import type { Finding } from '../../domain/finding.ts'
import type { Household } from '../../domain/household.ts'
import { MINUTE_MS, type EpochMs } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import type { CounterName } from '../../ingest/counters.ts'
import { createPipeline } from '../../ingest/pipeline.ts'
import { HOLE_MS } from '../../detector/core/listening.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { encodeReadings, readingsTopic, type VillageMessage } from '../../simulators/village/message.ts'
import { createMemoryBooks } from './memory-books.ts'

export interface FeedOptions {
  readonly homes: readonly Home[]
  readonly incidents: readonly Incident[]
  readonly messages: Iterable<VillageMessage>
  readonly timezone: string
  readonly budget: number
  readonly fromMs: EpochMs
  /** Each finding, with the moment at which the system said it. */
  readonly onFinding: (finding: Finding, saidMs: EpochMs) => void
  readonly onProgress?: (reachedMs: EpochMs, readings: number) => void
}

export interface Fed {
  readonly readings: number
  readonly counted: ReadonlyMap<CounterName, number>
}

/** Holidays are announced this long before they begin. */
const ANNOUNCED_BEFORE_MS = 30 * 60 * MINUTE_MS
/** A live system ticks each minute; rarer ticks say the same as long as they leave no hole in its listening. */
const TICK_MS = HOLE_MS

/**
 * Plays the county to the system in order of receipt, without broker and disk: payloads are decoded, validated, held
 * against what is known and differenced by ingest's pipeline, and the detector folds the readings log that comes of it.
 */
export function feedCounty(options: FeedOptions): Fed {
  const detector = newDetector({ budget: options.budget, timezone: options.timezone })
  let nowMs = options.fromMs
  const books = createMemoryBooks((entry) => {
    for (const finding of foldEntry(detector, entry)) options.onFinding(finding, nowMs)
  })
  const pipeline = createPipeline(books)
  const announcements = announcementsOf(options.incidents)
  let readings = 0

  function tickUntil(timeMs: EpochMs): void {
    while (nowMs + TICK_MS <= timeMs) {
      nowMs += TICK_MS
      for (let next = announcements[0]; next !== undefined && next.saidMs <= nowMs; next = announcements[0]) {
        announcements.shift()
        pipeline.work({ ...next.absence, receivedAtMs: nowMs })
      }
      pipeline.work({ type: 'tick', receivedAtMs: nowMs })
    }
  }

  pipeline.work({ type: 'households', receivedAtMs: nowMs, households: options.homes.map(registered) })
  for (const message of options.messages) {
    tickUntil(message.sendAtMs)
    const { gateway, sendAtMs } = message
    readings += pipeline.work({
      type: 'publish',
      receivedAtMs: sendAtMs,
      gateway,
      topic: readingsTopic(gateway),
      payload: Buffer.from(encodeReadings(message.readings)),
    })
    options.onProgress?.(sendAtMs, readings)
  }
  books.log.flush()
  return { readings, counted: books.counted }
}

function registered({ household: id, region, tier, water, electricity }: Home): Household {
  return {
    id,
    region,
    tier,
    timezone: null,
    rule: 'evidence',
    meters: [water, electricity].map((meter) => ({ id: meter.id, kind: meter.kind })),
    contacts: [],
  }
}

function announcementsOf(incidents: readonly Incident[]) {
  return incidents
    .filter(({ kind }) => kind === 'holiday')
    .flatMap(({ households, fromMs, toMs }) =>
      households.map((household) => ({
        saidMs: fromMs - ANNOUNCED_BEFORE_MS,
        absence: { type: 'absence', household, fromMs, toMs, reason: 'holiday' } as const,
      })),
    )
    .sort((a, b) => a.saidMs - b.saidMs)
}
