import type { DatabaseSync } from 'node:sqlite'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'

export interface Retention {
  readonly maxAgeMs: number
  readonly maxBytes: number
  /** Consumers that must have passed a row before it may go; one that never spoke has passed nothing. */
  readonly consumers: readonly string[]
}

export const RETENTION: Retention = { maxAgeMs: 30 * DAY_MS, maxBytes: 20 * 1024 ** 3, consumers: ['ingest'] }

/** Rows removed in one transaction: appends wait no longer than that. */
const ROWS_A_STEP = 500

/**
 * Removes the oldest rows that are too old or too many, never one that a consumer has not passed whole, and never the
 * newest (the next offset follows from it). Returns how many rows went; at most one step a call.
 */
export function retain(db: DatabaseSync, retention: Retention, nowMs: EpochMs): number {
  const passed = passedByAll(db, retention.consumers)
  if (passed === 0) return 0
  const excess = usedBytes(db) - retention.maxBytes
  const rows = db
    .prepare(
      `SELECT first_offset, written_at_ms, length(body) AS bytes FROM groups
       WHERE first_offset + count - 1 <= ? AND first_offset < (SELECT max(first_offset) FROM groups)
       ORDER BY first_offset LIMIT ?`,
    )
    .all(passed, ROWS_A_STEP)
  let freed = 0
  let removeThrough = 0
  let removed = 0
  for (const row of rows) {
    const tooOld = Number(row['written_at_ms']) < nowMs - retention.maxAgeMs
    if (!tooOld && freed >= excess) break
    freed += Number(row['bytes'])
    removeThrough = Number(row['first_offset'])
    removed++
  }
  if (removed === 0) return 0
  transact(db, () => db.prepare('DELETE FROM groups WHERE first_offset <= ?').run(removeThrough))
  return removed
}

function passedByAll(db: DatabaseSync, names: readonly string[]): number {
  const offsets = new Map<string, number>(names.map((name) => [name, 0]))
  for (const row of db.prepare('SELECT name, offset FROM consumers').all()) {
    offsets.set(String(row['name']), Number(row['offset']))
  }
  return offsets.size === 0 ? 0 : Math.min(...offsets.values())
}

function usedBytes(db: DatabaseSync): number {
  const pragma = (name: string): number => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
}
