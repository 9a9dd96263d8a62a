import { DAY_MS, HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import { frailty, habitOf, returnBin, workOutHazard } from './hazard.ts'
import { surpriseOf } from './logarithms.ts'
import { FADE_FROM_HOURS } from './parameters.ts'
import { HOME_ROW, rateOf } from './rhythm.ts'
import { V, type LifeState } from './state.ts'
import { slotOf } from './waiting.ts'

/** What is left of a silence after a gap this sure to have seen a return: nothing. */
const OVER = 1e-3
/** Nor after one this long, whatever the habits. */
const LONGEST_MS = 60 * DAY_MS

/**
 * Nobody saw these hours. Life may have returned in them, and what is silent after them may be another silence: the one
 * before counts on only as far as it is likely that the gap was silent, too,
 *   q = exp(-hazard of return over the gap), as the silence before it would have gone on,
 * so its hours, its surprise, ln S and its worth of waiting are multiplied by q, and its score is worked out anew. A gap is
 * evidence in neither direction: it does not end a silence (the next life sign does), and what lies on both sides of it is not added up
 * as if it had been one. An alert that is open stays open. Gaps of less than `FADE_FROM_HOURS` take nothing.
 */
export function fadeSilence(state: LifeState, fromMs: EpochMs, toMs: EpochMs): void {
  const { f32, level } = state
  if (toMs - fromMs < FADE_FROM_HOURS * HOUR_MS || (f32[level + V.silentHours] ?? 0) <= 0) return
  const left = toMs - fromMs > LONGEST_MS ? 0 : stillSilent(state, fromMs, toMs)
  if (left > state.model.fadeBelow) return
  for (const part of [V.surprise, V.silentHours, V.logAlive, V.waiting]) {
    f32[level + part] = (f32[level + part] ?? 0) * left
  }
  f32[level + V.peak] = 0
  f32[level + V.scoredAt] = 0
}

function stillSilent(state: LifeState, fromMs: EpochMs, toMs: EpochMs): number {
  const habit = habitOf(state)
  let left = 1
  for (let at = fromMs; at < toMs; at += HOUR_MS) {
    const hours = Math.min(1, (toMs - at) / HOUR_MS)
    const middleMs = at + (hours * HOUR_MS) / 2
    const slot = slotOf(Math.floor(wallMs(state.profile.timezone, middleMs) / HOUR_MS))
    habit.homeRate = rateOf(state, HOME_ROW, slot)
    workOutHazard(state, habit, slot % 24)
    left *= Math.exp(-hours * habit.hazard * frailty(state, returnBin(habit.surprise)))
    if (left < OVER) return 0
    habit.surprise += hours * surpriseOf(habit.homeRate)
    habit.silentHours += hours
  }
  return left
}
