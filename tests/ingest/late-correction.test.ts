import { expect, it } from 'vitest'
import { HOUR_MS } from '../../domain/time.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const START_MS = RECEIVED_MS - 140 * HOUR_MS

function sent(hour: number, register: number, correction = false): object {
  return { meter: 'W', time: START_MS + hour * HOUR_MS, register, unit: 'L', correction }
}

it('a correction beyond the lateness stays late when readings near it are put right afterwards', () => {
  using world = stageInFolder()
  for (let hour = 0; hour <= 100; hour++) if (hour !== 10) world.work(publish(sent(hour, 1_000 + hour)))
  world.work(publish(sent(0, 990, true)))
  const key = `W ${START_MS}`
  const corrected = world.stored().get(key)
  expect(corrected).toMatchObject({ register: 990, quality: 'late' })
  world.work(publish(sent(10, 1_010)))
  expect(world.stored().get(key)).toMatchObject({ register: 990, quality: 'late' })
})
