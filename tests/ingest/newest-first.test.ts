import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const START_MS = RECEIVED_MS - 10 * DAY_MS

function sent(hour: number, register: number, more: object = {}): object {
  return { meter: 'W', time: START_MS + hour * HOUR_MS, register, unit: 'L', ...more }
}

it('a backlog sent newest first is worked in the order of time: nothing is revised, nothing comes too late', () => {
  const hours = Array.from({ length: 200 }, (_, hour) => sent(hour, 1_000 + hour))
  using world = stageInFolder()
  world.work(publish(hours.toReversed()))
  expect(world.registry.counters()).toMatchObject({ received: 200, kept: 200, late: 0 })
  const said = world.log().flatMap((entry) => (entry.type === 'readings' ? entry.readings : []))
  expect(said).toHaveLength(200)
  expect(said.filter(({ revision }) => revision)).toEqual([])
})

it('of two values for one time the first in the batch stands, and a correction behind it replaces it', () => {
  using world = stageInFolder()
  world.work(
    publish([sent(2, 1_002), sent(1, 1_001), sent(1, 1_000), sent(1, 999, { correction: true }), 'nonsense']),
  )
  expect(world.registry.counters()).toMatchObject({
    kept: 2,
    corrected: 1,
    rejected: 2,
    rejectedByCode: { conflict: 1, 'invalid-element': 1 },
  })
  expect(world.stored().get(`W ${START_MS + HOUR_MS}`)).toMatchObject({ register: 999 })
  const messages = world.registry.rejects({}, null, 10).items.map(({ message }) => message)
  expect(messages.some((message) => message.startsWith('element 3 of 5'))).toBe(true)
})
