import type { DatabaseSync } from 'node:sqlite'
import type { Place } from '../../domain/place.ts'
import type { EpochMs } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import { checksum, headOf, PARTITION } from './journal-file.ts'

/**
 * Writes one group as one row and syncs it. The offset is taken inside the transaction that holds the write lock,
 * because commands append beside a running system. Returns the place of the group's last entry.
 */
export function writeGroup(db: DatabaseSync, count: number, body: Uint8Array, nowMs: EpochMs): Place {
  return transact(db, () => {
    const firstOffset = headOf(db).offset + 1
    const row = { firstOffset, count, writtenAtMs: nowMs, body }
    db.prepare(
      'INSERT INTO groups (first_offset, count, written_at_ms, crc32, body) VALUES (?, ?, ?, ?, ?)',
    ).run(firstOffset, count, nowMs, checksum(row), body)
    return { partition: PARTITION, offset: firstOffset + count - 1 }
  })
}
