import type { Finding } from '../../domain/finding.ts'
import type { LifeContext } from '../core/life/fold.ts'
import type { Observation, Profile } from '../core/observation.ts'
import { applyFinding, type BacktestAlert, type OpenAlerts } from './alert.ts'
import type { Contender } from './contender.ts'
import { foldBacktestJudge, newBacktestJudge, type BacktestJudge } from './judge.ts'
import { newBacktestTrend, observeTrend, type BacktestTrend } from './trend.ts'

/** One home as one contender judges it: what is known of it so far, and what was said. */
export interface BacktestHome {
  readonly judge: BacktestJudge
  readonly steps: readonly Step[]
  /** Only where all kinds are judged. */
  readonly trend: BacktestTrend | null
  readonly open: OpenAlerts
  readonly alerts: BacktestAlert[]
  /** Whether alerts keep their words. */
  readonly worded: boolean
}

/** Works one observation into the part of a home's state that is its own, and says what it finds. */
type Step = (home: BacktestHome, observation: Observation, context: LifeContext) => readonly Finding[]

/** What each observation goes through, in order. Another kind of alert is another step with a state of its own. */
const STEPS: readonly Step[] = [judgeSilence, seeTrend]
/** Where only `inactivity` is compared. */
const SILENCE_ONLY: readonly Step[] = [judgeSilence]

function judgeSilence(
  home: BacktestHome,
  observation: Observation,
  context: LifeContext,
): readonly Finding[] {
  return foldBacktestJudge(home.judge, observation, context)
}

function seeTrend({ trend, judge }: BacktestHome, observation: Observation): Finding[] {
  return trend === null || !('core' in judge) ? [] : observeTrend(trend, judge.core, observation)
}

export function newBacktestHome(contender: Contender, profile: Profile): BacktestHome {
  return {
    judge: newBacktestJudge(contender, profile),
    steps: contender.full ? STEPS : SILENCE_ONLY,
    trend: contender.full ? newBacktestTrend(profile) : null,
    open: new Map(),
    alerts: [],
    worded: contender.full,
  }
}

export function foldObservation(home: BacktestHome, observation: Observation, context: LifeContext): void {
  for (const step of home.steps) take(home, step(home, observation, context))
}

/** Takes what was found of the home. */
export function take(home: BacktestHome, findings: readonly Finding[]): void {
  for (const finding of findings) applyFinding(home.open, finding, home.alerts, home.worded)
}
