import { DAY_MS, HOUR_MS } from '../../domain/time.ts'

/**
 * The length of a meter's intervals, which a reading file does not state: the median distance of its first rows. Only
 * the days before any alert is possible are looked at, so that no later row changes what an earlier one meant: every
 * prefix of a file then gives the alerts of that prefix.
 * @param times sorted, ms
 */
const LOOK_AT_MS = 13 * DAY_MS

export function usualStepMs(times: Float64Array): number {
  const first = times[0] ?? 0
  const gaps: number[] = []
  for (let i = 1; i < times.length; i++) {
    const gap = (times[i] ?? 0) - (times[i - 1] ?? 0)
    if ((times[i] ?? 0) - first > LOOK_AT_MS && gaps.length > 0) break
    if (gap > 0) gaps.push(gap)
  }
  gaps.sort((a, b) => a - b)
  return gaps[gaps.length >> 1] ?? HOUR_MS
}
