import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Finding } from '../../domain/finding.ts'
import type { Reading } from '../../domain/reading.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { day, registered, villageReadings, type Cut, type VillagePlan } from './area-feed.ts'
import { readings, SETTINGS, tick } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'

const DAYS = 18
const RECEIVED_MS = Date.parse('2026-11-20T00:00:00Z')

const trouble = fc.record({
  kind: fc.constantFrom<Cut['kind']>('power', 'water', 'both'),
  fromHour: fc.integer({ min: 13 * 24, max: (DAYS - 2) * 24 }),
  hours: fc.integer({ min: 2, max: 30 }),
  homes: fc.constantFrom(5, 10),
})
const plan = fc
  .record({ cuts: fc.array(trouble, { maxLength: 2 }), mute: fc.array(trouble, { maxLength: 2 }) })
  .map(({ cuts, mute }): VillagePlan => {
    const cutOf = ({ kind, fromHour, hours, homes }: (typeof cuts)[number]): Cut => ({
      kind,
      fromMs: day(0, fromHour),
      toMs: day(0, fromHour + hours),
      homes: (home) => home < homes,
    })
    return {
      homes: 10,
      days: DAYS,
      homesPerGrid: 5,
      homesPerGateway: 5,
      cuts: cuts.map(cutOf),
      mute: mute.map(cutOf),
      empty: { 2: [[day(15, 9), Infinity]] },
    }
  })

/** A network that is gone for meters of power and water together, power back sooner; some of it told two hours late. */
const EXAMPLE: VillagePlan = {
  homes: 10,
  days: DAYS,
  homesPerGrid: 5,
  homesPerGateway: 5,
  cuts: [],
  mute: [
    { kind: 'power', fromMs: day(13), toMs: day(13, 6), homes: () => true },
    { kind: 'water', fromMs: day(13), toMs: day(13, 9), homes: () => true },
  ],
  empty: { 2: [[day(15, 9), Infinity]] },
}
const SOME_LATE = { delayHours: [2, 0], share: 43, size: 1, restarts: [] }

function entriesOf(list: readonly Reading[], size: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  for (let at = 0; at < list.length; at += size) entries.push(readings(...list.slice(at, at + size)))
  return entries
}

function run(entries: readonly ReadingsLogEntry[], restartAt: ReadonlySet<number>): Finding[] {
  let detector = newDetector(SETTINGS)
  return entries.flatMap((entry, index) => {
    const findings = foldEntry(detector, entry)
    if (restartAt.has(index)) detector = saveAndLoad(detector)
    return findings
  })
}

// Whole villages over weeks: on a busy machine a run takes seconds.
const TIMEOUT_MS = 300_000

it(
  'the order of arrival, the cut into entries and restarts change no outage, hold or alert that stands in the end',
  { timeout: TIMEOUT_MS },
  () => {
    let outages = 0
    const disorder = fc.record({
      delayHours: fc.array(fc.integer({ min: 0, max: 72 }), { minLength: 1, maxLength: 60 }),
      share: fc.integer({ min: 0, max: 100 }),
      size: fc.integer({ min: 1, max: 300 }),
      restarts: fc.array(fc.nat(), { maxLength: 2 }),
    })
    fc.assert(
      fc.property(plan, disorder, (village, { delayHours, share, size, restarts }) => {
        const list = villageReadings(village).map((one) => ({ ...one, receivedAtMs: RECEIVED_MS }))
        const ending = [tick(RECEIVED_MS + 60_000), tick(RECEIVED_MS + 120_000)]
        const homes = registered(village)
        const orderly = standing(run([homes, ...entriesOf(list, 24), ...ending], new Set()))
        const arrival = ({ timeMs }: Reading, index: number): number => {
          const isLate = (index * 7919) % 100 < share
          return timeMs + (isLate ? (delayHours[(index * 31) % delayHours.length] ?? 0) * HOUR_MS : 0)
        }
        const shuffled = list
          .map((one, index) => ({ one, atMs: arrival(one, index) }))
          .sort((one, other) => one.atMs - other.atMs)
          .map(({ one }) => one)
        const entries = [homes, ...entriesOf(shuffled, size), ...ending]
        const restartAt = new Set(restarts.map((restart) => restart % entries.length))
        expect(standing(run(entries, restartAt))).toEqual(orderly)
        outages += orderly.filter((line) => line.includes('area-outage')).length
      }),
      { numRuns: Number(process.env['HEARTHLINE_TEST_RUNS'] ?? 5), examples: [[EXAMPLE, SOME_LATE]] },
    )
    // The stories are such that there is something to be got wrong.
    expect(outages).toBeGreaterThan(2)
  },
)
