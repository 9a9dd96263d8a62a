import type { DatabaseSync } from 'node:sqlite'
import type { Place } from '../domain/place.ts'
import type { Reading } from '../domain/reading.ts'
import type { EpochMs } from '../domain/time.ts'
import type { RefusedReading } from './reading-store.ts'

/** Each target has its own place in the readings log, so that changing from one to the other leaves no hole. */
export type Target = 'embedded' | 'influxdb'

export interface Totals {
  /** Distinct readings that the store has (a revision counts as no new one), since the data folder began. */
  readonly stored: number
  readonly revised: number
  /** Readings that the database itself refused. */
  readonly refused: number
}

/** One refused reading as the API shows it. */
export interface StoreReject {
  readonly id: number
  readonly refusedAtMs: EpochMs
  readonly message: string
  readonly reading: Reading
}

/** The stage's own bookkeeping in store.db; its caller puts `settle` into one transaction with what it settles. */
export interface Books {
  place(): Place
  totals(): Totals
  /** Everything up to `place` is in the store, save for the refused. */
  settle(place: Place, readings: readonly Reading[], refused: readonly RefusedReading[], nowMs: EpochMs): void
  /** Newest first, with `id` < `beforeId`. */
  rejects(beforeId: number, limit: number): StoreReject[]
}

/** Refused readings kept for whoever has to mend them; older ones go when there are more. Each is counted for ever. */
const MAX_REJECTS = 100_000

export function openBooks(db: DatabaseSync, target: Target, start: Place): Books {
  db.prepare(
    `INSERT OR IGNORE INTO progress (target, partition, "offset", stored, revised, refused) VALUES (?, ?, ?, 0, 0, 0)`,
  ).run(target, start.partition, start.offset)
  const select = db.prepare(
    'SELECT partition, "offset" AS offset, stored, revised, refused FROM progress WHERE target = ?',
  )
  const advance = db.prepare(
    `UPDATE progress SET partition = ?, "offset" = ?, stored = stored + ?, revised = revised + ?, refused = refused + ?,
       handed_over = 0 WHERE target = ?`,
  )
  const insertReject = db.prepare(
    'INSERT INTO store_rejects (refused_at_ms, target, meter, time_ms, message, reading) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const trimRejects = db.prepare(
    'DELETE FROM store_rejects WHERE id <= (SELECT max(id) FROM store_rejects) - ?',
  )
  const selectRejects = db.prepare(
    'SELECT id, refused_at_ms, message, reading FROM store_rejects WHERE id < ? ORDER BY id DESC LIMIT ?',
  )
  const row = (): Record<string, unknown> => select.get(target) ?? {}
  return {
    place() {
      const { partition, offset } = row()
      return { partition: Number(partition), offset: Number(offset) }
    },
    totals() {
      const { stored, revised, refused } = row()
      return { stored: Number(stored), revised: Number(revised), refused: Number(refused) }
    },
    settle(place, readings, refused, nowMs) {
      const revisions = countRevisions(readings)
      const refusedRevisions = countRevisions(refused.map(({ reading }) => reading))
      const refusedFirsts = refused.length - refusedRevisions
      advance.run(
        place.partition,
        place.offset,
        readings.length - revisions - refusedFirsts,
        revisions - refusedRevisions,
        refused.length,
        target,
      )
      for (const { reading, message } of refused) {
        insertReject.run(nowMs, target, reading.meter, reading.timeMs, message, JSON.stringify(reading))
      }
      if (refused.length > 0) trimRejects.run(MAX_REJECTS)
    },
    rejects(beforeId, limit) {
      return selectRejects.all(beforeId, limit).map((found) => ({
        id: Number(found['id']),
        refusedAtMs: Number(found['refused_at_ms']),
        message: String(found['message']),
        reading: JSON.parse(String(found['reading'])) as Reading,
      }))
    },
  }
}

function countRevisions(readings: readonly Reading[]): number {
  let count = 0
  for (const { revision } of readings) if (revision) count++
  return count
}
