import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
import { stopSeries, type LivedHome, type Stop } from './inject-stops.ts'
import type { Series } from '../backtest/series.ts'
import { hourOf, wallMs } from '../core/local-time.ts'
import { NIGHT_FROM_HOUR, NIGHT_TO_HOUR } from '../core/life/parameters.ts'
import { HORIZON_DAYS } from './lives.ts'
import type { Silence, Trace } from './trace-home.ts'

const NIGHTS_DAYS = 28
const NIGHT_SHARE = 0.9
const NIGHT_MARGIN = 1.3
/** Fewer readings of the night than this say nothing about it. */
const NIGHT_READINGS = 40
const GAP = 1.5
/** No silence that still matters at the onset began longer before it. */
const LOOK_BACK_DAYS = 120

/**
 * The rule that cities use today, in the shape of the model's traces: its evidence is the hours without use. Water: none at
 * all; electricity: never above 1.3 times the 90th percentile of the loads of the last 28 nights. A gap starts the count
 * anew. As `fixed-rule.mjs` counts; one meter a home.
 */
export function traceRule(home: LivedHome, stops: readonly Stop[]): Trace {
  const [series] = home.series
  if (series === undefined) return { home, silences: [], stops: [] }
  return {
    home,
    silences: silencesOf(series, home.timezone, 0),
    stops: stops.map(({ onsetMs }) => {
      const stopped = stopSeries(series, onsetMs, HORIZON_DAYS, home.timezone)
      const from = stopped.endMs.findIndex((endMs) => endMs > onsetMs - LOOK_BACK_DAYS * DAY_MS)
      const silences = silencesOf(stopped, home.timezone, Math.max(0, from))
      return { onsetMs, silences: silences.filter(({ endMs }) => endMs > onsetMs) }
    }),
  }
}

function silencesOf(series: Series, timezone: string, fromRow: number): Silence[] {
  const silences: Silence[] = []
  const night = series.kind === 'electricity' ? watchNights(series, timezone, fromRow) : null
  let silentMs = 0
  let open: Silence | null = null
  for (let row = fromRow; row < series.length; row++) {
    const endMs = series.endMs[row] ?? 0
    const stepMs = series.intervalMs[row] ?? 0
    if (row > fromRow && endMs - (series.endMs[row - 1] ?? 0) > GAP * stepMs) silentMs = 0
    const level = night === null ? 0 : night(row)
    if ((series.amount[row] ?? 0) <= level) silentMs += stepMs
    else {
      silentMs = 0
      if (open !== null) open.endMs = endMs
      open = null
    }
    const hours = silentMs / HOUR_MS
    if (hours <= (open?.scores.at(-1) ?? 0)) continue
    if (open === null) silences.push((open = { scores: [], atMs: [], endMs: Infinity }))
    open.scores.push(hours)
    open.atMs.push(endMs)
  }
  return silences
}

/** The night level as it was known at a row, looked up once a day; -1 (nothing is below it) while too few nights are known. */
function watchNights(series: Series, timezone: string, fromRow: number): (row: number) => number {
  const startOf = (row: number): EpochMs => (series.endMs[row] ?? 0) - (series.intervalMs[row] ?? 0)
  const nights: { readonly atMs: EpochMs; readonly load: number }[] = []
  let refreshMs = -Infinity
  let level = -1
  let known = Math.max(
    0,
    fromRow - Math.ceil((NIGHTS_DAYS * DAY_MS) / (series.intervalMs[fromRow] ?? DAY_MS)),
  )
  return (row) => {
    const atMs = startOf(row)
    if (atMs < refreshMs) return level
    refreshMs = atMs + DAY_MS
    for (; known < row; known++) {
      const hour = hourOf(wallMs(timezone, startOf(known)))
      if (hour < NIGHT_FROM_HOUR || hour >= NIGHT_TO_HOUR) continue
      nights.push({ atMs: startOf(known), load: series.amount[known] ?? 0 })
    }
    while ((nights[0]?.atMs ?? Infinity) < atMs - NIGHTS_DAYS * DAY_MS) nights.shift()
    const loads = nights.map(({ load }) => load).sort((a, b) => a - b)
    const high = loads[Math.floor(loads.length * NIGHT_SHARE)] ?? 0
    level = loads.length > NIGHT_READINGS ? high * NIGHT_MARGIN : -1
    return level
  }
}
