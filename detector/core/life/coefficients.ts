import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.1086, 0.8865, -0.1577, -0.2394, 0.327, 0.035, -0.3259, 0.158, 0.3621, -0.6883, -0.0379, 0.3669, 0.1621,
    -0.0421, 0.6858, -0.1107,
  ],
  electricity: [
    -0.5177, 0.736, -0.0571, -0.3892, 0.1826, 0.036, -0.2124, 0.1617, 0.4675, -0.5984, -0.2609, 0.3618,
    0.3178, -0.0347, 0.3392, -0.0323,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.1257, slope: 0.697 } as const
