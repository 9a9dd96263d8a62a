import type { DatabaseSync } from 'node:sqlite'
import type { MeterId } from '../../domain/ids.ts'
import type { Reading } from '../../domain/reading.ts'
import { METER_KINDS } from '../../domain/units.ts'
import { openFreshChunks } from '../../logs/fresh/fresh-chunks.ts'
import { FreshReadings, type TakeValues } from '../../logs/fresh/fresh-readings.ts'
import { transact } from '../../platform/sqlite.ts'
import type { ReadingStore, StoredReading, TimeRange } from '../reading-store.ts'
import { boundRange, bucketEdges, sumInto } from '../sum-buckets.ts'
import {
  consumptionOf,
  flagsOf,
  fromRow,
  SLOT_MS,
  slotOf,
  timeIn,
  toRow,
  toStored,
  type AmountRow,
  type ReadingRow,
} from './row.ts'
import { FRESH_TABLE } from './schema.ts'
import { createRowWriter, type RowWriter } from './write-rows.ts'

export interface EmbeddedStore extends ReadingStore {
  /** `write` without a transaction of its own: for the stage, whose cursor moves in the same one. */
  upsert(readings: readonly Reading[]): void
  /** After a rollback: forgets what was not kept. */
  reset(): void
  /** Writes the fresh readings into the table too, for who reads the table alone; they stay fresh for whoever has the store open. */
  spread(): void
  /** Deletes up to `maxRows` readings of slots that end before `beforeMs`, oldest first; says how many. */
  expire(beforeMs: number, maxRows: number): number
}

/** What a chart shows of a reading. */
type Amount = Pick<StoredReading, 'timeMs' | 'consumption'>

/** Beyond this many meters the id-to-number memory starts anew; it is refilled from its table. */
const MAX_REMEMBERED_METERS = 500_000

/** Slots of one statement of a chart: a quarter of a year. */
const SLOTS_AT_ONCE = 540

/** How many fresh readings gather before the table takes them: three of each meter of a county, in less than 100 ms. */
const MOST_FRESH = 65_536

/**
 * Readings in store.db, by meter and time. The database is its caller's, who also closes it.
 *
 * The newest readings of each meter gather as fresh ones; what is older than those goes into the table at once. So a
 * reading is in both places only where it was revised since, and then the fresh one counts.
 */
