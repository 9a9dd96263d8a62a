import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastIndex, weigh } from '../../detector/core/life/weigh.ts'

const weight = fc.record({
  share: fc.double({ min: 0.3, max: 0.9, noNaN: true }),
  fall: fc.double({ min: 0, max: 0.4, noNaN: true }),
})
const nats = fc.double({ min: 0, max: 30, noNaN: true })

describe('the score', () => {
  it('rises with what waiting no longer saves, and with the improbability', () => {
    fc.assert(
      fc.property(weight, nats, nats, (each, unlikely, index) => {
        const here = weigh(each, unlikely, index)
        expect(weigh(each, unlikely, index + 0.1)).toBeGreaterThan(here)
        expect(weigh(each, unlikely + 0.1, index)).toBeGreaterThan(here)
      }),
    )
  })

  it('reaches a goal exactly where the index is the least that it takes', () => {
    fc.assert(
      fc.property(weight, nats, fc.double({ min: 8, max: 16, noNaN: true }), (each, unlikely, goal) => {
        const least = leastIndex(each, unlikely, goal)
        // An index is at least as negative as a whole life of waiting: far below that the bend has no inverse.
        fc.pre(unlikely - least > -4)
        expect(weigh(each, unlikely, least + 1e-6)).toBeGreaterThanOrEqual(goal - 1e-4)
        expect(weigh(each, unlikely, least - 1e-3)).toBeLessThan(goal)
      }),
    )
  })

  it('weighs improbability less where few knocks are left: of two silences the more useless wait wins', () => {
    const water = { share: 0.6, fall: 0.2 }
    // Equal at a low score; far above it the one whose waiting saves least is ahead.
    expect(weigh(water, 4, 2)).toBeCloseTo(weigh(water, 2, 5), 6)
    expect(weigh(water, 9, 4)).toBeLessThan(weigh(water, 7, 7))
  })
})
