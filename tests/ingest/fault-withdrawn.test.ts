import { describe, expect, it } from 'vitest'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { standing } from '../detector/standing.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const hour = (n: number): number => RECEIVED_MS - 60 * HOUR_MS + n * HOUR_MS

interface Sent {
  readonly meter: string
  readonly time: number
  readonly register: number
  readonly unit: string
  readonly quality?: string
  readonly correction?: boolean
}

function sent(n: number, register: number, more: Partial<Sent> = {}): Sent {
  return { meter: 'W', time: hour(n), register, unit: 'L', ...more }
}

/** What the technicians believe in the end. */
function faults(...readings: readonly Sent[]): string[] {
  using world = stageInFolder()
  for (const reading of readings) world.work(publish(reading))
  const detector = newDetector({ budget: 0.5, timezone: 'UTC' })
  return standing(world.log().flatMap((entry) => foldEntry(detector, entry))).filter((line) =>
    line.includes('register-fault'),
  )
}

describe('a register fault that late data disproves', () => {
  const ranBackwards = [sent(0, 1_000), sent(1, 1_010), sent(3, 700), sent(4, 701), sent(5, 702)]
  const exchange = sent(2, 699, { quality: 'exchange' })

  it('is retracted when the note of the exchange comes after the new meter’s readings', () => {
    expect(faults(...ranBackwards)).toHaveLength(1)
    expect(faults(...[...ranBackwards, exchange].sort((a, b) => a.time - b.time))).toEqual([])
    expect(faults(...ranBackwards, exchange)).toEqual([])
  })

  it('is retracted when a correction mends the value that looked like a spike', () => {
    const spike = [sent(0, 1_000), sent(1, 1_010), sent(2, 3_000), sent(3, 1_012), sent(4, 1_013)]
    expect(faults(...spike)).toHaveLength(1)
    expect(faults(...spike, sent(2, 1_011, { correction: true }))).toEqual([])
  })

  it('is raised again when it was so after all', () => {
    const mended = [sent(0, 1_000), sent(1, 1_010), sent(2, 1_011), sent(3, 1_012)]
    const broken = sent(2, 3_000, { correction: true })
    expect(faults(...mended, broken)).toHaveLength(1)
    expect(faults(...mended, broken, sent(2, 1_011, { correction: true }))).toEqual([])
    expect(faults(...mended, broken, sent(2, 1_011, { correction: true }), broken)).toHaveLength(1)
  })
})
