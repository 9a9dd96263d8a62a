import type { MeterKind } from '../../../domain/units.ts'

/**
 * Weights of the pooled hazard of return (hazard.ts), in the order of its features, fitted by logistic regression (ridge
 * 3) on the silent hours of the tuned half of the homes; how, and what each term buys, is in docs/DETECTION.md. A home with
 * a water meter is judged by the weights for water: nothing but a person runs a tap.
 */
export const COEFFICIENTS: Readonly<Record<MeterKind, readonly number[]>> = {
  water: [
    -1.2534, 0.8828, 0.0075, -0.2625, 0.3688, 0.0237, -0.322, 0.1578, 0.3919, -0.6096, -0.1017, 0.2981,
    0.1601, -0.0473, 0.0669, -0.0839, 0.6802, -0.1048,
  ],
  electricity: [
    -0.5067, 0.7244, 0.1928, -0.5023, -0.0204, 0.1188, -0.1602, 0.1329, 0.3623, -0.7301, -0.256, 0.4128,
    0.3155, -0.036, -0.0257, -0.0115, 0.3415, -0.0365,
  ],
}
