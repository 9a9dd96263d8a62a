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

const DAYS = 48
const MAX_DELAY_MS = 96 * HOUR_MS

/** What happens to the use of one home, or of all: times so much, or so much more, between two days; or nothing is heard. */
const happening = fc.record({
  home: fc.integer({ min: 0, max: 5 }),
  from: fc.integer({ min: 22, max: DAYS - 4 }),
  days: fc.integer({ min: 1, max: 14 }),
  factor: fc.constantFrom(0, 0.2, 0.35, 0.5, 1, 2.5, 4),
  litres: fc.constantFrom(0, 0, 0, 10, 60),
  gap: fc.constantFrom(false, false, false, true),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

function changeOf(happenings: readonly Happening[]): Change {
  return (litres, day, hour) => {
    let amount: number | null = litres
    for (const { from, days, factor, litres: more, gap } of happenings) {
      if (day < from || day >= from + days) continue
      if (gap && hour % 5 !== 0) return null
      amount = amount * factor + more
    }
    return amount
  }
}

/** Twenty-four homes of two hamlets: happenings of home 5 come to all of the first one. */
function villageOf(happenings: readonly Happening[]): TrendHome[] {
  return neighbours(24).map(({ id }, index) => ({
    id,
    region: index < 21 ? 'v/a' : 'v/b',
    change: changeOf(happenings.filter(({ home }) => home === index || (home === 5 && index < 21))),
  }))
}

function run(entries: readonly ReadingsLogEntry[], restartAt: ReadonlySet<number> = new Set()): Finding[] {
  let detector = newDetector(SETTINGS)
  const findings: Finding[] = []
  for (const [index, entry] of entries.entries()) {
    findings.push(...foldEntry(detector, entry))
    if (restartAt.has(index)) detector = saveAndLoad(detector)
  }
  return findings
}

function cut(feed: readonly Reading[], size: number): ReadingsLogEntry[] {
  const entries: ReadingsLogEntry[] = []
  for (let at = 0; at < feed.length; at += size) entries.push(readings(...feed.slice(at, at + size)))
  return entries
}

const disorder = fc.record({
  seed: fc.nat(),
  /** Of a hundred meters and days, how many come late. */
  share: fc.integer({ min: 0, max: 100 }),
  maxDelayHours: fc.integer({ min: 1, max: 90 }),
  size: fc.integer({ min: 1, max: 2_000 }),
  restarts: fc.array(fc.nat(), { maxLength: 2 }),
})

/** A drop, a surge and a leak that nobody could overlook, told late. */
const EXAMPLE: [Happening[], typeof disorder extends fc.Arbitrary<infer T> ? T : never] = [
  [
    { home: 0, from: 24, days: 14, factor: 0.2, litres: 0, gap: false },
    { home: 1, from: 24, days: 14, factor: 4, litres: 0, gap: false },
    { home: 2, from: 26, days: 10, factor: 1, litres: 60, gap: false },
  ],
  { seed: 7, share: 70, maxDelayHours: 80, size: 700, restarts: [20] },
]

/** A hamlet without water for longer than the hours that homes remember. */
const LONG_CUT: typeof EXAMPLE = [
  [
    { home: 5, from: 22, days: 6, factor: 0, litres: 0, gap: false },
    { home: 0, from: 22, days: 1, factor: 0, litres: 0, gap: false },
  ],
  { seed: 0, share: 4, maxDelayHours: 4, size: 1, restarts: [] },
]

function shuffle(
  feed: readonly Reading[],
  how: typeof disorder extends fc.Arbitrary<infer T> ? T : never,
): Reading[] {
  const arrivals = feed.map((one, index) => {
    const dice = Math.imul(index + how.seed, 0x9e3779b1) >>> 0
    const isLate = dice % 100 < how.share
    const delayMs = isLate ? (((dice >>> 8) % 1_000) / 1_000) * how.maxDelayHours * HOUR_MS : 0
    return { one, arrivalMs: one.timeMs + Math.min(delayMs, MAX_DELAY_MS) }
  })
  return arrivals.sort((one, other) => one.arrivalMs - other.arrivalMs).map(({ one }) => one)
}

describe('trends', () => {
  it('stand in the end as the orderly feed leaves them, whatever came late, of them or of their neighbours', () => {
    const raised = { drop: 0, surge: 0, 'continuous-flow': 0, retracted: 0 }
    fc.assert(
      fc.property(fc.array(happening, { minLength: 2, maxLength: 5 }), disorder, (happenings, how) => {
        const homes = villageOf(happenings)
        const feed = [...lives(homes, DAYS)]
        const orderly = standing(run([registered(homes), ...cut(feed, homes.length), ...ticks()]))
        const entries = [registered(homes), ...cut(shuffle(feed, how), how.size), ...ticks()]
        const restarts = new Set(how.restarts.map((restart) => restart % entries.length))
        const findings = run(entries, restarts)
        expect(standing(findings)).toEqual(orderly)
        for (const line of orderly) {
          const kind = line.split(' ')[1]
          if (kind === 'drop' || kind === 'surge' || kind === 'continuous-flow') raised[kind]++
        }
        raised.retracted += findings.filter(
          ({ type, kind }) => type === 'retract' && kind !== 'inactivity',
        ).length
      }),
      { numRuns: Number(process.env['HEARTHLINE_TEST_RUNS'] ?? 6), examples: [EXAMPLE, LONG_CUT] },
    )
    // The stories are such that there is something to be got wrong.
    expect(Math.min(...Object.values(raised))).toBeGreaterThan(0)
  }, 240_000)

  it('of any prefix of the feed are those of the whole feed up to there: nothing is known beforehand', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 26 * 24, max: DAYS * 24 }),
        (happenings, hour) => {
          const homes = villageOf(happenings)
          const feed = [...lives(homes, DAYS)]
          const untilMs = (feed[0]?.timeMs ?? 0) + hour * HOUR_MS
          const whole = run([registered(homes), ...cut(feed, homes.length)])
          const prefix = run([
            registered(homes),
            ...cut(
              feed.filter(({ timeMs }) => timeMs <= untilMs),
              homes.length,
            ),
          ])
          expect(prefix).toEqual(whole.slice(0, prefix.length))
          expect(prefix.every(({ atMs }) => atMs <= untilMs)).toBe(true)
        },
      ),
      { numRuns: 2 },
    )
  }, 240_000)
})
