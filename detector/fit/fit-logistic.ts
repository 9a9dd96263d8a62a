/** Steps of Newton's method; a logistic likelihood with a ridge is concave, and fewer than ten have always been enough. */
const MAX_STEPS = 50
const CONVERGED = 1e-8

export interface LogisticFit {
  readonly weights: readonly number[]
  /** Mean over the rows of -2 ln P(what was seen). */
  readonly deviance: number
  readonly steps: number
}

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares): the weights w that maximise
 *   sum_i [ y_i z_i - ln(1 + e^z_i) ] - (ridge / 2) sum_(j >= 1) w_j^2,   z_i = sum_j w_j x_ij.
 * The first column is taken for the constant and not shrunk. Columns that `use` leaves out keep a weight of 0.
 * @param x rows one after another, `columns` values each
 * @throws Error where Newton's steps do not settle: a column that is not a number.
 */
export function fitLogistic(
  x: readonly number[],
  y: readonly number[],
  columns: number,
  ridge: number,
  use: readonly number[] = Array.from({ length: columns }, (_, column) => column),
): LogisticFit {
  const size = use.length
  const weights = new Float64Array(columns)
  for (let steps = 1; steps <= MAX_STEPS; steps++) {
    const { gradient, hessian } = curvature(x, y, columns, weights, use)
    for (let a = 0; a < size; a++) {
      if (use[a] === 0) continue
      gradient[a] = (gradient[a] ?? 0) - ridge * (weights[use[a] ?? 0] ?? 0)
      hessian[a * size + a] = (hessian[a * size + a] ?? 0) + ridge
    }
    const step = solve(hessian, gradient)
    let largest = 0
    for (let a = 0; a < size; a++) {
      const column = use[a] ?? 0
      weights[column] = (weights[column] ?? 0) + (step[a] ?? 0)
      largest = Math.max(largest, Math.abs(step[a] ?? 0))
    }
    if (largest < CONVERGED) return { weights: [...weights], deviance: devianceOf(x, y, weights), steps }
  }
  throw new Error(`logistic regression did not settle in ${MAX_STEPS} steps`)
}

/** Mean of -2 ln P of what was seen. */
export function devianceOf(x: readonly number[], y: readonly number[], weights: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < y.length; row++) {
    const z = linear(x, row * weights.length, weights)
    sum += (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z))) - (y[row] ?? 0) * z
  }
  return (2 * sum) / y.length
}

function linear(x: readonly number[], from: number, weights: ArrayLike<number>): number {
  let z = 0
  for (let column = 0; column < weights.length; column++)
    z += (weights[column] ?? 0) * (x[from + column] ?? 0)
  return z
}

function curvature(
  x: readonly number[],
  y: readonly number[],
  columns: number,
  weights: Float64Array,
  use: readonly number[],
): { gradient: Float64Array; hessian: Float64Array } {
  const size = use.length
  const gradient = new Float64Array(size)
  const hessian = new Float64Array(size * size)
  const values = new Float64Array(size)
  for (let row = 0; row < y.length; row++) {
    const from = row * columns
    const p = 1 / (1 + Math.exp(-linear(x, from, weights)))
    const slope = (y[row] ?? 0) - p
    const spread = p * (1 - p)
    for (let a = 0; a < size; a++) values[a] = x[from + (use[a] ?? 0)] ?? 0
    for (let a = 0; a < size; a++) {
      const value = values[a] ?? 0
      gradient[a] = (gradient[a] ?? 0) + slope * value
      for (let b = 0; b <= a; b++) {
        const at = a * size + b
        hessian[at] = (hessian[at] ?? 0) + spread * value * (values[b] ?? 0)
      }
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) hessian[a * size + b] = hessian[b * size + a] ?? 0
  }
  return { gradient, hessian }
}

/** Solves A x = b for a symmetric positive definite A by Cholesky's decomposition; overwrites both. */
function solve(a: Float64Array, b: Float64Array): Float64Array {
  const size = b.length
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (a[i * size + k] ?? 0) * (a[j * size + k] ?? 0)
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / (a[j * size + j] ?? 1)
    }
    for (let k = 0; k < i; k++) b[i] = (b[i] ?? 0) - (a[i * size + k] ?? 0) * (b[k] ?? 0)
    b[i] = (b[i] ?? 0) / (a[i * size + i] ?? 1)
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) b[i] = (b[i] ?? 0) - (a[k * size + i] ?? 0) * (b[k] ?? 0)
    b[i] = (b[i] ?? 0) / (a[i * size + i] ?? 1)
  }
  return b
}
