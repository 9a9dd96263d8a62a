import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.1097, 0.8876, -0.1557, -0.2399, 0.3256, 0.0354, -0.3264, 0.1578, 0.3634, -0.6903, -0.0382, 0.3679,
    0.1593, -0.041, 0.6882, -0.112,
  ],
  electricity: [
    -0.5182, 0.7348, -0.0556, -0.3897, 0.1838, 0.0354, -0.2133, 0.1602, 0.4685, -0.601, -0.2634, 0.3655,
    0.3179, -0.0331, 0.3375, -0.032,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.1254, slope: 0.6973 } as const
