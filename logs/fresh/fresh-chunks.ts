import type { DatabaseSync } from 'node:sqlite'
import { OperationalError } from '../../domain/operational-error.ts'
import { READINGS_PER_CHUNK, type FreshReadings } from './fresh-readings.ts'

/** The table that a database needs for its fresh readings: a row is a chunk. */
export function freshSchema(table: string): string {
  return `CREATE TABLE ${table} (no INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL) STRICT;`
}

/**
 * Of one meter: looking for one of them means going from one to the next. When there are so many, it is time to settle them
 * all.
 */
const MOST_OF_A_METER = 2_048

/** Fresh readings on the disk, beside the transaction that changes them. Chunks are numbered on for ever, so that a reader sees when others have begun. */
export interface FreshChunks {
  /** `fresh` becomes what the disk has. */
  load(): void
  /** `load`, without what is known already and may have been changed since; for a reader, in a transaction of its own. */
  follow(): void
  /** The reading at this index is new or has been changed. */
  mark(index: number): void
  /** Before the commit: puts what has been marked on the disk or, when there are many, has all of them settled and forgets them. */
  save(settle: () => void): void
  /** The same, however many there are. */
  settle(settle: () => void): void
}

export function openFreshChunks(
  db: DatabaseSync,
  table: string,
  fresh: FreshReadings,
  mostFresh: number,
): FreshChunks {
  const select = db.prepare(`SELECT no, body FROM ${table} WHERE no >= ? ORDER BY no`)
  const first = db.prepare(`SELECT min(no) AS no FROM ${table}`)
  const last = db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?')
  // Of a reader, whose connection is read-only, these are never run.
  const write = db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`)
  const remove = db.prepare(`DELETE FROM ${table}`)
  const marked = new Set<number>()
  let base = -1
  // False while what is here is not what the disk has: a reload that failed must not be written over it.
  let isLoaded = true

  const baseOfNone = (): number => Number(last.get(table)?.['seq'] ?? 0) + 1

  function follow(): void {
    const begin = Number(first.get()?.['no'] ?? baseOfNone())
    if (begin !== base) fresh.clear()
    base = begin
    const from = base + Math.floor(fresh.count / READINGS_PER_CHUNK)
    for (const row of select.iterate(from)) fresh.load(Number(row['no']) - base, row['body'] as Uint8Array)
  }

  function settleAll(settle: () => void): void {
    assertLoaded()
    settle()
    remove.run()
    fresh.clear()
    base = baseOfNone()
    marked.clear()
  }

  function assertLoaded(): void {
    if (!isLoaded)
      throw new OperationalError(
        'fresh-not-loaded',
        `${table} could not be read back from the disk; nothing is written over it until it has been`,
        { retry: true },
      )
  }

  return {
    follow,
    load() {
      isLoaded = false
      marked.clear()
      fresh.clear()
      follow()
      isLoaded = true
    },
    mark: (index) => void marked.add(Math.floor(index / READINGS_PER_CHUNK)),
    save(settle) {
      assertLoaded()
      if (fresh.count >= mostFresh || fresh.deepest >= MOST_OF_A_METER) return settleAll(settle)
      for (const index of marked) write.run(base + index, fresh.chunk(index))
      marked.clear()
    },
    settle: settleAll,
  }
}
