/**
 * Weights of the pooled hazard of return (hazard.ts), fitted by logistic regression on the tuned half of the homes; how,
 * and what each term buys, is in docs/DETECTION.md.
 */
export const COEFFICIENTS: readonly number[] = [
  -0.3217, 0.854, -0.2173, -0.2985, -0.0334, 0.1376, -0.2529, 0.1468, 0.3918, -0.7701, -0.073, 0.444, 0.2947,
  -0.0655, -0.0165, 0.001,
]
