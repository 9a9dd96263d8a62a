/**
 * Chance that repeats: a generator in [0, 1) for exactly these keys (mulberry32, seeded by their FNV-1a hash), so that
 * each home's draw is its own, whichever worker makes it.
 */
export function drawFor(...keys: readonly (string | number)[]): () => number {
  let state = 0x811c9dc5
  for (const char of keys.join('\u0000')) {
    state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193)
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
