import type { DatabaseSync } from 'node:sqlite'
import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import type { AlertChange, DeskEvent, EventLog } from './desk.ts'
import type { DeskAlert } from './desk-alert.ts'

/** A stream that was away longer, or missed more, gets a `reset` and lists the alerts anew. */
export const EVENT_RETENTION_MS = 3 * DAY_MS
export const EVENT_RETENTION_COUNT = 100_000
/** The oldest rows looked at each time, so that no removal holds up the desk. */
const TRIM_ROWS = 200

export interface EventTable extends EventLog {
  add(change: AlertChange, alert: DeskAlert, atMs: EpochMs): DeskEvent
  /** Removes what is past retention, a bounded piece; true where there was any. */
  trim(nowMs: EpochMs): boolean
}

export function openEventTable(db: DatabaseSync): EventTable {
  const epoch = String(db.prepare('SELECT epoch FROM desk').get()?.['epoch'])
  const add = db.prepare('INSERT INTO events (at_ms, change, body) VALUES (?, ?, ?)')
  const after = db.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?')
  const newest = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'events'`)
  const oldest = db.prepare('SELECT min(seq) AS seq FROM events')
  const trim = db.prepare(
    `DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ${TRIM_ROWS})
       AND (seq <= ? OR at_ms < ?)`,
  )
  const newestSeq = (): number => Number(newest.get()?.['seq'] ?? 0)
  return {
    epoch,
    add(change, alert, atMs) {
      const { lastInsertRowid } = add.run(atMs, change, JSON.stringify(alert))
      return { seq: Number(lastInsertRowid), atMs, change, alert }
    },
    after: (seq, limit) =>
      after.all(seq, limit).map((row) => ({
        seq: Number(row['seq']),
        atMs: Number(row['at_ms']),
        change: String(row['change']) as AlertChange,
        alert: JSON.parse(String(row['body'])) as DeskAlert,
      })),
    newest: newestSeq,
    resumableFrom() {
      const seq = oldest.get()?.['seq']
      return typeof seq === 'number' ? seq - 1 : newestSeq()
    },
    trim(nowMs) {
      const past = newestSeq() - EVENT_RETENTION_COUNT
      // at_ms follows the clock, which may be set back: seq decides, and a clock set back only keeps events longer.
      return Number(trim.run(past, nowMs - EVENT_RETENTION_MS).changes) > 0
    },
  }
}
