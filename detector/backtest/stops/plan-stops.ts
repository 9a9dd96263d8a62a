import { DAY_MS, type EpochMs } from '../../../domain/time.ts'
import { usualStepMs } from '../usual-step.ts'
import type { Series } from '../series.ts'
import { drawFor } from './draw.ts'

/** Homes whose life stops in a round. */
export const STOP_SHARE = 0.3
/** No stop while a home is being learned, nor in the two weeks after. */
export const FIRST_STOP_DAYS = 42
/** A stop that nobody has found by then is never found. */
export const HORIZON_DAYS = 14
const TRIES = 20
/** The meter must have been reporting around the onset, or nobody could be blamed for not seeing it. */
const ROWS_BEFORE = 48
const ROWS_AROUND = 24
const AROUND_SLACK = 1.5

/** A moment at which a home's life is made to stop. */
export interface Stop {
  readonly household: string
  readonly round: number
  readonly onsetMs: EpochMs
  /** Draws which homes of the round are taken: those with the lowest. */
  readonly lot: number
}

export interface StopPlan {
  readonly seed: number
  readonly rounds: number
}

/** One possible stop per round of this home; none where its history is too short or too full of gaps. */
export function drawStops(household: string, series: readonly Series[], plan: StopPlan): Stop[] {
  const finest = series.reduce<Series | null>(
    (best, one) => (best === null || one.length > best.length ? one : best),
    null,
  )
  if (finest === null || finest.length <= ROWS_BEFORE) return []
  const stepMs = usualStepMs(finest.endMs)
  const stops: Stop[] = []
  for (let round = 0; round < plan.rounds; round++) {
    const draw = drawFor(plan.seed, round, household)
    const lot = draw()
    const onsetMs = drawOnset(finest, stepMs, draw)
    if (onsetMs !== null) stops.push({ household, round, onsetMs, lot })
  }
  return stops
}

/** Of each round the homes with the lowest lots, `STOP_SHARE` of all homes; the same whoever drew them. */
export function chooseStops(drawn: readonly Stop[], homes: number, rounds: number): Stop[] {
  const wanted = Math.max(1, Math.round(STOP_SHARE * homes))
  return Array.from({ length: rounds }, (_, round) =>
    drawn
      .filter((stop) => stop.round === round)
      .sort((a, b) => a.lot - b.lot || (a.household < b.household ? -1 : 1))
      .slice(0, wanted),
  ).flat()
}

function drawOnset(series: Series, stepMs: number, draw: () => number): EpochMs | null {
  const { endMs, length } = series
  const firstMs = (endMs[0] ?? 0) + FIRST_STOP_DAYS * DAY_MS
  const lastMs = (endMs[length - 1] ?? 0) - HORIZON_DAYS * DAY_MS
  if (!(lastMs > firstMs)) return null
  for (let tries = 0; tries < TRIES; tries++) {
    const at = lowerBound(endMs, firstMs + draw() * (lastMs - firstMs))
    if (at < ROWS_BEFORE) continue
    const hereMs = endMs[at] ?? 0
    if (hereMs - (endMs[at - ROWS_AROUND] ?? 0) > ROWS_AROUND * stepMs * AROUND_SLACK) continue
    return hereMs - stepMs
  }
  return null
}

export function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
