import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, OperationalError } from '../domain/operational-error.ts'
import { makeFolder } from './make-folder.ts'

export interface OpenOptions {
  /** The file; its folder is made when absent. */
  readonly file: string
  /** `FULL` syncs at each commit: for everything whose loss another file would notice. */
  readonly synchronous: 'FULL' | 'NORMAL'
  /** Schema steps, each run once, in order; append, never edit. */
  readonly migrations: readonly string[]
  readonly cacheMiB?: number
}

const BUSY_TIMEOUT_MS = 5_000

/**
 * Opens a database for its one owner: WAL, checked foreign keys, migrations applied in one transaction.
 * @throws OperationalError `database-unusable` where the file cannot be opened or belongs to a newer Hearthline.
 */
export function openDatabase(options: OpenOptions): DatabaseSync {
  try {
    makeFolder(path.dirname(options.file))
    const db = new DatabaseSync(options.file, { timeout: BUSY_TIMEOUT_MS })
    db.exec('PRAGMA journal_mode = WAL')
    db.exec(`PRAGMA synchronous = ${options.synchronous}`)
    db.exec('PRAGMA foreign_keys = ON')
    db.exec('PRAGMA temp_store = MEMORY')
    db.exec(`PRAGMA cache_size = ${-1024 * (options.cacheMiB ?? 16)}`)
    migrate(db, options)
    return db
  } catch (error) {
    if (error instanceof OperationalError) throw error
    throw new OperationalError(
      'database-unusable',
      `cannot open ${options.file}: ${messageOf(error)}. Check that the folder is writable, has space, and that the file is Hearthline's own.`,
      { cause: error },
    )
  }
}

/** Opens a database of another stage to read from it; null while its owner has not made it yet. */
export function openReadOnly(file: string): DatabaseSync | null {
  if (!fs.existsSync(file)) return null
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  db.exec('PRAGMA query_only = ON')
  return db
}

/** Runs `work` in one transaction that either holds as a whole or not at all. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // A failed COMMIT (full disk) may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function migrate(db: DatabaseSync, options: OpenOptions): void {
  transact(db, () => {
    const row = db.prepare('PRAGMA user_version').get()
    const version = Number(row?.['user_version'] ?? 0)
    if (version > options.migrations.length) {
      throw new OperationalError(
        'database-too-new',
        `${options.file} was written by a newer Hearthline (schema ${version}, this one knows ${options.migrations.length}). Start the newer version.`,
      )
    }
    for (const step of options.migrations.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${options.migrations.length}`)
  })
}

/**
 * True for a failure of the world that may mend (a full disk, a locked or unreadable file): its owner waits and tries again.
 * Anything else is a broken invariant, which must end the process.
 */
export function isOperational(error: unknown): boolean {
  if (error instanceof OperationalError) return true
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}
