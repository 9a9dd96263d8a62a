import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from '../../domain/time.ts'
import { FreshReadings, READINGS_PER_CHUNK } from './fresh-readings.ts'
import type { HistoryRow } from './row.ts'
import { openSettledReadings } from './settled-readings.ts'

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

/**
 * How many fresh readings gather, in memory and beside it on disk as they came, before they are put into blocks. The more
 * of a meter go into one block, the fewer places of the table are written: a place for each reading would cost more than
 * all else that is done with it. 13 MiB of memory, and less than a second to make blocks of.
 */
const MOST_FRESH = 262_144
/** Of one meter: looking for one of them means going from one to the next. */
const MOST_FRESH_OF_A_METER = 2_048

export function createHistory(db: DatabaseSync, mostFresh = MOST_FRESH): SavedHistory {
  const settled = openSettledReadings(db)
  const chunks = openChunks(db)
  const fresh = new FreshReadings()
  /** Chunks that the disk does not have as they are. */
  const changed = new Set<number>()
  chunks.load(fresh)

  const mark = (index: number): void => void changed.add(Math.floor(index / READINGS_PER_CHUNK))

  return {
    find(meterNo, timeMs) {
      const index = fresh.find(meterNo, timeMs)
      return index === -1 ? settled.find(meterNo, timeMs) : fresh.rowAt(index)
    },
    insert(meterNo, row) {
      mark(fresh.count)
      fresh.add(meterNo, row)
    },
    replace(meterNo, row) {
      const index = fresh.find(meterNo, row.timeMs)
      if (index === -1) return settled.replace(meterNo, row)
      mark(index)
      fresh.replace(index, row)
    },
    between: (meterNo, fromMs, toMs) => gather(settled, fresh, meterNo, fromMs, toMs),
    save() {
      if (fresh.count >= mostFresh || fresh.deepest >= MOST_FRESH_OF_A_METER) {
        settled.takeIn(fresh)
        chunks.drop()
        fresh.clear()
      } else {
        for (const index of changed) chunks.save(index, fresh.chunk(index))
      }
      changed.clear()
    },
    reset() {
      changed.clear()
      chunks.load(fresh)
    },
  }
}

/**
 * The history of a database beside its owner, from a connection that only reads: which readings there are. Values of fresh
 * readings that were changed later may be those of before.
 */
export function openHistoryReader(db: DatabaseSync): Pick<History, 'between'> {
  const settled = openSettledReadings(db)
  const chunks = openChunks(db)
  const fresh = new FreshReadings()
  return {
    between(meterNo, fromMs, toMs) {
      // As of one moment: readings move from one table to another meanwhile.
      db.exec('BEGIN')
      try {
        chunks.follow(fresh)
        return gather(settled, fresh, meterNo, fromMs, toMs)
      } finally {
        db.exec('COMMIT')
      }
    },
  }
}

function gather(
  settled: ReturnType<typeof openSettledReadings>,
  fresh: FreshReadings,
  meterNo: number,
  fromMs: EpochMs,
  toMs: EpochMs,
): HistoryRow[] {
  const found = new Map<EpochMs, HistoryRow>()
  settled.gather(meterNo, fromMs, toMs, found)
  for (let at = fresh.newestOf(meterNo); at !== -1 && fresh.timeOf(at) > fromMs; at = fresh.beforeOf(at)) {
    if (fresh.timeOf(at) <= toMs) found.set(fresh.timeOf(at), fresh.rowAt(at))
  }
  return [...found.values()].sort((a, b) => a.timeMs - b.timeMs)
}

/** The fresh readings on disk. Chunks are numbered on for ever, so that a reader sees when others have begun. */
function openChunks(db: DatabaseSync): {
  /** `fresh` becomes what the disk has. */
  load(fresh: FreshReadings): void
  /** `load`, without what is known already. */
  follow(fresh: FreshReadings): void
  save(index: number, bytes: Uint8Array): void
  drop(): void
} {
  const select = db.prepare('SELECT no, body FROM history_fresh WHERE no >= ? ORDER BY no')
  const first = db.prepare('SELECT min(no) AS no FROM history_fresh')
  const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'history_fresh'")
  const write = db.prepare('INSERT OR REPLACE INTO history_fresh VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM history_fresh')
  let base = -1

  function follow(fresh: FreshReadings): void {
    const begin = Number(first.get()?.['no'] ?? Number(last.get()?.['seq'] ?? 0) + 1)
    if (begin !== base) fresh.clear()
    base = begin
    const from = base + Math.floor(fresh.count / READINGS_PER_CHUNK)
    for (const row of select.iterate(from)) fresh.load(Number(row['no']) - base, row['body'] as Uint8Array)
  }

  return {
    follow,
    load(fresh) {
      fresh.clear()
      follow(fresh)
    },
    save: (index, bytes) => void write.run(base + index, bytes),
    drop() {
      remove.run()
      base = Number(last.get()?.['seq'] ?? 0) + 1
    },
  }
}
