import { hearsOfAway, type Home } from './household.ts'
import { isOutdated } from './trend/home-trend.ts'
import { refreshAll, type VillageIndex } from './trend/village-index.ts'

/**
 * Homes of which was said what an older word of their neighbours made of them. A home that still reports is judged again with its
 * next reading; for the others somebody goes round, and goes a little way at each tick, because readings wait meanwhile: a
 * county is not judged at once whenever its index moves.
 */
export interface Round {
  /** Number of the home that was looked at last; -1: before the first. */
  after: number
  /** Where the round stands among the homes; null: to be found again by `after`. */
  walk: Iterator<Home> | null
}

/** Homes judged again at one tick: some tenths of a second. */
const JUDGED_AT_ONCE = 2_000
/** Homes looked at for that: some tens of milliseconds. */
const LOOKED_AT_ONCE = 200_000

export function newRound(): Round {
  return { after: -1, walk: null }
}

/** The next homes that are to be judged again; `homes` in the order of their numbers. */
export function nextOutdated(
  round: Round,
  homes: ReadonlyMap<string, Home>,
  village: VillageIndex,
): readonly Home[] {
  refreshAll(village)
  const outdated: Home[] = []
  const most = Math.min(LOOKED_AT_ONCE, homes.size)
  for (let looked = 0; looked < most && outdated.length < JUDGED_AT_ONCE; looked++) {
    const home = nextHome(round, homes)
    if (home === null) break
    if (isOutdated(home, village) || hearsOfAway(home)) outdated.push(home)
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
