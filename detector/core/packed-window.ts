import type { EpochMs } from '../../domain/time.ts'
import { FLAG, insertAt, newWindow, type Item, type Window } from './window.ts'

/**
 * The items of a home's lateness window in their order, as few bytes as will do: one or two for a reading that follows
 * its meter's step. An item is
 *
 *   head     1 = irregular | amount code << 1 | meter << 3 (31: the meter follows as u16)
 *   place    irregular only: form (flags, 16 = interval as before, 32 = end and interval as f64), end, interval
 *   amount   code 0: nothing, it is 0; 1: varint of thousandths; 2: f64; 3: nothing, it is not known
 *
 * Regular: it ends one interval after its meter's last item, which had the same interval and flags. A place is told as
 * varints: ms after the item before it, whichever its meter; ms of interval. What has to be known of the items before
 * one in order to read it is kept for the end and for two marks some items back: a reading that comes a little late
 * unpacks no more than is behind a mark.
 */
export interface PackedWindow {
  readonly meters: number
  bytes: Uint8Array
  used: number
  count: number
  /** -Infinity while there is no item. */
  firstMs: EpochMs
  /** Three rows: the older mark, the newer mark, the end. */
  readonly rows: Float64Array
}

/** Columns of a row: items and bytes before it, end of the item before it; then for each meter its last end, interval, flags. */
const INDEX = 0
const BYTE = 1
const BEFORE = 2
const METER = 3
const PER_METER = 3

const OLDER = 0
const NEWER = 1
const END = 2

const IRREGULAR = 1
const ZERO = 0
const THOUSANDTHS = 1
const RAW = 2
const UNKNOWN = 3
const FAR_METER = 31
const SAME_INTERVAL = 16
const RAW_PLACE = 32

/** Items between the marks. */
const MARK_ITEMS = 16
/** An item has no more bytes than this. */
const MAX_ITEM_BYTES = 32

export function newPackedWindow(meters: number): PackedWindow {
  const packed: PackedWindow = {
    meters,
    bytes: new Uint8Array(0),
    used: 0,
    count: 0,
    firstMs: -Infinity,
    rows: new Float64Array(3 * rowLength(meters)),
  }
  clear(packed)
  return packed
}

function rowLength(meters: number): number {
  return METER + PER_METER * meters
}

export function clonePackedWindow(packed: PackedWindow): PackedWindow {
  return { ...packed, bytes: packed.bytes.slice(0, packed.used), rows: packed.rows.slice() }
}

/** End of the newest item; -Infinity where there is none. */
export function lastMsOf({ rows, meters }: PackedWindow): EpochMs {
  return rows[END * rowLength(meters) + BEFORE] ?? -Infinity
}

/** Takes all items out. */
export function clear(packed: PackedWindow): void {
  const { rows, meters } = packed
  packed.used = 0
  packed.count = 0
  packed.firstMs = -Infinity
  rows.fill(0)
  for (let row = 0; row < 3; row++) {
    const at = row * rowLength(meters)
    rows[at + BEFORE] = -Infinity
    for (let meter = 0; meter < meters; meter++) rows[at + METER + PER_METER * meter] = -Infinity
  }
}

/** Appends an item that comes after all others. */
export function append(packed: PackedWindow, item: Item): void {
  const { rows, meters } = packed
  const length = rowLength(meters)
  if (packed.count - (rows[NEWER * length + INDEX] ?? 0) >= MARK_ITEMS) {
    rows.copyWithin(OLDER * length, NEWER * length, (NEWER + 1) * length)
    rows.copyWithin(NEWER * length, END * length, (END + 1) * length)
  }
  if (packed.bytes.length - packed.used < MAX_ITEM_BYTES) grow(packed)
  const row = END * length
  packed.used = write(packed.bytes, packed.used, rows, row, item)
  note(rows, row, item)
  packed.count++
  rows[row + INDEX] = packed.count
  rows[row + BYTE] = packed.used
  if (packed.count === 1) packed.firstMs = item.endMs
}

