import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import type { Checkpoint, Checkpoints } from '../../ingest/checkpoints.ts'
import type { CounterName, Counters } from '../../ingest/counters.ts'
import type { History } from '../../ingest/history/history.ts'
import type { HistoryRow } from '../../ingest/history/row.ts'
import type { Households } from '../../ingest/households.ts'
import { newTrack } from '../../ingest/ledger/track.ts'
import type { Meter, Meters } from '../../ingest/meters.ts'
import type { Books } from '../../ingest/work.ts'
import { READINGS_PER_ENTRY, type ReadingsLogWriter } from '../../logs/readings/readings-log-writer.ts'

/** Ingest's books without a disk, for a feed that begins and ends in this process. */
export interface MemoryBooks extends Books {
  /** What has been counted so far. */
  readonly counted: ReadonlyMap<CounterName, number>
}

/** @param onEntry takes the readings log, entry by entry, as its readers would find it */
export function createMemoryBooks(onEntry: (entry: ReadingsLogEntry) => void): MemoryBooks {
  const meters = createMeters()
  const checkpoints = createCheckpoints()
  const counted = new Map<CounterName, number>()
  const counters: Counters = {
    add: (name, by) => void counted.set(name, (counted.get(name) ?? 0) + by),
    save() {},
    reset() {},
  }
  return {
    meters,
    counters,
    counted,
    checkpoints,
    households: createHouseholds(meters),
    // The calendar is read by the API alone; the detector takes absences from the log.
    absences: { apply() {} },
    history: createHistory((meterNo) => checkpoints.oldestMs(meterNo)),
    log: createLog(onEntry),
    rejects: { add() {}, removeOld: () => 0 },
  }
}

function createMeters(): Meters & { all(): Iterable<Meter> } {
  const known = new Map<MeterId, Meter>()
  return {
    all: () => known.values(),
    find: (id) => known.get(id) ?? null,
    add(id, kind, household, gateway) {
      const meter: Meter = {
        no: known.size,
        id,
        kind,
        household,
        gateway,
        track: newTrack(),
        readings: 0,
        checkpointMs: -1,
        unsaved: 0,
        savedMs: -1,
        touched: false,
      }
      known.set(id, meter)
      return meter
    },
    touch() {},
    save() {},
    trim() {},
    unclaimed: () => [...known.values()].filter(({ household }) => household === null).length,
    recount() {},
    reset() {},
  }
}

function createHouseholds(meters: ReturnType<typeof createMeters>): Households {
  return {
    replace(households) {
      for (const { id: household, meters: named } of households) {
        release(meters, household)
        for (const { id, kind } of named) {
          const meter = meters.find(id) ?? meters.add(id, kind, household, '')
          meter.household = household
        }
      }
    },
  }
}

function release(meters: ReturnType<typeof createMeters>, household: HouseholdId): void {
  for (const meter of meters.all()) if (meter.household === household) meter.household = null
}

/** Longer than any way of the village takes, a gateway's full buffer included. */
const KEPT_MS = 9 * DAY_MS
const PRUNE_ROWS = 512

/** Holds what late readings can still need: back to the oldest checkpoint, and KEPT_MS for duplicates. */
function createHistory(oldestCheckpointMs: (meterNo: number) => EpochMs): History {
  const byMeter: HistoryRow[][] = []
  const rowsOf = (meterNo: number): HistoryRow[] => (byMeter[meterNo] ??= [])

  function prune(meterNo: number, rows: HistoryRow[]): void {
    const keptMs = Math.min(oldestCheckpointMs(meterNo), (rows.at(-1)?.timeMs ?? 0) - KEPT_MS)
    const stale = placeOf(rows, keptMs)
    if (stale >= PRUNE_ROWS) rows.splice(0, stale)
  }

  return {
    find(meterNo, timeMs) {
      const rows = rowsOf(meterNo)
      const row = rows[placeOf(rows, timeMs)]
      return row?.timeMs === timeMs ? row : null
    },
    insert(meterNo, row) {
      const rows = rowsOf(meterNo)
      rows.push(row)
      if (rows.length % PRUNE_ROWS === 0) prune(meterNo, rows)
    },
    replace(meterNo, row) {
      const rows = rowsOf(meterNo)
      const at = placeOf(rows, row.timeMs)
      rows.splice(at, rows[at]?.timeMs === row.timeMs ? 1 : 0, row)
    },
    between(meterNo, fromMs, toMs) {
      const rows = rowsOf(meterNo)
      return rows.slice(placeOf(rows, fromMs + 1), placeOf(rows, toMs + 1))
    },
  }
}

/** The first row at or after `timeMs`. */
function placeOf(rows: readonly HistoryRow[], timeMs: EpochMs): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.timeMs ?? 0) < timeMs) low = middle + 1
    else high = middle
  }
  return low
}

const KEPT_CHECKPOINTS = 3

function createCheckpoints(): Checkpoints & { oldestMs(meterNo: number): EpochMs } {
  // As text, like the real ones: a track that is folded on must not change what was kept of it.
  const byMeter: { timeMs: EpochMs; body: string }[][] = []
  return {
    oldestMs: (meterNo) => byMeter[meterNo]?.[0]?.timeMs ?? -Infinity,
    add(meterNo, checkpoint) {
      const kept = (byMeter[meterNo] ??= [])
      kept.push({ timeMs: checkpoint.track.timeMs, body: JSON.stringify(checkpoint) })
      if (kept.length > KEPT_CHECKPOINTS) kept.shift()
    },
    before(meterNo, timeMs) {
      const found = byMeter[meterNo]?.findLast((each) => each.timeMs < timeMs)
      return found === undefined ? null : (JSON.parse(found.body) as Checkpoint)
    },
    removeAfter(meterNo, timeMs) {
      byMeter[meterNo] = (byMeter[meterNo] ?? []).filter((each) => each.timeMs <= timeMs)
    },
  }
}

function createLog(onEntry: (entry: ReadingsLogEntry) => void): ReadingsLogWriter {
  let gathered: Reading[] = []
  function flush(): void {
    if (gathered.length === 0) return
    const readings = gathered
    gathered = []
    onEntry({ type: 'readings', readings })
  }
  return {
    reading(reading) {
      gathered.push(reading)
      if (gathered.length >= READINGS_PER_ENTRY) flush()
    },
    entry(entry) {
      flush()
      onEntry(entry)
    },
    flush,
    reset() {},
    head: () => ({ partition: 0, offset: 0 }),
    passed() {},
    removePassed: () => 0,
  }
}
