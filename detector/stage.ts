import { startOf, type Place } from '../domain/place.ts'
import { SECOND_MS } from '../domain/time.ts'
import type { ReadingsLogReader } from '../logs/readings/readings-log.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openDatabase } from '../platform/sqlite.ts'
import type { RunningStage } from '../platform/thread.ts'
import { newDetector } from './core/detector.ts'
import { foldEntry } from './core/fold-entry.ts'
import { openFindingsLog, type SaidAt } from './findings/append-findings.ts'
import { DETECTOR_MIGRATIONS } from './findings/schema.ts'
import { openSnapshots } from './snapshot.ts'
import type { DetectorCalls, DetectorEvent, DetectorOptions, DetectorStatus } from './start.ts'
import { viewHousehold } from './view-household.ts'

/** Readings folded before calls are answered again: some tens of milliseconds. */
const READINGS_AT_ONCE = 8_192
const POLL_MS = 250
const SNAPSHOT_EVERY_MS = 30 * SECOND_MS
/** Saving takes at most about one part in this many of the stage's time, however many homes there are. */
const SNAPSHOT_SHARE = 20

/** log → fold → findings, and from time to time a snapshot of the fold with its place. */
export function createDetectorStage(
  options: DetectorOptions,
  log: ReadingsLogReader,
  emit: (event: DetectorEvent) => void,
): RunningStage<DetectorCalls> {
  const db = openDatabase({
    file: dataFiles(options.dataDir).detector,
    synchronous: 'FULL',
    migrations: DETECTOR_MIGRATIONS,
    cacheMiB: 32,
  })
  const findings = openFindingsLog(db)
  const snapshots = openSnapshots(db)
  const saved = snapshots.load()
  const detector = saved?.detector ?? newDetector({ budget: options.budget, timezone: options.timezone })
  let place: Place = saved?.place ?? startOf(0)
  let savedPlace = place
  const everyMs = options.snapshotEveryMs ?? SNAPSHOT_EVERY_MS
  let saveAtMs = Date.now() + everyMs
  let busy = false
  let stopped = false

  /** Folds what is there, a bite at a time; returns when it has caught up. */
  async function advance(): Promise<void> {
    if (busy || stopped) return
    busy = true
    try {
      for (let more = true; more; more = !stopped && fold())
        await new Promise((resolve) => setImmediate(resolve))
    } finally {
      busy = false
    }
  }

  function fold(): boolean {
    const entries = log.read(place, READINGS_AT_ONCE)
    const said: SaidAt[] = []
    let reached = place
    for (const { place: at, entry } of entries) {
      const made = foldEntry(detector, entry)
      if (made.length > 0) said.push({ logOffset: at.offset, findings: made })
      reached = at
    }
    const added = findings.append(said)
    place = reached
    if (entries.length > 0) emit({ type: 'advanced', place, findings: added })
    if (Date.now() >= saveAtMs) save()
    return entries.length > 0
  }

  function save(): void {
    const startedAtMs = Date.now()
    saveAtMs = startedAtMs + everyMs
    if (place.offset === savedPlace.offset) return
    snapshots.save(detector, place)
    savedPlace = place
    saveAtMs = Date.now() + Math.max(everyMs, SNAPSHOT_SHARE * (Date.now() - startedAtMs))
    emit({ type: 'saved', place })
  }

  function status(): DetectorStatus {
    const oldestMs = log.oldestBehindMs(place)
    return {
      place,
      savedPlace,
      backlogReadings: log.readingsBehind(place),
      backlogSeconds: oldestMs === null ? 0 : Math.max(0, (Date.now() - oldestMs) / SECOND_MS),
      households: detector.homes.size,
      meters: detector.meters.ids.length,
      findings: findings.count(),
      lastEventMs: Number.isFinite(detector.lastEventMs) ? detector.lastEventMs : null,
      unjudged: detector.unjudged,
    }
  }

  // An error in here is nobody's to catch: it ends the thread, and its owner hears of it.
  const wake = (): void => void advance()
  const poll = setInterval(wake, POLL_MS)
  wake()
  return {
    calls: { nudge: wake, status, household: (id) => viewHousehold(detector, id) },
    stop() {
      stopped = true
      clearInterval(poll)
      save()
      db.close()
      log.close()
      return Promise.resolve()
    },
  }
}
