import type { Finding } from '../../domain/finding.ts'
import { gatherMatters, sayDifference, type Matters } from '../core/matters.ts'
import type { HomeEvent } from '../core/home-event.ts'
import { isSignOfLife, type JudgeState } from '../core/judge.ts'
import type { Observation, Profile } from '../core/observation.ts'
import { newAlone } from '../core/state/home-state.ts'
import { foldTrend } from '../core/trend/fold-trend.ts'
import {
  dropEnded,
  newHomeTrend,
  settleTrend,
  tellNeighbours,
  type HomeTrend,
  type OnTold,
} from '../core/trend/home-trend.ts'
import type { TrendState } from '../core/trend/state.ts'
import type { VillageIndex } from '../core/trend/village-index.ts'

/** The trends of one home of a backtest. */
export interface BacktestTrend {
  readonly profile: Profile
  readonly trend: HomeTrend
  readonly state: TrendState
  readonly absences: readonly []
  said: Matters
  newestMs: number
}

export function newBacktestTrend(profile: Profile): BacktestTrend {
  const [trend, state] = [newHomeTrend(profile.meters.length), newAlone(profile)]
  return { profile, trend, state, absences: [], said: new Map(), newestMs: -Infinity }
}

/** Works one observation, after the home's judge has; says the flows that do not stop. */
export function observeTrend(home: BacktestTrend, judge: JudgeState, observation: Observation): Finding[] {
  const events: HomeEvent[] = []
  foldTrend(home.state, observation, isSignOfLife(judge, observation), (event) => events.push(event))
  home.newestMs = observation.endMs
  return events.map(({ finding }) => finding)
}

/** First of the end of a day: says what the day before was like; `box` takes it down, and judges nobody. */
export function tellDay(home: BacktestTrend, box: VillageIndex, onTold: OnTold): void {
  const { areas } = home.trend
  home.trend.areas = null
  tellNeighbours(home, home.state, box, onTold)
  home.trend.areas = areas
}

/** Then, once all homes have told, each is judged by it. */
export function judgeTrend(home: BacktestTrend, village: VillageIndex): Finding[] {
  if (settleTrend(home, home.state, village) === null) return []
  const now = gatherMatters(home.trend.events.map(({ event }) => event))
  const findings = sayDifference(home.said, now, home.newestMs)
  home.said = now
  for (const key of dropEnded(home.trend)) home.said.delete(key)
  return findings
}
