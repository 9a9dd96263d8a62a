import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import { FrameWriter } from './entry-codec.ts'
import { checksum, headOf, openJournalFile } from './journal-file.ts'

/**
 * Lets the journal go on behind `offset`, where its consumer stands: a journal that was lost or restored from an older
 * backup would otherwise give places away that the consumer has passed. The entry at `offset` becomes a tick; the hole
 * before it stays visible to `journal verify`. True where that was needed.
 */
export function beginBehind(file: string, offset: number, nowMs: EpochMs): boolean {
  if (offset === 0) return false
  const db = openJournalFile(file)
  try {
    return transact(db, () => writeTickAt(db, offset, nowMs))
  } finally {
    db.close()
  }
}

function writeTickAt(db: DatabaseSync, offset: number, nowMs: EpochMs): boolean {
  if (headOf(db).offset >= offset) return false
  const frames = new FrameWriter(256)
  frames.add({ type: 'tick', receivedAtMs: nowMs })
  const body = new Uint8Array(frames.release(), 0, frames.bytes)
  const row = { firstOffset: offset, count: 1, writtenAtMs: nowMs, body }
  db.prepare(
    'INSERT INTO groups (first_offset, count, written_at_ms, crc32, body) VALUES (?, 1, ?, ?, ?)',
  ).run(offset, nowMs, checksum(row), body)
  return true
}
