import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { devianceOf, fitLogistic } from '../../detector/fit/fit-logistic.ts'
import { halfOf } from '../../detector/fit/half-of.ts'
import { noise } from '../detector/life-timeline.ts'

const COLUMNS = 3

function draw(rows: number, weights: readonly number[], seed: number): { x: number[]; y: number[] } {
  const x: number[] = []
  const y: number[] = []
  for (let row = 0; row < rows; row++) {
    const values = [1, 4 * noise(row, seed) - 2, 4 * noise(row, seed + 1) - 2]
    const z = values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)
    x.push(...values)
    y.push(noise(row, seed + 2) < 1 / (1 + Math.exp(-z)) ? 1 : 0)
  }
  return { x, y }
}

describe('logistic regression', () => {
  it('finds the weights that the data was drawn with', () => {
    const { x, y } = draw(40_000, [-1, 0.7, -0.3], 5)
    const { weights } = fitLogistic(x, y, COLUMNS, 1)
    expect(weights[0]).toBeCloseTo(-1, 1)
    expect(weights[1]).toBeCloseTo(0.7, 1)
    expect(weights[2]).toBeCloseTo(-0.3, 1)
  })

  it('ends where no weight can be moved for the better, whatever the data', () => {
    const weight = fc.double({ min: -2, max: 2, noNaN: true })
    fc.assert(
      fc.property(fc.tuple(weight, weight, weight), fc.integer({ min: 0, max: 1e6 }), (drawn, seed) => {
        const { x, y } = draw(200, drawn, seed)
        const ridge = 3
        const { weights } = fitLogistic(x, y, COLUMNS, ridge)
        const loss = (at: readonly number[]): number =>
          (devianceOf(x, y, at) * y.length) / 2 + (ridge / 2) * (at[1]! ** 2 + at[2]! ** 2)
        for (let i = 0; i < COLUMNS; i++) {
          for (const step of [-0.01, 0.01]) {
            expect(loss(weights.map((one, j) => (i === j ? one + step : one)))).toBeGreaterThan(loss(weights))
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('leaves the weights of columns that are not used at nothing', () => {
    const { x, y } = draw(500, [-1, 0.7, -0.3], 9)
    const { weights } = fitLogistic(x, y, COLUMNS, 1, [0, 2])
    expect(weights[1]).toBe(0)
    expect(weights[2]).not.toBe(0)
  })
})

describe('the halves of the homes', () => {
  it('hang on the id alone, and hold about as many homes each', () => {
    expect(['DAIAD001', 'DAIAD002', 'MAC000004', 'MAC000022'].map(halfOf)).toEqual([1, 0, 0, 1])
    const ids = Array.from({ length: 2000 }, (_, i) => `H${i}`)
    const heldOut = ids.filter((id) => halfOf(id) === 1).length
    expect(heldOut).toBeGreaterThan(900)
    expect(heldOut).toBeLessThan(1100)
  })
})