function write(bytes: Uint8Array, from: number, rows: Float64Array, row: number, item: Item): number {
  const { endMs, meter, intervalMs, amount, flags } = item
  const mine = row + METER + PER_METER * meter
  const regular =
    rows[mine + 1] === intervalMs && rows[mine + 2] === flags && (rows[mine] ?? 0) + intervalMs === endMs
  const thousandths = Math.round(amount * 1_000)
  const code = Object.is(amount, 0)
    ? ZERO
    : Number.isNaN(amount)
      ? UNKNOWN
      : thousandths > 0 && thousandths < 2 ** 31 && thousandths / 1_000 === amount
        ? THOUSANDTHS
        : RAW
  let at = from
  const near = Math.min(meter, FAR_METER)
  bytes[at++] = (regular ? 0 : IRREGULAR) | (code << 1) | (near << 3)
  if (near === FAR_METER) {
    bytes[at++] = meter & 255
    bytes[at++] = meter >> 8
  }
  if (!regular) at = writePlace(bytes, at, rows, row, item)
  if (code === THOUSANDTHS) return writeVarint(bytes, at, thousandths)
  return code === RAW ? writeFloat(bytes, at, amount) : at
}

function writePlace(bytes: Uint8Array, from: number, rows: Float64Array, row: number, item: Item): number {
  const { endMs, intervalMs, meter, flags } = item
  const before = rows[row + BEFORE] ?? -Infinity
  const after = before === -Infinity ? endMs : endMs - before
  const isWhole =
    Number.isSafeInteger(after) && after >= 0 && Number.isSafeInteger(intervalMs) && intervalMs >= 0
  let at = from
  if (!isWhole) {
    bytes[at++] = flags | RAW_PLACE
    return writeFloat(bytes, writeFloat(bytes, at, endMs), intervalMs)
  }
  const same = rows[row + METER + PER_METER * meter + 1] === intervalMs
  bytes[at++] = flags | (same ? SAME_INTERVAL : 0)
  at = writeVarint(bytes, at, after)
  return same ? at : writeVarint(bytes, at, intervalMs)
}

function note(rows: Float64Array, row: number, { endMs, meter, intervalMs, flags }: Item): void {
  const mine = row + METER + PER_METER * meter
  rows[row + BEFORE] = endMs
  rows[mine] = endMs
  rows[mine + 1] = intervalMs
  rows[mine + 2] = flags
}

/** Takes the items behind the older mark out, and gives them in columns; `from`: how many stay. */
export function unpackTail(packed: PackedWindow): { readonly from: number; readonly window: Window } {
  const { rows, meters } = packed
  const length = rowLength(meters)
  const from = rows[INDEX] ?? 0
  if (from === 0) return { from, window: unpackAll(packed) }
  const window = readItems(packed, rows.slice(0, length))
  packed.count = from
  packed.used = rows[BYTE] ?? 0
  rows.copyWithin(NEWER * length, 0, length)
  rows.copyWithin(END * length, 0, length)
  return { from, window }
}

/** Gives back what is not used, but for some room to grow. */
export function trim(packed: PackedWindow): void {
  const length = Math.ceil(packed.used * 1.25) + MAX_ITEM_BYTES
  if (packed.bytes.length > length) packed.bytes = packed.bytes.slice(0, length)
}

/** Takes all items out, and gives them in columns. */
export function unpackAll(packed: PackedWindow): Window {
  const window = columnsOf(packed)
  clear(packed)
  return window
}

/** All items in columns, while they stay. */
export function columnsOf(packed: PackedWindow): Window {
  return readItems(packed, newPackedWindow(packed.meters).rows.subarray(0, rowLength(packed.meters)))
}

/** Columns to read into, for whoever looks and keeps nothing. */
const glance = newWindow(64)

/** Some of the newest items in columns, all that end after `afterMs` among them; they hold until the next such look. */
export function glanceAfter(packed: PackedWindow, afterMs: EpochMs): Window {
  const { rows, meters } = packed
  const length = rowLength(meters)
  let row = NEWER
  while (row >= OLDER && (rows[row * length + BEFORE] ?? 0) > afterMs) row--
  glance.length = 0
  const from =
    row >= OLDER
      ? rows.slice(row * length, (row + 1) * length)
      : newPackedWindow(meters).rows.subarray(0, length)
  return readItems(packed, from, glance)
}

