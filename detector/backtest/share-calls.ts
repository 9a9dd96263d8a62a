import type { Profile } from '../core/observation.ts'
import type { BacktestAlert } from './alert.ts'
import type { Contender } from './contender.ts'
import { toSeries, type MeterRows } from './load-readings.ts'
import type { Portrait } from './portrait.ts'
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
  /** @returns day of the first row; Infinity where there is none. */
  load(
    contenders: readonly Contender[],
    homes: readonly HomeRows[],
    areas: readonly AreaKey[],
    portrayed: number | null,
  ): number
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
      return loaded.nextDay()
    },
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
