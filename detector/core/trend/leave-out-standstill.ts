import type { Profile } from '../observation.ts'
import { LOOK_BACK_DAYS, middleAndSpread, type Days } from './judge-day.ts'
import { LEVEL_DAYS, LEVEL_MIN_DAYS, MIN_SPREAD, STANDSTILL_DAYS } from './parameters.ts'
import { H, RING_DAYS } from './places.ts'
import { levelOn, MISSING, natsOf, NO_USE, type TrendState } from './state.ts'

/**
 * Leaves out the days on which a water dial stood exactly still while the home's electricity went on as usual: people who live
 * as always flush, too, so that it is the dial that is stuck (`meter-frozen` tells of it), not they who use little. Where the
 * electricity is not as usual either, such days stay: a heating that goes on by itself must not hide somebody who no longer lives.
 * What is said of a day hangs only on days up to it, so that it does not change with those that follow.
 * @param days the water meter's, up to `day`
 */
export function leaveOutStandstill(
  state: TrendState,
  { meters }: Profile,
  water: number,
  day: number,
  days: Days,
): void {
  const electricity = meters.findIndex(({ kind }) => kind === 'electricity')
  if (meters[water]?.kind !== 'water' || electricity < 0) return
  let since = 0
  for (let each = day - LOOK_BACK_DAYS + 1; each <= day; each++) {
    since = codeOn(state, water, each) === NO_USE ? since + 1 : 0
    if (since === 0) continue
    if (isUsual(state, electricity, each, Math.min(since, STANDSTILL_DAYS)))
      days[each - day + LOOK_BACK_DAYS - 1] = NaN
  }
}

const before: Days = new Float64Array(LEVEL_DAYS)
const now: Days = new Float64Array(STANDSTILL_DAYS)

/** Whether the newest `count` days up to `day` are within the spread of the weeks before them. */
function isUsual(state: TrendState, meter: number, day: number, count: number): boolean {
  const split = day - count
  for (let back = 0; back < LEVEL_DAYS; back++) before[back] = natsOf(codeOn(state, meter, split - back))
  now.fill(NaN)
  for (let back = 0; back < count; back++) now[back] = natsOf(codeOn(state, meter, day - back))
  const own = middleAndSpread(before, LEVEL_MIN_DAYS)
  const newest = middleAndSpread(now, 1)
  return Math.abs(newest.level - own.level) <= Math.max(MIN_SPREAD, own.spread)
}

/** MISSING for a day that has been written over. */
function codeOn(state: TrendState, meter: number, day: number): number {
  return day <= (state.u32[state.today + H.day] ?? 0) - RING_DAYS ? MISSING : levelOn(state, meter, day)
}
