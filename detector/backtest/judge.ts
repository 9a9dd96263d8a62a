import type { Finding } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import { beginReturn } from '../core/area/back.ts'
import { foldJudge, newJudge, reachedOnDay, silentSinceOf, type JudgeState } from '../core/judge.ts'
import type { LifeContext } from '../core/life/fold.ts'
import type { Observation, Profile } from '../core/observation.ts'
import { cloneAlone } from '../core/state/home-state.ts'
import { YARDSTICKS, type Contender } from './contender.ts'
import { cloneYardstick, foldYardstick, newYardstick, type YardstickState } from './yardstick.ts'

/** Who judges a home's silence in a backtest: the detector's own judge, or a yardstick that exists only here. */
export type BacktestJudge = { readonly core: JudgeState } | { readonly yardstick: YardstickState }

export function newBacktestJudge(contender: Contender, profile: Profile): BacktestJudge {
  const { rule } = contender
  const yardstick = YARDSTICKS.find((one) => one === rule)
  if (yardstick !== undefined) return { yardstick: newYardstick(yardstick, profile) }
  const core = newJudge(rule === 'registered' ? profile : { ...profile, rule: rule as Profile['rule'] })
  beginReturn(core)
  return { core }
}

export function foldBacktestJudge(
  judge: BacktestJudge,
  observation: Observation,
  context: LifeContext,
): readonly Finding[] {
  return 'core' in judge
    ? foldJudge(judge.core, observation, context)
    : foldYardstick(judge.yardstick, observation)
}

export function cloneBacktestJudge(judge: BacktestJudge): BacktestJudge {
  return 'core' in judge ? { core: cloneAlone(judge.core) } : { yardstick: cloneYardstick(judge.yardstick) }
}

/** What a finished UTC day adds to the pooled budget, or null (`reachedOnDay`). */
export function reachedInBacktest(judge: BacktestJudge, day: number): number | null {
  return 'core' in judge ? reachedOnDay(judge.core, day) : null
}

/** The end of the last life sign, where the judge can tell. */
export function lastLifeMs(judge: BacktestJudge): EpochMs | null {
  return 'core' in judge ? silentSinceOf(judge.core) : null
}
