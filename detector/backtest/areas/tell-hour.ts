import { HOUR_MS } from '../../../domain/time.ts'
import { BIT, BITS, isCovered, kindOf, LONGEST_MS } from '../../core/area/summarize-hour.ts'
import { KINDS } from '../../core/area/outage.ts'
import type { Profile } from '../../core/observation.ts'
import type { Series } from '../series.ts'

/**
 * With each hour a home tells its areas what it can say of it (the bits of `summarize-hour.ts`), and anew of the hours before
 * it that an interval of up to LONGEST_MS reaches into.
 */
export const TOLD_HOURS = 1 + LONGEST_MS / HOUR_MS
/** Stands for bits that are no others than before. */
export const NO_NEWS = 0xff

/** A home's rows on their way through the hours. */
export interface HourTeller {
  readonly profile: Profile
  readonly series: readonly Series[]
  /** Next row of each series. */
  readonly next: Uint32Array
  /** Of the newest hour and those before it. */
  readonly bits: Uint8Array
  /** By hour and kind of meter: ms in which nothing flowed. */
  readonly stillMs: Float64Array
}

export function newHourTeller(profile: Profile, series: readonly Series[]): HourTeller {
  return {
    profile,
    series,
    next: new Uint32Array(series.length),
    bits: new Uint8Array(TOLD_HOURS),
    stillMs: new Float64Array(TOLD_HOURS * KINDS.length),
  }
}

/** Works the rows that end within this hour, which follows the one before. @returns whether any did. */
export function tellHour(teller: HourTeller, hour: number, told: Uint8Array, at: number): boolean {
  const { profile, series, next, bits, stillMs } = teller
  bits.copyWithin(1, 0)
  bits[0] = 0
  stillMs.copyWithin(KINDS.length, 0)
  stillMs.fill(0, 0, KINDS.length)
  told.fill(NO_NEWS, at, at + TOLD_HOURS)
  told[at] = 0
  const toMs = (hour + 1) * HOUR_MS
  let isHeard = false
  for (let meter = 0; meter < series.length; meter++) {
    const { endMs, length } = series[meter] ?? NOTHING
    let row = next[meter] ?? 0
    for (; row < length && (endMs[row] ?? Infinity) <= toMs; row++) {
      isHeard = true
      tellRow(teller, hour, meter, row)
    }
    next[meter] = row
  }
  if (!isHeard) return false
  for (let back = 0; back < TOLD_HOURS; back++) {
    const before = bits[back] ?? 0
    let now = before
    for (let kind = 0; kind < KINDS.length; kind++) {
      if (isCovered(profile, stillMs[back * KINDS.length + kind] ?? 0, kind)) now |= BIT.seen << (kind * BITS)
    }
    bits[back] = now
  }
  told.set(bits, at)
  return true
}

const NOTHING = { endMs: new Float64Array(0), length: 0 }

function tellRow({ profile, series, bits, stillMs }: HourTeller, hour: number, meter: number, row: number) {
  const kind = kindOf(profile.meters[meter]?.kind)
  const { endMs, intervalMs, amount } = series[meter] as Series
  bits[0] = (bits[0] ?? 0) | (BIT.heard << (kind * BITS))
  const toMs = endMs[row] ?? 0
  const lengthMs = intervalMs[row] ?? 0
  const used = amount[row] ?? NaN
  if (Number.isNaN(used) || !(lengthMs > 0) || lengthMs > LONGEST_MS) return
  for (let back = 0; back < TOLD_HOURS; back++) {
    const hourMs = (hour - back) * HOUR_MS
    const overlapMs = Math.min(toMs, hourMs + HOUR_MS) - Math.max(toMs - lengthMs, hourMs)
    if (overlapMs <= 0) return
    if (used === 0)
      stillMs[back * KINDS.length + kind] = (stillMs[back * KINDS.length + kind] ?? 0) + overlapMs
    else if (2 * overlapMs >= lengthMs)
      bits[back] = (bits[back] ?? 0) | ((BIT.seen | BIT.flow) << (kind * BITS))
  }
}
