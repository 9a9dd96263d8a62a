import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { METER_STATUSES, QUALITIES } from '../../domain/quality.ts'
import type { Reading } from '../../domain/reading.ts'
import { DAY_MS } from '../../domain/time.ts'
import { METER_KINDS } from '../../domain/units.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { openReadingsLogReader } from '../../logs/readings/open-readings-log-reader.ts'
import { decodeReadings, encodeReadings } from '../../logs/readings/readings-codec.ts'
import {
  createReadingsLogWriter,
  READINGS_PER_ENTRY,
  type ReadingsLogWriter,
} from '../../logs/readings/readings-log-writer.ts'
import { dataFiles } from '../../platform/data-folder.ts'

const amount = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.integer({ min: 0, max: 1_000 }))
const timeMs = fc.integer({ min: Date.UTC(2000, 0, 1), max: 253_402_300_799_999 })
const reading = fc
  .record({
    meter: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    kind: fc.constantFrom(...METER_KINDS),
    household: fc.option(fc.constantFrom('H1', '户-2')),
    gateway: fc.constantFrom('gw1', 'gw2', '网关'),
    timeMs,
    receivedAtMs: timeMs,
    register: fc.option(amount),
    use: fc.option(fc.tuple(amount, fc.integer({ min: 1, max: 26 * 365 * DAY_MS }))),
    quality: fc.constantFrom(...QUALITIES),
    status: fc.integer({ min: 0, max: 2 ** METER_STATUSES.length - 1 }),
    revision: fc.boolean(),
  })
  .map(
    ({ use, ...rest }) =>
      ({ ...rest, consumption: use?.[0] ?? null, intervalMs: use?.[1] ?? null }) as Reading,
  )

const one = (n: number): Reading => ({
  meter: `W${n}` as Reading['meter'],
  kind: 'water',
  household: null,
  gateway: 'gw1' as Reading['gateway'],
  timeMs: 1_000 * n,
  receivedAtMs: 2_000 * n,
  register: n,
  consumption: null,
  intervalMs: null,
  quality: 'measured',
  status: 0,
  revision: false,
})

describe('the codec of the readings log', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 30 }), (readings) => {
        expect(decodeReadings(encodeReadings(readings))).toEqual(readings)
      }),
    )
  })

  it('notices bytes that are cut or too many', () => {
    const bytes = encodeReadings([one(1), one(2)])
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeReadings(bytes.subarray(0, length))).toThrow(RangeError)
    }
    expect(() => decodeReadings(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(RangeError)
  })
})

describe('the readings log', () => {
  let dir: string
  let db: DatabaseSync
  let writer: ReadingsLogWriter
  const start = { partition: 0, offset: 0 }

  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-log-'))
    db = openIngestDatabase(dir)
    writer = createReadingsLogWriter(db)
  })
  afterEach(() => {
    db.close()
    fs.rmSync(dir, { recursive: true })
  })

  it('is empty where ingest has never started, and is found once it has', () => {
    const empty = path.join(dir, 'later')
    const reader = openReadingsLogReader(empty)
    expect([
      reader.read(start, 10),
      reader.head().offset,
      reader.readingsBehind(start),
      reader.oldestBehindMs(start),
    ]).toEqual([[], 0, 0, null])
    const later = openIngestDatabase(empty)
    const log = createReadingsLogWriter(later)
    log.reading(one(1))
    log.flush()
    expect(reader.read(start, 10)).toHaveLength(1)
    later.close()
    reader.close()
  })

  it('hands out entries behind a place until enough readings have been gathered', () => {
    const reader = openReadingsLogReader(dir)
    for (let n = 1; n <= 6; n++) {
      writer.reading(one(n))
      if (n % 2 === 0) writer.entry({ type: 'tick', receivedAtMs: n })
    }
    expect(reader.head()).toEqual(writer.head())
    expect(reader.read(start, 3).map(({ place, entry }) => [place.offset, entry.type])).toEqual([
      [1, 'readings'],
      [2, 'tick'],
      [3, 'readings'],
    ])
    expect(reader.read({ partition: 0, offset: 3 }, 100)).toHaveLength(3)
    expect(reader.readingsBehind({ partition: 0, offset: 2 })).toBe(4)
    expect(reader.oldestBehindMs({ partition: 0, offset: 2 })).toBe(one(3).receivedAtMs)
    expect(reader.read(writer.head(), 10)).toEqual([])
    reader.close()
  })

  it('closes an entry at its limit of readings', () => {
    for (let n = 0; n <= READINGS_PER_ENTRY; n++) writer.reading(one(n))
    writer.flush()
    const reader = openReadingsLogReader(dir)
    expect(reader.head().offset).toBe(2)
    expect(reader.read(start, 1)).toHaveLength(1)
    reader.close()
  })

  it('names the entry whose bytes have changed', () => {
    writer.reading(one(1))
    writer.flush()
    db.exec('UPDATE readings_log SET body = zeroblob(length(body))')
    const reader = openReadingsLogReader(dir)
    expect(() => reader.read(start, 10)).toThrow(/entry 1 of the readings log .* is damaged/)
    reader.close()
  })

  it('removes what all readers have passed, after its time, and goes on counting', () => {
    for (let n = 1; n <= 5; n++) {
      writer.reading(one(n))
      writer.flush()
    }
    const muchLater = 30 * DAY_MS
    writer.passed('store', { partition: 0, offset: 4 })
    expect(writer.removePassed(muchLater)).toBe(0)
    writer.passed('detector', { partition: 0, offset: 2 })
    writer.passed('detector', { partition: 0, offset: 1 })
    expect(writer.removePassed(10_000)).toBe(0)
    expect(writer.removePassed(muchLater)).toBe(2)
    writer.passed('store', { partition: 0, offset: 5 })
    writer.passed('detector', { partition: 0, offset: 5 })
    expect(writer.removePassed(muchLater)).toBe(2)
    const again = createReadingsLogWriter(db)
    again.reading(one(6))
    again.flush()
    const reader = openReadingsLogReader(dir)
    expect(reader.head().offset).toBe(6)
    expect(reader.readingsBehind({ partition: 0, offset: 5 })).toBe(1)
    expect(fs.existsSync(dataFiles(dir).ingest)).toBe(true)
    reader.close()
  })
})
