import type { DatabaseSync } from 'node:sqlite'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import type { GatewayId } from '../../domain/ids.ts'
import type { JournalEntry } from '../../domain/log-entry.ts'
import { REJECT_CODES } from '../../domain/reject-codes.ts'
import type { EpochMs } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import { FrameWriter } from './entry-codec.ts'
import { checksum, openJournalFile, toGroupRow, type GroupRow } from './journal-file.ts'
import { damageOf, verifyJournal } from './verify-journal.ts'

export interface Mending {
  /** Rows that were damaged; their bytes stay in the table `set_aside`. */
  readonly rows: number
  /** Entries that are lost with them and with missing rows; each becomes a reject. */
  readonly entries: number
}

/** Entries of one row that are filled in at most. */
const FILLED_PER_ROW = 4_096
/** A last row that claims to lie further on than this, or to hold more, is not believed. */
const MOST_BEHIND_THE_LAST = 1_000_000

/**
 * Makes a damaged journal readable again without passing over anything in silence: what cannot be read is set aside, byte
 * for byte, and every entry that is lost gives its place to a refusal, so that consumers keep theirs and ingest counts
 * each as a reject `journal-damaged`. Nobody else may use the journal meanwhile.
 * @throws OperationalError `journal-missing`, `journal-unreadable` where SQLite itself cannot read the file.
 */
export function mendJournal(file: string, nowMs: EpochMs): Mending {
  if (verifyJournal(file).damages.length === 0) return { rows: 0, entries: 0 }
  try {
    const db = openJournalFile(file)
    try {
      return transact(db, () => mendRows(db, nowMs))
    } finally {
      db.close()
    }
  } catch (error) {
    throw new OperationalError(
      'journal-unreadable',
      `the journal ${file} cannot be mended: ${messageOf(error)}. Restore it from a backup.`,
      { cause: error },
    )
  }
}

function mendRows(db: DatabaseSync, nowMs: EpochMs): Mending {
  // All other columns as they lie there, whatever they have become.
  db.exec('CREATE TABLE IF NOT EXISTS set_aside AS SELECT * FROM groups WHERE 0')
  const setAside = db.prepare('INSERT INTO set_aside SELECT * FROM groups WHERE first_offset = ?')
  const remove = db.prepare('DELETE FROM groups WHERE first_offset = ?')
  const place = db.prepare('SELECT first_offset FROM groups ORDER BY first_offset')
  const read = db.prepare('SELECT * FROM groups WHERE first_offset = ?')
  let rows = 0
  let entries = 0
  let next: number | null = null
  let writtenAtMs = nowMs
  let lastLost: GroupRow | null = null
  for (const found of place.all()) {
    const row = toGroupRow(read.get(Number(found['first_offset'])) ?? {})
    if (damageOf(row) !== null || (next !== null && row.firstOffset < next)) {
      setAside.run(row.firstOffset)
      remove.run(row.firstOffset)
      rows++
      next ??= row.firstOffset
      lastLost = row
      continue
    }
    if (next !== null) entries += fill(db, next, row.firstOffset - 1, writtenAtMs, nowMs)
    next = row.firstOffset + row.count
    writtenAtMs = row.writtenAtMs
    lastLost = null
  }
  // Behind the last sound row: consumers may have passed it, and no new entry may take a place that they have passed.
  if (lastLost !== null && next !== null)
    entries += fill(db, next, lastOf(lastLost, next), writtenAtMs, nowMs)
  return { rows, entries }
}

function lastOf(row: GroupRow, next: number): number {
  const last = row.firstOffset + row.count - 1
  return last >= next && last - next < MOST_BEHIND_THE_LAST ? last : next
}

/** Gives the places `from` to `to` to refusals, written when the last sound row was; says how many those are. */
function fill(db: DatabaseSync, from: number, to: number, writtenAtMs: EpochMs, nowMs: EpochMs): number {
  const insert = db.prepare(
    'INSERT INTO groups (first_offset, count, written_at_ms, crc32, body) VALUES (?, ?, ?, ?, ?)',
  )
  for (let firstOffset = from; firstOffset <= to; firstOffset += FILLED_PER_ROW) {
    const count = Math.min(FILLED_PER_ROW, to - firstOffset + 1)
    const writer = new FrameWriter(64 * 1024)
    for (let offset = firstOffset; offset < firstOffset + count; offset++)
      writer.add(refusalOf(offset, nowMs))
    const bytes = writer.bytes
    const body = new Uint8Array(writer.release(), 0, bytes)
    const row = { firstOffset, count, writtenAtMs, body }
    insert.run(firstOffset, count, writtenAtMs, checksum(row), body)
  }
  return Math.max(0, to - from + 1)
}

/** Received now: its own time is lost with it, and rejects are kept for a time from then. */
function refusalOf(offset: number, receivedAtMs: EpochMs): JournalEntry {
  const code = 'journal-damaged'
  const message = `entry ${offset} of the journal could not be read. ${REJECT_CODES[code]}`
  return { type: 'refusal', receivedAtMs, gateway: '' as GatewayId, topic: '', code, message }
}
