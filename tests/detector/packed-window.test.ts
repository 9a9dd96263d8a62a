import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../domain/time.ts'
import {
  append,
  columnsOf,
  comesLast,
  copyWindow,
  lastMsOf,
  newPackedWindow,
  packedBytes,
  packTail,
  unpackTail,
} from '../../detector/core/packed-window.ts'
import { FLAG, itemAt, type Item } from '../../detector/core/window.ts'

const METERS = 40
const READING = FLAG.measured | FLAG.heard

/** Anything that ingest may hand over, in its order: steps and jumps, faults, large and odd amounts, meters beyond thirty. */
const items: fc.Arbitrary<Item[]> = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        fc.constant(15 * MINUTE_MS),
        fc.integer({ min: 1, max: 10 * 86_400_000 }),
        fc.constant(0.5),
      ),
      meter: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: METERS - 1 })),
      intervalMs: fc.oneof(fc.constant(15 * MINUTE_MS), fc.double({ min: 0, max: 1e9, noNaN: true })),
      amount: fc.oneof(
        fc.constantFrom(0, NaN, 0.25, 12, 2 ** 31, 1e-7),
        fc.integer({ min: 0, max: 5_000_000 }).map((thousandths) => thousandths / 1_000),
        fc.double({ min: 0, max: 1e12 }),
      ),
      flags: fc.integer({ min: 0, max: 15 }),
    }),
    { maxLength: 120, size: 'max' },
  )
  .map((list) => {
    let endMs = 1_772_409_600_000
    return list.map(({ afterMs, ...item }) => ({ ...item, endMs: (endMs += afterMs) }))
  })

function listOf(packed: ReturnType<typeof newPackedWindow>): Item[] {
  const window = columnsOf(packed)
  return Array.from({ length: window.length }, (_, index) => itemAt(window, index))
}

describe('a packed window', () => {
  it('gives back every item to the last bit', () => {
    fc.assert(
      fc.property(items, (list) => {
        const packed = newPackedWindow(METERS)
        for (const item of list) {
          expect(comesLast(packed, item)).toBe(true)
          append(packed, item)
          expect(comesLast(packed, item)).toBe(false)
        }
        expect(listOf(packed)).toEqual(list)
        expect(lastMsOf(packed)).toBe(list.at(-1)?.endMs ?? -Infinity)
      }),
    )
  })

  it('is the same after its tail was taken out and put back', () => {
    fc.assert(
      fc.property(items, (list) => {
        const packed = newPackedWindow(METERS)
        for (const item of list) append(packed, item)
        const whole = newPackedWindow(METERS)
        copyWindow(packed, whole)
        expect(listOf(whole)).toEqual(list)
        const { from, window } = unpackTail(packed)
        expect(from + window.length).toBe(list.length)
        expect(listOf(packed)).toEqual(list.slice(0, from))
        packTail(packed, window)
        expect(listOf(packed)).toEqual(list)
        expect(packedBytes(packed)).toEqual(packedBytes(whole))
      }),
    )
  })

  it('holds a reading that follows the step of its meter in three bytes', () => {
    const packed = newPackedWindow(2)
    for (let n = 1; n <= 1_000; n++) {
      for (let meter = 0; meter < 2; meter++) {
        const amount = meter === 0 ? (n % 9 === 0 ? 12 : 0) : 0.04 + (n % 70) / 1_000
        append(packed, {
          endMs: n * 15 * MINUTE_MS,
          meter,
          intervalMs: 15 * MINUTE_MS,
          amount: Math.round(amount * 1_000) / 1_000,
          flags: READING,
        })
      }
    }
    expect(packed.used / packed.count).toBeLessThan(3)
  })

  it('tells what comes last of one moment by meter, and a fault after a reading', () => {
    const packed = newPackedWindow(3)
    const at = (meter: number, flags: number = READING): Item => ({
      endMs: 100,
      meter,
      intervalMs: 10,
      amount: 1,
      flags,
    })
    append(packed, at(1))
    expect(comesLast(packed, at(0))).toBe(false)
    expect(comesLast(packed, at(1))).toBe(false)
    expect(comesLast(packed, at(1, FLAG.fault))).toBe(true)
    expect(comesLast(packed, at(2))).toBe(true)
    append(packed, at(2))
    expect(comesLast(packed, at(1, FLAG.fault))).toBe(false)
  })
})
