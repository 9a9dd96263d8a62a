import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ReadingRow } from './row.ts'

/** Rows of one statement: what a statement costs beside its rows is shared by so many. */
const ROWS_AT_ONCE = 32

/** Writes rows into `readings`, over what is there; fastest where they come in the order of the table. */
export interface RowWriter {
  add(meter: number, row: ReadingRow): void
  /** Writes what has gathered. */
  flush(): void
  /** After a rollback: forgets what has gathered. */
  reset(): void
}

export function createRowWriter(db: DatabaseSync): RowWriter {
  const one = upsert(db, 1)
  const many = upsert(db, ROWS_AT_ONCE)
  let gathered: (number | null)[] = []
  const columns = 7
  return {
    add(meter, { slot, timeS, register, consumption, intervalS, flags }) {
      gathered.push(slot, meter, timeS, register, consumption, intervalS, flags)
      if (gathered.length < ROWS_AT_ONCE * columns) return
      many.run(...gathered)
      gathered = []
    },
    flush() {
      for (let at = 0; at < gathered.length; at += columns) one.run(...gathered.slice(at, at + columns))
      gathered = []
    },
    reset() {
      gathered = []
    },
  }
}

function upsert(db: DatabaseSync, rows: number): StatementSync {
  const values = Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?, ?)').join(', ')
  return db.prepare(`
    INSERT INTO readings (slot, meter, time_s, register, consumption, interval_s, flags) VALUES ${values}
    ON CONFLICT DO UPDATE SET register = excluded.register, consumption = excluded.consumption,
      interval_s = excluded.interval_s, flags = excluded.flags`)
}
