/**
 * Weights of the pooled hazard of return (hazard.ts), fitted by logistic regression on the tuned half of the homes; how,
 * and what each term buys, is in docs/DETECTION.md.
 */
export const COEFFICIENTS: readonly number[] = [
  -0.6368, 0.7781, 0.0135, -0.3768, 0.0242, 0.1108, -0.2384, 0.1571, 0.3073, -0.742, -0.1331, 0.4071, 0.2657,
  -0.0506, -0.0217, -0.008, 0.4628, -0.0462,
]
