import { dayOf } from '../core/life/hour.ts'
import type { Observation } from '../core/observation.ts'
import type { Series } from './series.ts'

/** The rows of one home's meters, handed out in the order in which their intervals ended. */
export interface Feed {
  readonly series: readonly Series[]
  /** Next row of each series. */
  readonly next: Uint32Array
}

export function newFeed(series: readonly Series[]): Feed {
  return { series, next: new Uint32Array(series.length) }
}

/** UTC day of the next row; Infinity where all are worked. */
export function nextDay(feed: Feed): number {
  let first = Infinity
  for (let at = 0; at < feed.series.length; at++) {
    const endMs = feed.series[at]?.endMs[feed.next[at] ?? 0]
    if (endMs !== undefined) first = Math.min(first, dayOf(endMs))
  }
  return first
}

/** The next row that ends on this day, as an observation; null where the day is done. */
export function takeRow(feed: Feed, day: number): Observation | null {
  const meter = nextSeries(feed, day)
  const series = feed.series[meter]
  if (series === undefined) return null
  const row = feed.next[meter] ?? 0
  feed.next[meter] = row + 1
  const amount = series.amount[row] ?? NaN
  const measured = !Number.isNaN(amount)
  return {
    meter,
    endMs: series.endMs[row] ?? 0,
    intervalMs: series.intervalMs[row] ?? 0,
    amount: measured ? amount : null,
    measured,
  }
}

/** The series whose next row ends first, on this day; -1 where the day is done. Ties: by meter index. */
function nextSeries(feed: Feed, day: number): number {
  let best = -1
  let bestMs = Infinity
  for (let at = 0; at < feed.series.length; at++) {
    const endMs = feed.series[at]?.endMs[feed.next[at] ?? 0]
    if (endMs === undefined || endMs >= bestMs || dayOf(endMs) !== day) continue
    best = at
    bestMs = endMs
  }
  return best
}
