import type { DatabaseSync } from 'node:sqlite'
import type { EpochMs } from '../domain/time.ts'
import type { Derived, Track } from './ledger/track.ts'

/** A track of the past, and what had been derived of its newest reading: the one that later readings may still change. */
export interface Checkpoint {
  readonly track: Track
  readonly newest: Derived | null
}

/**
 * Every LATENESS_MS or more apart, one is made of each meter. A reading that comes late by no more than LATENESS_MS
 * therefore lies behind the last but one, and is folded from there; one more is kept for the edge.
 */
const KEPT_PER_METER = 3

export interface Checkpoints {
  add(meterNo: number, checkpoint: Checkpoint): void
  /** The newest one before `timeMs`. */
  before(meterNo: number, timeMs: EpochMs): Checkpoint | null
  /** Those after `timeMs` do not hold any more. */
  removeAfter(meterNo: number, timeMs: EpochMs): void
}

export function createCheckpoints(db: DatabaseSync): Checkpoints {
  const insert = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)')
  const trim = db.prepare(
    `DELETE FROM checkpoint WHERE meter_no = ?1 AND time_ms <=
       (SELECT time_ms FROM checkpoint WHERE meter_no = ?1 ORDER BY time_ms DESC LIMIT 1 OFFSET ${KEPT_PER_METER})`,
  )
  const before = db.prepare(
    'SELECT body FROM checkpoint WHERE meter_no = ? AND time_ms < ? ORDER BY time_ms DESC LIMIT 1',
  )
  const removeAfter = db.prepare('DELETE FROM checkpoint WHERE meter_no = ? AND time_ms > ?')

  return {
    add(meterNo, checkpoint) {
      insert.run(meterNo, checkpoint.track.timeMs, JSON.stringify(checkpoint))
      trim.run(meterNo)
    },
    before(meterNo, timeMs) {
      const row = before.get(meterNo, timeMs)
      return row === undefined ? null : (JSON.parse(String(row['body'])) as Checkpoint)
    },
    removeAfter(meterNo, timeMs) {
      removeAfter.run(meterNo, timeMs)
    },
  }
}
