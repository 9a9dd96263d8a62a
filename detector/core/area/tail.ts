/**
 * A bound on the chance that at most `seen` of `homes` show something that each shows with its own probability, `share` on
 * average: of all such sums the binomial has the heaviest lower tail (Hoeffding 1956), and Chernoff's bound holds it:
 *
 *   P(X <= x) <= exp(-n KL(x/n || p)),   KL(a || p) = a ln(a/p) + (1-a) ln((1-a)/(1-p))
 *
 * 1 where `seen` is no less than expected.
 */
export function tailOf(homes: number, share: number, seen: number): number {
  if (homes <= 0 || share <= 0 || seen >= share * homes) return 1
  if (share >= 1) return 0
  const part = seen / homes
  const low = part === 0 ? 0 : part * Math.log(part / share)
  const high = part === 1 ? 0 : (1 - part) * Math.log((1 - part) / (1 - share))
  return Math.exp(-homes * (low + high))
}
