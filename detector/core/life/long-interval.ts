import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../local-time.ts'
import { coverHour, creditSilence, enterHour, learnLiveliness } from './hour.ts'
import { HOME_ROW, learnRate, meterRow, rateOf } from './rhythm.ts'
import { H, type LifeState } from './state.ts'
import { slotOf } from './waiting.ts'

/**
 * An interval of many hours without use is as many silent hours. With use it holds a life sign in some hour nobody knows:
 * each of its hours learns the probability that it was this one, p_i / (1 - prod(1 - p_j)) (one step of EM), which for
 * an interval of one hour is 1 and for a whole day is next to nothing new.
 */
export function foldSilentInterval(state: LifeState, meter: number, startMs: EpochMs, endMs: EpochMs): void {
  for (let from = startMs; from < endMs; from += HOUR_MS) {
    const intervalMs = Math.min(HOUR_MS, endMs - from)
    const wallHour = Math.floor(wallMs(state.profile.timezone, from + intervalMs / 2) / HOUR_MS)
    const current = state.u32[state.hour + H.current] ?? 0
    if (wallHour < current) {
      // Another meter has been here already; this one only learns its own rhythm.
      learnOwn(state, meter, slotOf(wallHour), 0)
      continue
    }
    enterHour(state, wallHour)
    coverHour(state, { meter, intervalMs }, false)
    creditSilence(state)
  }
}

export function learnUsedInterval(state: LifeState, meter: number, startMs: EpochMs, endMs: EpochMs): void {
  const slots: number[] = []
  let none = 1
  const row = meterRow(state, meter)
  for (let from = startMs; from < endMs; from += HOUR_MS) {
    const middle = Math.min(from + HOUR_MS / 2, endMs)
    const slot = slotOf(Math.floor(wallMs(state.profile.timezone, middle) / HOUR_MS))
    slots.push(slot)
    none *= 1 - Math.min(0.999, rateOf(state, row, slot))
  }
  for (const slot of slots) {
    const sign = Math.min(1, rateOf(state, row, slot) / Math.max(1e-6, 1 - none))
    learnOwn(state, meter, slot, sign)
    if (state.profile.meters.length === 1) learnLiveliness(state, slot, sign)
  }
  enterHour(state, Math.floor(wallMs(state.profile.timezone, endMs - 1) / HOUR_MS))
}

function learnOwn(state: LifeState, meter: number, slot: number, sign: number): void {
  const row = meterRow(state, meter)
  if (row !== HOME_ROW || state.profile.meters.length === 1) learnRate(state, row, slot, sign)
}
