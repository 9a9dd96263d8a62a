import type { DatabaseSync } from 'node:sqlite'
import { OperationalError } from '../../domain/operational-error.ts'
import type { Reading } from '../../domain/reading.ts'
import type { EpochMs } from '../../domain/time.ts'
import { walkStore, type StoreSlice } from '../embedded/walk-store.ts'
import type { InfluxConfig } from '../influx/config.ts'
import type { InfluxConnection } from '../influx/connection.ts'
import { fromTagValue, quoteName } from '../influx/escape.ts'
import { FIELDS, MEASUREMENT, toStoredReading } from '../influx/schema.ts'
import { writeReadings } from '../influx/write-readings.ts'
import type { RefusedReading, StoredReading } from '../reading-store.ts'

/** Readings compared and written at once; a slot of four hours that holds more is one slice all the same. */
const SLICE_READINGS = 20_000
/** Lines of one request. */
const LINES_PER_WRITE = 5_000

/** Of one meter, on both sides: what InfluxDB has is summed from what it gave back. */
export interface MeterTotals {
  embedded: { count: number; sum: number }
  influx: { count: number; sum: number }
}

export interface CopyReport {
  readonly compared: number
  /** Not there, or there with other values, and written. */
  readonly written: number
  readonly refused: readonly RefusedReading[]
  readonly meters: ReadonlyMap<string, MeterTotals>
}

/**
 * Copies the embedded store into InfluxDB slice by slice: asks what is there, writes what is missing or different, asks
 * again and compares to the last digit. What is there already is only compared, so a copy that was broken off is
 * resumed by starting it again, and starting it a second time brings what has come in meanwhile.
 * @throws OperationalError where InfluxDB does not answer, or does not have afterwards what it has accepted.
 */
export async function copyToInflux(
  db: DatabaseSync,
  connection: InfluxConnection,
  config: InfluxConfig,
  onProgress: (compared: number, written: number) => void,
): Promise<CopyReport> {
  const meters = new Map<string, MeterTotals>()
  const refused: RefusedReading[] = []
  let compared = 0
  let written = 0
  for (const slice of walkStore(db, SLICE_READINGS)) {
    let there = await readSlice(connection, slice)
    const missing = slice.readings.filter((reading) => !isSame(reading, there.get(keyOf(reading))))
    if (missing.length > 0) {
      const refusedHere: RefusedReading[] = []
      for (let at = 0; at < missing.length; at += LINES_PER_WRITE) {
        refusedHere.push(
          ...(await writeReadings(connection, config, missing.slice(at, at + LINES_PER_WRITE))),
        )
      }
      there = await readSlice(connection, slice)
      confirm(slice, there, refusedHere, config)
      refused.push(...refusedHere)
      written += missing.length - refusedHere.length
    }
    for (const reading of slice.readings) count(meters, reading, there.get(keyOf(reading)))
    compared += slice.readings.length
    onProgress(compared, written)
  }
  return { compared, written, refused, meters }
}

async function readSlice(
  connection: InfluxConnection,
  slice: StoreSlice,
): Promise<Map<string, StoredReading>> {
  const found = new Map<string, StoredReading>()
  const series = await connection.query(
    `SELECT ${FIELDS.map(quoteName).join(', ')} FROM ${quoteName(MEASUREMENT)} WHERE time > ${slice.fromMs}ms AND time <= ${slice.toMs}ms GROUP BY "meter"`,
  )
  for (const { tags, rows } of series) {
    const meter = fromTagValue(tags['meter'] ?? '')
    for (const row of rows) {
      const stored = toStoredReading(row)
      found.set(keyOf({ meter, timeMs: stored.timeMs }), stored)
    }
  }
  return found
}

function keyOf({ meter, timeMs }: { readonly meter: string; readonly timeMs: EpochMs }): string {
  return `${timeMs} ${meter}`
}

function isSame(reading: Reading, stored: StoredReading | undefined): boolean {
  return (
    stored !== undefined &&
    stored.register === reading.register &&
    stored.consumption === reading.consumption &&
    stored.intervalMs === reading.intervalMs &&
    stored.quality === reading.quality
  )
}

function confirm(
  slice: StoreSlice,
  there: ReadonlyMap<string, StoredReading>,
  refused: readonly RefusedReading[],
  config: InfluxConfig,
): void {
  const excused = new Set(refused.map(({ reading }) => keyOf(reading)))
  for (const reading of slice.readings) {
    if (isSame(reading, there.get(keyOf(reading))) || excused.has(keyOf(reading))) continue
    throw new OperationalError(
      'copy-differs',
      `InfluxDB at ${config.url} accepted the reading of ${reading.meter} at ${new Date(reading.timeMs).toISOString()} but does not give it back. Look at its retention policy, then start the copy again.`,
    )
  }
}

function count(meters: Map<string, MeterTotals>, reading: Reading, stored: StoredReading | undefined): void {
  let totals = meters.get(reading.meter)
  if (totals === undefined) {
    totals = { embedded: { count: 0, sum: 0 }, influx: { count: 0, sum: 0 } }
    meters.set(reading.meter, totals)
  }
  totals.embedded.count++
  totals.embedded.sum += reading.consumption ?? 0
  if (stored === undefined) return
  totals.influx.count++
  totals.influx.sum += stored.consumption ?? 0
}
