import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.2569, 0.8793, 0.0267, -0.2686, 0.3585, 0.0266, -0.3253, 0.1614, 0.3968, -0.6148, -0.1081, 0.3007,
    0.1611, -0.0423, 0.0665, -0.0844, 0.688, -0.1126,
  ],
  electricity: [
    -0.5053, 0.7172, 0.1812, -0.4971, -0.0176, 0.117, -0.1627, 0.1361, 0.3629, -0.6874, -0.2564, 0.3868,
    0.3206, -0.0362, -0.0215, -0.0138, 0.3451, -0.0313,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.1178, slope: 0.6952 } as const
