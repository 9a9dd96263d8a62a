import type { Contender } from '../contender.ts'
import type { HomeResult } from '../share.ts'
import { NEVER_FOUND_HOURS, type StopResult } from '../stops/branch.ts'
import { WARMUP_MS } from './observed.ts'

/** How one contender did on one file. Rates are null where there is nothing to divide by. */
export interface Score {
  readonly contender: string
  readonly rule: string
  readonly budget: number | null
  /** Homes with at least twice the first four weeks of history; only they are scored. */
  readonly homes: number
  readonly homeMonths: number
  /** After the first four weeks; all of history is taken for life as usual, so every alert in it counts. */
  readonly alerts: number
  readonly alertsPerHomeMonth: number | null
  readonly medianHome: number | null
  readonly p90Home: number | null
  /** Part of all home time, after the first four weeks, that was spent under an alert. */
  readonly underAlert: number | null
  /** What the scored homes of this file would have cost, on average. */
  readonly knocksPerDay: number | null
  readonly stops: number
  /** Stops in homes that stood under an alert already: nobody can tell whether it was found. */
  readonly alreadyOpen: number
  readonly medianDelayHours: number | null
  readonly p90DelayHours: number | null
  readonly within12h: number | null
  readonly within24h: number | null
  readonly within48h: number | null
  readonly neverFound: number | null
}

/** A home is scored when it has outlived twice its first four weeks. */
export function isScored({ firstMs, lastMs }: HomeResult): boolean {
  return lastMs - firstMs > 2 * WARMUP_MS
}

export function scoreContender(
  contender: Contender,
  at: number,
  homes: readonly HomeResult[],
  stops: readonly StopResult[],
): Score {
  const lived = scoreLife(
    at,
    homes.filter((home) => isScored(home)),
  )
  const { name, rule, budget } = contender
  return { contender: name, rule, budget, ...lived, ...scoreStops(at, stops) }
}

function scoreLife(at: number, homes: readonly HomeResult[]) {
  let alerts = 0
  let months = 0
  let underMs = 0
  let spanMs = 0
  const rates: number[] = []
  for (const home of homes) {
    const { raised, openMs } = spentBy(home, at)
    alerts += raised
    underMs += openMs
    months += home.observedMonths
    spanMs += Math.max(0, home.lastMs - home.firstMs - WARMUP_MS)
    if (home.observedMonths > 0) rates.push(raised / home.observedMonths)
  }
  const perMonth = months > 0 ? alerts / months : null
  return {
    homes: homes.length,
    homeMonths: months,
    alerts,
    alertsPerHomeMonth: perMonth,
    medianHome: quantile(rates, 0.5),
    p90Home: quantile(rates, 0.9),
    underAlert: spanMs > 0 ? underMs / spanMs : null,
    knocksPerDay: perMonth === null ? null : (perMonth * homes.length) / 30,
  }
}

/** Alerts of a home after its first four weeks, and how long it stood under them. */
export function spentBy(home: HomeResult, at: number): { raised: number; openMs: number } {
  const fromMs = home.firstMs + WARMUP_MS
  const times = home.alerts[at] ?? new Float64Array(0)
  let raised = 0
  let openMs = 0
  for (let i = 0; i < times.length; i += 2) {
    const raisedMs = times[i] ?? 0
    if (raisedMs >= fromMs) raised++
    openMs += Math.max(0, Math.min(times[i + 1] ?? Infinity, home.lastMs) - Math.max(raisedMs, fromMs))
  }
  return { raised, openMs }
}

function scoreStops(at: number, stops: readonly StopResult[]) {
  const hours: number[] = []
  let alreadyOpen = 0
  for (const { delayHours } of stops) {
    const delay = delayHours[at]
    if (delay === undefined || delay === null) alreadyOpen++
    else hours.push(delay)
  }
  const share = (test: (hour: number) => boolean): number | null =>
    hours.length === 0 ? null : hours.filter(test).length / hours.length
  return {
    stops: hours.length,
    alreadyOpen,
    medianDelayHours: quantile(hours, 0.5),
    p90DelayHours: quantile(hours, 0.9),
    within12h: share((hour) => hour <= 12),
    within24h: share((hour) => hour <= 24),
    within48h: share((hour) => hour <= 48),
    neverFound: share((hour) => hour >= NEVER_FOUND_HOURS),
  }
}

/** The value below which this share lies; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}
