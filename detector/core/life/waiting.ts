import {
  HORIZON_HOURS,
  WORTH_ALREADY_OPEN,
  WORTH_FAST_HOURS,
  WORTH_FAST_SHARE,
  WORTH_SLOW_HOURS,
} from './parameters.ts'
import { frailty, habitOf, hazardAt, returnBin } from './hazard.ts'
import { surpriseOf } from './logarithms.ts'
import { HOME_ROW, rateOf } from './rhythm.ts'
import { V, type LifeState } from './state.ts'

const FAST_KEEP = Math.exp(-1 / WORTH_FAST_HOURS)
const SLOW_KEEP = Math.exp(-1 / WORTH_SLOW_HOURS)
/** Below every threshold (area/budget.ts): scores under it are not told apart. */
const LOWEST = 6.4
/** A score that no silence reaches: waiting costs nothing at all. */
const NOT_YET = -20

/**
 * What waiting still saves. Let S(t) be the chance that a living home is silent for t, and a stop be equally likely at
 * every moment and worth w(d) when found d hours later. Raising at t instead of t + D costs S(t) - S(t + D) needless
 * knocks and gains
 *   G(D) = int_0^t S(u) w(t-u) du + w0 (int_t^(t+D) S(u) du) - int_0^(t+D) S(u) w(t+D-u) du.
 * The score is -ln max_D (S(t) - S(t + D)) / G(D): it is high when no wait of any length saves much. With a constant gain
 * per hour this is the Gittins index of a job of unknown length (Gittins 1979; Aalto, Ayesta, Righter 2009). One
 * threshold for all homes then spends the budget where it buys most: the price of a needless knock is the same everywhere.
 */
export function scoreOf(state: LifeState, wallHour: number): number {
  const { f32, level } = state
  const alive = Math.exp(f32[level + V.logAlive] ?? 0)
  let surprise = f32[level + V.surprise] ?? 0
  let silentHours = f32[level + V.silentHours] ?? 0
  let fast = f32[level + V.waitingFast] ?? 0
  let slow = f32[level + V.waitingSlow] ?? 0
  let now = WORTH_FAST_SHARE * fast + (1 - WORTH_FAST_SHARE) * slow
  let hazard = 0
  let best = 0
  // A wait that saves this much leaves the score where it is: most silences end their look ahead here, after an hour or two.
  const enough = Math.exp(OFFSET - Math.max(LOWEST, f32[level + V.peak] ?? 0))
  const habit = habitOf(state)
  for (let ahead = 1; ahead <= HORIZON_HOURS; ahead++) {
    const slot = slotOf(wallHour + ahead)
    const rate = rateOf(state, HOME_ROW, slot)
    hazard += hazardAt(state, habit, slot, rate, surprise, silentHours) * frailty(state, returnBin(surprise))
    surprise += surpriseOf(rate)
    silentHours += 1
    const then = alive * Math.exp(-hazard)
    now += WORTH_ALREADY_OPEN * then
    fast = fast * FAST_KEEP + then
    slow = slow * SLOW_KEEP + then
    const gain = now - WORTH_FAST_SHARE * fast - (1 - WORTH_FAST_SHARE) * slow
    if (gain <= 1e-9) return NOT_YET
    best = Math.max(best, (alive - then) / gain)
    if (best >= enough) return NOT_YET
  }
  return OFFSET - Math.log(best)
}

/** Moves scores into the range of the budget's levels (area/budget.ts); it has no other meaning. */
const OFFSET = 8

/** Slot of a wall-clock hour counted from 1970: 0 to 23 on weekdays, 24 to 47 at the weekend. */
export function slotOf(wallHour: number): number {
  const day = Math.floor(wallHour / 24)
  const weekday = (((day + 4) % 7) + 7) % 7
  return (weekday === 0 || weekday === 6 ? 24 : 0) + (wallHour - day * 24)
}
