import type { DatabaseSync } from 'node:sqlite'
import type { GatewayId, MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import type { EpochMs } from '../../domain/time.ts'
import { METER_KINDS } from '../../domain/units.ts'
import { fromRow, SLOT_MS, statusOf, type ReadingRow } from './row.ts'

/** All readings of whole slots: `fromMs` < time <= `toMs`. */
export interface StoreSlice {
  readonly fromMs: EpochMs
  readonly toMs: EpochMs
  readonly readings: readonly Reading[]
}

/**
 * Every reading of an embedded store, oldest slots first, in slices of whole slots with about `sliceReadings` each (one
 * slot at least). A slice is read when it is asked for, so that a writer beside is never kept waiting.
 */
export function* walkStore(db: DatabaseSync, sliceReadings: number): Generator<StoreSlice> {
  const nextSlot = db.prepare('SELECT slot FROM readings WHERE slot > ? ORDER BY slot LIMIT 1')
  const slotRows = db.prepare(`
    SELECT slot, time_s AS timeS, register, consumption, interval_s AS intervalS, flags, id, kind
    FROM readings JOIN meters ON meters.no = readings.meter WHERE slot = ?`)
  let slot = -Infinity
  let readings: Reading[] = []
  let firstSlot: number | null = null
  for (;;) {
    const next = nextSlot.get(slot)
    const found = next === undefined ? null : Number(next['slot'])
    if (firstSlot !== null && (found === null || readings.length >= sliceReadings)) {
      yield { fromMs: firstSlot * SLOT_MS - 1, toMs: (slot + 1) * SLOT_MS - 1, readings }
      readings = []
      firstSlot = null
    }
    if (found === null) return
    slot = found
    firstSlot ??= slot
    for (const row of slotRows.all(slot)) readings.push(toReading(row))
  }
}

export function countReadings(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS count FROM readings').get()?.['count'])
}

/** What the store keeps of a reading; who sent it and whose home it is are not the store's to know. */
function toReading(row: Record<string, unknown>): Reading {
  const stored = fromRow(row as unknown as ReadingRow)
  return {
    ...stored,
    meter: row['id'] as MeterId,
    kind: METER_KINDS[Number(row['kind'])] ?? 'water',
    household: null,
    gateway: '' as GatewayId,
    receivedAtMs: stored.timeMs,
    status: statusOf(Number(row['flags'])),
    // It replaces whatever is there, values that were taken back included.
    revision: true,
  }
}
