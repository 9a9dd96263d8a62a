import { HOUR_MS } from '../../../domain/time.ts'
import type { Profile } from '../observation.ts'
import { FLAG, type Item } from '../window.ts'
import { hourOf } from './outage.ts'
import { BIT, BITS, isCovered, kindOf, LONGEST_MS } from './summarize-hour.ts'

/**
 * The two newest hours of a home as running sums, so that readings which come as they should need no look at the window:
 * what `summarizeHour` would find, for every hour from `from` on. An item that the sums cannot take (it was put in the place of
 * another, spans hours that have gone by, has no usual length) moves `from` behind itself.
 *
 * Words: the newest hour, `from`, bits of the hour before and of the newest (eight each); then ms in which nothing flowed, by
 * hour and kind of meter.
 */
export const SUM_WORDS = 7
const HOUR = 0
const FROM = 1
const FOUND = 2
const STILL = 3
const KIND_COUNT = 2

/** Adds an item that was not there before; `isNew` false: one that took another's place. */
export function addToSums(
  sums: Uint32Array,
  at: number,
  profile: Profile,
  item: Item,
  isNew: boolean,
  fromHour: number,
  toHour: number,
): void {
  const { flags, intervalMs } = item
  if ((flags & FLAG.fault) !== 0) return
  const newest = sums[at + HOUR] ?? 0
  if (toHour > newest) roll(sums, at, toHour)
  const oldest = Math.max(newest, toHour) - 1
  const isWhole = Number.isInteger(item.endMs) && Number.isInteger(intervalMs)
  const isUsual =
    isWhole && fromHour <= toHour && fromHour >= oldest && intervalMs >= 0 && intervalMs <= LONGEST_MS
  if (!isNew || !isUsual) {
    if (toHour >= (sums[at + FROM] ?? 0)) sums[at + FROM] = toHour + 1
    return
  }
  if (fromHour < toHour) addToHour(sums, at, profile, item, fromHour)
  addToHour(sums, at, profile, item, toHour)
}

function roll(sums: Uint32Array, at: number, toHour: number): void {
  const isNext = toHour === (sums[at + HOUR] ?? 0) + 1
  sums[at + HOUR] = toHour
  sums[at + FOUND] = isNext ? (sums[at + FOUND] ?? 0) >>> 8 : 0
  for (let kind = 0; kind < KIND_COUNT; kind++) {
    const before = at + STILL + kind
    sums[before] = isNext ? (sums[before + KIND_COUNT] ?? 0) : 0
    sums[before + KIND_COUNT] = 0
  }
}

function addToHour(sums: Uint32Array, at: number, profile: Profile, item: Item, hour: number): void {
  const { endMs, intervalMs, flags, amount, meter } = item
  const place = hour === sums[at + HOUR] ? 1 : 0
  const kind = kindOf(profile.meters[meter]?.kind)
  let bits = 0
  if ((flags & FLAG.heard) !== 0 && hourOf(endMs - 1) === hour) bits |= BIT.heard
  if ((flags & FLAG.measured) !== 0 && intervalMs > 0) {
    const fromMs = hour * HOUR_MS
    const overlapMs = Math.min(endMs, fromMs + HOUR_MS) - Math.max(endMs - intervalMs, fromMs)
    if (overlapMs > 0) {
      if (amount === 0) {
        const still = at + STILL + KIND_COUNT * place + kind
        sums[still] = (sums[still] ?? 0) + overlapMs
      } else if (2 * overlapMs >= intervalMs) bits |= BIT.seen | BIT.flow
    }
  }
  sums[at + FOUND] = (sums[at + FOUND] ?? 0) | (bits << (kind * BITS + 8 * place))
}

/** Whether the sums know the hour. */
export function areSummed(sums: Uint32Array, at: number, hour: number): boolean {
  const newest = sums[at + HOUR] ?? 0
  return hour >= (sums[at + FROM] ?? 0) && (hour === newest || hour === newest - 1)
}

export function bitsOfSums(sums: Uint32Array, at: number, profile: Profile, hour: number): number {
  const place = hour === sums[at + HOUR] ? 1 : 0
  let bits = ((sums[at + FOUND] ?? 0) >>> (8 * place)) & 0xff
  for (let kind = 0; kind < KIND_COUNT; kind++) {
    const stillMs = sums[at + STILL + KIND_COUNT * place + kind] ?? 0
    if (isCovered(profile, stillMs, kind)) bits |= BIT.seen << (kind * BITS)
  }
  return bits
}
