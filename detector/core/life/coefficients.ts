import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.2556, 0.878, 0.0243, -0.2681, 0.3599, 0.0262, -0.3246, 0.1615, 0.3953, -0.6126, -0.1075, 0.2996,
    0.1642, -0.0439, 0.0666, -0.0845, 0.6853, -0.1109,
  ],
  electricity: [
    -0.5042, 0.7182, 0.18, -0.497, -0.0198, 0.1181, -0.1615, 0.1375, 0.3604, -0.6864, -0.2533, 0.3842, 0.3208,
    -0.0378, -0.022, -0.0136, 0.3467, -0.0316,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.1177, slope: 0.6954 } as const
