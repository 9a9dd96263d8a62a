import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeterKind } from '../../domain/units.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { learnLoad, showsLife } from '../../detector/core/life/base-load.ts'
import {
  BASE_CAP,
  BASE_CAP_SHARE,
  BASE_MARGIN,
  BASE_MIN_KWH_PER_H,
  BASE_SHARE,
  FLOOR_MARGIN,
  FLOOR_MIN_L_PER_H,
  FLOOR_SHARE,
} from '../../detector/core/life/parameters.ts'
import { LOAD_BINS, newLife, type LifeState } from '../../detector/core/life/state.ts'
import { profileOf } from './life-timeline.ts'

const NIGHT_HOUR = 3
/** The bins as docs/DETECTION.md tells of them. */
const FIRST: Record<MeterKind, number> = { water: 0.02, electricity: 0.008 }
const GROWTH: Record<MeterKind, number> = { water: 1.3, electricity: 1.2 }

/** What this share of the observed time lies at or below, straight from the histogram. */
function quantile(state: LifeState, kind: MeterKind, share: number): number {
  const counts = [...state.u16.subarray(state.bins, state.bins + LOAD_BINS)]
  const goal = share * counts.reduce((sum, count) => sum + count, 0)
  let below = 0
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && below + count >= goal) {
      return bin === 0 ? 0 : FIRST[kind] * GROWTH[kind] ** (bin - 1 + (goal - below) / count)
    }
    below += count
  }
  return 0
}

function thresholdOf(state: LifeState, kind: MeterKind): number {
  if (kind === 'water') return Math.max(FLOOR_MIN_L_PER_H, FLOOR_MARGIN * quantile(state, kind, FLOOR_SHARE))
  const cap = BASE_CAP * BASE_MARGIN * quantile(state, kind, BASE_CAP_SHARE)
  return Math.max(BASE_MIN_KWH_PER_H, Math.min(cap, BASE_MARGIN * quantile(state, kind, BASE_SHARE)))
}

describe('what only a person explains', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 100, maxLength: 400 })
  /** Of 8: a few loads far above the rest. */
  const skew = fc.constantFrom(1, 8)

  it.each<MeterKind>(['water', 'electricity'])(
    'is what lies above the threshold that the histogram of %s loads gives, however near to it',
    (kind) => {
      fc.assert(
        fc.property(shares, skew, fc.double({ min: 0.2, max: 5, noNaN: true }), (learned, power, times) => {
          const state = newLife(profileOf([kind]))
          const of = (amount: number) => ({
            meter: 0,
            endMs: 0,
            intervalMs: HOUR_MS,
            amount,
            measured: true,
          })
          for (const share of learned) learnLoad(state, of(6 * share ** power), NIGHT_HOUR)
          const threshold = thresholdOf(state, kind)
          for (const factor of [times, 1 - 1e-8, 1 + 1e-8]) {
            expect(showsLife(state, of(threshold * factor))).toBe(factor > 1)
          }
        }),
        { numRuns: 200 },
      )
    },
  )
})
