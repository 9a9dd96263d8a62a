import { DAY_MS, HOUR_MS } from '../../../domain/time.ts'
import { frailty, pooledHazard, returnBin } from './hazard.ts'
import { LATELY_HOURS, LONG_RUN_HOURS, MIN_COVER, RETURNS_FORGET, WORTH_HOURS } from './parameters.ts'
import { HOME_ROW, learnFastRate, learnLastDay, learnRate, meterRow, rateOf, surpriseOf } from './rhythm.ts'
import { C, RETURN_BINS, V, type LifeState } from './state.ts'
import { slotOf } from './waiting.ts'

/**
 * The hour of the wall clock is the model's grain, whatever the meters' is: intervals of minutes add up to it, longer
 * ones are spread over theirs. While it runs, silence is credited by the share of it that has been observed; when it
 * ends, it teaches the rhythm.
 */
export function enterHour(state: LifeState, wallHour: number): void {
  const current = state.clock[C.hour] ?? 0
  // The hour that the end of summer time repeats counts once, and a slower meter may still speak of the hour before.
  if (wallHour <= current) return
  leaveHour(state)
  const { level } = state
  state.clock[C.hour] = wallHour
  state.cover.fill(0)
  level[V.sign] = 0
  level[V.signCover] = 0
  level[V.creditedHours] = 0
  level[V.creditedNats] = 0
  level[V.hazard] = -1
  const silent = (level[V.silentHours] ?? 0) > 0
  level[V.beganSilent] = silent ? 1 : 0
  level[V.hourSurprise] = surpriseOf(rateOf(state, level[V.row] ?? HOME_ROW, slotOf(wallHour)))
  if (silent) {
    level[V.beganBin] = returnBin(level[V.surprise] ?? 0)
    hazardOfHour(state)
  }
}

/** The pooled hazard of the present hour, worked out when first needed. */
function hazardOfHour(state: LifeState): number {
  const { level } = state
  const known = level[V.hazard] ?? -1
  if (known >= 0) return known
  const slot = slotOf(state.clock[C.hour] ?? 0)
  return (level[V.hazard] = pooledHazard(state, slot, level[V.surprise] ?? 0, level[V.silentHours] ?? 0))
}

/** The observed shares of the present hour: of the meter that covers most, of the one that covers least, and which. */
function coverOf(state: LifeState): { most: number; least: number; meter: number } {
  let most = 0
  let least = Infinity
  let meter = 0
  for (let m = 0; m < state.profile.meters.length; m++) {
    const cover = state.cover[2 * m] ?? 0
    if (cover > most) {
      most = cover
      meter = m
    }
    least = Math.min(least, cover)
  }
  return { most, least, meter }
}

function leaveHour(state: LifeState): void {
  const hour = state.clock[C.hour] ?? 0
  const { most, least, meter } = coverOf(state)
  if (most < MIN_COVER) return
  const slot = slotOf(hour)
  const sign = (state.level[V.sign] ?? 0) > 0 ? 1 : 0
  const together = least >= MIN_COVER
  if (state.profile.meters.length > 1) {
    for (let m = 0; m < state.profile.meters.length; m++) {
      if ((state.cover[2 * m] ?? 0) < MIN_COVER) continue
      learnRate(state, meterRow(state, m), slot, state.cover[2 * m + 1] ?? 0)
    }
  }
  if (together) learnRate(state, HOME_ROW, slot, sign)
  state.level[V.row] = together ? HOME_ROW : meterRow(state, meter)
  if ((state.level[V.beganSilent] ?? 0) > 0) learnReturn(state, sign)
  learnLiveliness(state, slot, sign)
}

/** One observed hour more in the slow averages. */
export function learnLiveliness(state: LifeState, slot: number, sign: number): void {
  const { level } = state
  const seen = (level[V.hoursSeen] ?? 0) + 1
  level[V.hoursSeen] = seen
  learnFastRate(state, slot % 24, sign)
  learnLastDay(state, slot % 24, sign)
  const lately = level[V.lately] ?? 0
  const longRun = level[V.longRun] ?? 0
  level[V.lately] = lately + Math.max(1 / LATELY_HOURS, 1 / (seen + 1)) * (sign - lately)
  level[V.longRun] = longRun + Math.max(1 / LONG_RUN_HOURS, 1 / (seen + 1)) * (sign - longRun)
}

function learnReturn(state: LifeState, sign: number): void {
  const { returns } = state
  const bin = state.level[V.beganBin] ?? 0
  const expected = 1 - Math.exp(-Math.max(0, state.level[V.hazard] ?? 0))
  returns[bin] = (returns[bin] ?? 0) * RETURNS_FORGET + sign
  const at = RETURN_BINS + bin
  returns[at] = (returns[at] ?? 0) * RETURNS_FORGET + expected
}

/** Marks `hours` of the present hour as observed by `meter`. */
export function coverHour(state: LifeState, meter: number, hours: number, sign: boolean): void {
  state.cover[2 * meter] = Math.min(1, (state.cover[2 * meter] ?? 0) + hours)
  state.level[V.dayHours] = (state.level[V.dayHours] ?? 0) + hours / state.profile.meters.length
  if (!sign) return
  state.cover[2 * meter + 1] = 1
  const { level } = state
  level[V.sign] = 1
  level[V.signCover] = coverOf(state).most
  level[V.creditedHours] = 0
  level[V.creditedNats] = 0
  // What is left of the hour is the start of another silence: keep the old hazard only if the hour still has to teach.
  if ((level[V.beganSilent] ?? 0) === 0) level[V.hazard] = -1
}

/**
 * Credits the silence with what is newly observed of the present hour. Meters speak together: where all have reported,
 * the surprise is that of the home's joint silence (learned as such, so that two meters of one absence are not counted
 * twice); where one lags, that of the best single meter, until the others catch up.
 * @returns silent hours credited.
 */
export function creditSilence(state: LifeState): number {
  const { level } = state
  const slot = slotOf(state.clock[C.hour] ?? 0)
  const { most, least, meter } = coverOf(state)
  const signCover = level[V.signCover] ?? 0
  const span = Math.max(0, most - signCover)
  const row = least - signCover >= span - 1e-3 ? HOME_ROW : meterRow(state, meter)
  const nats = Math.max(0, span * surpriseOf(rateOf(state, row, slot)) - (level[V.creditedNats] ?? 0))
  const hours = Math.max(0, span - (level[V.creditedHours] ?? 0))
  if (nats <= 0 && hours <= 0) return 0
  const surprise = level[V.surprise] ?? 0
  const whole = Math.max(1e-3, level[V.hourSurprise] ?? 0)
  const hazard = hazardOfHour(state) * frailty(state, returnBin(surprise)) * (nats / whole)
  level[V.surprise] = surprise + nats
  level[V.silentHours] = (level[V.silentHours] ?? 0) + hours
  level[V.creditedNats] = (level[V.creditedNats] ?? 0) + nats
  level[V.creditedHours] = (level[V.creditedHours] ?? 0) + hours
  const logAlive = (level[V.logAlive] ?? 0) - hazard
  level[V.logAlive] = logAlive
  const alive = Math.exp(logAlive) * hours
  level[V.waiting] = (level[V.waiting] ?? 0) * Math.exp(-hours / WORTH_HOURS) + alive
  return hours
}

/** UTC day (since 1970) in which an interval ends. */
export function dayOf(endMs: number): number {
  return Math.floor((endMs - 1) / DAY_MS)
}

export function hoursOf(intervalMs: number): number {
  return intervalMs / HOUR_MS
}
