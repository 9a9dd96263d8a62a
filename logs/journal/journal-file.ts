import type { DatabaseSync } from 'node:sqlite'
import zlib from 'node:zlib'
import { startOf, type Place } from '../../domain/place.ts'
import type { EpochMs } from '../../domain/time.ts'
import { openDatabase } from '../../platform/sqlite.ts'

/** One process-wide journal has one partition; gateways may be spread over several later (DESIGN 3). */
export const PARTITION = 0

const MIGRATIONS = [
  // A row is one group commit: entries first_offset .. first_offset + count - 1, framed in body (entry-codec.ts).
  `CREATE TABLE groups (
     first_offset INTEGER PRIMARY KEY,
     count INTEGER NOT NULL,
     written_at_ms INTEGER NOT NULL,
     crc32 INTEGER NOT NULL,
     body BLOB NOT NULL
   ) STRICT;
   CREATE TABLE consumers (
     name TEXT PRIMARY KEY,
     partition INTEGER NOT NULL,
     offset INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
]

/** The write-ahead log is folded back every 16 MiB: each fold costs two syncs that the next group waits for. */
const CHECKPOINT_PAGES = 4096
/** What a burst has left of the write-ahead log is given back to the disk. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024

export function openJournalFile(file: string): DatabaseSync {
  const db = openDatabase({ file, synchronous: 'FULL', migrations: MIGRATIONS })
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.exec(`PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
  return db
}

/** A row as it lies in the file. */
export interface GroupRow {
  readonly firstOffset: number
  readonly count: number
  readonly writtenAtMs: EpochMs
  readonly crc32: number
  readonly body: Uint8Array
}

/** The checksum covers the row's other columns too, so that a damaged offset or count is found as well. */
export function checksum(row: Omit<GroupRow, 'crc32'>): number {
  const head = Buffer.alloc(24)
  head.writeDoubleLE(row.firstOffset, 0)
  head.writeDoubleLE(row.count, 8)
  head.writeDoubleLE(row.writtenAtMs, 16)
  return zlib.crc32(row.body, zlib.crc32(head))
}

export function toGroupRow(row: Record<string, unknown>): GroupRow {
  return {
    firstOffset: Number(row['first_offset']),
    count: Number(row['count']),
    writtenAtMs: Number(row['written_at_ms']),
    crc32: Number(row['crc32']),
    body: row['body'] as Uint8Array,
  }
}

/** The place of the newest entry, by the newest row (which retention never removes). */
export function headOf(db: DatabaseSync): Place {
  const row = db
    .prepare('SELECT first_offset + count - 1 AS last FROM groups ORDER BY first_offset DESC LIMIT 1')
    .get()
  return row === undefined ? startOf(PARTITION) : { partition: PARTITION, offset: Number(row['last']) }
}
