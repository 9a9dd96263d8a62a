import type { DatabaseSync } from 'node:sqlite'
import type { MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import { METER_KINDS } from '../../domain/units.ts'
import { transact } from '../../platform/sqlite.ts'
import type { ReadingStore, StoredReading, TimeRange } from '../reading-store.ts'
import { boundRange, bucketEdges, sumInto } from '../sum-buckets.ts'
import { fromRow, SLOT_MS, slotOf, toRow, type ReadingRow } from './row.ts'

export interface EmbeddedStore extends ReadingStore {
  /** `write` without a transaction of its own: for the stage, whose cursor moves in the same one. */
  upsert(readings: readonly Reading[]): void
  /** Deletes up to `maxRows` readings of slots that end before `beforeMs`, oldest first; says how many. */
  expire(beforeMs: number, maxRows: number): number
}

/** Beyond this many meters the id-to-number memory starts anew; it is refilled from its table. */
const MAX_REMEMBERED_METERS = 500_000

/** Readings in store.db, by meter and time. The database is its caller's, who also closes it. */
export function createEmbeddedStore(db: DatabaseSync): EmbeddedStore {
  const insertMeter = db.prepare('INSERT INTO meters (id, kind) VALUES (?, ?) RETURNING no')
  const selectMeter = db.prepare('SELECT no FROM meters WHERE id = ?')
  const upsertReading = db.prepare(`
    INSERT INTO readings (slot, meter, time_s, register, consumption, interval_s, flags) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET register = excluded.register, consumption = excluded.consumption,
      interval_s = excluded.interval_s, flags = excluded.flags`)
  const COLUMNS = 'slot, time_s AS timeS, register, consumption, interval_s AS intervalS, flags'
  const selectSlot = db.prepare(
    `SELECT ${COLUMNS} FROM readings WHERE slot = ? AND meter = ? ORDER BY time_s`,
  )
  const slotBehind = db.prepare('SELECT slot FROM readings WHERE slot > ? ORDER BY slot LIMIT 1')
  const slotBefore = db.prepare('SELECT slot FROM readings WHERE slot < ? ORDER BY slot DESC LIMIT 1')
  const deleteSlot = db.prepare(`DELETE FROM readings WHERE (slot, meter, time_s) IN
    (SELECT slot, meter, time_s FROM readings WHERE slot = ? LIMIT ?)`)
  const numbers = new Map<MeterId, number>()

  function numberOf(meter: MeterId): number | null {
    const known = numbers.get(meter)
    if (known !== undefined) return known
    const row = selectMeter.get(meter)
    if (row === undefined) return null
    if (numbers.size >= MAX_REMEMBERED_METERS) numbers.clear()
    const number = Number(row['no'])
    numbers.set(meter, number)
    return number
  }

  function upsert(readings: readonly Reading[]): void {
    // Numbers given in this transaction are not remembered beyond it: rolled back, they may go to other meters.
    const given = new Map<MeterId, number>()
    const give = ({ meter, kind }: Reading): number => {
      const number = Number(insertMeter.get(meter, METER_KINDS.indexOf(kind))?.['no'])
      given.set(meter, number)
      return number
    }
    const rows = readings.map((reading) => ({
      meter: given.get(reading.meter) ?? numberOf(reading.meter) ?? give(reading),
      row: toRow(reading),
    }))
    // Neighbours in the table are written together, whatever order they came in; the sort is stable, so the last of
    // several readings with one meter and time stays the last.
    rows.sort((a, b) => a.row.slot - b.row.slot || a.meter - b.meter)
    for (const { meter, row } of rows) {
      upsertReading.run(row.slot, meter, row.timeS, row.register, row.consumption, row.intervalS, row.flags)
    }
  }

  function* walkSlots(range: TimeRange): Generator<number> {
    let slot = slotOf(range.fromMs) - 1
    for (;;) {
      const next = slotBehind.get(slot)
      if (next === undefined) return
      slot = Number(next['slot'])
      if (slot * SLOT_MS > range.toMs) return
      yield slot
    }
  }

  function* walkReadings(meter: MeterId, range: TimeRange): Generator<StoredReading> {
    const number = numberOf(meter)
    if (number === null) return
    for (const slot of walkSlots(range)) {
      for (const row of selectSlot.all(slot, number)) {
        const reading = fromRow(row as unknown as ReadingRow)
        if (reading.timeMs > range.toMs) return
        if (reading.timeMs > range.fromMs) yield reading
      }
    }
  }

  /** The newest reading at or before `toMs`: slot by slot backwards, so a meter long silent costs a seek for each slot since. */
  function newest(meter: MeterId, toMs: number): StoredReading | null {
    const number = numberOf(meter)
    if (number === null) return null
    let slot = slotOf(toMs) + 1
    for (;;) {
      const before = slotBefore.get(slot)
      if (before === undefined) return null
      slot = Number(before['slot'])
      const readings = selectSlot.all(slot, number).map((row) => fromRow(row as unknown as ReadingRow))
      const found = readings.findLast(({ timeMs }) => timeMs <= toMs)
      if (found !== undefined) return found
    }
  }

  function extent(meter: MeterId, range: TimeRange): TimeRange | null {
    const [first] = walkReadings(meter, range)
    const last = first === undefined ? null : newest(meter, range.toMs)
    return first === undefined || last === null ? null : { fromMs: first.timeMs - 1, toMs: last.timeMs }
  }

  return {
    upsert,
    write(readings) {
      transact(db, () => upsert(readings))
      return Promise.resolve([])
    },
    readings(meter, range, limit) {
      const found: StoredReading[] = []
      if (limit <= 0) return Promise.resolve(found)
      for (const reading of walkReadings(meter, range)) {
        found.push(reading)
        if (found.length >= limit) break
      }
      return Promise.resolve(found)
    },
    async consumption(meter, range, step, timezone) {
      const covered = await boundRange(range, step, () => Promise.resolve(extent(meter, range)))
      const edges = bucketEdges(covered, step, timezone)
      const summer = sumInto(edges)
      const whole = { fromMs: edges[0] ?? 0, toMs: edges.at(-1) ?? 0 }
      for (const { timeMs, consumption } of walkReadings(meter, whole)) summer.add(timeMs, consumption)
      return summer.buckets()
    },
    last(meter) {
      return Promise.resolve(newest(meter, Infinity))
    },
    expire(beforeMs, maxRows) {
      const oldest = slotBehind.get(-Infinity)
      const slot = Number(oldest?.['slot'] ?? Infinity)
      return (slot + 1) * SLOT_MS > beforeMs ? 0 : Number(deleteSlot.run(slot, maxRows).changes)
    },
    close() {
      return Promise.resolve()
    },
  }
}
