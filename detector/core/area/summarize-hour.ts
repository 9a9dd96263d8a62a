import { HOUR_MS } from '../../../domain/time.ts'
import type { Profile } from '../observation.ts'
import { FLAG, findPlace, type Window } from '../window.ts'
import { KINDS } from './outage.ts'

/** What a home says of an hour and a kind of meter; bits, two kinds of COUNTS bits in a byte. */
export const BIT = { heard: 1, seen: 2, flow: 4 } as const
export const BITS = 3

/** A longer interval does not tell in which hour there was flow. */
const LONGEST_MS = 2 * HOUR_MS
/** Of an hour so much must be observed before it can be said that nothing flowed. */
const ENOUGH = 0.9

/**
 * One hour of a home, from the items of its window alone, so that it is the same whenever it is asked: was a meter of the
 * kind heard, was its flow seen, did anything flow. Nothing at all is meant: with supply there is standby, a fridge, a
 * drip; without it not even those.
 */
export function summarizeHour(window: Window, profile: Profile, hour: number): number {
  const fromMs = hour * HOUR_MS
  const toMs = fromMs + HOUR_MS
  let bits = 0
  const cover = [0, 0]
  for (let i = findPlace(window, fromMs + 1, 0, 0); i < window.length; i++) {
    const endMs = window.endMs[i] ?? 0
    if (endMs >= toMs + LONGEST_MS) break
    const flags = window.flags[i] ?? 0
    if ((flags & FLAG.fault) !== 0) continue
    const kind = KINDS.findIndex((each) => each === profile.meters[window.meter[i] ?? 0]?.kind)
    const shift = kind * BITS
    if (endMs <= toMs && (flags & FLAG.heard) !== 0) bits |= BIT.heard << shift
    const intervalMs = window.intervalMs[i] ?? 0
    if ((flags & FLAG.measured) === 0 || !(intervalMs > 0) || intervalMs > LONGEST_MS) continue
    const overlapMs = Math.min(endMs, toMs) - Math.max(endMs - intervalMs, fromMs)
    if (overlapMs <= 0) continue
    if ((window.amount[i] ?? 0) === 0) cover[kind] = (cover[kind] ?? 0) + overlapMs
    else if (2 * overlapMs >= intervalMs) bits |= (BIT.seen | BIT.flow) << shift
  }
  for (let kind = 0; kind < KINDS.length; kind++) {
    const meters = profile.meters.reduce((count, meter) => count + (meter.kind === KINDS[kind] ? 1 : 0), 0)
    if (meters > 0 && (cover[kind] ?? 0) >= ENOUGH * meters * HOUR_MS) bits |= BIT.seen << (kind * BITS)
  }
  return bits
}
