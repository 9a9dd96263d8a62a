import type { EpochMs } from '../../domain/time.ts'
import {
  cloneLife,
  decodeLife,
  encodeLife,
  foldLife,
  newLife,
  presentLifeSilence,
  reachedOn,
  silentSinceMs,
  type LifeContext,
  type LifeFinding,
  type LifeState,
  type PresentSilence,
} from './life/fold.ts'
import type { Observation, Profile } from './observation.ts'
import { cloneRule, decodeRule, encodeRule, foldRule, newRule, type RuleState } from './rules/fold.ts'
import { NEVER, R } from './rules/state.ts'

/**
 * Who judges a home's silence: its own evidence of life, or the fixed rule it is registered with. The rest of the
 * detector knows only this door.
 */
export type JudgeState = { readonly life: LifeState } | { readonly rule: RuleState }

export function newJudge(profile: Profile): JudgeState {
  return profile.rule === 'evidence' ? { life: newLife(profile) } : { rule: newRule(profile) }
}

export function foldJudge(state: JudgeState, observation: Observation, context: LifeContext): LifeFinding[] {
  return 'life' in state ? foldLife(state.life, observation, context) : foldRule(state.rule, observation)
}

export function cloneJudge(state: JudgeState): JudgeState {
  return 'life' in state ? { life: cloneLife(state.life) } : { rule: cloneRule(state.rule) }
}

export function encodeJudge(state: JudgeState): Uint8Array {
  return 'life' in state ? encodeLife(state.life) : encodeRule(state.rule)
}

/** `profile.rule` tells which state the bytes are. */
export function decodeJudge(bytes: Uint8Array, profile: Profile): JudgeState {
  return profile.rule === 'evidence'
    ? { life: decodeLife(bytes, profile) }
    : { rule: decodeRule(bytes, profile) }
}

/** Since when the home has been silent, where its judge can tell. */
export function silentSinceOf(state: JudgeState): EpochMs | null {
  if ('life' in state) return silentSinceMs(state.life)
  const lastUseMs = state.rule.numbers[R.lastUseMs] ?? NEVER
  return lastUseMs === NEVER ? null : lastUseMs
}

/** The silence that goes on, where the home's own rhythm is known well enough to weigh it. */
export function presentSilence(state: JudgeState, endMs: EpochMs): PresentSilence | null {
  return 'life' in state ? presentLifeSilence(state.life, endMs) : null
}

/** What a finished UTC day of this home adds to the area's budget (`closeDay`), or null; a fixed rule has no budget. */
export function reachedOnDay(state: JudgeState, day: number): number | null {
  return 'life' in state ? reachedOn(state.life, day) : null
}
