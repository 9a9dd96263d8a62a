import type { UnlikelyWeight } from './model.ts'
import { LESS_UNLIKELY_FROM, UNLIKELY_SHARE_LEAST } from './parameters.ts'

/** Moves scores into the range of the budget's levels (area/budget.ts); it has no other meaning. */
const OFFSET = 7.2

/**
 * The score of a silence from how improbable it is (`unlikely`, U = -ln S) and from what waiting still saves (`index`, I):
 *   score = 7.2 + share U + (1 - share) I
 * where the share falls as the score rises above `LESS_UNLIKELY_FROM`, by `fall` per unit, so that from there on
 *   score = [7.2 + share U + (1 - share) I + fall from (U - I)] / [1 + fall (U - I)].
 * A large budget (a low threshold) buys hours, and the improbability of what has happened finds those. A small one is for
 * homes that nobody would look after otherwise: there the estimate S is deep, and the deeper the less it is to be believed.
 * Rising in both, and one threshold for all homes.
 */
export function weigh(weight: UnlikelyWeight, unlikely: number, index: number): number {
  const { share, fall } = weight
  const ahead = unlikely - index
  const flat = OFFSET + share * unlikely + (1 - share) * index
  if (flat <= LESS_UNLIKELY_FROM || fall === 0) return flat
  const bend = 1 + fall * ahead
  const bent = bend > 0 ? (flat + fall * LESS_UNLIKELY_FROM * ahead) / bend : Infinity
  if (shareAt(weight, bent) > UNLIKELY_SHARE_LEAST) return bent
  return OFFSET + UNLIKELY_SHARE_LEAST * unlikely + (1 - UNLIKELY_SHARE_LEAST) * index
}

function shareAt({ share, fall }: UnlikelyWeight, score: number): number {
  if (score <= LESS_UNLIKELY_FROM || fall === 0) return share
  return Math.max(UNLIKELY_SHARE_LEAST, share - fall * (score - LESS_UNLIKELY_FROM))
}

/** The least that waiting must be worth to a silence so unlikely, for its score to come to `goal`: the inverse of `weigh`. */
export function leastIndex(weight: UnlikelyWeight, unlikely: number, goal: number): number {
  const share = shareAt(weight, goal)
  return (goal - OFFSET - share * unlikely) / (1 - share)
}
