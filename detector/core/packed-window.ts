import type { EpochMs } from '../../domain/time.ts'
import { giveBack, newHeap, newStretch, resize, type Heap, type Stretch } from './state/heap.ts'
import { FLAG, insertAt, itemAt, newWindow, type Item, type Window } from './window.ts'

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
  readonly heap: Heap
  /** Where its bytes lie. */
  readonly stretch: Stretch
  used: number
  count: number
  /** -Infinity while there is no item. */
  firstMs: EpochMs
  /** Three rows from `rowsAt` on: the older mark, the newer mark, the end. */
  readonly rows: Float64Array
  readonly rowsAt: number
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

/** Numbers that it keeps beside its bytes. */
export function marksLength(meters: number): number {
  return 3 * rowLength(meters)
}

/** A window that has its bytes in this heap and its marks in these numbers, as they stand there. */
export function windowOn(meters: number, heap: Heap, rows: Float64Array, rowsAt: number): PackedWindow {
  return { meters, heap, stretch: newStretch(), used: 0, count: 0, firstMs: -Infinity, rows, rowsAt }
}

/** An empty window that has all to itself. */
export function newPackedWindow(meters: number): PackedWindow {
  const packed = windowOn(meters, newHeap(), new Float64Array(marksLength(meters)), 0)
  clear(packed)
  return packed
}

function rowLength(meters: number): number {
  return METER + PER_METER * meters
}

/** The row of a window that has no items, to be worked on. */
function emptyRow(meters: number): Float64Array {
  const row = new Float64Array(rowLength(meters))
  row[BEFORE] = -Infinity
  for (let meter = 0; meter < meters; meter++) row[METER + PER_METER * meter] = -Infinity
  return row
}

/** Makes a window of as many meters the same as another. */
export function copyWindow(from: PackedWindow, to: PackedWindow): void {
  loadBytes(to, from.stretch.bytes.subarray(from.stretch.at, from.stretch.at + from.used))
  to.count = from.count
  to.firstMs = from.firstMs
  to.rows.set(from.rows.subarray(from.rowsAt, from.rowsAt + marksLength(from.meters)), to.rowsAt)
}

/** The items as they are packed; not a copy. */
export function packedBytes({ stretch, used }: PackedWindow): Uint8Array {
  return stretch.bytes.subarray(stretch.at, stretch.at + used)
}

/** Takes the bytes of items; what else is known of them is to be set beside it. */
export function loadBytes(packed: PackedWindow, bytes: Uint8Array): void {
  const { heap, stretch } = packed
  if (bytes.length > stretch.room) resize(heap, stretch, 0, bytes.length + MAX_ITEM_BYTES)
  stretch.bytes.set(bytes, stretch.at)
  packed.used = bytes.length
}

/** Gives its bytes back: the window is no more. */
export function endWindow({ heap, stretch }: PackedWindow): void {
  giveBack(heap, stretch)
}

/** End of the newest item; -Infinity where there is none. */
export function lastMsOf({ rows, rowsAt, meters }: PackedWindow): EpochMs {
  return rows[rowsAt + END * rowLength(meters) + BEFORE] ?? -Infinity
}

/** Takes all items out. */
export function clear(packed: PackedWindow): void {
  const { rows, rowsAt, meters } = packed
  packed.used = 0
  packed.count = 0
  packed.firstMs = -Infinity
  const row = emptyRow(meters)
  for (let mark = 0; mark < 3; mark++) rows.set(row, rowsAt + mark * row.length)
}

/** Appends an item that comes after all others. */
export function append(packed: PackedWindow, item: Item): void {
  const { rows, rowsAt, meters, stretch } = packed
  const length = rowLength(meters)
  const newer = rowsAt + NEWER * length
  const end = rowsAt + END * length
  if (packed.count - (rows[newer + INDEX] ?? 0) >= MARK_ITEMS) {
    rows.copyWithin(rowsAt, newer, end)
    rows.copyWithin(newer, end, end + length)
  }
  const { used } = packed
  if (stretch.room - used < MAX_ITEM_BYTES) resize(packed.heap, stretch, used, used + MAX_ITEM_BYTES)
  packed.used = write(stretch.bytes, stretch.at + used, rows, end, item) - stretch.at
  note(rows, end, item)
  packed.count++
  rows[end + INDEX] = packed.count
  rows[end + BYTE] = packed.used
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
  const { rows, rowsAt, meters } = packed
  const length = rowLength(meters)
  const from = rows[rowsAt + INDEX] ?? 0
  if (from === 0) return { from, window: unpackAll(packed) }
  const window = readItems(packed, rows.slice(rowsAt, rowsAt + length))
  packed.count = from
  packed.used = rows[rowsAt + BYTE] ?? 0
  rows.copyWithin(rowsAt + NEWER * length, rowsAt, rowsAt + length)
  rows.copyWithin(rowsAt + END * length, rowsAt, rowsAt + length)
  return { from, window }
}

/** Forgets the `count` oldest items, and gives back what is not needed for the others. @returns the last of them */
export function forgetFirst(packed: PackedWindow, count: number): Item {
  glance.length = 0
  const window = readItems(packed, emptyRow(packed.meters), glance)
  const last = itemAt(window, count - 1)
  clear(packed)
  packTail(packed, window, count)
  resize(packed.heap, packed.stretch, packed.used, packed.used + MAX_ITEM_BYTES)
  return last
}

/** Takes all items out, and gives them in columns. */
export function unpackAll(packed: PackedWindow): Window {
  const window = columnsOf(packed)
  clear(packed)
  return window
}

/** All items in columns, while they stay. */
export function columnsOf(packed: PackedWindow): Window {
  return readItems(packed, emptyRow(packed.meters))
}

/** Columns to read into, for whoever looks and keeps nothing. */
const glance = newWindow(64)

/** Some of the newest items in columns, all that end after `afterMs` among them; they hold until the next such look. */
export function glanceAfter(packed: PackedWindow, afterMs: EpochMs): Window {
  const { rows, rowsAt, meters } = packed
  const length = rowLength(meters)
  let row = NEWER
  while (row >= OLDER && (rows[rowsAt + row * length + BEFORE] ?? 0) > afterMs) row--
  const at = rowsAt + row * length
  glance.length = 0
  return readItems(packed, row >= OLDER ? rows.slice(at, at + length) : emptyRow(meters), glance)
}

/** Puts items that come after all others behind them; those before `from` are left out. */
export function packTail(packed: PackedWindow, window: Window, from = 0): void {
  for (let index = from; index < window.length; index++) append(packed, itemAt(window, index))
}

/** The items from a row's place on; `row` is worked on. */
function readItems(
  { stretch, used, count }: PackedWindow,
  row: Float64Array,
  window: Window = newWindow(count - (row[INDEX] ?? 0) + 1),
): Window {
  const { bytes } = stretch
  let at = stretch.at + (row[BYTE] ?? 0)
  const end = stretch.at + used
  while (at < end) {
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
  const { rows, rowsAt, meters } = packed
  const row = rowsAt + END * rowLength(meters)
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
