import type { LivedHome } from './inject-stops.ts'
import { FEATURES } from '../core/life/hazard.ts'
import { MODEL, type LifeModel } from '../core/life/model.ts'
import { fitLogistic, type LogisticFit } from './fit-logistic.ts'
import { gatherHours, type Hours } from './gather-hours.ts'

/** Of the weights but the constant: small beside the tens of thousands of hours that they rest on. */
export const RIDGE = 3

/** The silent hours of some homes; weights enter them by what a gap leaves of a silence (fade-silence.ts), and no other way. */
export function hoursOf(homes: readonly LivedHome[], model: LifeModel = MODEL): Hours {
  const hours: Hours = { covariates: [], returned: [] }
  for (const home of homes) gatherHours(home, hours, model)
  return hours
}

/** The weights of the hazard of return on the features that `use` names (by place); all of them without it. */
export function fitHazard(hours: Hours, use?: readonly number[]): LogisticFit {
  return fitLogistic(hours.covariates, hours.returned, FEATURES, RIDGE, use)
}
