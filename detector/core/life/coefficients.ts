import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.2081, 0.9858, -0.1135, -0.24, 0.3046, 0.0449, -0.3656, 0.1632, 0.4091, -0.7442, -0.0102, 0.3929,
    0.8498, -0.158,
  ],
  electricity: [
    -0.6547, 0.9445, 0.0936, -0.4164, 0.0219, 0.0867, -0.2444, 0.1679, 0.6281, -0.777, -0.2451, 0.4004,
    0.6503, -0.0832,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.0278, slope: 0.7097 } as const
