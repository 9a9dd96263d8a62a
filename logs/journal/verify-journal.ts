import type { DatabaseSync } from 'node:sqlite'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { openReadOnly } from '../../platform/sqlite.ts'
import { FrameReader } from './entry-codec.ts'
import { checksum, toGroupRow, type GroupRow } from './journal-file.ts'

export interface Damage {
  /** The row's first offset. */
  readonly row: number
  readonly message: string
}

export interface JournalReport {
  readonly rows: number
  readonly entries: number
  /** 0 where the journal is empty. */
  readonly firstOffset: number
  readonly lastOffset: number
  readonly damages: readonly Damage[]
}

/**
 * Checks every row: checksum, framing, every entry's form, and that offsets follow one another without a hole.
 * Works beside a running `serve`. @throws OperationalError `journal-missing`.
 */
export function verifyJournal(file: string): JournalReport {
  const db = openReadOnly(file)
  if (db === null) {
    throw new OperationalError(
      'journal-missing',
      `there is no journal at ${file}. Name the data folder of a system that has run, with --data.`,
    )
  }
  try {
    return verifyRows(db)
  } finally {
    db.close()
  }
}

function verifyRows(db: DatabaseSync): JournalReport {
  const damages: Damage[] = []
  let rows = 0
  let entries = 0
  let firstOffset = 0
  let next = 0
  try {
    for (const found of db.prepare('SELECT * FROM groups ORDER BY first_offset').iterate()) {
      const row = toGroupRow(found)
      if (rows === 0) firstOffset = row.firstOffset
      else if (row.firstOffset !== next) damages.push({ row: row.firstOffset, message: hole(next, row) })
      const message = damageOf(row)
      if (message !== null) damages.push({ row: row.firstOffset, message })
      rows++
      entries += row.count
      next = row.firstOffset + row.count
    }
  } catch (error) {
    // SQLite itself cannot read a page: what lies behind it is out of reach of this check.
    damages.push({ row: next, message: `unreadable from here on: ${messageOf(error)}` })
  }
  return { rows, entries, firstOffset, lastOffset: Math.max(0, next - 1), damages }
}

function hole(next: number, row: GroupRow): string {
  return row.firstOffset > next
    ? `the entries ${next} to ${row.firstOffset - 1} before it are missing`
    : `it begins at ${row.firstOffset} although the row before it reaches to ${next - 1}`
}

/** What is wrong with a row; null where it is sound. */
export function damageOf(row: GroupRow): string | null {
  if (checksum(row) !== row.crc32) return 'its checksum does not match'
  try {
    const frames = new FrameReader(row.body)
    let count = 0
    for (; !frames.done; count++) frames.next()
    return count === row.count ? null : `it holds ${count} entries and says ${row.count}`
  } catch (error) {
    return messageOf(error)
  }
}
