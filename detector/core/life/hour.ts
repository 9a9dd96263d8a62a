import * as time from '../../../domain/time.ts'
import type { Observation } from '../observation.ts'
import { frailty, holdFrailty, pooledHazard, returnBin } from './hazard.ts'
import * as parameters from './parameters.ts'
import { surpriseOf } from './logarithms.ts'
import * as rhythm from './rhythm.ts'
import { learnLastDay, learnRate, meterRow, rateOf, shareOf, weightOf } from './rhythm.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { slotOf } from './waiting.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { DAY_MS, HOUR_MS } = time
const { LATELY_HOURS, LONG_RUN_HOURS, MIN_COVER, WORTH_HOURS } = parameters
const { HOME_ROW } = rhythm
const { B, H, L, LOAD_ROW, M, RETURN_BINS, V } = places

/**
 * The hour of the wall clock is the model's grain, whatever the meters' is: intervals of minutes add up to it, longer
 * ones are spread over theirs. While it runs, silence is credited by the share of it that has been observed; when it
 * ends, it teaches the rhythm.
 */
export function enterHour(state: LifeState, wallHour: number): void {
  const current = state.u32[state.hour + H.current] ?? 0
  // The hour that the end of summer time repeats counts once, and a slower meter may still speak of the hour before.
  if (wallHour <= current) return
  leaveHour(state)
  const { f32, u8, level, flag } = state
  state.u32[state.hour + H.current] = wallHour
  for (let m = 0; m < state.profile.meters.length; m++) {
    f32[state.load + m * LOAD_ROW + L.cover] = 0
    u8[state.sign + m] = 0
  }
  u8[flag + B.sign] = 0
  f32[level + V.signCover] = 0
  f32[level + V.creditedHours] = 0
  f32[level + V.creditedNats] = 0
  f32[level + V.hazard] = -1
  const silent = (f32[level + V.silentHours] ?? 0) > 0
  u8[flag + B.beganSilent] = silent ? 1 : 0
  f32[level + V.hourSurprise] = surpriseOf(rateOf(state, HOME_ROW, slotOf(wallHour)))
  if (silent) {
    const bin = returnBin(f32[level + V.surprise] ?? 0)
    u8[flag + B.beganBin] = bin
    holdFrailty(state, bin)
    hazardOfHour(state)
  }
}

/** The pooled hazard of the present hour, worked out when first needed. */
function hazardOfHour(state: LifeState): number {
  const { f32, level } = state
  const known = f32[level + V.hazard] ?? -1
  if (known >= 0) return known
  const slot = slotOf(state.u32[state.hour + H.current] ?? 0)
  const hazard = pooledHazard(state, slot)
  f32[level + V.hazard] = hazard
  return hazard
}

/** The last answer of `coverOf`: one object for all, as nobody keeps it. */
const covered = { most: 0.5, least: 0.5, meter: 0 }

/** The observed shares of the present hour: of the meter that covers most, of the one that covers least, and which. */
function coverOf({ profile, f32, load }: LifeState): typeof covered {
  let most = 0
  let least = Infinity
  let meter = 0
  for (let m = 0; m < profile.meters.length; m++) {
    const cover = f32[load + m * LOAD_ROW + L.cover] ?? 0
    if (cover > most) {
      most = cover
      meter = m
    }
    if (cover < least) least = cover
  }
  covered.most = most
  covered.least = least
  covered.meter = meter
  return covered
}

function leaveHour(state: LifeState): void {
  const { most, least, meter } = coverOf(state)
  if (most < MIN_COVER) return
  const slot = slotOf(state.u32[state.hour + H.current] ?? 0)
  const sign = state.u8[state.flag + B.sign] ?? 0
  const together = least >= MIN_COVER
  if (state.profile.meters.length > 1) {
    for (let m = 0; m < state.profile.meters.length; m++) {
      if ((state.f32[state.load + m * LOAD_ROW + L.cover] ?? 0) < MIN_COVER) continue
      learnRate(state, meterRow(state, m), slot, state.u8[state.sign + m] ?? 0)
    }
  }
  if (together) learnRate(state, HOME_ROW, slot, sign)
  const row = together ? HOME_ROW : meterRow(state, meter)
  state.u16[state.mark + M.row] = row
  if ((state.u8[state.flag + B.beganSilent] ?? 0) > 0) learnReturn(state, sign, shareOf(state, row, slot))
  learnLiveliness(state, slot, sign)
}

