import { messageOf } from '../domain/operational-error.ts'
import { startOf, type Place } from '../domain/place.ts'
import { SECOND_MS } from '../domain/time.ts'
import type { ReadingsLogReader } from '../logs/readings/readings-log.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { isOperational, openDatabase } from '../platform/sqlite.ts'
import type { RunningStage } from '../platform/thread.ts'
import { newDetector, type Detector } from './core/detector.ts'
import { foldEntry } from './core/fold-entry.ts'
import { openFindingsLog, type SaidAt } from './findings/append-findings.ts'
import { DETECTOR_MIGRATIONS } from './findings/schema.ts'
import { openSnapshots } from './snapshot.ts'
import type { DetectorCalls, DetectorEvent, DetectorOptions, DetectorStatus } from './start.ts'
import { countBlind, viewBlind, viewHousehold } from './view-household.ts'

/** Readings folded before calls are answered again: some tens of milliseconds. */
const READINGS_AT_ONCE = 8_192
const POLL_MS = 250
const SNAPSHOT_EVERY_MS = 30 * SECOND_MS
/** Saving takes at most about one part in this many of the stage's time, however many homes there are. */
const SNAPSHOT_SHARE = 20

/** After a failure (disk full, database locked) it tries again, ever more slowly. */
const FIRST_RETRY_MS = 250
const SLOWEST_RETRY_MS = 10_000

/** Folded and not yet kept: a fold cannot be taken back, so its words wait here while the disk takes none. */
interface Bite {
  readonly said: readonly SaidAt[]
  readonly reached: Place
}

/** A pass over all homes is not made for each look at the overview. */
const COUNT_BLIND_EVERY_MS = 10 * SECOND_MS
/** Callers with other regions have counts of their own; when full, all are counted anew. */
const MAX_BLIND_COUNTS = 1_000

function blindCounter(detector: Detector): DetectorCalls['countBlind'] {
  const counts = new Map<string, { readonly count: number; readonly atMs: number }>()
  return (areas) => {
    const key = JSON.stringify(areas)
    const known = counts.get(key)
    const nowMs = Date.now()
    if (known !== undefined && nowMs - known.atMs < COUNT_BLIND_EVERY_MS) return known.count
    const count = countBlind(detector, areas)
    if (counts.size >= MAX_BLIND_COUNTS) counts.clear()
    counts.set(key, { count, atMs: nowMs })
    return count
  }
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
  let busy = false
  let stopped = false
  let folded: Bite | null = null
  let failure: string | null = null
  let retryMs = FIRST_RETRY_MS
  let retryAtMs = -Infinity

  /** Folds what is there, a bite at a time; returns when it has caught up, or when the disk takes or gives nothing. */
  async function advance(): Promise<void> {
    if (busy || stopped || Date.now() < retryAtMs) return
    busy = true
    try {
      for (let more = true; more; more = !stopped && fold())
        await new Promise((resolve) => setImmediate(resolve))
      recover()
    } catch (error) {
      if (!isOperational(error)) throw error
      fail(messageOf(error))
    } finally {
      busy = false
    }
  }

  function fold(): boolean {
    const bite = (folded ??= foldNext())
    if (bite === null) {
      if (Date.now() >= saveAtMs) save()
      return false
    }
    keep(bite)
    if (Date.now() >= saveAtMs) save()
    return true
  }

  function foldNext(): Bite | null {
    const entries = log.read(place, READINGS_AT_ONCE)
    const said: SaidAt[] = []
    let reached: Place | null = null
    for (const { place: at, entry } of entries) {
      const made = foldEntry(detector, entry)
      if (made.length > 0) said.push({ logOffset: at.offset, findings: made })
      reached = at
    }
    return reached === null ? null : { said, reached }
  }

  function keep(bite: Bite): void {
    const added = findings.append(bite.said)
    folded = null
    place = bite.reached
    emit({ type: 'advanced', place, findings: added })
  }

  function save(): void {
    const startedAtMs = Date.now()
    if (place.offset !== savedPlace.offset) {
      snapshots.save(detector, place)
      savedPlace = place
      emit({ type: 'saved', place })
    }
    saveAtMs = Date.now() + Math.max(everyMs, SNAPSHOT_SHARE * (Date.now() - startedAtMs))
  }

  function fail(message: string): void {
    if (failure !== message) emit({ type: 'failing', message })
    failure = message
    retryAtMs = Date.now() + retryMs
    retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS)
  }

  function recover(): void {
    if (failure === null) return
    failure = null
    retryMs = FIRST_RETRY_MS
    emit({ type: 'recovered' })
  }

  /** What cannot be saved now is folded again at the next start. */
  function saveLast(): void {
    try {
      if (folded !== null) keep(folded)
      save()
    } catch (error) {
      if (!isOperational(error)) throw error
    }
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
      failure: failure === null ? null : `the detector stands still: ${failure}`,
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
      blind: (ids) => viewBlind(detector, ids),
      countBlind: blindCounter(detector),
    },
    stop() {
      stopped = true
      clearInterval(poll)
      saveLast()
      db.close()
      log.close()
      return Promise.resolve()
    },
  }
}
