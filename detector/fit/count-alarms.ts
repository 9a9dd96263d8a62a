import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { countedFromMs, countedMonths, HORIZON_DAYS } from './lives.ts'
import type { Silence, Trace } from './trace-home.ts'

/** What one threshold costs and finds; as `evaluate.mjs` counts. */
export interface Tally {
  readonly homes: number
  readonly homeMonths: number
  /** Per home and 30 days. */
  readonly falseAlarms: number
  readonly medianHome: number
  /** Part of the time, after the warm-up, that homes stood under an alert. */
  readonly underAlert: number
  readonly stops: number
  readonly medianDelayHours: number
  readonly within: (hours: number) => number
  readonly missed: number
}

/** When a silence reaches a threshold; null where it never does. */
export function raisedMs(silence: Silence, threshold: number): EpochMs | null {
  for (let i = 0; i < silence.scores.length; i++) {
    if ((silence.scores[i] ?? 0) >= threshold) return silence.atMs[i] ?? null
  }
  return null
}

export function tally(traces: readonly Trace[], threshold: number): Tally {
  const rates: number[] = []
  const delays: number[] = []
  let [alarms, homeMonths, openMs, spanMs] = [0, 0, 0, 0]
  for (const { home, silences, stops } of traces) {
    const fromMs = countedFromMs(home)
    const endMs = home.series[0]?.endMs.at(-1) ?? fromMs
    const months = countedMonths(home)
    let here = 0
    for (const silence of silences) {
      const atMs = raisedMs(silence, threshold)
      if (atMs === null) continue
      if (atMs >= fromMs) here++
      openMs += Math.max(0, Math.min(silence.endMs, endMs) - Math.max(atMs, fromMs))
    }
    alarms += here
    homeMonths += months
    spanMs += endMs - fromMs
    if (months > 0) rates.push(here / months)
    for (const stop of stops) {
      const delay = delayHours(stop.silences, stop.onsetMs, threshold)
      if (delay !== null) delays.push(delay)
    }
  }
  rates.sort((a, b) => a - b)
  delays.sort((a, b) => a - b)
  const within = (hours: number): number => delays.filter((one) => one <= hours).length / delays.length
  return {
    homes: rates.length,
    homeMonths,
    falseAlarms: alarms / homeMonths,
    medianHome: quantile(rates, 0.5),
    underAlert: openMs / spanMs,
    stops: delays.length,
    medianDelayHours: quantile(delays, 0.5),
    within,
    missed: delays.filter((one) => one >= HORIZON_DAYS * 24).length,
  }
}

/** Null where the home stood under an alert already when its life stopped. */
function delayHours(silences: readonly Silence[], onsetMs: EpochMs, threshold: number): number | null {
  let firstMs = Infinity
  for (const silence of silences) {
    const atMs = raisedMs(silence, threshold)
    if (atMs === null) continue
    if (atMs <= onsetMs) {
      if (silence.endMs > onsetMs) return null
    } else firstMs = Math.min(firstMs, atMs)
  }
  return Math.min((firstMs - onsetMs) / HOUR_MS, (HORIZON_DAYS * DAY_MS) / HOUR_MS)
}

/** The lowest threshold whose false alarms are not more than `rate` per home and 30 days. */
export function thresholdFor(traces: readonly Trace[], rate: number): number {
  const peaks: number[] = []
  let homeMonths = 0
  for (const { home, silences } of traces) {
    const fromMs = countedFromMs(home)
    homeMonths += countedMonths(home)
    for (const silence of silences) {
      // What was raised before the home counts costs nothing: at thresholds up to `free` this silence is not counted.
      let free = -Infinity
      for (let i = 0; i < silence.scores.length; i++) {
        if ((silence.atMs[i] ?? 0) < fromMs) free = silence.scores[i] ?? free
      }
      const peak = silence.scores.at(-1) ?? 0
      if (peak > free) peaks.push(peak)
    }
  }
  peaks.sort((a, b) => b - a)
  const afford = Math.floor(rate * homeMonths + 1e-9)
  const last = peaks[Math.max(0, afford - 1)] ?? 0
  const next = peaks[afford] ?? 0
  return afford === 0 ? (peaks[0] ?? 0) + 1 : (last + next) / 2
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}
