import * as time from '../../domain/time.ts'
import type { EpochMs } from '../../domain/time.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS, MINUTE_MS } = time

/**
 * The wall clock of a home: people live by it, meters report in UTC. Offsets are asked of Intl once per zone and UTC day
 * and remembered (asking costs microseconds; the fold has a fraction of one). The memory is a cache of a pure function.
 */
interface Zone {
  readonly format: Intl.DateTimeFormat
  /** UTC day → offset in ms, or NaN for a day on which the clocks change. */
  readonly byDay: Map<number, number>
}

const zones = new Map<string, Zone>()
/** Two years of days per zone; beyond it the memory starts anew rather than grow. */
const MAX_DAYS = 800

function zoneOf(timezone: string): Zone {
  let zone = zones.get(timezone)
  if (zone === undefined) {
    zone = {
      format: new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' }),
      byDay: new Map(),
    }
    zones.set(timezone, zone)
  }
  return zone
}

function ask(zone: Zone, timeMs: EpochMs): number {
  const name = zone.format.formatToParts(timeMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name)
  if (match === null) return 0
  const size = Number(match[2]) * HOUR_MS + Number(match[3]) * MINUTE_MS
  return match[1] === '-' ? -size : size
}

/** The last answer that holds for a whole day: homes share their zone, and readings that are folded together their day. */
const last = { timezone: '', day: NaN, offset: 0 }

/** What to add to UTC to get the wall clock of `timezone`, in ms. */
export function offsetMs(timezone: string, timeMs: EpochMs): number {
  const day = Math.floor(timeMs / DAY_MS)
  if (day === last.day && timezone === last.timezone) return last.offset
  const zone = zoneOf(timezone)
  let offset = zone.byDay.get(day)
  if (offset === undefined) {
    const first = ask(zone, day * DAY_MS)
    offset = first === ask(zone, (day + 1) * DAY_MS) ? first : NaN
    if (zone.byDay.size >= MAX_DAYS) zone.byDay.clear()
    zone.byDay.set(day, offset)
  }
  if (Number.isNaN(offset)) return ask(zone, timeMs)
  last.timezone = timezone
  last.day = day
  last.offset = offset
  return offset
}

/** Wall-clock ms: `floor(x / DAY_MS)` is the local day, the rest the local time of day. */
export function wallMs(timezone: string, timeMs: EpochMs): number {
  return timeMs + offsetMs(timezone, timeMs)
}

/** Saturday or Sunday, of wall-clock ms. 1 January 1970 was a Thursday. */
export function isWeekend(wall: number): boolean {
  const weekday = (((Math.floor(wall / DAY_MS) + 4) % 7) + 7) % 7
  return weekday === 0 || weekday === 6
}

/** Hour of the day, 0 to 23, of wall-clock ms. */
export function hourOf(wall: number): number {
  return Math.floor((wall - Math.floor(wall / DAY_MS) * DAY_MS) / HOUR_MS)
}
