import { DAY_MS, type EpochMs } from '../../../domain/time.ts'
import type { Series } from '../series.ts'
import { usualStepMs } from '../usual-step.ts'

/** Alerts of a home count against the budget after this long (DESIGN 5). */
export const WARMUP_MS = 28 * DAY_MS
/** A home month. */
export const MONTH_MS = 30 * DAY_MS

export interface Observed {
  /** Start of the first and end of the last interval. */
  readonly firstMs: EpochMs
  readonly lastMs: EpochMs
  /** Months, after the first four weeks, for which its best reported meter has rows. */
  readonly observedMonths: number
}

export function observedMonths(series: readonly Series[]): Observed {
  let firstMs = Infinity
  let lastMs = -Infinity
  const steps = series.map(({ endMs }) => usualStepMs(endMs))
  for (const [at, { endMs, length }] of series.entries()) {
    if (length === 0) continue
    firstMs = Math.min(firstMs, (endMs[0] ?? Infinity) - (steps[at] ?? 0))
    lastMs = Math.max(lastMs, endMs[length - 1] ?? -Infinity)
  }
  let most = 0
  for (const [at, { endMs }] of series.entries()) {
    const stepMs = steps[at] ?? 0
    let rows = 0
    for (const end of endMs) if (end - stepMs >= firstMs + WARMUP_MS) rows++
    // Rows beyond the time that has passed (a meter that reports more often than usual) are not more time.
    most = Math.max(most, Math.min(rows * stepMs, Math.max(0, lastMs - firstMs - WARMUP_MS)))
  }
  return { firstMs, lastMs, observedMonths: most / MONTH_MS }
}
