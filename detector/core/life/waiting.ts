import * as parameters from './parameters.ts'
import { frailty, habitOf, kindOf, returnBin, workOutHazard } from './hazard.ts'
import { surpriseOf } from './logarithms.ts'
import * as rhythm from './rhythm.ts'
import { rateOf, shareOf } from './rhythm.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { leastIndex, weigh } from './weigh.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { HORIZON_HOURS, HOUR_IS_OVER, WORTH_ALREADY_OPEN, WORTH_HOURS } = parameters
const { HOME_ROW } = rhythm
const { M, V } = places

const KEEP_PER_HOUR = Math.exp(-1 / WORTH_HOURS)
/** Below every threshold (area/budget.ts): scores under it are not told apart. */
const LOWEST = 6.4
/** A score that no silence reaches: waiting costs nothing at all. */
const NOT_YET = -20

/**
 * How improbable the silence is, and what waiting still saves. Let S(t) be the chance that a living home is silent for t,
 * and a stop be equally likely at every moment and worth w(d) when found d hours later. Raising at t instead of t + D costs
 * S(t) - S(t + D) needless knocks and gains
 *   G(D) = int_0^t S(u) w(t-u) du + w0 (int_t^(t+D) S(u) du) - int_0^(t+D) S(u) w(t+D-u) du.
 * -ln max_D (S(t) - S(t + D)) / G(D) is high when no wait of any length saves much: with a constant gain per hour it is the
 * Gittins index of a job of unknown length (Gittins 1979; Aalto, Ayesta, Righter 2009). The score weighs it with
 * -ln S(t) (weigh.ts), because S is an estimate: where it is wrong, the index believes it too much (docs/DETECTION.md). One
 * threshold for all homes then spends the budget where it buys most: the price of a needless knock is the same everywhere.
 * `restOfHour`: what is left of the present hour, 0 to 1.
 */
export function scoreOf(state: LifeState, wallHour: number, restOfHour: number): number {
  const { f32, level } = state
  const weight = state.model.unlikely[kindOf(state.profile)]
  const unlikely = -(f32[level + V.logAlive] ?? 0)
  const alive = Math.exp(-unlikely)
  let waiting = f32[level + V.waiting] ?? 0
  let now = waiting
  let hazard = 0
  let best = 0
  // A wait that saves this much leaves the score where it is: most silences end their look ahead here, after an hour or two.
  const goal = Math.max(LOWEST, f32[level + V.peak] ?? 0)
  const enough = Math.exp(-leastIndex(weight, unlikely, goal))
  const habit = habitOf(state)
  // Who is heard now is taken for those who will be.
  const row = state.u16[state.mark + M.row] ?? HOME_ROW
  // An alert in the middle of an hour could also wait for its end.
  for (let ahead = restOfHour > HOUR_IS_OVER ? 0 : 1; ahead <= HORIZON_HOURS; ahead++) {
    const hours = ahead === 0 ? restOfHour : 1
    const slot = slotOf(wallHour + ahead)
    habit.homeRate = rateOf(state, HOME_ROW, slot)
    workOutHazard(state, habit, slot % 24)
    const share = shareOf(state, row, slot)
    hazard += hours * habit.hazard * share * frailty(state, returnBin(habit.surprise))
    habit.surprise += hours * share * surpriseOf(habit.homeRate)
    habit.silentHours += hours
    const then = alive * Math.exp(-hazard)
    now += WORTH_ALREADY_OPEN * then * hours
    waiting = waiting * (ahead === 0 ? KEEP_PER_HOUR ** hours : KEEP_PER_HOUR) + then * hours
    const gain = now - waiting
    if (gain <= 1e-9) return NOT_YET
    best = Math.max(best, (alive - then) / gain)
    if (best >= enough) return NOT_YET
  }
  return weigh(weight, unlikely, -Math.log(best))
}

/** Slot of a wall-clock hour counted from 1970: 0 to 23 on weekdays, 24 to 47 at the weekend. */
export function slotOf(wallHour: number): number {
  const day = Math.floor(wallHour / 24)
  const weekday = (((day + 4) % 7) + 7) % 7
  return (weekday === 0 || weekday === 6 ? 24 : 0) + (wallHour - day * 24)
}
