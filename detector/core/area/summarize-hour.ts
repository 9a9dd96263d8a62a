import { HOUR_MS } from '../../../domain/time.ts'
import type { MeterKind } from '../../../domain/units.ts'
import type { Profile } from '../observation.ts'
import { FLAG, findPlace, type Window } from '../window.ts'

/** What a home says of an hour and a kind of meter; bits, two kinds of COUNTS bits in a byte. */
export const BIT = { heard: 1, seen: 2, flow: 4 } as const
export const BITS = 3

/** A longer interval does not tell in which hour there was flow. */
export const LONGEST_MS = 2 * HOUR_MS
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
  const { meters } = profile
  let bits = 0
  let stillPowerMs = 0
  let stillWaterMs = 0
  for (let i = findPlace(window, fromMs + 1, 0, 0); i < window.length; i++) {
    const endMs = window.endMs[i] ?? 0
    if (endMs >= toMs + LONGEST_MS) break
    const flags = window.flags[i] ?? 0
    if ((flags & FLAG.fault) !== 0) continue
    const shift = kindOf(meters[window.meter[i] ?? 0]?.kind) * BITS
    if (endMs <= toMs && (flags & FLAG.heard) !== 0) bits |= BIT.heard << shift
    const intervalMs = window.intervalMs[i] ?? 0
    if ((flags & FLAG.measured) === 0 || !(intervalMs > 0) || intervalMs > LONGEST_MS) continue
    const overlapMs = Math.min(endMs, toMs) - Math.max(endMs - intervalMs, fromMs)
    if (overlapMs <= 0) continue
    if ((window.amount[i] ?? 0) !== 0) {
      if (2 * overlapMs >= intervalMs) bits |= (BIT.seen | BIT.flow) << shift
    } else if (shift === 0) stillPowerMs += overlapMs
    else stillWaterMs += overlapMs
  }
  if (isCovered(profile, stillPowerMs, 0)) bits |= BIT.seen
  if (isCovered(profile, stillWaterMs, 1)) bits |= BIT.seen << BITS
  return bits
}

/** Index into KINDS. */
export function kindOf(kind: MeterKind | undefined): number {
  return kind === 'electricity' ? 0 : 1
}

/** All meters of the kind have been still for as good as the whole hour. */
export function isCovered({ meters }: Profile, stillMs: number, kind: number): boolean {
  if (stillMs < ENOUGH * HOUR_MS) return false
  let count = 0
  for (const meter of meters) if (kindOf(meter.kind) === kind) count++
  return stillMs >= ENOUGH * count * HOUR_MS
}
