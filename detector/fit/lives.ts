import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import type { LivedHome } from './inject-stops.ts'
import type { Series } from '../backtest/series.ts'
import type { Observation } from '../core/observation.ts'

/** Alerts of a home's first days are not counted, and nothing is stopped in them (as in the evaluator). */
export const WARMUP_DAYS = 28
/** A home that was stopped is watched for so long; what has not been found by then is missed. */
export const HORIZON_DAYS = 14

/** All observations of a home in the order in which its fold takes them: by end, then meter. */
export function* observationsOf(
  series: readonly Series[],
  fromMs: EpochMs = -Infinity,
): Generator<Observation> {
  const next = series.map((one) => firstAfter(one, fromMs))
  for (;;) {
    let best = -1
    let bestMs = Infinity
    for (let meter = 0; meter < series.length; meter++) {
      const endMs = series[meter]?.endMs[next[meter] ?? 0] ?? Infinity
      if (endMs >= bestMs) continue
      best = meter
      bestMs = endMs
    }
    const one = series[best]
    if (one === undefined) return
    const row = next[best] ?? 0
    next[best] = row + 1
    const amount = one.amount[row] ?? NaN
    const measured = !Number.isNaN(amount)
    const intervalMs = one.intervalMs[row] ?? 0
    yield { meter: best, endMs: bestMs, intervalMs, amount: measured ? amount : null, measured }
  }
}

/** The first row that ends after a moment. */
function firstAfter(series: Series, timeMs: EpochMs): number {
  let low = 0
  let high = series.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((series.endMs[middle] ?? 0) <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}

/** When a home's alerts begin to count. */
export function countedFromMs(home: LivedHome): EpochMs {
  const [series] = home.series
  return (series?.endMs[0] ?? 0) - (series?.intervalMs[0] ?? 0) + WARMUP_DAYS * DAY_MS
}

/** Months (30 days) of its first meter's readings since then. */
export function countedMonths(home: LivedHome): number {
  const [series] = home.series
  if (series === undefined) return 0
  const fromMs = countedFromMs(home)
  let observedMs = 0
  for (let row = 0; row < series.length; row++) {
    const intervalMs = series.intervalMs[row] ?? 0
    if ((series.endMs[row] ?? 0) - intervalMs >= fromMs) observedMs += intervalMs
  }
  return observedMs / (30 * DAY_MS)
}
