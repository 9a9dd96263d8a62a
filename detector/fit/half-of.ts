/**
 * Which half of the homes a home belongs to: 0 is tuned on, 1 is held out. It hangs on the id alone (FNV-1a, folded once), so
 * that a home stays in its half whatever file it comes in.
 */
export function halfOf(id: string): 0 | 1 {
  let hash = 2166136261
  for (const character of id) {
    hash ^= character.charCodeAt(0)
    hash = Math.imul(hash, 16777619)
  }
  hash ^= hash >>> 15
  return ((hash >>> 0) % 1000) % 2 === 0 ? 0 : 1
}
