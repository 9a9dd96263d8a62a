import { OperationalError } from '../domain/operational-error.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type EpochMs } from '../domain/time.ts'
import { roundToMicro } from '../domain/units.ts'
import { calendarOf, type LocalCalendar, type LocalDate } from './local-time.ts'
import type { ConsumptionBucket, Step, TimeRange } from './reading-store.ts'

/**
 * Downsampling, the same for every store: each streams its readings in order of time through one `BucketSummer`, so
 * that their answers agree to the last digit (a sum of binary fractions depends on its order).
 *
 * Buckets are half open like ranges: a reading that ends at a bucket's end belongs to it. Steps below a day are cut from
 * UTC, so every hour is an hour long; days, weeks (from Monday) and months begin at local midnight, so a day has 23 or
 * 25 hours where the clock changes.
 */

/** A chart has some thousand points; more than this is a mistake, or a wish for the raw readings. */
export const MAX_BUCKETS = 120_000

/** Of the calendar steps, about: only to bound their number. */
const STEP_MS: Record<Step, number> = {
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
  '1w': 7 * DAY_MS,
  '1mo': 28 * DAY_MS,
}

/**
 * The range itself, or where its ends are open (infinite, or more buckets than a chart can have) its part between the
 * first and the last reading: (from, from] where there is none.
 */
export async function boundRange(
  range: TimeRange,
  step: Step,
  extent: () => Promise<TimeRange | null>,
): Promise<TimeRange> {
  if ((range.toMs - range.fromMs) / STEP_MS[step] <= MAX_BUCKETS) return range
  return (await extent()) ?? { fromMs: 0, toMs: 0 }
}

/**
 * Edges of the buckets that cover the range: bucket i is (edges[i], edges[i + 1]].
 * @throws OperationalError `too-many-buckets`.
 */
export function bucketEdges(range: TimeRange, step: Step, timezone: string): EpochMs[] {
  if (!(range.fromMs < range.toMs)) return []
  if ((range.toMs - range.fromMs) / STEP_MS[step] > MAX_BUCKETS) {
    throw new OperationalError(
      'too-many-buckets',
      `the range asked for has more than ${MAX_BUCKETS} steps of ${step}; ask for a shorter range or a longer step`,
    )
  }
  return step === '1d' || step === '1w' || step === '1mo'
    ? calendarEdges(range, step, calendarOf(timezone))
    : plainEdges(range, STEP_MS[step])
}

function plainEdges({ fromMs, toMs }: TimeRange, stepMs: number): EpochMs[] {
  const edges: EpochMs[] = []
  const last = Math.ceil(toMs / stepMs)
  for (let index = Math.floor(fromMs / stepMs); index <= last; index++) edges.push(index * stepMs)
  return edges
}

function calendarEdges({ fromMs, toMs }: TimeRange, step: Step, calendar: LocalCalendar): EpochMs[] {
  let date = firstDate(calendar.dateAt(fromMs), step)
  const edges = [calendar.startOf(date)]
  while ((edges.at(-1) ?? toMs) < toMs) {
    date = nextDate(date, step)
    const start = calendar.startOf(date)
    // A date that a zone skipped altogether (Samoa, 30 December 2011) begins when the next one does: no bucket of its own.
    if (start > (edges.at(-1) ?? start)) edges.push(start)
  }
  return edges
}

function firstDate(date: LocalDate, step: Step): LocalDate {
  if (step === '1mo') return { ...date, day: 1 }
  if (step !== '1w') return date
  const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay()
  return shiftDays(date, -((weekday + 6) % 7))
}

function nextDate(date: LocalDate, step: Step): LocalDate {
  if (step === '1mo') {
    return date.month === 12
      ? { year: date.year + 1, month: 1, day: 1 }
      : { year: date.year, month: date.month + 1, day: 1 }
  }
  return shiftDays(date, step === '1w' ? 7 : 1)
}

function shiftDays({ year, month, day }: LocalDate, days: number): LocalDate {
  const shifted = new Date(Date.UTC(year, month - 1, day + days))
  return { year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate() }
}

export interface BucketSummer {
  /** Ascending by time. */
  add(timeMs: EpochMs, consumption: number | null): void
  buckets(): ConsumptionBucket[]
}

/**
 * Sums consumption of every quality: what flowed has flowed, whoever may be allowed to judge by it. Sums are rounded to
 * the microunit, which is finer than any meter and hides the noise of binary fractions.
 */
export function sumInto(edges: readonly EpochMs[]): BucketSummer {
  const size = Math.max(edges.length - 1, 0)
  const sums = new Float64Array(size)
  const known = new Uint8Array(size)
  const readings = new Uint32Array(size)
  let bucket = 0
  return {
    add(timeMs, consumption) {
      while (bucket < size && timeMs > (edges[bucket + 1] ?? timeMs)) bucket++
      if (bucket >= size || timeMs <= (edges[bucket] ?? timeMs)) return
      readings[bucket] = (readings[bucket] ?? 0) + 1
      if (consumption === null) return
      sums[bucket] = (sums[bucket] ?? 0) + consumption
      known[bucket] = 1
    },
    buckets() {
      return Array.from({ length: size }, (_, index) => ({
        startMs: edges[index] ?? 0,
        endMs: edges[index + 1] ?? 0,
        consumption: known[index] === 1 ? roundToMicro(sums[index] ?? 0) : null,
        readings: readings[index] ?? 0,
      }))
    },
  }
}
