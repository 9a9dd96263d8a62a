/**
 * Stretches of bytes that grow and shrink, in buffers for stretches of one length each; a length is a fifth more than the one
 * before. A buffer of its own for each home would cost it more than what it holds. Buffers that nobody uses any more are let go.
 */
export interface Heap {
  /** By size; made when first asked for. */
  readonly sizes: (Size | undefined)[]
}

interface Size {
  readonly room: number
  /** Stretches to a buffer. */
  readonly share: number
  readonly buffers: (Uint8Array<ArrayBuffer> | undefined)[]
  /** Stretches in use, by buffer. */
  readonly used: number[]
  /** Numbers given back, the next to be given last. */
  readonly free: number[]
  given: number
}

/** Bytes `at` .. `at + room` of `bytes`. Without room it has no place. */
export interface Stretch {
  size: number
  number: number
  bytes: Uint8Array<ArrayBuffer>
  at: number
  room: number
}

const SHORTEST = 32
const SIZES_PER_DOUBLE = 4
const BUFFER_BYTES = 1 << 16
const NOTHING = new Uint8Array(0)

export function newHeap(): Heap {
  return { sizes: [] }
}

export function newStretch(): Stretch {
  return { size: -1, number: -1, bytes: NOTHING, at: 0, room: 0 }
}

/** Moves a stretch, with its first `used` bytes, to where there is room for `length` bytes and little more. */
export function resize(heap: Heap, stretch: Stretch, used: number, length: number): void {
  const code = sizeFor(length)
  if (code === stretch.size) return
  const size = (heap.sizes[code] ??= newSize(roomOf(code)))
  const number = size.free.pop() ?? size.given++
  const buffer = Math.floor(number / size.share)
  const bytes = (size.buffers[buffer] ??= new Uint8Array(size.room * size.share))
  size.used[buffer] = (size.used[buffer] ?? 0) + 1
  const at = (number % size.share) * size.room
  bytes.set(stretch.bytes.subarray(stretch.at, stretch.at + used), at)
  giveBack(heap, stretch)
  stretch.size = code
  stretch.number = number
  stretch.bytes = bytes
  stretch.at = at
  stretch.room = size.room
}

/** Nobody needs it any more. */
export function giveBack(heap: Heap, stretch: Stretch): void {
  const size = heap.sizes[stretch.size]
  if (size === undefined) return
  const buffer = Math.floor(stretch.number / size.share)
  const used = (size.used[buffer] ?? 0) - 1
  size.used[buffer] = used
  if (used === 0) size.buffers[buffer] = undefined
  size.free.push(stretch.number)
  Object.assign(stretch, newStretch())
}

function newSize(room: number): Size {
  const share = Math.max(1, Math.floor(BUFFER_BYTES / room))
  return { room, share, buffers: [], used: [], free: [], given: 0 }
}

/** The smallest size that has room for so many bytes. */
function sizeFor(length: number): number {
  let size = Math.max(0, Math.floor(SIZES_PER_DOUBLE * Math.log2(length / SHORTEST)) - 1)
  while (roomOf(size) < length) size++
  return size
}

function roomOf(size: number): number {
  return Math.ceil((SHORTEST * 2 ** (size / SIZES_PER_DOUBLE)) / 8) * 8
}
