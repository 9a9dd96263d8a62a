import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.1246, 0.8769, -0.1891, -0.2287, 0.3369, 0.0384, -0.3301, 0.1638, 0.3271, -0.6753, 0.015, 0.3713, 0.167,
    -0.056, 0.6904, -0.1014,
  ],
  electricity: [
    -0.5109, 0.7249, -0.0315, -0.399, 0.137, 0.0525, -0.2102, 0.1635, 0.4582, -0.6009, -0.2515, 0.3785,
    0.3254, -0.0429, 0.336, -0.0245,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.0449, slope: 0.6997 } as const
