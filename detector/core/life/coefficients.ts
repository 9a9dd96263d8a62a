/**
 * Weights of the pooled hazard of return (hazard.ts), fitted by logistic regression on the tuned half of the homes; how,
 * and what each term buys, is in docs/DETECTION.md.
 */
export const COEFFICIENTS: readonly number[] = [
  -0.4754, 0.7811, -0.1737, -0.3232, -0.1607, 0.1748, -0.2074, 0.1398, 0.2713, -0.7091, -0.049, 0.4316,
  0.2961, -0.0856, -0.0167, -0.0043, 0.4403, -0.0117,
]
