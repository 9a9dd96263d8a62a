import * as parameters from './parameters.ts'
import * as places from './state.ts'
import type { LifeState } from './state.ts'
import { stepOf } from './steady.ts'

// Of this module's own: an import would be looked up with every use.
const { FLOOR_DAYS, FLOOR_MIN_DAYS, FLOOR_MIN_L_PER_H, FLOOR_MOST, FLOOR_SPREADS } = parameters
const { FLOOR_USUAL_MARGIN, LONG_INTERVAL_HOURS } = parameters
const { F, FULL, LEAK_ROW, S, STEADY_ROW } = places

/** Hours of the wall clock over which water is added up: a leak shows in them even where its register has steps of 10 L. */
export const BLOCK_HOURS = 4
const BLOCKS_A_DAY = 24 / BLOCK_HOURS
/** Of a block so much must be measured before its sum says anything. */
const BLOCK_COVER_MINUTES = 0.9 * BLOCK_HOURS * 60
/** The count of blocks begins anew every thirty years, with a day and with a place of the seven. */
const BLOCKS_ROUND = BLOCKS_A_DAY * FLOOR_DAYS * 1560
const DAYS_ROUND = BLOCKS_ROUND / BLOCKS_A_DAY
/** Sums are kept in these, from 1 on; 0 is a day of which nothing is known. */
const KEPT_L = 0.01
/** The water per hour (L) above which only a person explains it. */
export function leakBar(state: LifeState, meter: number, hours: number): number {
  const at = state.steady + meter * STEADY_ROW
  if ((state.f32[at + S.idleLow] ?? 0) <= 0) return FLOOR_MIN_L_PER_H
  const high = state.f32[at + S.idleHigh] ?? 0
  const step = stepOf(state, meter, hours)
  // Half a step above the highest that the leak can show: between two numbers that the register knows.
  return step === 0 ? high : (Math.ceil(high / step - 1e-6) + 0.5) * step
}

/** Takes an interval into its block; a block that is over teaches the floor. */
export function noteFlow(
  state: LifeState,
  meter: number,
  amount: number,
  hours: number,
  minutes: number,
  block: number,
): void {
  if (hours > LONG_INTERVAL_HOURS) return
  const { f32, u16, u8 } = state
  const leak = state.leak + meter * LEAK_ROW
  const sum = state.steady + meter * STEADY_ROW + S.blockSum
  const cover = state.cover + meter
  const place = block % BLOCKS_ROUND
  const before = u16[leak + F.block] ?? 0
  if (place !== before) {
    const isWhole = (u8[cover] ?? 0) >= BLOCK_COVER_MINUTES
    const isLower = isWhole && keepLowest(u16, leak, before, f32[sum] ?? 0)
    const isNewDay = forgetDays(u16, leak, before, place)
    u16[leak + F.block] = place
    f32[sum] = 0
    u8[cover] = 0
    if (isLower || isNewDay) learnFloor(state, meter)
  }
  f32[sum] = (f32[sum] ?? 0) + amount
  u8[cover] = Math.min(255, (u8[cover] ?? 0) + minutes)
  noteStep(u16, leak, Math.round(amount * 1_000))
}

/**
 * What flows with nobody's doing, from each day's quietest block: its lowest is the leak at its least, and how far the median is
 * above that says how far it strays. One day with a block of nothing at all in the week says that there is no leak.
 */
function learnFloor(state: LifeState, meter: number): void {
  const { f32, u16 } = state
  const at = state.steady + meter * STEADY_ROW
  const days = state.leak + meter * LEAK_ROW + F.days
  const kept: number[] = []
  for (let day = days; day < days + FLOOR_DAYS; day++) if ((u16[day] ?? 0) > 0) kept.push(u16[day] ?? 0)
  kept.sort((a, b) => a - b)
  // Of a leak that is plain on all other days, one day without any flow was a day without supply.
  const others = kept[1] ?? 0
  const least = kept[0] === 1 && others > SURE_LEAK ? others : (kept[0] ?? 0)
  const isKnown = kept.length >= FLOOR_MIN_DAYS && least > 1
  // A register shows what has gathered in whole steps: on average half a step less than has flowed.
  const unseen = stepOf(state, meter, BLOCK_HOURS) / 2
  const low = isKnown ? ((least - 1) * KEPT_L) / BLOCK_HOURS + unseen : 0
  const median = isKnown ? (((kept[kept.length >> 1] ?? 1) - 1) * KEPT_L) / BLOCK_HOURS + unseen : 0
  const high = Math.min(FLOOR_MOST * low, FLOOR_USUAL_MARGIN * median + FLOOR_SPREADS * (median - low))
  f32[at + S.idleLow] = low
  f32[at + S.idleHigh] = Math.max(FLOOR_MIN_L_PER_H, high)
}

/** A block of a leak of 2 L/h, as it is kept: nobody's acts come to that in every block of a week. */
const SURE_LEAK = 1 + (2 * BLOCK_HOURS) / KEPT_L

function dayOfBlock(block: number): number {
  return Math.floor(block / BLOCKS_A_DAY)
}

/** @returns whether no block of its day has been lower. */
function keepLowest(u16: Uint16Array, leak: number, block: number, sumL: number): boolean {
  const at = leak + F.days + (dayOfBlock(block) % FLOOR_DAYS)
  const kept = Math.min(FULL, 1 + Math.round(sumL / KEPT_L))
  const known = u16[at] ?? 0
  if (known !== 0 && known <= kept) return false
  u16[at] = kept
  return true
}

/** Days that begin take the place of those a week before. @returns whether one does. */
function forgetDays(u16: Uint16Array, leak: number, before: number, block: number): boolean {
  const day = dayOfBlock(block)
  const days = Math.min(FLOOR_DAYS, (day - dayOfBlock(before) + DAYS_ROUND) % DAYS_ROUND)
  for (let back = 0; back < days; back++) u16[leak + F.days + ((day - back + FLOOR_DAYS) % FLOOR_DAYS)] = 0
  return days > 0
}

/** The largest amount that all amounts are whole numbers of. */
function noteStep(u16: Uint16Array, leak: number, amountMl: number): void {
  const known = u16[leak + F.stepMl] ?? 0
  if (amountMl <= 0) return
  if (known === 0) {
    if (amountMl <= FULL) u16[leak + F.stepMl] = amountMl
    return
  }
  let step = known
  for (let rest = amountMl % step; rest > 0;) {
    const next = step % rest
    step = rest
    rest = next
  }
  if (step !== known) u16[leak + F.stepMl] = step
}
