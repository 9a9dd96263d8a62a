import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { HOUR_MS, LATENESS_MS } from '../../domain/time.ts'
import { publish, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder, type StageInFolder } from './stage-in-folder.ts'

interface Sent {
  readonly meter: string
  readonly time: number
  readonly register?: number
  readonly consumption?: number
  readonly intervalSeconds?: number
  readonly unit: string
  readonly quality?: string
}

const START_MS = RECEIVED_MS - 60 * 24 * HOUR_MS

/** A meter's life with growth, repeats, spikes, falls, exchanges, gaps and stated qualities, in the order of time. */
const life = (meter: string): fc.Arbitrary<Sent[]> =>
  fc
    .array(
      fc.record({
        spanMs: fc.constantFrom(HOUR_MS, HOUR_MS, 900_000, 61_000, 30 * HOUR_MS, 60 * HOUR_MS),
        move: fc.constantFrom(
          'grow',
          'grow',
          'grow',
          'stand',
          'spike',
          'dip',
          'zero',
          'step-back',
          'interval',
        ),
        amount: fc.integer({ min: 1, max: 40 }),
        quality: fc.constantFrom(
          undefined,
          undefined,
          undefined,
          undefined,
          'estimated',
          'missing',
          'exchange',
        ),
      }),
      { minLength: 2, maxLength: 25 },
    )
    .map((steps) => {
      let time = START_MS
      let register = 9_950
      return steps.map(({ spanMs, move, amount, quality }) => {
        time += spanMs
        if (move === 'grow') register += amount
        if (move === 'zero') register = amount
        if (move === 'step-back') register = Math.max(0, register - amount)
        const shown = move === 'spike' ? register + 5_000_000 : move === 'dip' ? 3 : register
        const value =
          move === 'interval' ? { consumption: amount, intervalSeconds: 3_600 } : { register: shown }
        return { meter, time, unit: 'L', ...value, ...(quality === undefined ? {} : { quality }) }
      })
    })

/** Delays each reading by less than the lateness, so that none falls behind it, and repeats some. */
function shuffle(readings: readonly Sent[], delays: readonly number[], repeats: readonly boolean[]): Sent[] {
  const sent = readings.flatMap((reading, i) => {
    const arrival = reading.time + (delays[i % delays.length] ?? 0)
    const again = repeats[i % repeats.length] === true ? [{ arrival: arrival + 5 * HOUR_MS, reading }] : []
    return [{ arrival, reading }, ...again]
  })
  return sent.sort((a, b) => a.arrival - b.arrival).map(({ reading }) => reading)
}

const delays = fc.array(fc.integer({ min: 0, max: LATENESS_MS - 6 * HOUR_MS }), {
  minLength: 1,
  maxLength: 30,
})
const repeats = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 })

function batches(readings: readonly Sent[], size: number): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let i = 0; i < readings.length; i += size) entries.push(publish(readings.slice(i, i + size)))
  return entries
}

/** Everything that a reader of the log ends up with, without how it got there. */
function outcome(world: StageInFolder): unknown {
  return [...world.stored()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { register, consumption, intervalMs, quality }]) => [
      key,
      register,
      consumption,
      intervalMs,
      quality,
    ])
}

describe('the order of arrival', () => {
  it('within the lateness, with repetitions, leaves the same readings as the orderly feed', () => {
    fc.assert(
      fc.property(
        life('A'),
        life('B'),
        delays,
        repeats,
        fc.integer({ min: 1, max: 7 }),
        (a, b, late, again, size) => {
          const orderly = [...a, ...b].sort((x, y) => x.time - y.time)
          using first = stageInFolder()
          first.work(...batches(orderly, 1_000))
          using second = stageInFolder()
          second.work(...batches(shuffle(orderly, late, again), size))
          expect(outcome(second)).toEqual(outcome(first))
          const { kept, duplicates, rejected, late: tooLate, received } = second.registry.counters()
          expect({ kept, rejected, tooLate }).toEqual({ kept: orderly.length, rejected: 0, tooLate: 0 })
          expect(received).toBe(kept + duplicates)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives the same log whatever the batches, the restarts and the memory', () => {
    fc.assert(
      fc.property(
        life('A'),
        life('B'),
        delays,
        fc.integer({ min: 1, max: 9 }),
        (a, b, late, readingsPerBatch) => {
          const entries = batches(shuffle([...a, ...b], late, [false]), 2)
          using whole = stageInFolder()
          whole.work(...entries)
          const limits = { entries: 3, readings: readingsPerBatch, payloadBytes: 10_000 }
          using pieces = stageInFolder(limits, 2)
          pieces.entries.push(...entries)
          while (pieces.stage.workBatch() !== null) pieces.restart()
          const flat = (world: StageInFolder): unknown[] =>
            world
              .log()
              .flatMap((entry): unknown[] => (entry.type === 'readings' ? [...entry.readings] : [entry]))
          expect(flat(pieces)).toEqual(flat(whole))
          expect(pieces.registry.counters()).toEqual(whole.registry.counters())
          for (const meter of ['A', 'B']) {
            expect(pieces.registry.meter(meter as never)).toEqual(whole.registry.meter(meter as never))
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})
