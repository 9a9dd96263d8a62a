import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../domain/reading.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { newDetector } from '../../detector/core/detector.ts'
import { foldEntry } from '../../detector/core/fold-entry.ts'
import { openReadingFile } from '../../platform/reading-file.ts'
import { reading, readings, SETTINGS, tick } from './feed.ts'
import { standing } from './standing.ts'

const root = path.join(import.meta.dirname, '../..')
const data = process.env['HEARTHLINE_TEST_DATA'] ?? path.join(root, '../shared/data')
const file = path.join(data, 'daiad_water_hourly.csv.gz')
const RECEIVED_MS = Date.parse('2026-11-20T00:00:00Z')

async function realReadings(): Promise<Reading[]> {
  const list: Reading[] = []
  for await (const row of openReadingFile(file).rows(() => {})) {
    list.push(reading(row.meter, row.timeMs + HOUR_MS, row.value, { receivedAtMs: RECEIVED_MS }))
  }
  return list.sort((one, other) => one.timeMs - other.timeMs)
}

function fold(feed: readonly Reading[], batch: number): string[] {
  const detector = newDetector(SETTINGS)
  const findings = []
  for (let index = 0; index < feed.length; index += batch) {
    findings.push(...foldEntry(detector, readings(...feed.slice(index, index + batch))))
  }
  for (const minute of [1, 2]) findings.push(...foldEntry(detector, tick(RECEIVED_MS + minute * MINUTE_MS)))
  return standing(findings)
}

// ../shared/data is not part of the project; without it there is nothing to compare.
describe.skipIf(!fs.existsSync(file))('47 real homes, a year of hourly water', () => {
  it('leave the same alerts when every reading comes up to 72 h late as when all come in order', async () => {
    const feed = await realReadings()
    const orderly = fold(feed, 1_000)
    let seed = 20_160_101
    const arrivals = feed.map((one) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return { one, arrivalMs: one.timeMs + (seed / 2 ** 32) * 72 * HOUR_MS }
    })
    arrivals.sort((one, other) => one.arrivalMs - other.arrivalMs)
    const disorderly = fold(
      arrivals.map(({ one }) => one),
      4_096,
    )
    expect(orderly.length).toBeGreaterThan(100)
    expect(disorderly).toEqual(orderly)
  }, 240_000)
})
