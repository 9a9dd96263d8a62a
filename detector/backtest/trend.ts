import type { Profile } from '../core/observation.ts'
import { newAlone } from '../core/state/home-state.ts'
import { newHomeTrend, tellNeighbours, type HomeTrend, type OnTold } from '../core/trend/home-trend.ts'
import type { TrendState } from '../core/trend/state.ts'
import type { VillageIndex } from '../core/trend/village-index.ts'

/** The trends of one home of a backtest. */
export interface BacktestTrend {
  readonly profile: Profile
  readonly trend: HomeTrend
  readonly state: TrendState
  readonly absences: readonly []
}

export function newBacktestTrend(profile: Profile): BacktestTrend {
  return { profile, trend: newHomeTrend(profile.meters.length), state: newAlone(profile), absences: [] }
}

/** First of the end of a day: says what the day before was like; `box` takes it down, and judges nobody (`judgeTrend`). */
export function tellDay(home: BacktestTrend, box: VillageIndex, onTold: OnTold): void {
  const { areas } = home.trend
  home.trend.areas = null
  tellNeighbours(home, home.state, box, onTold)
  home.trend.areas = areas
}
