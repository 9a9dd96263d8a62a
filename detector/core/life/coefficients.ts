/**
 * Weights of the pooled hazard of return (hazard.ts), fitted by logistic regression on the tuned half of the homes; how,
 * and what each term buys, is in docs/DETECTION.md.
 */
export const COEFFICIENTS: readonly number[] = [
  -1.4, 1.1, 0.45, -0.2, 0.6, 0, -0.32, 0.1, 0.8, -0.4, -0.2, 0.4, 0.25, -0.07, 0, 0,
]
