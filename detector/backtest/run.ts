import type { Profile } from '../core/observation.ts'
import { inOrder, type BacktestAlert } from './alert.ts'
import { asRegistered } from './contender.ts'
import { newPools, takeSums, thresholdsFrom } from './pools.ts'
import type { Series } from './series.ts'
import { gatherHomes } from './profiles.ts'
import { Share } from './share.ts'

export interface BacktestInput {
  readonly profiles: readonly Profile[]
  readonly series: readonly Series[]
  readonly budget: number
  readonly onProgress?: (observations: number) => void
}

/**
 * The detector over history: homes are folded a block of days at a time, so that the pooled budget moves as it would have
 * moved. Within a block the order of homes does not matter, because the thresholds of its days stand before it begins.
 */
export function runBacktest(input: BacktestInput): BacktestAlert[] {
  const contenders = [asRegistered(input.budget)]
  const share = new Share(contenders, gatherHomes(input.profiles, input.series), null)
  const pools = newPools(contenders)
  let worked = 0
  for (let day = share.nextDay(); day !== Infinity;) {
    const done = share.foldBlock(day, thresholdsFrom(pools, day))
    takeSums(pools, done.sums)
    input.onProgress?.((worked += done.worked))
    day = done.nextDay
  }
  return inOrder(share.alerts(0))
}
