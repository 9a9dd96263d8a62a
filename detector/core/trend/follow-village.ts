import { FOLLOW_MIN_DAYS, FOLLOW_MOST, FOLLOW_PRIOR } from './parameters.ts'

/**
 * Leaves in `days` what the home did beyond its own way of following its village. Of electricity, a home that heats by it moves
 * twice as far with a season as the mean of its neighbours, one that heats otherwise not at all. With z = x - C, over the known days
 * of [0, end),
 *
 *   more = sum (C - mean C) (z - mean z) / (sum (C - mean C)² + FOLLOW_PRIOR)          0: as its neighbours
 *
 * (the slope of a least-squares line with a ridge towards 0), at least -1 (not at all) and at most FOLLOW_MOST, and what is left is
 * z - more C, as far from today's as C is.
 * @param days z of the days up to the judged one
 * @param village C, so many days before the newest
 */
export function followVillage(
  days: Float64Array,
  village: (daysBefore: number) => number,
  end: number,
  left: Float64Array,
): void {
  const newest = days.length - 1
  let known = 0
  let sumC = 0
  let sumZ = 0
  for (let at = 0; at < end; at++) {
    const z = days[at] ?? NaN
    if (Number.isNaN(z)) continue
    known++
    sumC += village(newest - at)
    sumZ += z
  }
  let both = 0
  let alone = 0
  for (let at = 0; at < end; at++) {
    const z = days[at] ?? NaN
    if (Number.isNaN(z)) continue
    const c = village(newest - at) - sumC / known
    both += c * (z - sumZ / known)
    alone += c * c
  }
  const more =
    known < FOLLOW_MIN_DAYS ? 0 : Math.max(-1, Math.min(FOLLOW_MOST, both / (alone + FOLLOW_PRIOR)))
  for (let at = 0; at < days.length; at++) {
    left[at] = (days[at] ?? NaN) - more * (village(newest - at) - village(0))
  }
}
