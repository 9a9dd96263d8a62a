import type { DatabaseSync } from 'node:sqlite'
import { transact } from '../../platform/sqlite.ts'

/** The embedded store's progress at a moment: all rows up to this place were in it. */
export interface Progress {
  readonly partition: number
  readonly offset: number
  readonly stored: number
  readonly revised: number
  readonly refused: number
}

const COLUMNS = 'partition, "offset" AS offset, stored, revised, refused'

export function embeddedProgress(db: DatabaseSync): Progress | null {
  const row = db.prepare(`SELECT ${COLUMNS} FROM progress WHERE target = 'embedded'`).get()
  return row === undefined ? null : (row as unknown as Progress)
}

/**
 * Lets InfluxDB go on in the readings log where the copied embedded store was, with its counts. Where InfluxDB has
 * progress of its own it keeps it: a stage may be writing there at this moment. Says whether it was handed over.
 */
export function handOver(db: DatabaseSync, copied: Progress): boolean {
  return transact(db, () => {
    const { partition, offset, stored, revised, refused } = copied
    const { changes } = db
      .prepare(
        `INSERT INTO progress (target, partition, "offset", stored, revised, refused, handed_over)
         VALUES ('influxdb', ?, ?, ?, ?, ?, 1)
         ON CONFLICT DO UPDATE SET partition = excluded.partition, "offset" = excluded."offset",
           stored = excluded.stored, revised = excluded.revised, refused = excluded.refused
         WHERE progress.handed_over AND progress."offset" <= excluded."offset"`,
      )
      .run(partition, offset, stored, revised, refused)
    return changes > 0
  })
}
