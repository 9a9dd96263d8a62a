import { mayMend, messageOf } from '../domain/operational-error.ts'
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

interface Folded {
  readonly said: readonly SaidAt[]
  readonly reached: Place
  readonly entries: number
}

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
  /** Folded but not kept yet: nothing more is folded until what has been said is on disk. */
  let unkept: Folded | null = null
  let keepFailure: string | null = null
  let saveFailure: string | null = null
  let busy = false
  let stopped = false

  /** Folds what is there, a bite at a time; returns when it has caught up. */
  async function advance(): Promise<void> {
    if (busy || stopped) return
    busy = true
    try {
      for (let more = true; more; more = !stopped && keepOn())
        await new Promise((resolve) => setImmediate(resolve))
    } finally {
      busy = false
    }
  }

  /** One bite. Where the disk fails, the next poll tries again; alerts that are known stay on the desk meanwhile. */
  function keepOn(): boolean {
    try {
      unkept ??= fold()
      const kept = keep(unkept)
      keepFailure = null
      return kept
    } catch (error) {
      keepFailure = failureOf(error)
      return false
    }
  }

  function fold(): Folded {
    const entries = log.read(place, READINGS_AT_ONCE)
    const said: SaidAt[] = []
    let reached = place
    for (const { place: at, entry } of entries) {
      const made = foldEntry(detector, entry)
      if (made.length > 0) said.push({ logOffset: at.offset, findings: made })
      reached = at
    }
    return { said, reached, entries: entries.length }
  }

  function keep({ said, reached, entries }: Folded): boolean {
    const added = findings.append(said)
    place = reached
    unkept = null
    if (entries > 0) emit({ type: 'advanced', place, findings: added })
    if (Date.now() >= saveAtMs) save()
    return entries > 0
  }

  /** A state that cannot be saved costs time only: from the last one saved, the log is folded again. */
  function save(): void {
    const startedAtMs = Date.now()
    saveAtMs = startedAtMs + everyMs
    if (place.offset === savedPlace.offset || unkept !== null) return
    try {
      snapshots.save(detector, place)
      saveFailure = null
    } catch (error) {
      saveFailure = failureOf(error)
      return
    }
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
    calls: {
      nudge: wake,
      status,
      household: (id) => viewHousehold(detector, id),
      failure: () => keepFailure ?? saveFailure,
    },
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

/** @throws the error itself where trying again cannot help. */
function failureOf(error: unknown): string {
  if (!mayMend(error)) throw error
  return messageOf(error)
}
