/**
 * Logarithms that a silent home asks for dozens of times a reading. What they are asked of is a fraction of what was
 * counted, and known to a few parts in a hundred; read from a table, and between its places in a straight line, they are
 * exact to 1e-4.
 */
const CELLS = 4_096

const MIN_RATE = 0.02
const MAX_RATE = 0.97

/** Of 0 to 1. */
function tableOf(f: (x: number) => number): Float32Array {
  return Float32Array.from({ length: CELLS + 2 }, (_, cell) => f(Math.min(1, cell / CELLS)))
}

function between(table: Float32Array, x: number): number {
  const at = x * CELLS
  const cell = at | 0
  const low = table[cell] ?? 0
  return low + (at - cell) * ((table[cell + 1] ?? 0) - low)
}

function exactLogit(p: number): number {
  const clipped = Math.min(0.99, Math.max(0.01, p))
  return Math.log(clipped / (1 - clipped))
}

const LOGITS = tableOf(exactLogit)
const SURPRISES = tableOf((p) => -Math.log(1 - Math.min(MAX_RATE, Math.max(MIN_RATE, p))))
const LOG_SPAN = 64
const LOGS = tableOf((x) => Math.log1p(x * LOG_SPAN))
const SOFT_SPAN = 32
const SOFT = tableOf((x) => Math.log1p(Math.exp((x - 0.5) * SOFT_SPAN)))

/** ln(p / (1 - p)), of p kept within 0.01 and 0.99. */
export function logit(p: number): number {
  return between(LOGITS, p)
}

/** -ln(1 - rate), of a rate kept within 0.02 and 0.97: the surprise of an hour without a life sign, nats. */
export function surpriseOf(rate: number): number {
  return between(SURPRISES, rate)
}

/** ln(1 + x), of x from 0. */
export function logOfNext(x: number): number {
  return x < LOG_SPAN ? between(LOGS, x / LOG_SPAN) : Math.log1p(x)
}

/** ln(1 + e^z): -ln(1 - P) where z is the logit of P. */
export function softplus(z: number): number {
  if (z >= SOFT_SPAN / 2) return z
  return z <= -SOFT_SPAN / 2 ? Math.exp(z) : between(SOFT, z / SOFT_SPAN + 0.5)
}
