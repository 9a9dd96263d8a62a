import type { EpochMs } from '../../domain/time.ts'

/** What a home's fold knows of one entry; a bit set. */
export const FLAG = {
  /** The amount is `measured`: evidence. */
  measured: 1,
  /** The meter itself spoke (it was not estimated or filled in for it). */
  heard: 2,
  frozen: 4,
  /** No reading but a register fault: `amount` is the register (NaN: withdrawn), `intervalMs` what was expected. */
  fault: 8,
} as const

/** One thing that happened at a home. (`endMs`, `meter`, fault or not) is its place in the order and identifies it. */
export interface Item {
  readonly endMs: EpochMs
  /** Index into `Profile.meters`. */
  readonly meter: number
  readonly intervalMs: number
  /** kWh or L; NaN where nothing is known. */
  readonly amount: number
  readonly flags: number
}

/** Items in their order, as columns: 26 B each. */
export interface Window {
  length: number
  endMs: Float64Array
  intervalMs: Float64Array
  amount: Float64Array
  meter: Uint16Array
  flags: Uint8Array
}

/** More than two meters' 96 h at one reading a minute, and the days by which a window outgrows them (rewind.ts). */
export const MAX_ITEMS = 24_576
const FIRST_CAPACITY = 16

export function newWindow(capacity = FIRST_CAPACITY): Window {
  return {
    length: 0,
    endMs: new Float64Array(capacity),
    intervalMs: new Float64Array(capacity),
    amount: new Float64Array(capacity),
    meter: new Uint16Array(capacity),
    flags: new Uint8Array(capacity),
  }
}

/** Negative: the item at `index` comes before (endMs, meter, flags); 0: it is that item. */
export function compareAt(
  window: Window,
  index: number,
  endMs: EpochMs,
  meter: number,
  flags: number,
): number {
  const time = (window.endMs[index] ?? 0) - endMs
  if (time !== 0) return time
  const place = (window.meter[index] ?? 0) - meter
  if (place !== 0) return place
  return ((window.flags[index] ?? 0) & FLAG.fault) - (flags & FLAG.fault)
}

/** The index of the first item that does not come before this one. Looks at the end first: most items are the newest. */
export function findPlace(window: Window, endMs: EpochMs, meter: number, flags: number): number {
  let high = window.length
  if (high === 0 || compareAt(window, high - 1, endMs, meter, flags) < 0) return high
  let low = 0
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareAt(window, middle, endMs, meter, flags) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export function insertAt(window: Window, index: number, item: Item): void {
  if (window.length === window.endMs.length) grow(window)
  if (index < window.length) {
    window.endMs.copyWithin(index + 1, index, window.length)
    window.intervalMs.copyWithin(index + 1, index, window.length)
    window.amount.copyWithin(index + 1, index, window.length)
    window.meter.copyWithin(index + 1, index, window.length)
    window.flags.copyWithin(index + 1, index, window.length)
  }
  window.length++
  writeAt(window, index, item)
}

export function writeAt(window: Window, index: number, item: Item): void {
  window.endMs[index] = item.endMs
  window.intervalMs[index] = item.intervalMs
  window.amount[index] = item.amount
  window.meter[index] = item.meter
  window.flags[index] = item.flags
}

export function isSameAt(window: Window, index: number, item: Item): boolean {
  return (
    Object.is(window.amount[index], item.amount) &&
    window.intervalMs[index] === item.intervalMs &&
    window.flags[index] === item.flags
  )
}

export function itemAt(window: Window, index: number): Item {
  return {
    endMs: window.endMs[index] ?? 0,
    meter: window.meter[index] ?? 0,
    intervalMs: window.intervalMs[index] ?? 0,
    amount: window.amount[index] ?? NaN,
    flags: window.flags[index] ?? 0,
  }
}

/** Grows by half: a window's size is steady once it spans the lateness. */
function grow(window: Window): void {
  const bigger = newWindow(Math.max(FIRST_CAPACITY, Math.ceil(window.endMs.length * 1.5)))
  bigger.endMs.set(window.endMs)
  bigger.intervalMs.set(window.intervalMs)
  bigger.amount.set(window.amount)
  bigger.meter.set(window.meter)
  bigger.flags.set(window.flags)
  window.endMs = bigger.endMs
  window.intervalMs = bigger.intervalMs
  window.amount = bigger.amount
  window.meter = bigger.meter
  window.flags = bigger.flags
}
