import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.2039, 0.9879, -0.109, -0.2419, 0.3008, 0.0458, -0.3651, 0.1619, 0.4139, -0.7463, -0.012, 0.3925,
    0.8452, -0.1581,
  ],
  electricity: [
    -0.6547, 0.9445, 0.0935, -0.4163, 0.022, 0.0867, -0.2444, 0.1678, 0.6281, -0.777, -0.245, 0.4003, 0.6503,
    -0.0832,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.0259, slope: 0.7104 } as const
