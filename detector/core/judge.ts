import type { Observation, Profile } from './observation.ts'
import {
  cloneLife,
  decodeLife,
  encodeLife,
  foldLife,
  newLife,
  type LifeContext,
  type LifeFinding,
  type LifeState,
} from './life/fold.ts'

/**
 * Who judges a home's silence: its own evidence of life, or the fixed rule it is registered with. The rest of the
 * detector knows only this door.
 */
export type JudgeState = LifeState

export function newJudge(profile: Profile): JudgeState {
  return newLife(profile)
}

export function foldJudge(state: JudgeState, observation: Observation, context: LifeContext): LifeFinding[] {
  return foldLife(state, observation, context)
}

export function cloneJudge(state: JudgeState): JudgeState {
  return cloneLife(state)
}

export function encodeJudge(state: JudgeState): Uint8Array {
  return encodeLife(state)
}

export function decodeJudge(bytes: Uint8Array, profile: Profile): JudgeState {
  return decodeLife(bytes, profile)
}
