import type { DatabaseSync } from 'node:sqlite'
import type { HouseholdId, MeterId } from '../domain/ids.ts'
import type { EpochMs } from '../domain/time.ts'
import type { MeterKind } from '../domain/units.ts'
import type { History } from './history/history.ts'
import { dayOf, type HistoryRow } from './history/row.ts'
import { foldReading } from './ledger/fold-reading.ts'
import { newTrack, type Derived, type Track } from './ledger/track.ts'

/** A meter in memory: who it is and where its track stands. Changed by the steps of the pipeline, saved by `save`. */
export interface Meter {
  readonly no: number
  readonly id: MeterId
  kind: MeterKind
  household: HouseholdId | null
  gateway: string
  track: Track
  /** Readings kept, late ones included. */
  readings: number
  /** Time of the newest checkpoint; -1 where there is none. */
  checkpointMs: EpochMs
  /** Readings folded since the ledger row was written; Infinity: the row must be written with this batch. */
  unsaved: number
  /** Time of the newest reading that the ledger row knows; -1 before the first. */
  savedMs: EpochMs
  /** Already listed for `save` in this batch. */
  touched: boolean
}

/**
 * How many meters are kept in memory (about 400 bytes each); the ones not seen for longest go when it is full, and are
 * read again when they speak: some 50 microseconds. All meters of a county fit.
 */
export const METERS_IN_MEMORY = 300_000

/**
 * A ledger row is written at every 12th reading of its meter and at the first of each UTC day, because half of all
 * writing would be ledger rows otherwise. What a row does not know yet stands in the history of that same day, in the
 * same transaction as ever, and is folded again on load.
 */
const READINGS_PER_SAVE = 12

export interface Meters {
  find(id: MeterId): Meter | null
  /** Registers a meter that nobody has named before. */
  add(id: MeterId, kind: MeterKind, household: HouseholdId | null, gateway: string): Meter
  /** A reading was kept: the meter is looked at by the next `save`. */
  touch(meter: Meter): void
  /** Before the commit: writes the ledgers that are due. */
  save(): void
  /** Between batches: forgets meters beyond the limit. */
  trim(): void
  /** How many no household claims. */
  unclaimed(): number
  /** Meters have changed hands behind this memory: they are counted again. */
  recount(): void
  /** After a rollback: forgets all, since the memory is ahead of the database. */
  reset(): void
}

export function createMeters(db: DatabaseSync, history: History, limit = METERS_IN_MEMORY): Meters {
  const select = db.prepare(
    `SELECT no, kind, household, gateway, newest_ms, readings, track,
       (SELECT max(time_ms) FROM checkpoint WHERE checkpoint.meter_no = meter.no) AS checkpoint_ms
     FROM meter LEFT JOIN ledger ON ledger.meter_no = meter.no WHERE id = ?`,
  )
  const insert = db.prepare('INSERT INTO meter (id, kind, household, gateway) VALUES (?, ?, ?, ?)')
  const saveLedger = db.prepare('INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?)')
  const saveGateway = db.prepare('UPDATE meter SET gateway = ? WHERE no = ?')
  // Two generations stand for "seen lately": a meter found in the old one moves to the young one, and when the young
  // one holds half the limit it becomes the old one.
  let young = new Map<string, Meter>()
  let old = new Map<string, Meter>()
  let touched: Meter[] = []
  const countUnclaimed = db.prepare('SELECT count(*) AS n FROM meter WHERE household IS NULL')
  let unclaimed: number | null = null

  function load(id: MeterId): Meter | null {
    const row = select.get(id)
    if (row === undefined) return null
    const meter: Meter = {
      ...fresh(Number(row['no']), id, row['kind'] as MeterKind),
      household: row['household'] as HouseholdId | null,
      gateway: String(row['gateway']),
    }
    if (row['track'] === null) return meter
    meter.track = JSON.parse(String(row['track'])) as Track
    meter.readings = Number(row['readings'])
    meter.checkpointMs = Number(row['checkpoint_ms'] ?? -1)
    meter.savedMs = Number(row['newest_ms'])
    foldUnsaved(meter, history)
    return meter
  }

  return {
    find(id) {
      const known = young.get(id)
      if (known !== undefined) return known
      const meter = old.get(id) ?? load(id)
      if (meter !== null) young.set(id, meter)
      return meter
    },
    add(id, kind, household, gateway) {
      const no = Number(insert.run(id, kind, household, gateway).lastInsertRowid)
      const meter: Meter = { ...fresh(no, id, kind), household, gateway, unsaved: Infinity }
      young.set(id, meter)
      if (household === null && unclaimed !== null) unclaimed++
      return meter
    },
    unclaimed: () => (unclaimed ??= Number(countUnclaimed.get()?.['n'])),
    recount() {
      unclaimed = null
    },
    touch(meter) {
      if (meter.touched) return
      meter.touched = true
      touched.push(meter)
    },
    save() {
      for (const meter of touched) {
        meter.touched = false
        const { track } = meter
        if (meter.unsaved < READINGS_PER_SAVE && dayOf(track.timeMs) === dayOf(meter.savedMs)) continue
        saveLedger.run(meter.no, track.timeMs, meter.readings, JSON.stringify(track))
        if (meter.unsaved === Infinity) saveGateway.run(meter.gateway, meter.no)
        meter.savedMs = track.timeMs
        meter.unsaved = 0
      }
      touched = []
    },
    trim() {
      if (young.size <= limit / 2) return
      old = young
      young = new Map()
    },
    reset() {
      young = new Map()
      old = new Map()
      touched = []
      unclaimed = null
    },
  }
}

function fresh(no: number, id: MeterId, kind: MeterKind): Meter {
  return {
    no,
    id,
    kind,
    household: null,
    gateway: '',
    track: newTrack(),
    readings: 0,
    checkpointMs: -1,
    unsaved: 0,
    savedMs: -1,
    touched: false,
  }
}

/** Brings a loaded meter from its ledger row to its newest reading, which lies in the same UTC day. */
function foldUnsaved(meter: Meter, history: History): void {
  const endOfDayMs = (dayOf(meter.savedMs) + 1) * 86_400_000 - 1
  const derived: Derived[] = []
  for (const row of history.between(meter.no, meter.savedMs, endOfDayMs)) {
    if (row.late) continue
    derived.length = 0
    foldReading(meter.track, inputOf(row), meter.kind, derived)
    meter.readings++
    meter.unsaved++
  }
}

/** A kept reading as the ledger took it. */
export function inputOf(row: HistoryRow): {
  timeMs: EpochMs
  register: number | null
  consumption: number | null
  intervalMs: number | null
  stated: HistoryRow['stated']
} {
  const { timeMs, register, consumption, intervalMs, stated } = row
  return { timeMs, register, consumption, intervalMs, stated }
}
