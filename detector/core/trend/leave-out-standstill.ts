import type { Profile } from '../observation.ts'
import { LOOK_BACK_DAYS, middleAndSpread, type Days } from './judge-day.ts'
import { LEVEL_DAYS, LEVEL_MIN_DAYS, MIN_SPREAD, STANDSTILL_DAYS } from './parameters.ts'
import { H, RING_DAYS } from './places.ts'
import { levelOn, MISSING, natsOf, NO_USE, type TrendState } from './state.ts'
import { indexOn, unrestOn, type AreaIndex } from './village-index.ts'

/**
 * Leaves out the days on which a water dial stood exactly still while the home's electricity was no less than usual: people who
 * live as always flush, too, so that it is the dial that is stuck (`meter-frozen` tells of it), not they who use little. What the
 * village did with its electricity (a season, a cold week) is not the home's doing, so less than usual is less both as the meter
 * showed it and against the neighbours. Where the electricity is less, such days stay: a heating that goes on by itself must not
 * hide somebody who no longer lives. What is said of a day hangs only on days up to it, so that it does not change with those
 * that follow.
 * @param days the water meter's, up to `day`
 * @param areas the meters' areas; null: as the meters showed it alone
 */
export function leaveOutStandstill(
  state: TrendState,
  { meters }: Profile,
  water: number,
  day: number,
  days: Days,
  areas: readonly AreaIndex[] | null,
): void {
  const electricity = meters.findIndex(({ kind }) => kind === 'electricity')
  if (meters[water]?.kind !== 'water' || electricity < 0) return
  const area = areas?.[electricity] ?? null
  let since = 0
  for (let each = day - LOOK_BACK_DAYS + 1; each <= day; each++) {
    since = codeOn(state, water, each) === NO_USE ? since + 1 : 0
    if (since === 0) continue
    const count = Math.min(since, STANDSTILL_DAYS)
    const isNoLess =
      isUsual(state, electricity, each, count, null) ||
      (area !== null && isUsual(state, electricity, each, count, area))
    if (isNoLess) days[each - day + LOOK_BACK_DAYS - 1] = NaN
  }
}

const before: Days = new Float64Array(LEVEL_DAYS)
const now: Days = new Float64Array(STANDSTILL_DAYS)

/**
 * Whether the newest `count` days up to `day` are no further below the weeks before them than their spread; in days of unrest
 * (village-index.ts) as many times as far.
 */
function isUsual(
  state: TrendState,
  meter: number,
  day: number,
  count: number,
  area: AreaIndex | null,
): boolean {
  const used = (each: number): number =>
    natsOf(codeOn(state, meter, each)) - (area === null ? 0 : indexOn(area, each))
  const split = day - count
  for (let back = 0; back < LEVEL_DAYS; back++) before[back] = used(split - back)
  now.fill(NaN)
  for (let back = 0; back < count; back++) now[back] = used(day - back)
  const own = middleAndSpread(before, LEVEL_MIN_DAYS)
  const newest = middleAndSpread(now, 1)
  let unrest = 0
  for (let back = 0; back < count; back++) unrest += area === null ? 1 : unrestOn(area, day - back)
  return newest.level - own.level >= (-Math.max(MIN_SPREAD, own.spread) * unrest) / count
}

/** MISSING for a day that has been written over. */
function codeOn(state: TrendState, meter: number, day: number): number {
  return day <= (state.u32[state.today + H.day] ?? 0) - RING_DAYS ? MISSING : levelOn(state, meter, day)
}
