import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../domain/finding.ts'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { readings, SETTINGS } from './feed.ts'
import { saveAndLoad } from './save-and-load.ts'
import { standing } from './standing.ts'
import { lives, neighbours, registered, ticks, type Change, type TrendHome } from './trend-village.ts'

const DAYS = 46

/** Three levels: two towns of one county; two villages of more than twenty homes, others of a few, some homes beside any. */
const REGIONS: readonly (readonly [region: string, homes: number])[] = [
  ['c/t1/v1', 22],
  ['c/t1/v2', 6],
  ['c/t2/v3', 21],
  ['c/t2/v4', 3],
  ['c/t2', 2],
  ['c', 1],
]

/** What happens to a village, a town or a home: times so much between two days; or nothing is heard. */
const happening = fc.record({
  where: fc.constantFrom(
    'c/t1/v1',
    'c/t1/v2',
    'c/t2/v3',
    'c/t2/v4',
    'c/t2',
    'c',
    'n0',
    'n3',
    'n24',
    'n30',
    'n50',
  ),
  from: fc.integer({ min: 14, max: DAYS - 4 }),
  days: fc.integer({ min: 2, max: 14 }),
  factor: fc.constantFrom(0.3, 0.45, 0.7, 1.5, 2.5, 4),
  gap: fc.constantFrom(false, false, false, true),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const arriving = fc.record({
  seed: fc.nat(),
  /** Of a hundred readings, how many come late. */
  share: fc.integer({ min: 0, max: 40 }),
  maxDelayHours: fc.integer({ min: 1, max: 72 }),
  size: fc.integer({ min: 20, max: 3_000 }),
  restartAt: fc.nat(),
})
type Arriving = typeof arriving extends fc.Arbitrary<infer T> ? T : never

/** Two homes that change for good while a village does; and an outage long past that was once said anew, for a part of its area. */
const EXAMPLES: [Happening[], number, Arriving][] = [
  [
    [
      { where: 'n0', from: 26, days: 14, factor: 0.3, gap: false },
      { where: 'n30', from: 26, days: 14, factor: 4, gap: false },
      { where: 'c/t2/v3', from: 20, days: 3, factor: 0.7, gap: false },
    ],
    0,
    { seed: 3, share: 30, maxDelayHours: 60, size: 500, restartAt: 40 },
  ],
  [
    [
      { where: 'c/t1/v1', from: 14, days: 2, factor: 0.3, gap: false },
      { where: 'c', from: 14, days: 2, factor: 0.3, gap: true },
    ],
    20,
    { seed: 0, share: 0, maxDelayHours: 1, size: 107, restartAt: 0 },
  ],
]

function countyOf(happenings: readonly Happening[], latecomers: number): TrendHome[] {
  const regions = REGIONS.flatMap(([region, homes]) => Array.from({ length: homes }, () => region))
  return neighbours(regions.length).map(({ id }, index): TrendHome => {
    const region = regions[index] ?? ''
    const mine = happenings.filter(({ where }) => where === id || `${region}/`.startsWith(`${where}/`))
    // A village that is connected weeks after the others.
    const change: Change = (litres, day, hour) =>
      region === 'c/t2/v3' && day < latecomers ? null : changed(mine, litres, day, hour)
    return { id, region, change }
  })
}

function changed(mine: readonly Happening[], litres: number, day: number, hour: number): number | null {
  let amount = litres
  for (const { from, days, factor, gap } of mine) {
    if (day < from || day >= from + days) continue
    if (gap && hour % 5 !== 0) return null
    amount *= factor
  }
  return amount
}

const dice = (n: number, seed: number): number => {
  const mixed = Math.imul(n + 1 + seed, 0x9e37_79b1) >>> 0
  return Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b) >>> 0
}

/** The readings as they arrive: some late, and those of one moment in any order. */
function arrive(feed: readonly Reading[], { seed, share, maxDelayHours }: Arriving): Reading[] {
  return feed
    .map((one, index) => {
      const drawn = dice(index, seed)
      const delayMs = drawn % 100 < share ? (((drawn >>> 8) % 1_000) / 1_000) * maxDelayHours * HOUR_MS : 0
      return {
        one,
        arrivalMs: one.timeMs + Math.floor(delayMs / HOUR_MS) * HOUR_MS,
        order: dice(index, seed + 1),
      }
    })
    .sort((a, b) => a.arrivalMs - b.arrivalMs || a.order - b.order)
    .map(({ one }) => one)
}

function run(entries: readonly ReadingsLogEntry[], restartAt = -1): Finding[] {
  let detector = newDetector(SETTINGS)
  const findings: Finding[] = []
  for (const [index, entry] of entries.entries()) {
    findings.push(...foldEntry(detector, entry))
    if (restartAt === index) detector = saveAndLoad(detector)
  }
  return findings
}

function cut(feed: readonly Reading[], size: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  for (let at = 0; at < feed.length; at += size) entries.push(readings(...feed.slice(at, at + size)))
  return entries
}

describe('a county of areas within areas', () => {
  it('comes to the same alerts in whatever order its homes report, and however late', () => {
    let raised = 0
    fc.assert(
      fc.property(
        fc.array(happening, { minLength: 3, maxLength: 6 }),
        fc.constantFrom(0, 0, 9, 20),
        arriving,
        (happenings, latecomers, how) => {
          const homes = countyOf(happenings, latecomers)
          const feed = [...lives(homes, DAYS)]
          const entries = [registered(homes), ...cut(feed, homes.length), ...ticks()]
          const orderly = standing(run(entries))
          // Those who register first must not matter either.
          const others = [...homes].sort(
            (a, b) =>
              dice(a.id.length * 7 + Number(a.id.slice(1)), how.seed) -
              dice(b.id.length * 7 + Number(b.id.slice(1)), how.seed),
          )
          const disorderly = [registered(others), ...cut(arrive(feed, how), how.size), ...ticks()]
          expect(standing(run(disorderly, how.restartAt % disorderly.length))).toEqual(orderly)
          raised += orderly.filter((line) => /drop|surge/.test(line)).length
        },
      ),
      { numRuns: Number(process.env['HEARTHLINE_TEST_RUNS'] ?? 3), examples: EXAMPLES },
    )
    expect(raised).toBeGreaterThan(0)
  }, 240_000)
})
