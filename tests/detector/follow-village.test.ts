import { describe, expect, it } from 'vitest'
import type { MeterKind } from '../../domain/units.ts'
import { followVillage } from '../../detector/core/trend/follow-village.ts'
import { judgeDay, LOOK_BACK_DAYS, type Step } from '../../detector/core/trend/judge-day.ts'
import { noise } from './life-timeline.ts'

type Village = readonly number[]

const days = (of: (at: number) => number): Village =>
  Array.from({ length: LOOK_BACK_DAYS }, (_, at) => of(at))
const weather = (at: number): number => 0.3 * noise(at, 3)
/** A winter that ends: for the last eight weeks ever less heating. */
const spring = days((at) => weather(at) - Math.max(0, at - 36) * 0.012)
/** Three mild days at the end of it. */
const mild = days((at) => (at < LOOK_BACK_DAYS - 3 ? weather(at) : weather(at) - 0.6))
/** What is a home's own. */
const own = (at: number): number => 0.1 * (noise(at, 4) - 0.5)
/** It heats by electricity: it moves twice as far as the mean. */
const twice =
  (village: Village) =>
  (at: number): number =>
    own(at) + (village[at] ?? 0)
/** It sinks to two thirds in the last weeks, or falls to half in the last days, whatever the season. */
const sinking = (at: number): number => own(at) - Math.min(0.42, Math.max(0, at - 64) * 0.04)
const falling = (at: number): number => own(at) - (at < LOOK_BACK_DAYS - 3 ? 0 : 0.7)

function said(kind: MeterKind, village: Village, z: (at: number) => number): string[] {
  const villageOn = (daysBefore: number): number => village[LOOK_BACK_DAYS - 1 - daysBefore] ?? 0
  const steps: Step[] = []
  const meter = {
    kind,
    days: Float64Array.from(days(z)),
    constantShare: 0,
    unrest: () => 1,
    village: villageOn,
  }
  judgeDay([meter], 20_000, [], steps)
  return steps.map(({ type, open }) => `${type} ${open.kind}`)
}

describe('a season that moves some homes further than others', () => {
  it('is no decline and no drop of a home that has always moved so', () => {
    expect(said('electricity', spring, twice(spring))).toEqual([])
    expect(said('electricity', mild, twice(mild))).toEqual([])
  })

  it('does not hide a home that sinks or falls, whether it heats or not', () => {
    const heats = twice(spring)
    expect(said('electricity', spring, sinking)).toEqual(['raise decline'])
    expect(said('electricity', spring, (at) => sinking(at) - own(at) + heats(at))).toEqual(['raise decline'])
    expect(said('electricity', mild, falling)).toEqual(['raise drop'])
    const mildly = twice(mild)
    expect(said('electricity', mild, (at) => falling(at) - own(at) + mildly(at))).toEqual(['raise drop'])
  })

  it('is not asked of water, nor of a home that is known for too short a time', () => {
    expect(said('water', spring, twice(spring))).toEqual(['raise decline'])
    const left = new Float64Array(LOOK_BACK_DAYS)
    const short = Float64Array.from(left, (_, at) => (at < 50 ? NaN : own(at)))
    followVillage(short, (daysBefore) => spring[LOOK_BACK_DAYS - 1 - daysBefore] ?? 0, 71, left)
    expect([...left]).toEqual([...short])
  })
})