/** One observed hour more in the slow averages. */
export function learnLiveliness(state: LifeState, slot: number, sign: number): void {
  const { f32, level } = state
  const seen = (f32[level + V.hoursSeen] ?? 0) + 1
  f32[level + V.hoursSeen] = seen
  learnLastDay(state, slot % 24, sign)
  const lately = f32[level + V.lately] ?? 0
  const longRun = f32[level + V.longRun] ?? 0
  f32[level + V.lately] = lately + weightOf(seen + 1, LATELY_HOURS) * (sign - lately)
  f32[level + V.longRun] = longRun + weightOf(seen + 1, LONG_RUN_HOURS) * (sign - longRun)
}

/** `share`: what those who were heard show of all returns. */
function learnReturn(state: LifeState, sign: number, share: number): void {
  const { f32, level } = state
  const at = state.returns + (state.u8[state.flag + B.beganBin] ?? 0)
  const expected = 1 - Math.exp(-share * Math.max(0, f32[level + V.hazard] ?? 0))
  f32[at] = (f32[at] ?? 0) + sign
  f32[at + RETURN_BINS] = (f32[at + RETURN_BINS] ?? 0) + expected
}

/** Marks what was observed of the present hour. */
export function coverHour(
  state: LifeState,
  { meter, intervalMs }: Pick<Observation, 'meter' | 'intervalMs'>,
  sign: boolean,
): void {
  const { f32, level } = state
  const hours = intervalMs / HOUR_MS
  const cover = state.load + meter * LOAD_ROW + L.cover
  f32[cover] = Math.min(1, (f32[cover] ?? 0) + hours)
  f32[level + V.dayHours] = (f32[level + V.dayHours] ?? 0) + hours / state.profile.meters.length
  if (!sign) return
  state.u8[state.sign + meter] = 1
  state.u8[state.flag + B.sign] = 1
  f32[level + V.signCover] = coverOf(state).most
  f32[level + V.creditedHours] = 0
  f32[level + V.creditedNats] = 0
  // What is left of the hour is the start of another silence: keep the old hazard only if the hour still has to teach.
  if ((state.u8[state.flag + B.beganSilent] ?? 0) === 0) f32[level + V.hazard] = -1
}

/**
 * Credits the silence with what is newly observed of the present hour. Meters speak together: where all have reported,
 * the surprise is that of the home's joint silence (learned as such, so that two meters of one absence are not counted
 * twice); where one lags, that of the best single meter, until the others catch up. The hazard is that of a sign of any meter,
 * of which a single one has the share that it has of the surprise.
 */
export function creditSilence(state: LifeState): void {
  const { f32, level } = state
  const slot = slotOf(state.u32[state.hour + H.current] ?? 0)
  const { most, least, meter } = coverOf(state)
  const signCover = f32[level + V.signCover] ?? 0
  const span = Math.max(0, most - signCover)
  const row = least - signCover >= span - 1e-3 ? HOME_ROW : meterRow(state, meter)
  const nats = Math.max(0, span * surpriseOf(rateOf(state, row, slot)) - (f32[level + V.creditedNats] ?? 0))
  const hours = Math.max(0, span - (f32[level + V.creditedHours] ?? 0))
  if (nats <= 0 && hours <= 0) return
  const surprise = f32[level + V.surprise] ?? 0
  const whole = Math.max(1e-3, f32[level + V.hourSurprise] ?? 0)
  const hazard = hazardOfHour(state) * frailty(state, returnBin(surprise)) * (nats / whole)
  f32[level + V.surprise] = surprise + nats
  f32[level + V.creditedNats] = (f32[level + V.creditedNats] ?? 0) + nats
  const logAlive = (f32[level + V.logAlive] ?? 0) - hazard
  f32[level + V.logAlive] = logAlive
  // A second meter of the same quarter of an hour makes the silence surer, not longer.
  if (hours === 0) return
  f32[level + V.silentHours] = (f32[level + V.silentHours] ?? 0) + hours
  f32[level + V.creditedHours] = (f32[level + V.creditedHours] ?? 0) + hours
  const alive = Math.exp(logAlive) * hours
  f32[level + V.waiting] = (f32[level + V.waiting] ?? 0) * fade(hours) + alive
}

/** What is left of the worth of waiting after so many hours. Meters keep to one interval, so the last answer is remembered. */
const faded = { hours: 0, worth: 1 }

function fade(hours: number): number {
  if (hours !== faded.hours) {
    faded.hours = hours
    faded.worth = Math.exp(-hours / WORTH_HOURS)
  }
  return faded.worth
}

/** UTC day (since 1970) in which an interval ends. */
export function dayOf(endMs: number): number {
  return Math.floor((endMs - 1) / DAY_MS)
}
