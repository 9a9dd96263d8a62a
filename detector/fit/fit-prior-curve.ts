import { LEVEL_COUNT, LEVEL_FROM, LEVEL_STEP } from '../core/area/budget.ts'
import { tally } from './count-alarms.ts'
import type { Trace } from './trace-home.ts'

export interface PriorCurve {
  readonly logAt11: number
  readonly slope: number
}

/**
 * The straight line through ln(alerts per home and 30 days) at the budget's levels, by least squares with the alerts as
 * weights (the variance of the logarithm of a count is about one over it).
 */
export function fitPriorCurve(traces: readonly Trace[]): PriorCurve {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0]
  for (let level = 0; level < LEVEL_COUNT; level++) {
    const threshold = LEVEL_FROM + level * LEVEL_STEP
    const { falseAlarms, homeMonths } = tally(traces, threshold)
    if (falseAlarms === 0) break
    const weight = falseAlarms * homeMonths
    const x = threshold - 11
    const y = Math.log(falseAlarms)
    w += weight
    wx += weight * x
    wy += weight * y
    wxx += weight * x * x
    wxy += weight * x * y
  }
  const slope = -(w * wxy - wx * wy) / (w * wxx - wx * wx)
  return { logAt11: (wy + slope * wx) / w, slope }
}
