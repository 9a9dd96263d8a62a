import { describe, expect, test } from 'vitest'
import type { HouseholdId } from '../../domain/ids.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { startOf } from '../../domain/place.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { isKnock, type ToldAlert } from '../../evaluation/village/collect-alerts.ts'
import { countyOf, foundCounty, type County, type CountyPlan } from '../../evaluation/village/county.ts'
import { createMemoryBooks } from '../../evaluation/village/memory-books.ts'
import { recordLines } from '../../evaluation/village/record-lines.ts'
import { liveCounty, scoreCounty } from '../../evaluation/village/live-county.ts'
import { tellReport } from '../../evaluation/village/tell-report.ts'
import { writeJournal } from '../../evaluation/village/write-journal.ts'
import { createPipeline } from '../../ingest/pipeline.ts'
import { openReadingsLogReader } from '../../logs/readings/open-readings-log-reader.ts'
import type { Home } from '../../simulators/village/home.ts'
import type { Incident } from '../../simulators/village/incident.ts'
import { settleCounty } from '../../simulators/village/settle-county.ts'
import { stageInFolder } from '../ingest/stage-in-folder.ts'

const FROM_MS = Date.parse('2025-12-01T00:00:00+08:00')

function plan(households: number, days: number, seed = 1): CountyPlan {
  const toMs = FROM_MS + days * DAY_MS
  return {
    households,
    firstHome: 0,
    seed,
    timezone: 'Asia/Shanghai',
    rule: 'evidence',
    fromMs: FROM_MS,
    toMs,
  }
}

describe('a county', () => {
  test('comes through ingest in memory exactly as it comes through ingest on disk', () => {
    const county = foundCounty(plan(10, 45))
    const entries = [...writeJournal(county)]
    const told: ReadingsLogEntry[] = []
    const books = createMemoryBooks((entry) => told.push(entry))
    const pipeline = createPipeline(books)
    for (const entry of entries) pipeline.work(entry)
    books.log.flush()

    using world = stageInFolder()
    world.work(...entries)
    expect(flat(told).join('\n') === flat(wholeLog(world.dir)).join('\n')).toBe(true)
    expect(told.length).toBeGreaterThan(1_000)
    const { received, kept, duplicates, rejected } = world.registry.counters()
    expect(
      ['received', 'kept', 'duplicates', 'rejected'].map((name) => books.counted.get(name as 'kept') ?? 0),
    ).toEqual([received, kept, duplicates, rejected])
  })

  test('has homes that are never at zero, and homes that are read at every step', () => {
    const homes = settleCounty({ households: 400, seed: 3, homesPerGateway: 50 })
    const leaky = homes.filter(({ house }) => house.leakLPerHour > 0).length
    expect(leaky).toBeGreaterThan(20)
    expect(leaky).toBeLessThan(65)
    expect(new Set(homes.map(({ stepMinutes }) => stepMinutes))).toEqual(new Set([15, 30, 60]))
    expect(homes.some(({ residents }) => residents.some(({ role }) => role === 'night-worker'))).toBe(true)
  })

  test('gives each home one incident of its own at most, and falls where somebody is in', () => {
    const { incidents, homes } = foundCounty(plan(200, 120, 5))
    const own = incidents
      .filter(({ households }) => households.length === 1)
      .map(({ households }) => households[0])
    expect(new Set(own).size).toBe(own.length)
    expect(incidents.filter(({ kind }) => kind === 'fall').length).toBeGreaterThan(30)
    expect(own.length).toBeLessThan(homes.length)
  })
})

const CALM = settleCounty({ households: 13, seed: 11, homesPerGateway: 8 })
  .filter(({ persona }) => persona !== 'part-time')
  .map((home): Home => ({
    ...home,
    tripsPerYear: 0,
    stepMinutes: 60,
    house: { ...home.house, leakLPerHour: 0 },
  }))
const DAYS = 52

function lived(incidents: readonly Incident[]): { county: County; alerts: ToldAlert[] } {
  const county = countyOf(plan(CALM.length, DAYS, 11), CALM, incidents)
  return { county, alerts: [...liveCounty(county, 0.5).told] }
}

