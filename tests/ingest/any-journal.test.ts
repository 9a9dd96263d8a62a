import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import type { Finding } from '../../domain/finding.ts'
import type { Household } from '../../domain/household.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { JournalEntry, ReadingsLogEntry } from '../../domain/log-entry.ts'
import { METER_STATUSES } from '../../domain/quality.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { UNITS } from '../../domain/units.ts'
import { STATED_QUALITIES } from '../../ingest/native/native-schema.ts'
import { saveAndLoad } from '../detector/save-and-load.ts'
import { standing } from '../detector/standing.ts'
import { publish, publishText, RECEIVED_MS } from './journal-of.ts'
import { stageInFolder } from './stage-in-folder.ts'

const METERS = ['A', 'B', 'C', '表-1', '__proto__', 'toString']
const meter = fc.constantFrom(...METERS)
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 8 })

const time = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.integer({ min: -400, max: 6 }).map((steps) => RECEIVED_MS + steps * 15 * MINUTE_MS),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: -200 * 24, max: 0 }).map((hours) => RECEIVED_MS + hours * HOUR_MS + 7),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      0,
      946_684_800_000,
      253_402_300_799_999,
      -1,
      1e308,
      RECEIVED_MS + HOUR_MS,
      RECEIVED_MS + HOUR_MS + 1,
    ),
  },
)
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 3, arbitrary: fc.integer({ min: 9_900, max: 10_100 }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e-300, 1e308, 1e12, 99_999.999999, 5e-324, -1) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
)

const element = fc
  .record({
    meter,
    time,
    unit: fc.oneof(
      { weight: 9, arbitrary: fc.constant('L') },
      { weight: 1, arbitrary: fc.constantFrom(...UNITS) },
    ),
    amount,
    interval: fc.option(fc.constantFrom(1, 60, 900, 900, 3_600, 86_400, 2_678_400), { nil: null, freq: 1 }),
    quality: rarely(fc.constantFrom(...STATED_QUALITIES)),
    status: rarely(fc.uniqueArray(fc.constantFrom(...METER_STATUSES))),
    correction: rarely(fc.boolean()),
  })
  .map(({ amount: value, interval, ...rest }) =>
    interval === null
      ? { ...rest, register: value }
      : { ...rest, consumption: value, intervalSeconds: interval },
  )

const gateway = fc.constantFrom('gw1', 'gw2')
const wait = fc.constantFrom(0, MINUTE_MS, HOUR_MS, 3 * DAY_MS)
const home = fc.record({
  id: fc.constantFrom('H', 'K', 'A').map((id) => id as HouseholdId),
  region: fc.constantFrom(null, 'a/b', 'a/c'),
  tier: fc.constantFrom('low' as const, 'high' as const),
  timezone: fc.constantFrom(null, 'Asia/Shanghai', 'Europe/Berlin'),
  rule: fc.constantFrom('evidence' as const, 'below-10l-12h' as const, 'silent-peaks' as const),
  meters: fc.uniqueArray(
    fc.record({
      id: meter.map((id) => id as MeterId),
      kind: fc.constantFrom('water' as const, 'electricity' as const),
    }),
    { minLength: 1, maxLength: 3, selector: ({ id }) => id },
  ),
  contacts: fc.constant<Household['contacts']>([]),
})

/** One entry, given the moment of its receipt. */
const entry: fc.Arbitrary<(receivedAtMs: number) => JournalEntry> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(fc.array(element, { minLength: 1, maxLength: 40 }), gateway).map(
      ([elements, from]) =>
        (ms: number) =>
          publish(elements, from, ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.json({ maxDepth: 6 }).map((text) => (ms: number) => publishText(text, 'gw1', ms)),
  },
  { weight: 1, arbitrary: fc.string().map((text) => (ms: number) => publishText(text, 'gw1', ms)) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(home, { minLength: 1, maxLength: 3, selector: ({ id }) => id })
      .map((households) => (receivedAtMs: number) => ({
        type: 'households' as const,
        receivedAtMs,
        households,
      })),
  },
  { weight: 3, arbitrary: fc.constant((receivedAtMs: number) => ({ type: 'tick' as const, receivedAtMs })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('UTC', 'Asia/Shanghai').map((timezone) => (receivedAtMs: number) => ({
      type: 'settings' as const,
      receivedAtMs,
      budget: 0.5,
      timezone,
    })),
  },
)

const journal = fc.array(fc.tuple(entry, wait), { minLength: 1, maxLength: 30 }).map((list) => {
  let nowMs = RECEIVED_MS
  return list.map(([make, waitMs]) => make((nowMs += waitMs)))
})

function judge(log: readonly ReadingsLogEntry[], saveEvery: number): Finding[] {
  let detector = newDetector({ budget: 0.5, timezone: 'UTC' })
  return log.flatMap((one, index) => {
    const findings = foldEntry(detector, one)
    if (index % saveEvery === saveEvery - 1) detector = saveAndLoad(detector)
    return findings
  })
}

/** Like the desk: what is said of a matter that nobody raised here (it was over before a household claimed the meter) is nothing. */
function heard(findings: readonly Finding[]): Finding[] {
  const raised = new Set<string>()
  return findings.filter(({ type, household, kind, onsetMs }) => {
    const matter = `${household} ${kind} ${onsetMs}`
    if (type === 'raise') raised.add(matter)
    return raised.has(matter)
  })
}

it('nothing that a gateway or an operator can say stops ingest or the detector; all of it is counted; restarts change no word', () => {
  fc.assert(
    fc.property(journal, fc.integer({ min: 1, max: 5 }), (entries, saveEvery) => {
      using quiet = stageInFolder()
      quiet.work(...entries)
      const { received, kept, corrected, duplicates, rejected } = quiet.registry.counters()
      expect(kept + corrected + duplicates + rejected).toBe(received)
      const log = quiet.log()
      expect(judge(log, saveEvery)).toEqual(judge(log, Infinity))

      using shaken = stageInFolder({ entries: 1, readings: 1, payloadBytes: 1 }, 2)
      for (const one of entries) {
        shaken.work(one)
        shaken.restart()
      }
      expect(shaken.registry.counters()).toEqual(quiet.registry.counters())
      expect([...shaken.stored()].sort()).toEqual([...quiet.stored()].sort())
      expect(standing(heard(judge(shaken.log(), saveEvery)))).toEqual(standing(heard(judge(log, Infinity))))
    }),
    { numRuns: Number(process.env['HEARTHLINE_TEST_RUNS'] ?? 30) },
  )
}, 60_000)
