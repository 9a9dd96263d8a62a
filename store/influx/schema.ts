import { QUALITIES, type Quality } from '../../domain/quality.ts'
import type { Reading } from '../../domain/reading.ts'
import type { StoredReading } from '../reading-store.ts'
import { escapeTag } from './escape.ts'

/*
 * The schema in InfluxDB. One measurement, `readings`; one point for each meter and time.
 *
 * Tags are only what identifies a meter for life: `meter` (its id; backslash and percent sign percent-encoded, because
 * line protocol has no way to write the first) and `kind` (electricity, water). Household, region and gateway are no
 * tags: when a home moves or a gateway is replaced, its meter's series goes on, and a replay meets the points it wrote.
 *
 * Time is the meter's own, the end of what the reading measures, in milliseconds.
 *
 * Fields:
 *   register     float    cumulative, kWh or L; left out where the meter sends consumption
 *   consumption  float    use over the interval before the time, kWh or L; left out where it cannot be told
 *   interval     integer  length of that interval in ms; left out where consumption is
 *   quality      string   measured, estimated, missing, outage, frozen, rollover, exchange, late
 *   status       integer  what the meter says of itself, a bit each: battery-low, tamper, valve-closed, power-down,
 *                         reverse-flow
 *   absent       integer  bit 0: there is no register, bit 1: there is no consumption
 *
 * InfluxDB merges the fields of a point that is written again, so a field that is left out keeps its former value. A
 * revision that takes a value back therefore writes 0 in its place, which does no harm to anybody's sum, and `absent`
 * says that the 0 is none. Readers of their own should do as `toStoredReading` does.
 */
export const MEASUREMENT = 'readings'
export const FIELDS = ['register', 'consumption', 'interval', 'quality', 'absent'] as const

const NO_REGISTER = 1
const NO_CONSUMPTION = 2

/** One line of line protocol, precision ms. */
export function toLine(reading: Reading): string {
  const { meter, kind, register, consumption, intervalMs, quality, status, timeMs, revision } = reading
  let fields = ''
  if (register !== null || revision) fields += `register=${register ?? 0},`
  if (consumption !== null || revision) fields += `consumption=${consumption ?? 0},`
  if (intervalMs !== null || revision) fields += `interval=${intervalMs ?? 0}i,`
  const absent = (register === null ? NO_REGISTER : 0) | (consumption === null ? NO_CONSUMPTION : 0)
  fields += `quality="${quality}",status=${status}i,absent=${absent}i`
  return `${MEASUREMENT},kind=${kind},meter=${escapeTag(meter)} ${fields} ${timeMs}`
}

/** A row of `time` and FIELDS, in that order. */
export function toStoredReading(row: readonly unknown[]): StoredReading {
  const [time, register, consumption, interval, quality, absent] = row
  const bits = typeof absent === 'number' ? absent : 0
  const hasConsumption = (bits & NO_CONSUMPTION) === 0
  return {
    timeMs: Number(time),
    register: (bits & NO_REGISTER) === 0 ? numberOrNull(register) : null,
    consumption: hasConsumption ? numberOrNull(consumption) : null,
    intervalMs: hasConsumption ? numberOrNull(interval) : null,
    quality: QUALITIES.includes(quality as Quality) ? (quality as Quality) : 'measured',
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
