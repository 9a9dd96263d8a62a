import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { cloneLife, foldLife, newLife } from '../../detector/core/life/fold.ts'
import { bytesOfState } from '../../detector/core/state/home-state.ts'
import type { Observation } from '../../detector/core/observation.ts'
import { foldAll, MONDAY_MS, noise, observationsOf, profileOf, usualLitres, WEEKS } from './life-timeline.ts'

const pair = profileOf(['water', 'electricity'], { timezone: 'Europe/Madrid' })
const context = { thresholdOn: () => 10.5 }

/** Five weeks of a home with two meters, some silences in it and some intervals missing. */
const story = fc.record({
  seed: fc.integer({ min: 1, max: 1_000 }),
  silences: fc.array(
    fc.record({ from: fc.integer({ min: 15 * 24, max: 34 * 24 }), hours: fc.integer({ min: 5, max: 70 }) }),
    { maxLength: 3 },
  ),
  missing: fc.integer({ min: 0, max: 30 }),
})
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

function feedOf({ seed, silences, missing }: Story): Observation[] {
  return observationsOf({
    profile: pair,
    hours: WEEKS(5),
    amount: (startMs, hour, n, meter) => {
      if (noise(n * 2 + meter, seed + 77) * 100 < missing) return null
      const at = (startMs - MONDAY_MS) / HOUR_MS
      const silent = silences.some(({ from, hours }) => at >= from && at < from + hours)
      const used = !silent && usualLitres(hour, n, seed + meter) > 0
      return meter === 0 ? (used ? 8 : 0) : (used ? 0.5 : 0) + 0.05 + 0.01 * noise(n, seed)
    },
  })
}

describe('the life state', () => {
  it('is its bytes: a copy of them goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(story, fc.double({ min: 0.1, max: 0.95, noNaN: true }), (told, part) => {
        const feed = feedOf(told)
        const cut = Math.floor(feed.length * part)
        const state = newLife(pair)
        for (const one of feed.slice(0, cut)) foldLife(state, one, context)
        const cloned = cloneLife(state)
        const goOn = (from: typeof state) => feed.slice(cut).flatMap((one) => foldLife(from, one, context))
        const said = goOn(state)
        expect(goOn(cloned)).toEqual(said)
        expect(bytesOfState(cloned)).toEqual(bytesOfState(state))
        expect(structuredClone(state)).toEqual(state)
      }),
      { numRuns: 25 },
    )
  })
})

describe('evidence', () => {
  it('is moved neither by what was not measured nor by what is not known', () => {
    fc.assert(
      fc.property(story, (told) => {
        const feed = feedOf(told)
        const noisy = feed.flatMap((one, n): Observation[] => [
          one,
          ...(n % 5 === 0 ? [{ ...one, amount: 0, measured: false }] : []),
          ...(n % 7 === 0 ? [{ ...one, amount: 500, measured: false }] : []),
          ...(n % 11 === 0 ? [{ ...one, amount: null, measured: true }] : []),
        ])
        expect(foldAll(pair, noisy, 10.5)).toEqual(foldAll(pair, feed, 10.5))
      }),
      { numRuns: 15 },
    )
  })

  it('never speaks before the data it rests on, and never of an onset after it', () => {
    fc.assert(
      fc.property(story, (told) => {
        const state = newLife(pair)
        for (const one of feedOf(told)) {
          for (const finding of foldLife(state, one, context)) {
            expect(finding.atMs).toBe(one.endMs)
            expect(finding.onsetMs).toBeLessThan(one.endMs)
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  it('raises no earlier where more is asked', () => {
    fc.assert(
      fc.property(story, (told) => {
        const feed = feedOf(told)
        const raises = (threshold: number) =>
          new Map(
            foldAll(pair, feed, threshold).findings.flatMap((one) =>
              one.type === 'raise' ? [[one.onsetMs, one.atMs] as const] : [],
            ),
          )
        const [low, high] = [raises(10), raises(12)]
        for (const [onsetMs, atMs] of high) expect(low.get(onsetMs) ?? Infinity).toBeLessThanOrEqual(atMs)
      }),
      { numRuns: 15 },
    )
  })
})
