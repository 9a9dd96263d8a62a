import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALERTED,
  closeDay,
  decodeBudget,
  encodeBudget,
  LEVEL_COUNT,
  LEVEL_FROM,
  LEVEL_STEP,
  newBudget,
  SEAL_DAYS,
  thresholdOn,
  withObserved,
} from '../../detector/core/area/budget.ts'
import { noise } from './life-timeline.ts'

const WHOLE_DAY = 24

/** Bits of a day on which the best silence of a home reached `score`. */
function reached(score: number, threshold = Infinity): number {
  let bits = score >= threshold ? ALERTED : 0
  for (let i = 0; i < LEVEL_COUNT; i++) if (LEVEL_FROM + i * LEVEL_STEP <= score) bits |= 1 << i
  return withObserved(bits, WHOLE_DAY)
}

/** Scores of a village: exponential, so that every nat of threshold saves the same share of alerts. */
function score(home: number, day: number, perMonthAt11: number): number {
  const rate = perMonthAt11 / 30
  return 11 + (Math.log(rate) - Math.log(Math.max(1e-9, noise(home * 1000 + day, 3)))) / 0.8
}

describe('the alarm budget', () => {
  it.each([0.2, 0.5, 1.1])('meets %f alerts per home and month on homes it has never seen', (budget) => {
    const state = newBudget(budget)
    const homes = 60
    const days = 300
    let alerts = 0
    for (let day = 0; day < days; day++) {
      const threshold = thresholdOn(state, day)
      for (let home = 0; home < homes; home++) {
        const best = score(home, day, 3)
        if (best >= threshold) alerts++
        closeDay(state, day, reached(best, threshold))
      }
    }
    const rate = alerts / ((homes * days) / 30)
    expect(rate / budget).toBeGreaterThan(0.85)
    expect(rate / budget).toBeLessThan(1.15)
  })

  it('asks for more evidence the smaller it is', () => {
    const thresholds = [2, 1, 0.5, 0.2, 0.05].map((budget) => thresholdOn(newBudget(budget), 100))
    expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b))
    expect(new Set(thresholds).size).toBe(thresholds.length)
  })

  const days = fc.array(
    fc.record({
      day: fc.integer({ min: 20_000, max: 20_060 }),
      score: fc.double({ min: 5, max: 17, noNaN: true }),
    }),
    { maxLength: 300 },
  )

  it('does not care in which order homes report', () => {
    fc.assert(
      fc.property(days, fc.integer(), (list, seed) => {
        const one = newBudget(0.5)
        const other = newBudget(0.5)
        const shuffled = list.map((each, n) => ({ each, key: noise(n, seed) })).sort((a, b) => a.key - b.key)
        for (const { day, score } of list) closeDay(one, day, reached(score, 12))
        for (const { each } of shuffled) closeDay(other, each.day, reached(each.score, 12))
        expect(encodeBudget(other)).toEqual(encodeBudget(one))
        expect(decodeBudget(encodeBudget(one))).toEqual(one)
      }),
    )
  })

  it('rests on sealed days only', () => {
    fc.assert(
      fc.property(days, (list) => {
        const day = 20_030
        const all = newBudget(0.5)
        const sealed = newBudget(0.5)
        for (const one of list) {
          closeDay(all, one.day, reached(one.score, 12))
          if (one.day <= day - SEAL_DAYS) closeDay(sealed, one.day, reached(one.score, 12))
        }
        expect(thresholdOn(all, day)).toBe(thresholdOn(sealed, day))
      }),
    )
  })
})
