import { expect, it } from 'vitest'
import { openIngestDatabase } from '../../ingest/database.ts'
import { createHistory, openHistoryReader } from '../../ingest/history/history.ts'
import type { HistoryRow } from '../../ingest/history/row.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openReadOnly } from '../../platform/sqlite.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const [FROM_MS, TO_MS] = [1.6e12, 1.8e12]
type Model = Map<number, Map<number, HistoryRow>>

function diceOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor(((state >>> 8) / 2 ** 24) * below)
  }
}

function rowOf(timeMs: number, dice: (below: number) => number): HistoryRow {
  return {
    timeMs,
    register: dice(3) > 0 ? dice(1e6) / 1_000 : null,
    consumption: dice(2) > 0 ? dice(1e6) / 1e6 : null,
    intervalMs: dice(2) > 0 ? 900_000 : null,
    quality: 'measured',
    stated: 'measured',
    status: dice(32),
    late: dice(2) > 0,
    faulty: dice(2) > 0,
  }
}

const copyOf = (model: Model): Model => new Map([...model].map(([meter, rows]) => [meter, new Map(rows)]))
const rowsOf = (model: Model, meter: number): HistoryRow[] =>
  [...(model.get(meter)?.values() ?? [])].sort((one, other) => one.timeMs - other.timeMs)

it.each([
  [1, 2, 300],
  [2, 40, 700],
  [3, 300, 1_500],
  [4, 40, 100_000],
])(
  'the history of ingest is what a map would be, over many chunks, rollbacks and restarts (seed %i)',
  (seed, meters, mostFresh) => {
    const dice = diceOf(seed * 7_919)
    const folder = temporaryFolder()
    let db = openIngestDatabase(folder)
    let history = createHistory(db, mostFresh)
    const readerDb = openReadOnly(dataFiles(folder).ingest)
    if (readerDb === null) throw new Error('no database to read')
    const reader = openHistoryReader(readerDb)
    let [kept, standing]: [Model, Model] = [new Map(), new Map()]
    let clockMs = 1_700_000_000_000
    for (let step = 0; step < 40; step++) {
      db.exec('BEGIN')
      for (let left = dice(400); left > 0; left--) {
        const meter = 1 + dice(meters)
        const rows = standing.get(meter) ?? new Map<number, HistoryRow>()
        standing.set(meter, rows)
        const newestMs = Math.max(-1, ...rows.keys())
        clockMs += dice(60_000)
        const timeMs = dice(10) < 8 ? Math.max(clockMs, newestMs + 1) : clockMs - dice(2 * 86_400_000)
        const row = rowOf(timeMs, dice)
        if (timeMs > newestMs) history.insert(meter, row)
        else history.replace(meter, row)
        rows.set(timeMs, row)
      }
      const fate = dice(10)
      if (fate < 2) {
        db.exec('ROLLBACK')
        history.reset()
        standing = copyOf(kept)
      } else {
        history.save()
        db.exec('COMMIT')
        kept = copyOf(standing)
        if (fate === 9) {
          db.close()
          db = openIngestDatabase(folder)
          history = createHistory(db, mostFresh)
        }
      }
      for (let looks = 0; looks < 3; looks++) {
        const meter = 1 + dice(meters)
        expect(history.between(meter, FROM_MS, TO_MS)).toEqual(rowsOf(standing, meter))
        const timesRead = reader.between(meter, FROM_MS, TO_MS).map(({ timeMs }) => timeMs)
        expect(timesRead).toEqual(rowsOf(kept, meter).map(({ timeMs }) => timeMs))
      }
    }
    readerDb.close()
    db.close()
  },
  60_000,
)
