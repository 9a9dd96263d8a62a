import type { HomeEvent } from '../home-event.ts'
import type { Observation } from '../observation.ts'
import { observeDay } from './observe-day.ts'
import { observeFlow } from './observe-flow.ts'
import type { TrendState } from './state.ts'

/**
 * Works one observation into the part of the trends that is the home's own, in event-time order over all its meters. Flow
 * that does not stop is said at once; days are judged by `settleTrend`, because that needs the neighbours.
 * @param sign whether it was a sign of life; null where the home's judge cannot tell yet
 */
export function foldTrend(
  state: TrendState,
  observation: Observation,
  sign: boolean | null,
  say: (event: HomeEvent) => void,
): void {
  if (!observation.measured || observation.amount === null) return
  observeDay(state, observation, sign)
  observeFlow(state, observation, say)
}
