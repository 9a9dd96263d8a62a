import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openReadOnly } from '../platform/sqlite.ts'

/** How far the readers of each log have come, by their own databases; 0 where there is none. */
export interface Passed {
  readonly journal: number
  readonly readings: number
}

/**
 * A log that was lost or restored from an older backup ends before its readers' places. What they have passed needs no
 * repetition, but what is written next must come behind it, or they would pass over it in silence.
 */
export function placesPassed(dataDir: string): Passed {
  const files = dataFiles(dataDir)
  return {
    journal: newest(files.ingest, 'journal_cursor', 'offset'),
    readings: Math.max(
      newest(files.store, 'progress', 'offset'),
      newest(files.detector, 'detector', 'place_offset'),
    ),
  }
}

/** @throws OperationalError `database-unusable`: what is damaged is told before anything is started. */
function newest(file: string, table: string, column: string): number {
  try {
    using db = openReadOnly(file)
    if (db?.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table) === undefined) return 0
    return Number(db.prepare(`SELECT max("${column}") AS newest FROM ${table}`).get()?.['newest'] ?? 0)
  } catch (error) {
    throw new OperationalError(
      'database-unusable',
      `cannot read ${file}: ${messageOf(error)}. Put it back from a backup (docs/OPERATIONS.md says what is lost without it).`,
      { cause: error },
    )
  }
}
