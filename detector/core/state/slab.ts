/**
 * Records of one length, a few hundred to a buffer. A record is known by its number. Nothing here is collected: whoever
 * allocates a record releases it, and its number is given to the next that asks.
 */
export interface Slab {
  /** Of a record: a multiple of 8. */
  readonly bytes: number
  /** Records to a chunk, as a power of two. */
  readonly shift: number
  readonly chunks: Chunk[]
  /** Released numbers, the next to be given last. */
  readonly free: number[]
  /** Numbers ever given. */
  given: number
}

/** One buffer seen as each element type. */
export interface Chunk {
  readonly f64: Float64Array<ArrayBuffer>
  readonly f32: Float32Array<ArrayBuffer>
  readonly u32: Uint32Array<ArrayBuffer>
  readonly u16: Uint16Array<ArrayBuffer>
  readonly u8: Uint8Array<ArrayBuffer>
}

/** Some 200 kB to a buffer: little for a village, few buffers for a country. */
const RECORDS_PER_CHUNK = 256

export function newSlab(bytes: number, recordsPerChunk = RECORDS_PER_CHUNK): Slab {
  return { bytes, shift: Math.log2(recordsPerChunk), chunks: [], free: [], given: 0 }
}

/** A record of zeros. */
export function allocate(slab: Slab): number {
  const record = take(slab)
  recordBytes(slab, record).fill(0)
  return record
}

/** A record of these bytes. */
export function recordOf(slab: Slab, bytes: Uint8Array): number {
  if (bytes.length !== slab.bytes)
    throw new Error(`a record of ${bytes.length} bytes, expected ${slab.bytes}`)
  const record = take(slab)
  const { chunk, byte } = startOfRecord(slab, record)
  chunk.u8.set(bytes, byte)
  return record
}

/** A record with the bytes of another. */
export function copyRecord(slab: Slab, from: number): number {
  const record = take(slab)
  const source = startOfRecord(slab, from)
  const target = startOfRecord(slab, record)
  const { u32: read } = source.chunk
  const { u32: write } = target.chunk
  const words = slab.bytes >>> 2
  let at = source.byte >>> 2
  let to = target.byte >>> 2
  // Word by word: for so few bytes faster than making the two views that a block copy needs.
  for (const end = at + words; at < end; at++) write[to++] = read[at] ?? 0
  return record
}

/** @throws Error where the record is not in use: two owners would write to one home. */
export function release(slab: Slab, record: number): void {
  if (record < 0 || record >= slab.given) throw new Error(`record ${record} was never given`)
  slab.free.push(record)
}

/** Records in use. */
export function recordsInUse(slab: Slab): number {
  return slab.given - slab.free.length
}

export function recordBytes(slab: Slab, record: number): Uint8Array<ArrayBuffer> {
  const { chunk, byte } = startOfRecord(slab, record)
  return chunk.u8.subarray(byte, byte + slab.bytes)
}

export function startOfRecord(slab: Slab, record: number): { chunk: Chunk; byte: number } {
  const chunk = slab.chunks[record >>> slab.shift]
  if (chunk === undefined) throw new Error(`record ${record} is in no chunk of its slab`)
  return { chunk, byte: (record & ((1 << slab.shift) - 1)) * slab.bytes }
}

function take(slab: Slab): number {
  const known = slab.free.pop()
  if (known !== undefined) return known
  const record = slab.given++
  if (record >>> slab.shift === slab.chunks.length) slab.chunks.push(newChunk(slab))
  return record
}

function newChunk({ bytes, shift }: Slab): Chunk {
  const buffer = new ArrayBuffer(bytes << shift)
  return {
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
    u32: new Uint32Array(buffer),
    u16: new Uint16Array(buffer),
    u8: new Uint8Array(buffer),
  }
}
