import type { Home } from '../household.ts'
import { isOutdated } from './home-trend.ts'
import { hasMoved, type VillageIndex } from './village-index.ts'

/**
 * Homes that stand by an older word of their neighbours. A home that still reports is judged again with its next reading; for the
 * others somebody has to go round, and he goes a little way at each tick, because readings wait for him: a county is not
 * judged at once whenever its index moves.
 */
export interface Round {
  /** Number of the home that was looked at last; -1: before the first. */
  after: number
  /** Homes to look at until all have been seen since the index moved. */
  left: number
  /** Where the round stands among the homes; null: to be found again by `after`. */
  walk: Iterator<Home> | null
}

/** Homes judged again at one tick: some tenths of a second. */
const JUDGED_AT_ONCE = 2_000
/** Homes looked at for that: some tens of milliseconds. */
const LOOKED_AT_ONCE = 200_000

export function newRound(after = -1, left = 0): Round {
  return { after, left, walk: null }
}

/** The next of the homes that are to be judged again; `homes` in the order of their numbers. */
export function nextOutdated(
  round: Round,
  homes: ReadonlyMap<string, Home>,
  village: VillageIndex,
  judgedAtOnce = JUDGED_AT_ONCE,
): Home[] {
  if (hasMoved(village)) round.left = homes.size
  const outdated: Home[] = []
  for (let looked = 0; looked < LOOKED_AT_ONCE && outdated.length < judgedAtOnce; looked++) {
    if (round.left === 0) break
    const home = nextHome(round, homes)
    if (home === null) break
    round.left--
    if (isOutdated(home, village)) outdated.push(home)
  }
  return outdated
}

/** Goes on behind the home that was looked at last, and from the last home to the first. */
function nextHome(round: Round, homes: ReadonlyMap<string, Home>): Home | null {
  for (let turns = 0; turns < 2; turns++) {
    round.walk ??= homes.values()
    for (let step = round.walk.next(); step.done !== true; step = round.walk.next()) {
      if (step.value.number <= round.after) continue
      round.after = step.value.number
      return step.value
    }
    round.walk = null
    round.after = -1
  }
  return null
}
