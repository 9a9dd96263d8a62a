import type { DatabaseSync } from 'node:sqlite'
import type { Place } from '../../domain/place.ts'
import { MINUTE_MS } from '../../domain/time.ts'
import { transact } from '../../platform/sqlite.ts'
import { runStageThread } from '../../platform/thread.ts'
import { unwritable } from './append-directly.ts'
import { openJournalFile } from './journal-file.ts'
import { retain, type Retention } from './retain.ts'
import { writeGroup } from './write-group.ts'

export interface JournalThreadOptions {
  readonly file: string
  readonly retention: Retention
  readonly maxFileBytes: number
}

export type JournalCalls = {
  /** Writes a group of `count` entries and syncs it; the place of its last entry. */
  commit(count: number, buffer: ArrayBuffer, bytes: number): Place
  /** Whether a write would succeed again: retention, then a small synced write. */
  probe(): void
  passed(places: readonly (readonly [string, Place])[]): void
}

const RETENTION_EVERY_MS = MINUTE_MS

await runStageThread<JournalThreadOptions, JournalCalls, never>(async (options) => {
  let open: DatabaseSync | null = openLimited(options)
  const timer = setInterval(tidy, RETENTION_EVERY_MS)

  /** After a failure the file is opened anew: what a full or lost disk has done to a connection is not worth guessing. */
  function attempt<T>(work: (db: DatabaseSync) => T): T {
    try {
      open ??= openLimited(options)
      return work(open)
    } catch (error) {
      try {
        open?.close()
      } catch {
        // A connection that cannot even be closed is given up like any other.
      }
      open = null
      throw unwritable(options.file, error)
    }
  }

  function tidy(): void {
    try {
      if (attempt((db) => retain(db, options.retention, Date.now())) > 0) setImmediate(tidy)
    } catch {
      // The next commit meets the same failure and reports it.
    }
  }

  return {
    calls: {
      commit: (count, buffer, bytes) =>
        attempt((db) => writeGroup(db, count, new Uint8Array(buffer, 0, bytes), Date.now())),
      probe: () =>
        attempt((db) => {
          retain(db, options.retention, Date.now())
          transact(db, () => db.exec('CREATE TABLE probe (x); DROP TABLE probe'))
        }),
      passed: (places) =>
        attempt((db) => {
          transact(db, () => {
            const upsert = db.prepare(
              `INSERT INTO consumers (name, partition, offset) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET partition = excluded.partition, offset = excluded.offset`,
            )
            for (const [name, place] of places) upsert.run(name, place.partition, place.offset)
          })
        }),
    },
    async stop() {
      clearInterval(timer)
      open?.close()
    },
  }
}, 'prompt')

function openLimited(options: JournalThreadOptions): DatabaseSync {
  const db = openJournalFile(options.file)
  if (Number.isFinite(options.maxFileBytes)) {
    const pageSize = Number(db.prepare('PRAGMA page_size').get()?.['page_size'])
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxFileBytes / pageSize))}`)
  }
  return db
}
