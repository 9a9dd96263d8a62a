import type { Profile } from '../core/observation.ts'
import { inOrder, type BacktestAlert } from './alert.ts'
import { newAreaHistory } from './areas/area-history.ts'
import { hourBlocks, judgeHours } from './areas/judge-hours.ts'
import { asRegistered } from './contender.ts'
import { blockDays, newPools, takeSums, thresholdsFrom } from './pools.ts'
import type { Series } from './series.ts'
import { gatherHomes } from './profiles.ts'
import { Share } from './share.ts'
import { areasOf, inTellingOrder, type Told } from './village.ts'

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
  const homes = gatherHomes(input.profiles, input.series)
  const profiles = homes.map(({ profile }) => profile)
  const share = new Share(contenders, homes, areasOf(profiles), null)
  const outages = findOutages(profiles, share)
  const pools = newPools(contenders)
  const days = blockDays(contenders, outages.length > 0)
  let worked = 0
  let told: Told = []
  for (let day = share.nextDay(); day !== Infinity;) {
    const done = share.foldBlock(day, days, thresholdsFrom(pools, day, days), told)
    told = inTellingOrder([done.told])
    takeSums(pools, done.sums)
    input.onProgress?.((worked += done.worked))
    day = done.nextDay
  }
  share.judgeTrends(told)
  return inOrder([...outages, ...share.alerts(0)])
}

/** Judges the areas through the whole history, and tells its homes what they will hear. */
export function findOutages(profiles: readonly Profile[], share: Share): readonly BacktestAlert[] {
  const areas = newAreaHistory(profiles)
  if (areas === null) return []
  const span = { firstDay: share.nextDay(), lastMs: share.newestMs() }
  for (const { fromHour, hours } of hourBlocks(span))
    judgeHours(areas, fromHour, hours, [share.tellHours(fromHour, hours)])
  share.expectNews(areas.news, span.lastMs)
  return areas.alerts
}