const at = (day: number, hour = 12): number => FROM_MS + day * DAY_MS + hour * HOUR_MS
const victim = (index: number): Home => CALM[index]!
const one = (index: number): { households: HouseholdId[] } => ({ households: [victim(index).household] })

describe('what happens to meters and pipes', () => {
  test('sends nobody to a door who would not have gone there anyway', () => {
    const quiet = lived([]).alerts.filter(isKnock)
    const until = { toMs: at(50) }
    const { alerts } = lived([
      { kind: 'meter-swap', ...one(0), fromMs: at(35), toMs: at(35), meter: victim(0).water.id },
      { kind: 'meter-swap', ...one(1), fromMs: at(36), toMs: at(36), meter: victim(1).electricity.id },
      { kind: 'rollover', ...one(2), fromMs: at(37), toMs: at(37), meter: victim(2).water.id },
      {
        kind: 'clock-skew',
        ...one(8),
        fromMs: at(36),
        toMs: at(38),
        meter: victim(8).water.id,
        aheadMs: 365 * DAY_MS,
      },
      { kind: 'frozen-meter', ...one(3), fromMs: at(34), ...until, meter: victim(3).electricity.id },
      { kind: 'frozen-meter', ...one(6), fromMs: at(34), ...until, meter: victim(6).water.id },
      { kind: 'small-leak', ...one(4), fromMs: at(34), ...until, litresPerHour: 4 },
      { kind: 'battery-dying', ...one(5), fromMs: at(33), ...until, meter: victim(5).water.id },
      { kind: 'holiday', ...one(7), fromMs: at(36), toMs: at(44) },
    ])
    const before = new Set(quiet.map(keyOf))
    // Not the home of the wrong clock: some such are asked after (docs/DETECTION.md, Simulated villages).
    const households = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((index) => victim(index).household))
    const added = alerts.filter(
      (alert) => isKnock(alert) && households.has(alert.household) && !before.has(keyOf(alert)),
    )
    expect(added).toEqual([])
    expect(alerts.some(({ kind }) => kind === 'clock-skew')).toBe(true)
  }, 300_000)
})

describe('a fall', () => {
  test('is found, and the report says when', () => {
    const falls = [0, 1, 2].map((index): Incident => ({
      kind: 'fall',
      ...one(index),
      fromMs: at(36 + index, 9),
      toMs: at(42 + index, 9),
      leftOnW: 0,
    }))
    const county = countyOf(plan(CALM.length, DAYS, 11), CALM, falls)
    const scored = scoreCounty(county, liveCounty(county, 0.5))
    const found = scored.incidents.filter(({ delayHours }) => delayHours !== null)
    expect(found.length).toBe(3)
    expect(found.every(({ delayHours }) => delayHours! > 0 && delayHours! <= 144)).toBe(true)
    expect(tellReport(county, scored, 0.5)).toMatch(/fall +inactivity +3 +100 %/)
    const lines = recordLines(county, scored).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(
      lines.filter(({ record, right }) => record === 'alert' && right === true).length,
    ).toBeGreaterThanOrEqual(3)
  })
})

function keyOf({ household, kind, onsetMs }: ToldAlert): string {
  return `${household} ${kind} ${onsetMs}`
}

/** The log without the places at which it happens to be cut into entries. */
function flat(entries: readonly ReadingsLogEntry[]): string[] {
  return entries
    .flatMap((entry): unknown[] => (entry.type === 'readings' ? [...entry.readings] : [entry]))
    .map((each) => JSON.stringify(each))
}

function wholeLog(dir: string): ReadingsLogEntry[] {
  const reader = openReadingsLogReader(dir)
  const entries: ReadingsLogEntry[] = []
  for (let place = startOf(0), more = true; more;) {
    const placed = reader.read(place, 100_000)
    entries.push(...placed.map(({ entry }) => entry))
    place = placed.at(-1)?.place ?? place
    more = placed.length > 0
  }
  reader.close()
  return entries
}