/** Puts items that come after all others behind them. */
export function packTail(packed: PackedWindow, window: Window): void {
  for (let index = 0; index < window.length; index++) {
    append(packed, {
      endMs: window.endMs[index] ?? 0,
      meter: window.meter[index] ?? 0,
      intervalMs: window.intervalMs[index] ?? 0,
      amount: window.amount[index] ?? NaN,
      flags: window.flags[index] ?? 0,
    })
  }
}

/** The items from a row's place on; `row` is worked on. */
function readItems(
  { bytes, used, count }: PackedWindow,
  row: Float64Array,
  window: Window = newWindow(count - (row[INDEX] ?? 0) + 1),
): Window {
  let at = row[BYTE] ?? 0
  while (at < used) {
    const head = bytes[at++] ?? 0
    let meter = head >> 3
    if (meter === FAR_METER) {
      meter = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
      at += 2
    }
    const mine = METER + PER_METER * meter
    let intervalMs = row[mine + 1] ?? 0
    let endMs = (row[mine] ?? 0) + intervalMs
    let flags = row[mine + 2] ?? 0
    if ((head & IRREGULAR) !== 0) {
      const form = bytes[at++] ?? 0
      flags = form & (SAME_INTERVAL - 1)
      if ((form & RAW_PLACE) !== 0) {
        endMs = readFloat(bytes, at)
        intervalMs = readFloat(bytes, at + 8)
        at += 16
      } else {
        const before = row[BEFORE] ?? -Infinity
        endMs = readVarint(bytes, at) + (before === -Infinity ? 0 : before)
        at = varintEnd(bytes, at)
        if ((form & SAME_INTERVAL) === 0) {
          intervalMs = readVarint(bytes, at)
          at = varintEnd(bytes, at)
        }
      }
    }
    const code = (head >> 1) & 3
    let amount = code === UNKNOWN ? NaN : 0
    if (code === THOUSANDTHS) {
      amount = readVarint(bytes, at) / 1_000
      at = varintEnd(bytes, at)
    } else if (code === RAW) {
      amount = readFloat(bytes, at)
      at += 8
    }
    const item = { endMs, meter, intervalMs, amount, flags }
    insertAt(window, window.length, item)
    note(row, 0, item)
  }
  return window
}

/** Is (endMs, meter, fault or not) after all items? */
export function comesLast(packed: PackedWindow, { endMs, meter, flags }: Item): boolean {
  const { rows, meters } = packed
  const row = END * rowLength(meters)
  const lastMs = rows[row + BEFORE] ?? -Infinity
  if (endMs !== lastMs) return endMs > lastMs
  // Of the same moment: after every meter that has an item there, which cannot be its own.
  for (let other = meter; other < meters; other++) {
    if (rows[row + METER + PER_METER * other] !== endMs) continue
    const isFaultAfterReading =
      other === meter &&
      (flags & FLAG.fault) > ((rows[row + METER + PER_METER * other + 2] ?? 0) & FLAG.fault)
    if (!isFaultAfterReading) return false
  }
  return true
}

/** Grows by an eighth: most of what a window needs, it has after the first days. */
function grow(packed: PackedWindow): void {
  const bytes = new Uint8Array(Math.ceil(packed.used * 1.125) + 2 * MAX_ITEM_BYTES)
  bytes.set(packed.bytes.subarray(0, packed.used))
  packed.bytes = bytes
}

function writeVarint(bytes: Uint8Array, from: number, value: number): number {
  let at = from
  let rest = value
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[at++] = rest
  return at
}

function readVarint(bytes: Uint8Array, from: number): number {
  let at = from
  let value = 0
  let unit = 1
  for (;;) {
    const byte = bytes[at++] ?? 0
    value += (byte & 127) * unit
    if (byte < 128) return value
    unit *= 128
  }
}

function varintEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while ((bytes[at] ?? 0) >= 128) at++
  return at + 1
}

/** One number seen as its bytes. */
const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)

function writeFloat(bytes: Uint8Array, at: number, value: number): number {
  float[0] = value
  bytes.set(floatBytes, at)
  return at + 8
}

function readFloat(bytes: Uint8Array, at: number): number {
  for (let byte = 0; byte < 8; byte++) floatBytes[byte] = bytes[at + byte] ?? 0
  return float[0] ?? NaN
}
