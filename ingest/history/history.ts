import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from '../../domain/time.ts'
import { openFreshChunks } from '../../logs/fresh/fresh-chunks.ts'
import { FreshReadings } from '../../logs/fresh/fresh-readings.ts'
import { bitsOf, rowOfValues, type HistoryRow } from './row.ts'
import { openSettledReadings, type SettledReadings } from './settled-readings.ts'

/** Every reading that was kept, by meter and time. */
export interface History {
  find(meterNo: number, timeMs: EpochMs): HistoryRow | null
  /** A reading that is newer than all of its meter's. */
  insert(meterNo: number, row: HistoryRow): void
  /** Replaces all but the key; puts a late reading in its place. */
  replace(meterNo: number, row: HistoryRow): void
  /** Rows with `fromMs` < time <= `toMs`, ascending. */
  between(meterNo: number, fromMs: EpochMs, toMs: EpochMs): HistoryRow[]
}

/** The history of a database, whose changes go to the disk with the transaction that they belong to. */
export interface SavedHistory extends History {
  /** Before the commit. */
  save(): void
  /** After a rollback. */
  reset(): void
}

export const FRESH_TABLE = 'history_fresh'

/** How many fresh readings gather before they are put into blocks: 13 MiB of memory, and less than a second to make blocks of. */
const MOST_FRESH = 262_144

export function createHistory(db: DatabaseSync, mostFresh = MOST_FRESH): SavedHistory {
  const settled = openSettledReadings(db)
  const fresh = new FreshReadings()
  const chunks = openFreshChunks(db, FRESH_TABLE, fresh, mostFresh)
  chunks.load()

  return {
    find(meterNo, timeMs) {
      const index = fresh.find(meterNo, timeMs)
      return index === -1 ? settled.find(meterNo, timeMs) : fresh.read(index, rowOfValues)
    },
    insert(meterNo, row) {
      const { timeMs, register, consumption, intervalMs } = row
      chunks.mark(
        fresh.add(meterNo, timeMs, register ?? NaN, consumption ?? NaN, intervalMs ?? NaN, bitsOf(row)),
      )
    },
    replace(meterNo, row) {
      const { timeMs, register, consumption, intervalMs } = row
      const index = fresh.find(meterNo, timeMs)
      if (index === -1) return settled.replace(meterNo, row)
      fresh.put(index, timeMs, register ?? NaN, consumption ?? NaN, intervalMs ?? NaN, bitsOf(row))
      chunks.mark(index)
    },
    between: (meterNo, fromMs, toMs) => gather(settled, fresh, meterNo, fromMs, toMs),
    save: () => chunks.save(() => settled.takeIn(fresh)),
    reset: () => chunks.load(),
  }
}

/**
 * The history of a database beside its owner, from a connection that only reads: which readings there are. Values of fresh
 * readings that were changed later may be those of before.
 */
export function openHistoryReader(db: DatabaseSync): Pick<History, 'between'> {
  const settled = openSettledReadings(db)
  const fresh = new FreshReadings()
  const chunks = openFreshChunks(db, FRESH_TABLE, fresh, Infinity)
  return {
    between(meterNo, fromMs, toMs) {
      // As of one moment: readings move from one table to another meanwhile.
      db.exec('BEGIN')
      try {
        chunks.follow()
        return gather(settled, fresh, meterNo, fromMs, toMs)
      } finally {
        db.exec('COMMIT')
      }
    },
  }
}

function gather(
  settled: SettledReadings,
  fresh: FreshReadings,
  meterNo: number,
  fromMs: EpochMs,
  toMs: EpochMs,
): HistoryRow[] {
  const found = new Map<EpochMs, HistoryRow>()
  settled.gather(meterNo, fromMs, toMs, found)
  for (const index of fresh.between(meterNo, fromMs, toMs)) {
    found.set(fresh.timeOf(index), fresh.read(index, rowOfValues))
  }
  return [...found.values()].sort((a, b) => a.timeMs - b.timeMs)
}
