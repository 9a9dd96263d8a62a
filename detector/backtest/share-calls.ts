import type { Profile } from '../core/observation.ts'
import type { BacktestAlert } from './alert.ts'
import type { Contender } from './contender.ts'
import { toSeries, type MeterRows } from './load-readings.ts'
import type { Portrait } from './portrait.ts'
import { Share, type BlockDone, type HomeResult } from './share.ts'
import type { StopResult } from './stops/branch.ts'
import type { Stop, StopPlan } from './stops/plan-stops.ts'

/** A home with the rows of its meters as they stood in the file. */
export interface HomeRows {
  readonly profile: Profile
  readonly meters: readonly MeterRows[]
}

/** What a worker is asked; `load` comes first. */
export type ShareCalls = {
  /** @returns day of the first row; Infinity where there is none. */
  load(contenders: readonly Contender[], homes: readonly HomeRows[], portrayed: number | null): number
  drawStops(plan: StopPlan): Stop[]
  plantStops(stops: readonly Stop[]): void
  foldBlock(fromDay: number, thresholds: readonly (readonly number[])[]): BlockDone
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
    load(contenders, homes, portrayed) {
      loaded = new Share(
        contenders,
        homes.map(({ profile, meters }) => ({ profile, meters: meters.map(toSeries) })),
        portrayed,
      )
      return loaded.nextDay()
    },
    drawStops: (plan) => share().drawStops(plan),
    plantStops: (stops) => share().plantStops(stops),
    foldBlock: (fromDay, thresholds) => share().foldBlock(fromDay, thresholds),
    alerts: (contender) => share().alerts(contender),
    results: () => share().results(),
    stopResults: () => share().stopResults(),
    portraits: (households) => share().portraits(households),
  }
}
