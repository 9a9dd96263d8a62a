import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'

/**
 * What time it is for the meters of one gateway.
 *
 * Live: the system's own clock, which is the tick. A gateway whose readings are further behind its newest receipt than
 * `HISTORY_MS` feeds history, and there time is what its readings have reached: the latest moment that a good share of
 * its recent meters has reached, so that one wrong meter moves nobody's clock:
 *
 *   the largest T with  n(T) >= max(2, SHARE * n(T - RECENT_MS)),   n(t) = meters whose newest reading is at or after t
 *
 * It is live where that holds for T = newest receipt - HISTORY_MS. A gateway with one meter has that meter's time (so
 * that history never makes the meter late for itself); of two meters, the later cannot outvote the other.
 */
export const HISTORY_MS = 48 * HOUR_MS
export const SHARE = 0.1
export const RECENT_MS = 7 * DAY_MS

/** `reached` of `all` meters are there, of `recent` that were near: is that enough to call it the gateway's time? */
export function isQuorum(reached: number, recent: number, all: number): boolean {
  return reached >= Math.max(Math.min(2, all), SHARE * recent, 1)
}

/** The time that a gateway's readings have reached; `newestMs`: one per meter of it, any order. -Infinity: no meter. */
export function reachedMs(newestMs: ArrayLike<EpochMs>): EpochMs {
  const sorted = Float64Array.from(newestMs).sort().reverse()
  let recent = 0
  for (let index = 0; index < sorted.length; index++) {
    const candidate = sorted[index] ?? 0
    while (recent < sorted.length && (sorted[recent] ?? 0) >= candidate - RECENT_MS) recent++
    if (isQuorum(index + 1, recent, sorted.length)) return candidate
  }
  return -Infinity
}
