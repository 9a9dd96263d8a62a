import { FAST_WEIGHT, PRIOR_RATE, PRIOR_WEIGHT, RATE_MEMORY } from './parameters.ts'
import { FULL, SLOTS, V, type LifeState } from './state.ts'

const MIN_RATE = 0.02
const MAX_RATE = 0.97

/** Row of `rates` that speaks for the home, and the one that speaks for a single meter of it. */
export const HOME_ROW = 0
export function meterRow(state: LifeState, meter: number): number {
  return state.profile.meters.length > 1 ? meter + 1 : HOME_ROW
}

/** How often this slot has been seen, from the hours seen in all. */
function timesSeen(state: LifeState, slot: number): number {
  return ((state.level[V.hoursSeen] ?? 0) / 168) * (slot < 24 ? 5 : 2)
}

/** P(life sign within the hour), shrunk to the prior while the home is new. */
export function rateOf(state: LifeState, row: number, slot: number): number {
  const learned = (state.rates[row * SLOTS + slot] ?? 0) / FULL
  const seen = timesSeen(state, slot)
  return (learned * seen + PRIOR_RATE * PRIOR_WEIGHT) / (seen + PRIOR_WEIGHT)
}

/** -ln(1 - rate): the surprise of an hour without a life sign, nats. */
export function surpriseOf(rate: number): number {
  return -Math.log(1 - Math.min(MAX_RATE, Math.max(MIN_RATE, rate)))
}

/** Moves the rate of a slot toward what the hour showed (`sign` may be a probability). */
export function learnRate(state: LifeState, row: number, slot: number, sign: number): void {
  const at = row * SLOTS + slot
  const weight = Math.max(1 / RATE_MEMORY, 1 / (timesSeen(state, slot) + 1))
  const old = (state.rates[at] ?? 0) / FULL
  state.rates[at] = Math.round((old + weight * (sign - old)) * FULL)
}

/** The same hour on the last few days. */
export function fastRateOf(state: LifeState, hour: number): number {
  return (state.fast[hour] ?? 0) / FULL
}

export function learnFastRate(state: LifeState, hour: number, sign: number): void {
  const old = fastRateOf(state, hour)
  state.fast[hour] = Math.round((old + FAST_WEIGHT * (sign - old)) * FULL)
}

/** Of this hour of the day and the next two, the share that showed life when last observed: what the last day was like. */
export function lastDayRateOf(state: LifeState, hour: number): number {
  const bits = state.level[V.lastDay] ?? 0
  return (((bits >> hour) & 1) + ((bits >> ((hour + 1) % 24)) & 1) + ((bits >> ((hour + 2) % 24)) & 1)) / 3
}

export function learnLastDay(state: LifeState, hour: number, sign: number): void {
  const bits = state.level[V.lastDay] ?? 0
  state.level[V.lastDay] = sign > 0.5 ? bits | (1 << hour) : bits & ~(1 << hour)
}
