import { surpriseOf } from './logarithms.ts'
import * as parameters from './parameters.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'

// Of this module's own: an import would be looked up with every use (docs/PERFORMANCE.md).
const { PRIOR_RATE, PRIOR_WEIGHT, RATE_MEMORY } = parameters
const { FULL, FULL_BYTE, H, SLOTS, V } = places

/** Row of rates that speaks for the home; row m + 1 speaks for meter m of several. */
export const HOME_ROW = 0
export function meterRow(state: LifeState, meter: number): number {
  return state.profile.meters.length > 1 ? meter + 1 : HOME_ROW
}

/** How often this slot has been seen, from the hours seen in all. */
function timesSeen(state: LifeState, slot: number): number {
  return ((state.f32[state.level + V.hoursSeen] ?? 0) / 168) * (slot < 24 ? 5 : 2)
}

function learnedRate(state: LifeState, row: number, slot: number): number {
  return row === HOME_ROW
    ? (state.u16[state.rates + slot] ?? 0) / FULL
    : (state.u8[state.meterRates + (row - 1) * SLOTS + slot] ?? 0) / FULL_BYTE
}

/** P(life sign within the hour), shrunk to the prior while the home is new. */
export function rateOf(state: LifeState, row: number, slot: number): number {
  const seen = timesSeen(state, slot)
  return (learnedRate(state, row, slot) * seen + PRIOR_RATE * PRIOR_WEIGHT) / (seen + PRIOR_WEIGHT)
}

/** What a row shows of the home's returns in an hour: its share of the surprise of all meters together. */
export function shareOf(state: LifeState, row: number, slot: number): number {
  return row === HOME_ROW
    ? 1
    : surpriseOf(rateOf(state, row, slot)) / surpriseOf(rateOf(state, HOME_ROW, slot))
}

/** What the newest of `times` counts in a mean that remembers no more than `memory` of them. */
export function weightOf(times: number, memory: number): number {
  return 1 / (times < memory ? times : memory)
}

/** Moves the rate of a slot toward what the hour showed (`sign` may be a probability). */
export function learnRate(state: LifeState, row: number, slot: number, sign: number): void {
  const weight = weightOf(timesSeen(state, slot) + 1, RATE_MEMORY)
  const old = learnedRate(state, row, slot)
  const moved = old + weight * (sign - old)
  if (row === HOME_ROW) state.u16[state.rates + slot] = Math.round(moved * FULL)
  else {
    const at = state.meterRates + (row - 1) * SLOTS + slot
    state.u8[at] = Math.floor(moved * FULL_BYTE + dither(state, row, slot))
  }
}

/**
 * A step of learning is finer than an 8-bit fraction can show, so it is rounded up as often as what is lost asks for: by
 * a hash of the hour, which every replay repeats.
 */
function dither(state: LifeState, row: number, slot: number): number {
  let hash = Math.imul((state.u32[state.hour + H.current] ?? 0) * 64 + slot, 0x9e3779b1) ^ (row << 7)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

/** Of this hour of the day and the next two, the share that showed life when last observed: what the last day was like. */
export function lastDayRateOf(state: LifeState, hour: number): number {
  const bits = state.u32[state.hour + H.lastDay] ?? 0
  return (((bits >> hour) & 1) + ((bits >> ((hour + 1) % 24)) & 1) + ((bits >> ((hour + 2) % 24)) & 1)) / 3
}

export function learnLastDay(state: LifeState, hour: number, sign: number): void {
  const at = state.hour + H.lastDay
  const bits = state.u32[at] ?? 0
  state.u32[at] = sign > 0.5 ? bits | (1 << hour) : bits & ~(1 << hour)
}
