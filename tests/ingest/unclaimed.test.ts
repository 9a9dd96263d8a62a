import { describe, expect, it } from 'vitest'
import type { Household } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const reading = (meter: string, hoursAgo = 1): object => ({
  meter,
  time: RECEIVED_MS - hoursAgo * HOUR_MS,
  register: 1_000 - hoursAgo,
  unit: 'L',
})

function household(id: string, ...meters: string[]): Household {
  return {
    id: id as HouseholdId,
    region: null,
    tier: 'medium',
    timezone: null,
    rule: 'evidence',
    meters: meters.map((meter) => ({ id: meter as MeterId, kind: 'water' })),
    contacts: [],
  }
}

describe('a gateway that makes up meters', () => {
  it('fills no more than its bound: what is known goes on, new ones are refused with a reason and counted', () => {
    using world = stageInFolder(undefined, undefined, 3)
    world.work(publish(['A', 'B', 'C', 'D', 'E'].map((meter) => reading(meter, 5))))
    world.restart()
    world.work(publish(['A', 'B', 'C', 'D'].map((meter) => reading(meter, 4))))
    expect(world.registry.counters()).toMatchObject({
      received: 9,
      kept: 6,
      rejected: 3,
      rejectedByCode: { 'too-many-unclaimed': 3 },
    })
    expect(world.registry.counts().metersUnregistered).toBe(3)
  })

  it('takes no room from registered homes, and a claim makes room', () => {
    using world = stageInFolder(undefined, undefined, 2)
    const claim = (...households: Household[]) =>
      ({ type: 'households', receivedAtMs: RECEIVED_MS, households }) as const
    world.work(claim(household('H', 'R1', 'R2', 'R3')))
    world.work(publish(['A', 'B', 'C', 'R1', 'R2', 'R3'].map((meter) => reading(meter, 5))))
    expect(world.registry.counters()).toMatchObject({ kept: 5, rejected: 1 })
    world.work(claim(household('K', 'A')))
    world.work(publish(['A', 'B', 'C', 'D'].map((meter) => reading(meter, 4))))
    expect(world.registry.counters()).toMatchObject({ kept: 8, rejected: 2 })
  })

  it('is bound also where its readings lie in the future', () => {
    using world = stageInFolder(undefined, undefined, 2)
    world.work(publish(['A', 'B', 'C', 'D'].map((meter) => reading(meter, -48))))
    expect(world.registry.counters().rejectedByCode).toEqual({ 'time-in-future': 2, 'too-many-unclaimed': 2 })
    expect(world.log().map((entry) => entry.type)).toEqual(['clock-ahead', 'clock-ahead'])
  })
})
