/** Chance that repeats: the same keys give the same draws on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  between(low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  normal(mean: number, deviation: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly [T, ...T[]]): T
  /** How often something happens that happens `mean` times on average. */
  poisson(mean: number): number
}

/**
 * A generator for exactly these keys (seed, home, day, …), so that any day of any home can be drawn without those before
 * it. sfc32 by Chris Doty-Humphrey (PractRand), seeded by an FNV-1a hash of the keys.
 */
export function seededRandom(...keys: readonly (string | number)[]): Random {
  const text = keys.join('|')
  let a = hash(text, 0x811c9dc5)
  let b = hash(text, 0x01234567)
  let c = hash(text, 0x7feb352d)
  let counter = 1

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) next()

  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    normal: (mean, deviation) =>
      // Box and Muller; 1 - next() is never 0, so that the logarithm exists.
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    poisson(mean) {
      const limit = Math.exp(-mean)
      let product = next()
      let count = 0
      while (product > limit) {
        count++
        product *= next()
      }
      return count
    },
  }
}

function hash(text: string, basis: number): number {
  let value = basis
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) | 0
}
