import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Place } from '../../domain/place.ts'
import type { Reading } from '../../domain/reading.ts'
import type { EpochMs } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import { ByteWriter } from './byte-writer.ts'
import { encodeReadings } from './readings-codec.ts'

/**
 * The tables of the readings log, a part of ingest.db (one migration of it).
 *
 * `seq` is the offset in partition 0. `form` 0: `body` is the readings codec's; 1: `body` is the entry as JSON.
 * `readings_to` is how many readings there have ever been up to and including this entry, so that a backlog is one
 * subtraction. `crc` is the CRC-32 of the body.
 */
export const READINGS_LOG_SCHEMA = `
  CREATE TABLE readings_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    received_ms INTEGER NOT NULL,
    form INTEGER NOT NULL,
    readings_to INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE readings_log_reader (name TEXT PRIMARY KEY, passed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

/** Readings in one entry at most: what a reader decodes at once. */
export const READINGS_PER_ENTRY = 4_096
/** Entries stay this long for whoever looks for a fault, even when all have passed them. */
const KEPT_MS = 24 * 3_600_000
/** Entries removed in one transaction at most, so that no removal delays a reading noticeably. */
const REMOVED_AT_ONCE = 2_000
/** Nothing is removed before each of these has passed it. */
export const READERS = ['store', 'detector'] as const

/** Written inside ingest's transaction. Readings gather into entries; whatever else comes closes the entry before it. */
export interface ReadingsLogWriter {
  reading(reading: Reading): void
  entry(entry: Exclude<ReadingsLogEntry, { type: 'readings' }>): void
  /** Before the commit: writes what has gathered. */
  flush(): void
  /** After a rollback: forgets what has gathered and looks again where the log ends. */
  reset(): void
  head(): Place
  passed(reader: string, place: Place): void
  /** Removes what every reader has passed and is older than KEPT_MS; says how many entries. */
  removePassed(nowMs: EpochMs): number
}

/** No entry gets a place that readers have passed, though the log itself knows nothing of it any more. */
export function continueLogBehind(db: DatabaseSync, offset: number): void {
  transact(db, () => {
    const known = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'readings_log'").get()?.['seq']
    if (Number(known ?? 0) >= offset) return
    if (known === undefined) db.prepare("INSERT INTO sqlite_sequence VALUES ('readings_log', ?)").run(offset)
    else db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'readings_log'").run(offset)
  })
}

export function createReadingsLogWriter(db: DatabaseSync): ReadingsLogWriter {
  const insert = db.prepare(
    'INSERT INTO readings_log (seq, received_ms, form, readings_to, crc, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const last = db.prepare('SELECT seq, readings_to FROM readings_log ORDER BY seq DESC LIMIT 1')
  const sequence = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'readings_log'")
  const pass = db.prepare(
    'INSERT INTO readings_log_reader VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET passed = max(passed, excluded.passed)',
  )
  const allPassed = db.prepare('SELECT count(*) AS readers, min(passed) AS passed FROM readings_log_reader')
  const remove = db.prepare(
    'DELETE FROM readings_log WHERE seq IN (SELECT seq FROM readings_log WHERE seq <= ? AND received_ms < ? ORDER BY seq LIMIT ?)',
  )
  // Readers speak after each of their transactions. What a crash forgets of it only makes the removal wait.
  const passedBy = new Map<string, number>()
  const writer = new ByteWriter()
  let gathered: Reading[] = []
  let seq = 0
  let readingsTo = 0
  reset()

  function reset(): void {
    gathered = []
    const row = last.get()
    seq = Math.max(Number(row?.['seq'] ?? 0), Number(sequence.get()?.['seq'] ?? 0))
    readingsTo = Number(row?.['readings_to'] ?? 0)
  }

  function write(receivedAtMs: EpochMs, form: number, body: Uint8Array): void {
    seq++
    insert.run(seq, receivedAtMs, form, readingsTo, crc32(body), body)
  }

  function flush(): void {
    const first = gathered[0]
    if (first === undefined) return
    readingsTo += gathered.length
    write(first.receivedAtMs, 0, encodeReadings(gathered, writer))
    gathered = []
  }

  return {
    reading(reading) {
      gathered.push(reading)
      if (gathered.length >= READINGS_PER_ENTRY) flush()
    },
    entry(entry) {
      flush()
      write(entry.receivedAtMs, 1, Buffer.from(JSON.stringify(entry)))
    },
    flush,
    reset,
    head: () => ({ partition: 0, offset: seq }),
    passed(reader, place) {
      passedBy.set(reader, Math.max(place.offset, passedBy.get(reader) ?? 0))
    },
    removePassed(nowMs) {
      for (const [reader, offset] of passedBy) pass.run(reader, offset)
      passedBy.clear()
      const row = allPassed.get()
      if (Number(row?.['readers'] ?? 0) < READERS.length) return 0
      // The newest entry stays: it carries the count of all readings.
      const upTo = Math.min(Number(row?.['passed'] ?? 0), seq - 1)
      return Number(remove.run(upTo, nowMs - KEPT_MS, REMOVED_AT_ONCE).changes)
    },
  }
}
