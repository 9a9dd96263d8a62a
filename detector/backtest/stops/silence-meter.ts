import { DAY_MS, HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { hourOf, wallMs } from '../../core/local-time.ts'
import type { Series } from '../series.ts'
import { usualStepMs } from '../usual-step.ts'
import { HORIZON_DAYS, lowerBound } from './plan-stops.ts'

/** Of the last week, the share of water rows that are taken for what flows with nobody there: the leak floor. */
const QUIETEST = 0.1
const WATER_DAYS = 7
const NIGHTS = 14
const NIGHT_FROM = 2
const NIGHT_TO = 5

/**
 * What a meter would have shown if life had stopped at `onsetMs`: water falls to the home's quietest hours, electricity
 * to loads of its own nights (02-05 local), in the order in which they came, over and over. null where it has none to show.
 */
export function silenceMeter(series: Series, onsetMs: EpochMs, timezone: string): Series | null {
  const at = lowerBound(series.endMs, onsetMs + 1)
  const loads =
    series.kind === 'water' ? quietest(series, at, onsetMs) : nights(series, at, onsetMs, timezone)
  if (loads.length === 0) return null
  const stepMs = usualStepMs(series.endMs)
  // An interval in which the stop falls holds what was used before it.
  const cutMs = series.endMs[at] ?? Infinity
  const cutFromMs = cutMs - (series.intervalMs[at] ?? 0)
  const isCut = cutFromMs < onsetMs && cutMs - onsetMs < HORIZON_DAYS * DAY_MS
  const firstMs = isCut ? cutMs : onsetMs
  const rows = Math.floor((onsetMs + HORIZON_DAYS * DAY_MS - firstMs) / stepMs) + (isCut ? 1 : 0)
  const endMs = new Float64Array(rows)
  const intervalMs = new Float64Array(rows).fill(stepMs)
  const amount = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    endMs[row] = firstMs + (isCut ? row : row + 1) * stepMs
    amount[row] = ((loads[row % loads.length] ?? 0) * stepMs) / HOUR_MS
  }
  if (isCut) {
    const share = (onsetMs - cutFromMs) / (cutMs - cutFromMs)
    intervalMs[0] = cutMs - cutFromMs
    amount[0] = (series.amount[at] ?? NaN) * share + ((loads[0] ?? 0) * (cutMs - onsetMs)) / HOUR_MS
  }
  return { meter: series.meter, kind: series.kind, length: rows, endMs, intervalMs, amount }
}

/** Litres per hour of the lowest tenth of the last week. */
function quietest(series: Series, at: number, onsetMs: EpochMs): number[] {
  const week = loadsBetween(series, onsetMs - WATER_DAYS * DAY_MS, at, () => true)
  const limit = week.toSorted((a, b) => a - b)[Math.floor(week.length * QUIETEST)] ?? 0
  return week.filter((load) => load <= limit)
}

function nights(series: Series, at: number, onsetMs: EpochMs, timezone: string): number[] {
  return loadsBetween(series, onsetMs - NIGHTS * DAY_MS, at, (startMs) => {
    const hour = hourOf(wallMs(timezone, startMs))
    return hour >= NIGHT_FROM && hour < NIGHT_TO
  })
}

/** Loads per hour of the measured rows that begin at `fromMs` or later, up to row `to`. */
function loadsBetween(
  series: Series,
  fromMs: EpochMs,
  to: number,
  wanted: (startMs: EpochMs) => boolean,
): number[] {
  const loads: number[] = []
  for (let row = lowerBound(series.endMs, fromMs); row < to; row++) {
    const intervalMs = series.intervalMs[row] ?? 0
    const amount = series.amount[row] ?? NaN
    const startMs = (series.endMs[row] ?? 0) - intervalMs
    if (Number.isNaN(amount) || !(intervalMs > 0) || startMs < fromMs || !wanted(startMs)) continue
    loads.push((amount * HOUR_MS) / intervalMs)
  }
  return loads
}
