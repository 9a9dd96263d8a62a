import type { EpochMs } from '../../domain/time.ts'

/** A reading as it lies here; NaN for "none". What the bits mean is their owner's. */
export type TakeValues<T> = (
  timeMs: EpochMs,
  register: number,
  consumption: number,
  intervalMs: number,
  bits: number,
) => T

/** meter no, time, register, consumption, interval, bits */
const WIDTH = 6
const FIRST_READINGS = 4_096
const FIRST_METERS = 4_096

/** Readings in one chunk: what is written anew when one of them has been added or changed. */
export const READINGS_PER_CHUNK = 256
const CHUNK_BYTES = READINGS_PER_CHUNK * WIDTH * Float64Array.BYTES_PER_ELEMENT

/**
 * Readings of all meters wait here until there are many of each, because a table that is sorted by meter takes many of one
 * at the price of one: with a wave of readings, one of each meter, each would cost a page of its own. They are those
 * that came last, in the order in which they came; of one meter that is the order of their
 * time. They lie in one array of numbers, so that a chunk of them goes to the disk and comes back as the bytes it is.
 * Each knows the one before it of its meter.
 */
export class FreshReadings {
  #values = new Float64Array(FIRST_READINGS * WIDTH)
  /** Of each reading: 1 + the index of the one before it of its meter; 0: none. */
  #before = new Int32Array(FIRST_READINGS)
  /** Of each reading: how many of its meter lie before it. */
  #depth = new Int32Array(FIRST_READINGS)
  /** By meter no: 1 + the index of its newest; 0: none. */
  #newest = new Int32Array(FIRST_METERS)
  #count = 0
  /** The most readings of one meter. */
  deepest = 0

  get count(): number {
    return this.#count
  }

  /** A reading that is newer than all of its meter's; its index. */
  add(meterNo: number, ...values: Parameters<TakeValues<void>>): number {
    if (this.#count === this.#before.length) this.#grow()
    const index = this.#count++
    this.#values[index * WIDTH] = meterNo
    this.put(index, ...values)
    this.#link(index, meterNo)
    return index
  }

  /** The index of this reading; -1 where it is not here. */
  find(meterNo: number, timeMs: EpochMs): number {
    for (let at = this.newestOf(meterNo); at !== -1; at = this.beforeOf(at)) {
      const ms = this.timeOf(at)
      if (ms === timeMs) return at
      if (ms < timeMs) return -1
    }
    return -1
  }

  /** The index of a meter's newest reading; -1: none. */
  newestOf(meterNo: number): number {
    return (this.#newest[meterNo] ?? 0) - 1
  }

  /** The index of the reading before it of the same meter; -1: none. */
  beforeOf(index: number): number {
    return (this.#before[index] ?? 0) - 1
  }

  meterOf(index: number): number {
    return this.#at(index, 0)
  }

  timeOf(index: number): EpochMs {
    return this.#at(index, 1)
  }

  /** Hands a reading's values on. */
  read<T>(index: number, take: TakeValues<T>): T {
    return take(
      this.timeOf(index),
      this.#at(index, 2),
      this.#at(index, 3),
      this.#at(index, 4),
      this.#at(index, 5),
    )
  }

  /** Replaces the values of a reading; its time stays what it is. */
  put(
    index: number,
    timeMs: EpochMs,
    register: number,
    consumption: number,
    intervalMs: number,
    bits: number,
  ): void {
    const at = index * WIDTH
    const values = this.#values
    values[at + 1] = timeMs
    values[at + 2] = register
    values[at + 3] = consumption
    values[at + 4] = intervalMs
    values[at + 5] = bits
  }

  /** The meters of all readings, ascending. */
  meters(): number[] {
    const meters: number[] = []
    for (let i = 0; i < this.#count; i++) if (this.#before[i] === 0) meters.push(this.meterOf(i))
    return meters.sort((a, b) => a - b)
  }

  /** The earliest time of all readings; Infinity: there are none. */
  oldestMs(): EpochMs {
    let oldestMs = Infinity
    for (let i = 0; i < this.#count; i++) oldestMs = Math.min(oldestMs, this.timeOf(i))
    return oldestMs
  }

  /** The indexes of a meter's readings with `fromMs` < time <= `toMs`, ascending. */
  between(meterNo: number, fromMs: EpochMs, toMs: EpochMs): number[] {
    const found: number[] = []
    for (let at = this.newestOf(meterNo); at !== -1 && this.timeOf(at) > fromMs; at = this.beforeOf(at)) {
      if (this.timeOf(at) <= toMs) found.push(at)
    }
    return found.reverse()
  }

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#newest[this.meterOf(i)] = 0
    this.#count = 0
    this.deepest = 0
  }

  /** The bytes of a chunk, as far as it is filled: a view, good until the next change. */
  chunk(index: number): Uint8Array {
    const begin = index * CHUNK_BYTES
    const end = Math.min(begin + CHUNK_BYTES, this.#count * WIDTH * Float64Array.BYTES_PER_ELEMENT)
    return new Uint8Array(this.#values.buffer, begin, end - begin)
  }

  /** Takes the chunk with this index, as `chunk` gave it; those before it are here already. What is known of it is passed over. */
  load(index: number, bytes: Uint8Array): void {
    const values = new Float64Array(Uint8Array.prototype.slice.call(bytes).buffer)
    const begin = index * READINGS_PER_CHUNK
    const end = begin + values.length / WIDTH
    if (begin > this.#count) throw new Error(`history misses fresh readings before chunk ${index}`)
    while (end > this.#before.length) this.#grow()
    this.#values.set(values, begin * WIDTH)
    for (; this.#count < end; this.#count++) this.#link(this.#count, this.meterOf(this.#count))
  }

  #at(index: number, column: number): number {
    return this.#values[index * WIDTH + column] ?? NaN
  }

  #link(index: number, meterNo: number): void {
    if (meterNo >= this.#newest.length) this.#newest = grown(this.#newest, meterNo + 1)
    const before = this.#newest[meterNo] ?? 0
    const depth = before === 0 ? 1 : (this.#depth[before - 1] ?? 0) + 1
    this.#before[index] = before
    this.#depth[index] = depth
    this.#newest[meterNo] = index + 1
    if (depth > this.deepest) this.deepest = depth
  }

  #grow(): void {
    const values = new Float64Array(this.#values.length * 2)
    values.set(this.#values)
    this.#values = values
    this.#before = grown(this.#before, this.#before.length + 1)
    this.#depth = grown(this.#depth, this.#depth.length + 1)
  }
}

function grown(from: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(from.length * 2, least))
  to.set(from)
  return to
}
