import { inOrder, type BacktestAlert } from './alert.ts'
import { newAreaHistory } from './areas/area-history.ts'
import { hourBlocks, judgeHours } from './areas/judge-hours.ts'
import type { Contender } from './contender.ts'
import type { Crew } from './crew.ts'
import { blockDays, newPools, takeSums, thresholdsFrom } from './pools.ts'
import type { HomeResult } from './share.ts'
import type { StopResult } from './stops/branch.ts'
import { chooseStops, type StopPlan } from './stops/plan-stops.ts'
import { inTellingOrder, type Told } from './village.ts'

/** What the contenders made of a history, the same for any number of workers. */
export interface History {
  readonly contenders: readonly Contender[]
  /** By household. */
  readonly homes: readonly HomeResult[]
  /** By round, then household. */
  readonly stops: readonly StopResult[]
  /** Area outages, as alerts. */
  readonly outages: readonly BacktestAlert[]
}

/**
 * Finds the outages of the areas, stops lives as planned, if any, and folds all days; between two blocks all workers wait for
 * the slowest.
 */
export async function foldHistory(
  crew: Crew,
  contenders: readonly Contender[],
  plan: StopPlan | null,
  onProgress: (observations: number) => void,
): Promise<History> {
  const outages = await findOutages(crew)
  if (plan !== null) {
    const drawn = (await crew.ask('drawStops', plan)).flat()
    const homes = new Set(drawn.map(({ household }) => household)).size
    await crew.ask('plantStops', chooseStops(drawn, homes, plan.rounds))
  }
  const pools = newPools(contenders)
  const days = blockDays(contenders, outages.length > 0)
  let worked = 0
  let told: Told = []
  for (let day = crew.span.firstDay; day !== Infinity;) {
    const done = await crew.ask('foldBlock', day, days, thresholdsFrom(pools, day, days), told)
    told = inTellingOrder(done.map((each) => each.told))
    for (const { sums } of done) takeSums(pools, sums)
    worked += done.reduce((sum, each) => sum + each.worked, 0)
    onProgress(worked)
    day = Math.min(...done.map((each) => each.nextDay))
  }
  await crew.ask('judgeTrends', told)
  const homes = (await crew.ask('results')).flat()
  const stops = (await crew.ask('stopResults')).flat()
  return {
    contenders,
    homes: homes.sort((a, b) => compare(a.household, b.household)),
    stops: stops.sort((a, b) => a.round - b.round || compare(a.household, b.household)),
    outages,
  }
}

/** Judges the areas through the whole history, which needs no home to be folded, and tells all homes what they will hear. */
async function findOutages(crew: Crew): Promise<readonly BacktestAlert[]> {
  const { profiles, span } = crew
  const areas = newAreaHistory(profiles)
  if (areas === null) return []
  for (const { fromHour, hours } of hourBlocks(span))
    judgeHours(areas, fromHour, hours, await crew.ask('tellHours', fromHour, hours))
  await crew.ask('expectNews', areas.news, span.lastMs)
  return areas.alerts
}

/** The alerts of one contender and of the areas, in order. */
export async function alertsOf(
  crew: Crew,
  { outages }: History,
  contender: number,
): Promise<BacktestAlert[]> {
  return inOrder([...outages, ...(await crew.ask('alerts', contender)).flat()])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
