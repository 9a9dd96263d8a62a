import type { MeterKind } from '../../../domain/units.ts'

/**
 * What was fitted on the tuned half of the homes; written by `npm run fit -- --write` (docs/DETECTION.md says from what).
 *
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features: logistic regression on silent hours. A
 * home with a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.1094, 0.8905, -0.2096, -0.2244, 0.3519, 0.0316, -0.3378, 0.1635, 0.3553, -0.6857, -0.002, 0.3612,
    0.1664, -0.0502, 0.6679, -0.0879,
  ],
  electricity: [
    -0.5177, 0.7361, -0.057, -0.3893, 0.1825, 0.036, -0.2125, 0.1617, 0.4675, -0.5985, -0.261, 0.3618, 0.3178,
    -0.0346, 0.3392, -0.0323,
  ],
}

/** Alerts per home and 30 days that a threshold of x costs, before the homes themselves have shown it: exp(logAt11 - slope (x - 11)). */
export const PRIOR_CURVE = { logAt11: 0.039, slope: 0.6982 } as const
