import type { DatabaseSync } from 'node:sqlite'
import { startOf, type Place } from '../domain/place.ts'
import type { EpochMs } from '../domain/time.ts'
import { createReadingsLogWriter } from '../logs/readings/readings-log-writer.ts'
import type { JournalReader } from '../logs/journal/journal.ts'
import { transact } from '../platform/sqlite.ts'
import { createAbsences } from './absences.ts'
import { MOST_UNCLAIMED } from './admit-stranger.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createCounters } from './counters.ts'
import { createHistory } from './history/history.ts'
import { createHouseholds } from './households.ts'
import { createMeters, METERS_IN_MEMORY } from './meters.ts'
import { createPipeline } from './pipeline.ts'
import { createRejects } from './rejects.ts'
import type { Books } from './work.ts'

/** What one transaction holds; the first limit that is reached ends it, at most `BITE_ENTRIES` entries later. */
export interface BatchLimits {
  readonly entries: number
  readonly readings: number
  readonly payloadBytes: number
}
export const BATCH_LIMITS: BatchLimits = { entries: 8_000, readings: 20_000, payloadBytes: 8 * 1024 * 1024 }

/** Entries taken from the journal at once. */
const BITE_ENTRIES = 64

const PARTITION = 0

export interface Advance {
  /** How far the readings log has come: for its readers. */
  readonly place: Place
  /** How far the journal has been worked: for its retention. */
  readonly journal: Place
}

/** Ingest without its thread and its timers: a fold of the journal into ingest.db. */
export interface IngestStage {
  /** Works what the journal holds, up to one batch; null where there is nothing new. */
  workBatch(): Advance | null
  advance(): Advance
  passed(reader: string, place: Place): void
  /** Removes what retention allows, a bounded bit; says whether there may be more. */
  removeOld(nowMs: EpochMs): boolean
}

export function createIngestStage(
  db: DatabaseSync,
  journal: JournalReader,
  limits: BatchLimits = BATCH_LIMITS,
  metersInMemory: number = METERS_IN_MEMORY,
  mostUnclaimed: number = MOST_UNCLAIMED,
): IngestStage {
  const history = createHistory(db)
  const meters = createMeters(db, history, metersInMemory)
  const books: Books = {
    meters,
    history,
    households: createHouseholds(db, meters),
    absences: createAbsences(db),
    checkpoints: createCheckpoints(db),
    log: createReadingsLogWriter(db),
    rejects: createRejects(db),
    counters: createCounters(db),
  }
  const pipeline = createPipeline(books, mostUnclaimed)
  const loadCursor = db.prepare('SELECT offset FROM journal_cursor WHERE partition = ?')
  const saveCursor = db.prepare('INSERT OR REPLACE INTO journal_cursor VALUES (?, ?)')
  let cursor = savedCursor()

  function savedCursor(): Place {
    const row = loadCursor.get(PARTITION)
    return row === undefined ? startOf(PARTITION) : { partition: PARTITION, offset: Number(row['offset']) }
  }

  /** Works entries until a limit is reached; the place of the last one, or null where there was none. */
  function work(): Place | null {
    let last: Place | null = null
    let [entries, readings, payloadBytes] = [0, 0, 0]
    while (entries < limits.entries && readings < limits.readings && payloadBytes < limits.payloadBytes) {
      // A bite is worked whole: what is read and not worked would be read, checked and decoded again.
      const bite = journal.read(last ?? cursor, Math.min(BITE_ENTRIES, limits.entries - entries))
      for (const { place, entry } of bite) {
        readings += pipeline.work(entry)
        if (entry.type === 'publish') payloadBytes += entry.payload.length
        last = place
      }
      entries += bite.length
      if (bite.length === 0) break
    }
    return last
  }

  /** Effect and cursor hold together or not at all; what memory knows follows the database. */
  function workBatch(): Place | null {
    if (journal.head().offset <= cursor.offset) return null
    try {
      return transact(db, () => {
        const last = work()
        if (last === null) return null
        books.log.flush()
        books.meters.save()
        history.save()
        books.counters.save()
        saveCursor.run(PARTITION, last.offset)
        return last
      })
    } catch (error) {
      books.log.reset()
      books.meters.reset()
      books.counters.reset()
      cursor = savedCursor()
      // Last: it reads from the disk, and may fail in its turn. Nothing is saved then until it has been read.
      history.reset()
      throw error
    }
  }

  const advance = (): Advance => ({ place: books.log.head(), journal: cursor })

  return {
    workBatch() {
      const last = workBatch()
      if (last === null) return null
      cursor = last
      books.meters.trim()
      return advance()
    },
    advance,
    passed: (reader, place) => books.log.passed(reader, place),
    removeOld(nowMs) {
      return transact(db, () => books.log.removePassed(nowMs) + books.rejects.removeOld(nowMs)) > 0
    },
  }
}
