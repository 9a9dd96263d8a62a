import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { foldLife, newLife } from '../../detector/core/life/fold.ts'
import { forgetReturns, frailty, returnBin } from '../../detector/core/life/hazard.ts'
import { B, RETURN_BINS, V } from '../../detector/core/life/state.ts'
import { MONDAY_MS, observationsOf, profileOf, usualLitres, WEEKS } from './life-timeline.ts'

const water = profileOf()
const context = { thresholdOn: () => Infinity }
const STOP = WEEKS(8) + 10

describe("the home's own returns", () => {
  it('are held while a silence goes on: its own length does not make it look usual', () => {
    const state = newLife(water)
    const seen: { bin: number; held: number; expected: number }[] = []
    const feed = observationsOf({
      profile: water,
      hours: STOP + 48,
      amount: (startMs, hour, n) => (startMs < MONDAY_MS + STOP * HOUR_MS ? usualLitres(hour, n) : 0),
    })
    for (const observation of feed) {
      foldLife(state, observation, context)
      if (observation.endMs < MONDAY_MS + (STOP + 2) * HOUR_MS) continue
      const bin = (state.u8[state.flag + B.heldBin] ?? 0) - 1
      const expected = state.f32[state.returns + RETURN_BINS + bin] ?? 0
      seen.push({ bin, held: frailty(state, bin), expected })
    }
    const deepest = seen.filter(({ bin }) => bin === seen.at(-1)?.bin)
    expect(deepest.length).toBeGreaterThan(3)
    expect(new Set(deepest.map(({ held }) => held)).size).toBe(1)
    // It does teach: what it has shown counts for the silences after it.
    expect(deepest.at(-1)?.expected).toBeGreaterThan(deepest[0]?.expected ?? Infinity)
  })

  it('are taken into account by the next silence', () => {
    const silentAfter = (back: number): number => {
      const state = newLife(water)
      const feed = observationsOf({
        profile: water,
        hours: STOP + 120 + back,
        amount: (startMs, hour, n) => {
          const at = (startMs - MONDAY_MS) / HOUR_MS - STOP
          return at < 0 || at >= 120 ? usualLitres(hour, n) : 0
        },
      })
      for (const observation of feed) foldLife(state, observation, context)
      return frailty(state, returnBin(30))
    }
    expect(silentAfter(24)).toBeLessThan(1)
  })

  it('count for half after two months', () => {
    const state = newLife(water)
    state.f32[state.returns] = 8
    forgetReturns(state, 60)
    expect(state.f32[state.returns]).toBeCloseTo(4, 5)
    expect(state.f32[state.level + V.frailty]).toBe(0)
  })
})
