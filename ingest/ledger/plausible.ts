import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'

/**
 * What no home can draw, whatever it does; above it a number is a fault of the meter or the way, not use.
 * Water: 20 m3/h. A home's meter has a permanent flow Q3 of 2.5 to 4 m3/h and an overload flow Q4 = 1.25 Q3
 * (ISO 4064-1); 20 m3/h is Q4 of a Q3 = 16 meter, the largest that a block of flats has.
 * Electricity: 100 kW. A direct connected meter carries at most 100 A (125 A at the extreme) on each of three phases of
 * 230 V (EN 50470-3): 69 kW to 86 kW.
 */
export const MOST_PER_HOUR: Readonly<Record<MeterKind, number>> = { electricity: 100, water: 20_000 }

/** Times are rounded somewhere on the way: the most that could flow is never reckoned over less than this. */
const SHORTEST_SPAN_MS = MINUTE_MS

/** Registers of homes end far below this (kWh or L); above it doubles would lose a litre. */
export const LARGEST_REGISTER = 1e12

/** Whether a home can have used `amount` (kWh or L) in `spanMs`. */
export function isPlausible(kind: MeterKind, amount: number, spanMs: number): boolean {
  return amount <= MOST_PER_HOUR[kind] * (Math.max(spanMs, SHORTEST_SPAN_MS) / HOUR_MS)
}

/** What a home may use around a rollover: a tenth of the physical limit, but no less than this (kWh or L). */
const ROLLOVER_LEAST: Readonly<Record<MeterKind, number>> = { electricity: 10, water: 1_000 }
const ROLLOVER_PART = 0.025
/** "Close to 10^n" and "small after": within this part of 10^n. */
const ROLLOVER_CLOSE = 0.01
/** No register in the field has fewer digits than this, counted in kWh or L. */
const ROLLOVER_DIGITS = 4

/**
 * The use across a rollover at 10^n, or null where the fall is none: the register stood within 1 % of the power of ten
 * above it, starts again within 1 % of it, and what has flowed in between is what a home uses.
 */
export function rolloverUse(kind: MeterKind, before: number, after: number, spanMs: number): number | null {
  // The power of ten above: a register of 99,999.9 rolls at 100,000. Resolution of a register is never finer than 1e-6.
  const digits = Math.max(ROLLOVER_DIGITS, Math.ceil(Math.log10(before + 1e-6)))
  const top = 10 ** digits
  if (before < top * (1 - ROLLOVER_CLOSE) || before > top || after > top * ROLLOVER_CLOSE) return null
  const use = top - before + after
  const most = Math.max(ROLLOVER_LEAST[kind], MOST_PER_HOUR[kind] * ROLLOVER_PART * (spanMs / HOUR_MS))
  return use <= most ? use : null
}
