import type { MeterKind } from '../../../domain/units.ts'
import { COEFFICIENTS } from './coefficients.ts'
import {
  BASE_CAP,
  DEEP_NATS,
  FADE_BELOW,
  FLOOR_MIN_UNBROKEN,
  HABIT_MIN_WEEKS,
  RETURNS_PRIOR,
  STEADY_HOURS,
  UNLIKELY,
} from './parameters.ts'

/** What the improbability of a silence weighs in its score (weigh.ts). */
export interface UnlikelyWeight {
  readonly share: number
  readonly fall: number
}

/**
 * What a home is judged by, as far as it is varied to see what each idea buys (detector/fit): an idea is switched off by a
 * value of its own parameter, so that the fold has no second path. Not part of the saved state.
 */
export interface LifeModel {
  /** Weights of the hazard of return (hazard.ts). */
  readonly weights: Readonly<Record<MeterKind, readonly number[]>>
  /** `RETURNS_PRIOR`; huge: no home is calibrated on its own returns. */
  readonly returnsPrior: number
  /** `FLOOR_MIN_UNBROKEN`; Infinity: no leak floor is believed, and water that never stops is taken for life. */
  readonly floorMinUnbroken: number
  /** `FADE_BELOW`; -1: a gap takes nothing from a silence. */
  readonly fadeBelow: number
  /** `STEADY_HOURS`; Infinity: what runs on unchanged is taken for life as long as it runs. */
  readonly steadyHours: number
  /** `DEEP_NATS`; Infinity: a deep silence of power ends like any other. */
  readonly deepNats: number
  /** `BASE_CAP`; Infinity: the base load is whatever the nights draw. */
  readonly baseCap: number
  /** `UNLIKELY`; share 1: the score is the improbability of the silence alone, 0: what waiting saves alone. */
  readonly unlikely: Readonly<Record<MeterKind, UnlikelyWeight>>
  /** `HABIT_MIN_WEEKS`; Infinity: no weekly absence is known. */
  readonly habitMinWeeks: number
}

export const MODEL: LifeModel = {
  weights: COEFFICIENTS,
  returnsPrior: RETURNS_PRIOR,
  floorMinUnbroken: FLOOR_MIN_UNBROKEN,
  fadeBelow: FADE_BELOW,
  steadyHours: STEADY_HOURS,
  deepNats: DEEP_NATS,
  baseCap: BASE_CAP,
  unlikely: UNLIKELY,
  habitMinWeeks: HABIT_MIN_WEEKS,
}
