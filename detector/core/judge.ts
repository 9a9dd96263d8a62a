import type { Finding } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import {
  foldLife,
  habitOfLifeSilence,
  type HabitOfSilence,
  presentLifeSilence,
  isLifeSign,
  reachedOn,
  silentSinceMs,
  type LifeContext,
  type PresentSilence,
} from './life/fold.ts'
import { beginLife } from './life/state.ts'
import type { Observation, Profile } from './observation.ts'
import { foldRule } from './rules/fold.ts'
import { beginRule, NEVER, R } from './rules/state.ts'
import { newAlone, type HomeState } from './state/home-state.ts'

/**
 * Who judges a home's silence: its own evidence of life, or the fixed rule it is registered with. The rest of the
 * detector knows only this door. What it knows lies in the home's record.
 */
export type JudgeState = HomeState

/** A judge of one home, with a record of its own. */
export function newJudge(profile: Profile): JudgeState {
  const state = newAlone(profile)
  beginJudge(state)
  return state
}

/** Makes a record of zeros the state of a home that nothing is known of. */
export function beginJudge(state: JudgeState): void {
  if (isLife(state)) beginLife(state)
  else beginRule(state)
}

export function foldJudge(
  state: JudgeState,
  observation: Observation,
  context: LifeContext,
): readonly Finding[] {
  return isLife(state) ? foldLife(state, observation, context) : foldRule(state, observation)
}

/** Since when the home has been silent, where its judge can tell. */
export function silentSinceOf(state: JudgeState): EpochMs | null {
  if (isLife(state)) return silentSinceMs(state)
  const lastUseMs = state.f64[state.rule + R.lastUseMs] ?? NEVER
  return lastUseMs === NEVER ? null : lastUseMs
}

/** Whether an observation that has just been folded was a sign of life; null where the judge cannot tell yet. */
export function isSignOfLife(state: JudgeState, observation: Observation): boolean | null {
  if (isLife(state)) return isLifeSign(state, observation)
  const lastUseMs = state.f64[state.rule + R.lastUseMs] ?? NEVER
  return lastUseMs === NEVER ? null : lastUseMs === observation.endMs
}

/** The silence that goes on, where the home's own rhythm is known well enough to weigh it. */
export function presentSilence(state: JudgeState, endMs: EpochMs): PresentSilence | null {
  return isLife(state) ? presentLifeSilence(state, endMs) : null
}

/** The weekly absence that keeps a silence from being an alert now; null where there is no such silence, or no habit. */
export function habitOfSilence(
  state: JudgeState,
  endMs: EpochMs,
  context: LifeContext,
): HabitOfSilence | null {
  return isLife(state) ? habitOfLifeSilence(state, endMs, context) : null
}

/** What a finished UTC day of this home adds to the area's budget (`closeDay`), or null; a fixed rule has no budget. */
export function reachedOnDay(state: JudgeState, day: number): number | null {
  return isLife(state) ? reachedOn(state, day) : null
}

function isLife(state: JudgeState): boolean {
  return state.layout.judge === 'life'
}
