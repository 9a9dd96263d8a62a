import { QUALITIES, type Quality } from '../../domain/quality.ts'
import type { Reading } from '../../domain/reading.ts'
import { HOUR_MS, SECOND_MS, type EpochMs } from '../../domain/time.ts'
import type { StoredReading } from '../reading-store.ts'

/** How a reading lies in the table `readings`; what the columns mean is said in schema.ts. */
export const SLOT_MS = 4 * HOUR_MS

const QUALITY_BITS = 0b1111
const REGISTER_AS_IS = 1 << 4
const CONSUMPTION_AS_IS = 1 << 5
const STATUS_SHIFT = 6
const THOUSANDTHS = 1_000

const QUALITY_CODES = new Map<Quality, number>(QUALITIES.map((quality, code) => [quality, code]))

export interface ReadingRow {
  readonly slot: number
  readonly timeS: number
  readonly register: number | null
  readonly consumption: number | null
  readonly intervalS: number | null
  readonly flags: number
}

/** Slot, time, consumption and flags of a row. */
export type AmountRow = readonly [number, number, number | null, number]

export function slotOf(timeMs: EpochMs): number {
  return Math.floor(timeMs / SLOT_MS)
}

export function secondsIntoSlot(timeMs: EpochMs): number {
  return (timeMs - slotOf(timeMs) * SLOT_MS) / SECOND_MS
}

/** The time of a row. */
export function timeIn(slot: number, timeS: number): EpochMs {
  return slot * SLOT_MS + Math.round(timeS * SECOND_MS)
}

/** The consumption of a row: kWh or L. */
export function consumptionOf(consumption: number | null, flags: number): number | null {
  return unscale(consumption, flags & CONSUMPTION_AS_IS)
}

/** Thousandths where they give back the very same number, otherwise null: then the number is kept as it came. */
function inThousandths(value: number): number | null {
  const scaled = Math.round(value * THOUSANDTHS)
  return scaled / THOUSANDTHS === value && !Object.is(scaled, -0) ? scaled : null
}

/** Bits 0-3 and 6 and up of the flags: what a reading says of itself, however its numbers are kept. */
export function flagsOf(reading: Pick<Reading, 'quality' | 'status'>): number {
  return (QUALITY_CODES.get(reading.quality) ?? 0) | (reading.status << STATUS_SHIFT)
}

/** @param flags as `flagsOf` gives them; NaN stands for "none" in all the others */
export function toRow(
  timeMs: EpochMs,
  register: number,
  consumption: number,
  intervalMs: number,
  flags: number,
): ReadingRow {
  const registerThousandths = inThousandths(register)
  const consumptionThousandths = inThousandths(consumption)
  return {
    slot: slotOf(timeMs),
    timeS: secondsIntoSlot(timeMs),
    register: registerThousandths ?? orNull(register),
    consumption: consumptionThousandths ?? orNull(consumption),
    intervalS: Number.isNaN(consumption) || Number.isNaN(intervalMs) ? null : intervalMs / SECOND_MS,
    flags:
      flags |
      (registerThousandths === null && !Number.isNaN(register) ? REGISTER_AS_IS : 0) |
      (consumptionThousandths === null && !Number.isNaN(consumption) ? CONSUMPTION_AS_IS : 0),
  }
}

/** A reading of the values that `toRow` takes. */
export function toStored(
  timeMs: EpochMs,
  register: number,
  consumption: number,
  intervalMs: number,
  flags: number,
): StoredReading {
  return {
    timeMs,
    register: orNull(register),
    consumption: orNull(consumption),
    intervalMs: Number.isNaN(consumption) ? null : orNull(intervalMs),
    quality: qualityOf(flags),
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function qualityOf(flags: number): Quality {
  return QUALITIES[flags & QUALITY_BITS] ?? 'measured'
}

export function fromRow(row: ReadingRow): StoredReading {
  return {
    timeMs: timeIn(row.slot, row.timeS),
    register: unscale(row.register, row.flags & REGISTER_AS_IS),
    consumption: consumptionOf(row.consumption, row.flags),
    intervalMs: row.intervalS === null ? null : Math.round(row.intervalS * SECOND_MS),
    quality: qualityOf(row.flags),
  }
}

function unscale(value: number | null, asIs: number): number | null {
  return value === null || asIs !== 0 ? value : value / THOUSANDTHS
}

export function statusOf(flags: number): number {
  return flags >> STATUS_SHIFT
}
