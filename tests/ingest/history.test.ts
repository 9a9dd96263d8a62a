import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { QUALITIES } from '../../domain/quality.ts'
import { DAY_MS, HOUR_MS } from '../../domain/time.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { BlockEncoder, decodeBlock } from '../../ingest/history/block-codec.ts'
import { createHistory, openHistoryReader } from '../../ingest/history/history.ts'
import { bitsOf, type HistoryRow } from '../../ingest/history/row.ts'
import { ByteWriter } from '../../logs/readings/byte-writer.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openReadOnly, transact } from '../../platform/sqlite.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const amount = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 0, max: 1e9 }).map((value) => value / 1_000),
  fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0),
  fc.constantFrom(0, 1e12, 1e-6, 0.0005),
)
const values = fc.record({
  register: amount,
  consumption: amount,
  intervalMs: fc.oneof(fc.constant(null), fc.constant(900_000), fc.integer({ min: 0, max: 1e12 })),
  quality: fc.constantFrom(...QUALITIES),
  stated: fc.constantFrom(...QUALITIES),
  status: fc.integer({ min: 0, max: 31 }),
  late: fc.boolean(),
  faulty: fc.boolean(),
})

test('a block gives back the readings that were put into it', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: DAY_MS }), values), {
    minLength: 1,
    maxLength: 64,
  })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), steps, (fromMs, all) => {
      let timeMs = fromMs
      const rows = all.map(([ms, row], i): HistoryRow => ({
        ...row,
        timeMs: i === 0 ? fromMs : (timeMs += ms),
      }))
      const encoder = new BlockEncoder(new ByteWriter())
      encoder.begin(fromMs)
      for (const row of rows) {
        const { register, consumption, intervalMs } = row
        encoder.add(row.timeMs, register ?? NaN, consumption ?? NaN, intervalMs ?? NaN, bitsOf(row))
      }
      expect(decodeBlock(encoder.take(), fromMs)).toEqual(rows)
    }),
  )
})

const METERS = 4
const meterNo = fc.integer({ min: 1, max: METERS })
const timeMs = fc.integer({ min: 0, max: 5 * 24 }).map((hours) => 1_700_000_000_000 + hours * HOUR_MS)
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ type: fc.constant('put' as const), meterNo, timeMs, row: values }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('commit' as const, 'roll back' as const, 'restart' as const),
    }),
  },
)

test('the history holds what was kept, through blocks, rollbacks and restarts, also for who reads beside it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 40 }), (steps, mostFresh) => {
      const dir = temporaryFolder()
      let db = openIngestDatabase(dir)
      let history = createHistory(db, mostFresh)
      const readerDb = openReadOnly(dataFiles(dir).ingest)
      if (readerDb === null) throw new Error('there is a database')
      const reader = openHistoryReader(readerDb)
      let kept = new Map<string, HistoryRow>()
      let standing = new Map<string, HistoryRow>()
      const rowsOf = (meter: number): HistoryRow[] =>
        [...standing]
          .filter(([key]) => key.startsWith(`${meter} `))
          .map(([, row]) => row)
          .sort((a, b) => a.timeMs - b.timeMs)
      const commit = (): void => {
        history.save()
        db.exec('COMMIT')
        kept = new Map(standing)
        for (let meter = 1; meter <= METERS; meter++) {
          const times = rowsOf(meter).map((row) => row.timeMs)
          expect(reader.between(meter, 1.6e12, 1.8e12).map((row) => row.timeMs)).toEqual(times)
        }
      }
      const rollBack = (): void => {
        db.exec('ROLLBACK')
        history.reset()
        standing = new Map(kept)
      }
      db.exec('BEGIN')
      for (const each of steps) {
        if (each.type === 'put') {
          const row = { ...each.row, timeMs: each.timeMs }
          const newest = rowsOf(each.meterNo).at(-1)?.timeMs ?? -1
          if (row.timeMs > newest) history.insert(each.meterNo, row)
          else history.replace(each.meterNo, row)
          standing.set(`${each.meterNo} ${row.timeMs}`, row)
          expect(history.find(each.meterNo, row.timeMs)).toEqual(row)
          continue
        }
        if (each.type === 'commit') commit()
        else rollBack()
        if (each.type === 'restart') {
          db.close()
          db = openIngestDatabase(dir)
          history = createHistory(db, mostFresh)
        }
        db.exec('BEGIN')
      }
      commit()
      for (let meter = 1; meter <= METERS; meter++) {
        const rows = rowsOf(meter)
        expect(history.between(meter, 1.6e12, 1.8e12)).toEqual(rows)
        const [first, last] = [rows[1]?.timeMs ?? 1.6e12, rows.at(-2)?.timeMs ?? 1.8e12]
        expect(history.between(meter, first, last)).toEqual(
          rows.filter((row) => row.timeMs > first && row.timeMs <= last),
        )
        for (const row of rows) expect(history.find(meter, row.timeMs)).toEqual(row)
        expect(history.find(meter, 1_700_000_000_001)).toBeNull()
      }
      readerDb.close()
      db.close()
    }),
    { numRuns: 25 },
  )
}, 60_000)

test('what a folder of before the blocks has kept is found as ever', () => {
  const dir = temporaryFolder()
  const file = dataFiles(dir).ingest
  openIngestDatabase(dir).close()
  const old = new DatabaseSync(file)
  old.exec('DROP TABLE history_fresh; DROP TABLE history_block; PRAGMA user_version = 3')
  const day = Math.floor(1_700_000_000_000 / DAY_MS)
  old.prepare('INSERT INTO history VALUES (?, 1, ?, 12.5, 0.5, 900000, 0)').run(day, 1_000)
  old.close()

  const db = openIngestDatabase(dir)
  const history = createHistory(db)
  const kept = history.find(1, day * DAY_MS + 1_000)
  expect(kept).toMatchObject({ register: 12.5, consumption: 0.5, intervalMs: 900_000, quality: 'measured' })
  transact(db, () => {
    history.insert(1, { ...(kept as HistoryRow), timeMs: day * DAY_MS + 901_000 })
    history.save()
  })
  expect(history.between(1, 1.6e12, 1.8e12).map((row) => row.timeMs % DAY_MS)).toEqual([1_000, 901_000])
  db.close()
})
