import { describe, expect, it } from 'vitest'
import type { MeterKind } from '../../domain/units.ts'
import { followVillage } from '../../detector/core/trend/follow-village.ts'
import { judgeDay, LOOK_BACK_DAYS, type Step } from '../../detector/core/trend/judge-day.ts'
import { noise } from './life-timeline.ts'

/** A winter that ends: cold and mild days, and for the last eight weeks ever less heating. */
const village = Array.from(
  { length: LOOK_BACK_DAYS },
  (_, at) => 0.3 * noise(at, 3) - Math.max(0, at - 36) * 0.012,
)
const villageOn = (daysBefore: number): number => village[LOOK_BACK_DAYS - 1 - daysBefore] ?? 0
/** The rest of a home's days: what is its own. */
const own = (at: number): number => 0.1 * (noise(at, 4) - 0.5)
/** A home that sinks to two thirds in the last weeks, whatever the season. */
const sinking = (at: number): number => own(at) - Math.min(0.42, Math.max(0, at - 64) * 0.04)

function said(kind: MeterKind, z: (at: number) => number): string[] {
  const days = Float64Array.from({ length: LOOK_BACK_DAYS }, (_, at) => z(at))
  const steps: Step[] = []
  judgeDay([{ kind, days, constantShare: 0, unrest: () => 1, village: villageOn }], 20_000, [], steps)
  return steps.map(({ type, open }) => `${type} ${open.kind}`)
}

describe('a season that moves some homes further than others', () => {
  it('is no decline of a home that has always moved so', () => {
    expect(said('electricity', (at) => own(at) + (village[at] ?? 0))).toEqual([])
  })

  it('does not hide a home that sinks, whether it heats or not', () => {
    expect(said('electricity', sinking)).toEqual(['raise decline'])
    expect(said('electricity', (at) => sinking(at) + (village[at] ?? 0))).toEqual(['raise decline'])
  })

  it('is not asked of water, nor of a home that is known for too short a time', () => {
    expect(said('water', (at) => own(at) + (village[at] ?? 0))).toEqual(['raise decline'])
    const left = new Float64Array(LOOK_BACK_DAYS)
    const days = Float64Array.from(left, (_, at) => (at < 50 ? NaN : own(at)))
    followVillage(days, villageOn, 71, left)
    expect([...left]).toEqual([...days])
  })
})
