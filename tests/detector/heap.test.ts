import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { giveBack, newHeap, newStretch, resize } from '../../detector/core/state/heap.ts'

describe('stretches of a heap', () => {
  it('keep their bytes while they and their neighbours grow, shrink and go', () => {
    const step = fc.record({
      stretch: fc.nat(19),
      length: fc.integer({ min: 1, max: 3_000 }),
      gone: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const heap = newHeap()
        const stretches = Array.from({ length: 20 }, newStretch)
        const used = stretches.map(() => 0)
        for (const { stretch, length, gone } of steps) {
          const one = stretches[stretch]!
          if (gone === 0) {
            giveBack(heap, one)
            used[stretch] = 0
            continue
          }
          resize(heap, one, Math.min(used[stretch]!, length), length)
          used[stretch] = length
          expect(one.room).toBeGreaterThanOrEqual(length)
          expect(one.room).toBeLessThan(1.2 * length + 40)
          one.bytes.fill(stretch + 1, one.at, one.at + length)
        }
        stretches.forEach(({ bytes, at }, stretch) => {
          const mine = bytes.subarray(at, at + used[stretch]!)
          expect(mine.every((byte) => byte === stretch + 1)).toBe(true)
        })
      }),
    )
  })

  it('take what they held with them, and leave no buffer behind that nobody uses', () => {
    const heap = newHeap()
    const stretches = Array.from({ length: 1_000 }, newStretch)
    stretches.forEach((stretch, n) => {
      resize(heap, stretch, 0, 100)
      stretch.bytes.fill(n % 251, stretch.at, stretch.at + 100)
    })
    for (const stretch of stretches) resize(heap, stretch, 100, 900)
    stretches.forEach(({ bytes, at }, n) => expect([bytes[at], bytes[at + 99]]).toEqual([n % 251, n % 251]))
    const held = heap.sizes.flatMap((size) => size?.buffers ?? []).filter((buffer) => buffer !== undefined)
    const bytes = held.reduce((sum, buffer) => sum + buffer.length, 0)
    expect(bytes).toBeLessThan(1.2 * 1_000 * 900 + 65_536)
  })
})
