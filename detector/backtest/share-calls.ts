import type { Profile } from '../core/observation.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { BacktestAlert } from './alert.ts'
import type { HoursTold } from './areas/tell-hours.ts'
import type { NewsOfHomes } from './areas/news.ts'
import type { Contender } from './contender.ts'
import { toSeries, type MeterRows } from './load-readings.ts'
import type { Portrait } from './portrait.ts'
import type { Span } from './span.ts'
import { Share, type BlockDone, type HomeResult } from './share.ts'
import type { StopResult } from './stops/branch.ts'
import type { Stop, StopPlan } from './stops/plan-stops.ts'
import type { AreaKey, Told } from './village.ts'

/** A home with the rows of its meters as they stood in the file. */
export interface HomeRows {
  readonly profile: Profile
  readonly meters: readonly MeterRows[]
}

/** What a worker is asked; `load` comes first. */
export type ShareCalls = {
  load(
    contenders: readonly Contender[],
    homes: readonly HomeRows[],
    areas: readonly AreaKey[],
    portrayed: number | null,
  ): Span
  tellHours(fromHour: number, hours: number): HoursTold
  expectNews(news: NewsOfHomes, endMs: EpochMs): void
  drawStops(plan: StopPlan): Stop[]
  plantStops(stops: readonly Stop[]): void
  foldBlock(fromDay: number, days: number, thresholds: readonly (readonly number[])[], heard: Told): BlockDone
  judgeTrends(heard: Told): void
  alerts(contender: number): BacktestAlert[]
  results(): HomeResult[]
  stopResults(): StopResult[]
  /** Of those of the named homes that are in this share. */
  portraits(households: readonly string[]): Portrait[]
}

export function shareCalls(): ShareCalls {
  let loaded: Share | null = null
  const share = (): Share => {
    if (loaded === null) throw new Error('a share is asked before it was loaded')
    return loaded
  }
  return {
    load(contenders, homes, areas, portrayed) {
      loaded = new Share(
        contenders,
        homes.map(({ profile, meters }) => ({ profile, meters: meters.map(toSeries) })),
        areas,
        portrayed,
      )
      return { firstDay: loaded.nextDay(), lastMs: loaded.newestMs() }
    },
    tellHours: (fromHour, hours) => share().tellHours(fromHour, hours),
    expectNews: (news, endMs) => share().expectNews(news, endMs),
    drawStops: (plan) => share().drawStops(plan),
    plantStops: (stops) => share().plantStops(stops),
    foldBlock: (fromDay, days, thresholds, heard) => share().foldBlock(fromDay, days, thresholds, heard),
    judgeTrends: (heard) => share().judgeTrends(heard),
    alerts: (contender) => share().alerts(contender),
    results: () => share().results(),
    stopResults: () => share().stopResults(),
    portraits: (households) => share().portraits(households),
  }
}
