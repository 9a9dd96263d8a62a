import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { drawStops, seededRandom, stopSeries, type LivedHome } from '../../detector/fit/inject-stops.ts'
import { loadReadings } from '../../detector/backtest/load-readings.ts'
import type { Series } from '../../detector/backtest/series.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import type { MeterKind } from '../../domain/units.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { MONDAY_MS, noise, usualLitres } from '../detector/life-timeline.ts'
import { realData } from '../real-data.ts'

const ZONE = 'UTC'

function seriesOf(kind: MeterKind, days: number, amount: (n: number) => number): Series {
  const length = days * 24
  return {
    meter: `${kind}-1` as MeterId,
    kind,
    length,
    endMs: Float64Array.from({ length }, (_, n) => MONDAY_MS + (n + 1) * HOUR_MS),
    intervalMs: new Float64Array(length).fill(HOUR_MS),
    amount: Float32Array.from({ length }, (_, n) => amount(n)),
  }
}

function homeOf(id: string, ...series: Series[]): LivedHome {
  return { household: id as HouseholdId, timezone: ZONE, series }
}

const options = { share: 0.3, warmupDays: 28, horizonDays: 14 }

describe('stops injected into lives', () => {
  it('leave what came before, and afterwards only what flows with nobody there', () => {
    const leak = 2
    const lived = seriesOf('water', 90, (n) => leak + usualLitres(n % 24, n))
    const onsetMs = MONDAY_MS + 60 * DAY_MS + 11 * HOUR_MS
    const stopped = stopSeries(lived, onsetMs, 14, ZONE)
    const before = 60 * 24 + 11
    expect(stopped.length).toBe(before + 14 * 24)
    expect([...stopped.amount.subarray(0, before)]).toEqual([...lived.amount.subarray(0, before)])
    expect(new Set(stopped.amount.subarray(before))).toEqual(new Set([leak]))
    expect(stopped.endMs.at(-1)).toBe(onsetMs + 14 * DAY_MS)
  })

  it('let the power of the nights run on', () => {
    const lived = seriesOf('electricity', 90, (n) => 0.05 + 0.01 * noise(n) + (n % 24 < 6 ? 0 : 0.4))
    const stopped = stopSeries(lived, MONDAY_MS + 60 * DAY_MS, 14, ZONE)
    expect(Math.max(...stopped.amount.subarray(60 * 24))).toBeLessThan(0.07)
  })

  it('befall every meter of a home at one moment, after the warm-up and early enough to be found', () => {
    const homes = Array.from({ length: 20 }, (_, i) =>
      homeOf(
        `H${i}`,
        seriesOf('water', 120, (n) => usualLitres(n % 24, n, i)),
        seriesOf('electricity', 120, () => 0.1),
      ),
    )
    const stops = drawStops(homes, { ...options, random: seededRandom(1) })
    expect(stops).toHaveLength(6)
    for (const { home, onsetMs } of stops) {
      expect(onsetMs).toBeGreaterThanOrEqual(MONDAY_MS + 42 * DAY_MS)
      expect(onsetMs).toBeLessThanOrEqual(MONDAY_MS + 106 * DAY_MS)
      for (const series of home.series) {
        expect(stopSeries(series, onsetMs, 14, ZONE).endMs.at(-1)).toBe(onsetMs + 14 * DAY_MS)
      }
    }
  })

  it('pass over homes that are too short', () => {
    const short = homeOf(
      'H',
      seriesOf('water', 50, (n) => n),
    )
    expect(drawStops([short], { ...options, random: seededRandom(1) })).toEqual([])
  })

  it.for([
    ['daiad_water_hourly.csv.gz', 'Europe/Madrid'],
    ['lcl_electricity_30min.csv.gz', 'Europe/London'],
  ] as const)('are those of the evaluator, seed by seed: %s', { timeout: 120_000 }, async (one, context) => {
    const [name, timezone] = one
    const file = realData(context, name)
    const evaluator = path.join(path.dirname(file), '../eval/dataset.mjs')
    if (!fs.existsSync(evaluator)) context.skip('the evaluator is not at hand')
    const theirs = (await import(pathToFileURL(evaluator).href)) as Evaluator
    const { series } = await loadReadings(
      openReadingFile(file),
      () => {},
      () => {},
    )
    const homes = series.map((one) => ({
      household: one.meter as string as HouseholdId,
      timezone,
      series: [one],
    }))
    const meters = await theirs.readDataset(file)
    for (const seed of [1, 2]) {
      const random = theirs.seededRandom(seed)
      const ours = seededRandom(seed)
      for (let round = 0; round < 2; round++) {
        const expected = theirs.injectStops(meters, { ...options, random, timezone })
        const stops = drawStops(homes, { ...options, random: ours })
        expect(stops.map(({ home, onsetMs }) => [home.household, onsetMs])).toEqual([...expected.onsets])
        for (const { home, onsetMs } of stops) {
          const stopped = home.series.map((one) => stopSeries(one, onsetMs, 14, timezone))
          const values = expected.homes.get(home.household)?.values ?? []
          expect([...(stopped[0]?.amount ?? [])]).toEqual([...Float32Array.from(values)])
        }
      }
    }
  })
})

interface Evaluator {
  readDataset: (file: string) => Promise<Map<string, unknown>>
  seededRandom: (seed: number) => () => number
  injectStops: (
    meters: Map<string, unknown>,
    options: object,
  ) => { onsets: Map<string, number>; homes: Map<string, { values: number[] }> }
}
