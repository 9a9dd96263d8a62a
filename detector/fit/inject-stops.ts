import type { HouseholdId } from '../../domain/ids.ts'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { hourOf, wallMs } from '../core/local-time.ts'
import { NIGHT_FROM_HOUR, NIGHT_TO_HOUR } from '../core/life/parameters.ts'
import type { Series } from '../backtest/series.ts'

/** A home as it lived: every meter's readings. */
export interface LivedHome {
  readonly household: HouseholdId
  readonly timezone: string
  /** At least one; the first decides when the home can be stopped. */
  readonly series: readonly Series[]
}

export interface StopOptions {
  /** Of all homes, the part that is stopped. */
  readonly share: number
  /** 0 to 1; `seededRandom`. Hand the same one on from round to round. */
  readonly random: () => number
  /** No stop in the first `warmupDays` and the two weeks after them. */
  readonly warmupDays: number
  /** For so long a stopped home's meters go on. */
  readonly horizonDays: number
}

/** From `onsetMs` on, the start of an interval of the first series, nobody lives there. */
export interface Stop {
  readonly home: LivedHome
  readonly onsetMs: EpochMs
}

const AFTER_WARMUP_DAYS = 14
const TRIES = 20
/** The meter must be reporting around the onset, or nobody could be blamed for not seeing it. */
const ROWS_BEFORE = 48
const REPORTING_ROWS = 24
const REPORTING_SLACK = 1.5
const QUIET_WATER_DAYS = 7
const QUIET_POWER_DAYS = 14

/** mulberry32: the same seed gives the same stops everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * One round of stops: in a share of the homes, in random order, life ends at a random moment. Homes too short for it, and
 * homes that have no quiet hour to repeat, are passed over.
 */
export function drawStops(homes: readonly LivedHome[], options: StopOptions): Stop[] {
  const { share, random, warmupDays, horizonDays } = options
  const order = homes.map((home) => ({ home, at: random() })).sort((a, b) => a.at - b.at)
  const wanted = Math.max(1, Math.round(share * homes.length))
  const stops: Stop[] = []
  for (const { home } of order) {
    if (stops.length >= wanted) break
    const [series] = home.series
    if (series === undefined || series.length === 0) continue
    const firstMs = startMs(series, 0) + (warmupDays + AFTER_WARMUP_DAYS) * DAY_MS
    const lastMs = startMs(series, series.length - 1) - horizonDays * DAY_MS
    if (!(lastMs > firstMs)) continue
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const row = firstRowFrom(series, firstMs + random() * (lastMs - firstMs))
      if (!isReporting(series, row)) continue
      const onsetMs = startMs(series, row)
      if (home.series.some((one) => quietAmounts(one, onsetMs, home.timezone).length === 0)) continue
      stops.push({ home, onsetMs })
      break
    }
  }
  return stops
}

/**
 * What a meter shows of a home that stopped: its readings up to the onset, then for `horizonDays` what it shows with
 * nobody's doing. Water repeats the lowest tenth of the last week (its leak floor; 0 where it has none), electricity the
 * loads of its own nights.
 */
export function stopSeries(series: Series, onsetMs: EpochMs, horizonDays: number, timezone: string): Series {
  const quiet = quietAmounts(series, onsetMs, timezone)
  const kept = firstRowFrom(series, onsetMs)
  const stepMs = series.intervalMs[kept] ?? 0
  const added = quiet.length === 0 || !(stepMs > 0) ? 0 : Math.ceil((horizonDays * DAY_MS) / stepMs)
  const length = kept + added
  const endMs = new Float64Array(length)
  const intervalMs = new Float64Array(length).fill(stepMs)
  const amount = new Float32Array(length)
  endMs.set(series.endMs.subarray(0, kept))
  intervalMs.set(series.intervalMs.subarray(0, kept))
  amount.set(series.amount.subarray(0, kept))
  const fromMs = kept < series.length ? startMs(series, kept) : onsetMs
  for (let i = 0; i < added; i++) {
    endMs[kept + i] = fromMs + (i + 1) * stepMs
    amount[kept + i] = quiet[i % quiet.length] ?? 0
  }
  return { meter: series.meter, kind: series.kind, length, endMs, intervalMs, amount }
}

function isReporting(series: Series, row: number): boolean {
  if (row < ROWS_BEFORE || row >= series.length) return false
  const stepMs = series.intervalMs[row] ?? 0
  const spanMs = startMs(series, row) - startMs(series, row - REPORTING_ROWS)
  return stepMs > 0 && spanMs <= REPORTING_ROWS * stepMs * REPORTING_SLACK
}

function quietAmounts(series: Series, onsetMs: EpochMs, timezone: string): number[] {
  return series.kind === 'water' ? lowestOfWeek(series, onsetMs) : loadsOfNights(series, onsetMs, timezone)
}

/** The lowest tenth of the last week's amounts, in the order in which they came. */
function lowestOfWeek(series: Series, onsetMs: EpochMs): number[] {
  const from = firstRowFrom(series, onsetMs - QUIET_WATER_DAYS * DAY_MS)
  const week = measured(series.amount.subarray(from, firstRowFrom(series, onsetMs)))
  const limit = [...week].sort((a, b) => a - b)[Math.floor(week.length / 10)] ?? 0
  return week.filter((amount) => amount <= limit)
}

function loadsOfNights(series: Series, onsetMs: EpochMs, timezone: string): number[] {
  const loads: number[] = []
  const to = firstRowFrom(series, onsetMs)
  for (let row = firstRowFrom(series, onsetMs - QUIET_POWER_DAYS * DAY_MS); row < to; row++) {
    const hour = hourOf(wallMs(timezone, startMs(series, row)))
    if (hour >= NIGHT_FROM_HOUR && hour < NIGHT_TO_HOUR) loads.push(series.amount[row] ?? NaN)
  }
  return measured(loads)
}

function measured(amounts: Iterable<number>): number[] {
  return [...amounts].filter((amount) => !Number.isNaN(amount))
}

function startMs(series: Series, row: number): EpochMs {
  return (series.endMs[row] ?? NaN) - (series.intervalMs[row] ?? NaN)
}

/** The first row whose interval starts at or after a moment. */
function firstRowFrom(series: Series, timeMs: EpochMs): number {
  let low = 0
  let high = series.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (startMs(series, middle) < timeMs) low = middle + 1
    else high = middle
  }
  return low
}
