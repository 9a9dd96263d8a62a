import type { EpochMs } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'
import { foldReading } from './fold-reading.ts'
import { newTrack, type Derived } from './track.ts'

export interface RegisterReading {
  readonly timeMs: EpochMs
  /** Cumulative, kWh or L. */
  readonly register: number
}

/**
 * The consumption behind a meter's registers, for files: what the live ledger says in the end, after spikes have been
 * recognised. Readings in the order of their time; a time that has been seen is passed over, the first stays.
 */
export function differenceSeries(kind: MeterKind, readings: Iterable<RegisterReading>): Derived[] {
  const track = newTrack()
  const series: Derived[] = []
  const derived: Derived[] = []
  for (const { timeMs, register } of readings) {
    if (timeMs <= track.timeMs) {
      if (timeMs < track.timeMs) throw new Error(`readings are not in the order of time: ${timeMs}`)
      continue
    }
    derived.length = 0
    foldReading(
      track,
      { timeMs, register, consumption: null, intervalMs: null, stated: 'measured' },
      kind,
      derived,
    )
    for (const one of derived) place(series, one)
  }
  return series
}

/** A revision reaches back a few readings at most: the search from the end is short. */
function place(series: Derived[], one: Derived): void {
  let at = series.length - 1
  while (at >= 0 && (series[at]?.timeMs ?? 0) > one.timeMs) at--
  if (series[at]?.timeMs === one.timeMs) series[at] = one
  else series.splice(at + 1, 0, one)
}