export function createEmbeddedStore(db: DatabaseSync, mostFresh = MOST_FRESH): EmbeddedStore {
  const insertMeter = db.prepare('INSERT INTO meters (id, kind) VALUES (?, ?) RETURNING no')
  const selectMeter = db.prepare('SELECT no FROM meters WHERE id = ?')
  const COLUMNS = 'slot, time_s AS timeS, register, consumption, interval_s AS intervalS, flags'
  const selectSlot = db.prepare(
    `SELECT ${COLUMNS} FROM readings WHERE slot = ? AND meter = ? ORDER BY time_s`,
  )
  // One statement for a chart, with nothing made for a column that it does not show: slot by slot, as the table lies.
  const selectAmounts = db.prepare(`
    WITH RECURSIVE slots (slot) AS (SELECT ? UNION ALL SELECT slot + 1 FROM slots WHERE slot < ?)
    SELECT readings.slot, time_s, consumption, flags FROM slots CROSS JOIN readings
      ON readings.slot = slots.slot AND readings.meter = ?`)
  selectAmounts.setReturnArrays(true)
  const slotBehind = db.prepare('SELECT slot FROM readings WHERE slot > ? ORDER BY slot LIMIT 1')
  const slotBefore = db.prepare('SELECT slot FROM readings WHERE slot < ? ORDER BY slot DESC LIMIT 1')
  const deleteSlot = db.prepare(`DELETE FROM readings WHERE (slot, meter, time_s) IN
    (SELECT slot, meter, time_s FROM readings WHERE slot = ? LIMIT ?)`)
  const numbers = new Map<MeterId, number>()
  const table = createRowWriter(db)
  const fresh = new FreshReadings()
  const chunks = openFreshChunks(db, FRESH_TABLE, fresh, mostFresh)
  chunks.load()

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
    for (const reading of readings) {
      put(given.get(reading.meter) ?? numberOf(reading.meter) ?? give(reading), reading)
    }
    table.flush()
    chunks.save(() => settle(fresh, table))
  }

  function reset(): void {
    table.reset()
    chunks.load()
  }

  function put(meter: number, reading: Reading): void {
    const { timeMs } = reading
    const register = reading.register ?? NaN
    const consumption = reading.consumption ?? NaN
    const intervalMs = reading.intervalMs ?? NaN
    const newest = fresh.newestOf(meter)
    if (newest === -1 || timeMs > fresh.timeOf(newest)) {
      chunks.mark(fresh.add(meter, timeMs, register, consumption, intervalMs, flagsOf(reading)))
      return
    }
    const known = fresh.find(meter, timeMs)
    if (known === -1) {
      table.add(meter, toRow(timeMs, register, consumption, intervalMs, flagsOf(reading)))
      return
    }
    fresh.put(known, timeMs, register, consumption, intervalMs, flagsOf(reading))
    chunks.mark(known)
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
    yield* withFresh(number, range, walkTable(number, range), toStored)
  }

  function* walkAmounts(meter: MeterId, range: TimeRange): Generator<Amount> {
    const number = numberOf(meter)
    if (number === null) return
    yield* withFresh(number, range, walkTableAmounts(number, range), toStored)
  }

  /** What the table has of a meter, with what is fresh of it in its place. */
  function* withFresh<T extends Amount>(
    number: number,
    range: TimeRange,
    table: Iterable<T>,
    toFresh: TakeValues<T>,
  ): Generator<T> {
    const waiting = fresh.between(number, range.fromMs, range.toMs)
    let next = 0
    for (const settled of table) {
      for (; next < waiting.length; next++) {
        const index = waiting[next] ?? 0
        if (fresh.timeOf(index) > settled.timeMs) break
        yield fresh.read(index, toFresh)
      }
      // The same reading, revised since.
      if (next > 0 && fresh.timeOf(waiting[next - 1] ?? 0) === settled.timeMs) continue
      yield settled
    }
    for (; next < waiting.length; next++) yield fresh.read(waiting[next] ?? 0, toFresh)
  }

  function* walkTable(number: number, range: TimeRange): Generator<StoredReading> {
    for (const slot of walkSlots(range)) {
      for (const row of selectSlot.all(slot, number)) {
        const reading = fromRow(row as unknown as ReadingRow)
        if (reading.timeMs > range.toMs) return
        if (reading.timeMs > range.fromMs) yield reading
      }
    }
  }

  function* walkTableAmounts(number: number, { fromMs, toMs }: TimeRange): Generator<Amount> {
    const last = slotOf(toMs)
    for (let from = slotOf(fromMs); from <= last; from += SLOTS_AT_ONCE) {
      for (const row of selectAmounts.all(from, Math.min(last, from + SLOTS_AT_ONCE - 1), number)) {
        const [slot, timeS, consumption, flags] = row as unknown as AmountRow
        const timeMs = timeIn(slot, timeS)
        if (timeMs > toMs) return
        if (timeMs > fromMs) yield { timeMs, consumption: consumptionOf(consumption, flags) }
      }
    }
  }

  function newest(meter: MeterId, toMs: number): StoredReading | null {
    const number = numberOf(meter)
    if (number === null) return null
    const waiting = fresh.between(number, -Infinity, toMs).at(-1)
    const fromFresh = waiting === undefined ? null : fresh.read(waiting, toStored)
    const settled = newestSettled(number, fromFresh?.timeMs ?? -Infinity, toMs)
    return settled ?? fromFresh
  }

  /** In the table, after `fromMs` and not after `toMs`: slot by slot backwards, so a meter long silent costs a seek for each slot since. */
  function newestSettled(number: number, fromMs: number, toMs: number): StoredReading | null {
    let slot = slotOf(toMs) + 1
    for (;;) {
      const before = slotBefore.get(slot)
      if (before === undefined) return null
      slot = Number(before['slot'])
      if ((slot + 1) * SLOT_MS <= fromMs) return null
      const readings = selectSlot.all(slot, number).map((row) => fromRow(row as unknown as ReadingRow))
      const found = readings.findLast(({ timeMs }) => timeMs <= toMs)
      if (found !== undefined) return found.timeMs > fromMs ? found : null
    }
  }

  function extent(meter: MeterId, range: TimeRange): TimeRange | null {
    const [first] = walkReadings(meter, range)
    const last = first === undefined ? null : newest(meter, range.toMs)
    return first === undefined || last === null ? null : { fromMs: first.timeMs - 1, toMs: last.timeMs }
  }

  return {
    upsert,
    reset,
    spread: () => settle(fresh, table),
    write(readings) {
      try {
        transact(db, () => upsert(readings))
      } catch (error) {
        reset()
        throw error
      }
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
      for (const { timeMs, consumption } of walkAmounts(meter, whole)) summer.add(timeMs, consumption)
      return summer.buckets()
    },
    last(meter) {
      return Promise.resolve(newest(meter, Infinity))
    },
    expire(beforeMs, maxRows) {
      if (fresh.oldestMs() < beforeMs) chunks.settle(() => settle(fresh, table))
      const oldest = slotBehind.get(-Infinity)
      const slot = Number(oldest?.['slot'] ?? Infinity)
      return (slot + 1) * SLOT_MS > beforeMs ? 0 : Number(deleteSlot.run(slot, maxRows).changes)
    },
    close() {
      return Promise.resolve()
    },
  }
}

/** All fresh readings go into the table, in its order. */
function settle(fresh: FreshReadings, table: RowWriter): void {
  const bySlot = new Map<number, number[]>()
  for (const meter of fresh.meters()) {
    for (const index of fresh.between(meter, -Infinity, Infinity)) {
      const slot = slotOf(fresh.timeOf(index))
      const indexes = bySlot.get(slot)
      if (indexes === undefined) bySlot.set(slot, [index])
      else indexes.push(index)
    }
  }
  for (const [, indexes] of [...bySlot].sort(([a], [b]) => a - b)) {
    for (const index of indexes) table.add(fresh.meterOf(index), fresh.read(index, toRow))
  }
  table.flush()
}
