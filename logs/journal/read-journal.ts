import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { startOf, type Place } from '../../domain/place.ts'
import { openReadOnly } from '../../platform/sqlite.ts'
import { FrameReader } from './entry-codec.ts'
import { checksum, headOf, PARTITION, toGroupRow, type GroupRow } from './journal-file.ts'
import type { JournalReader, PlacedEntry } from './journal.ts'

/** A row that is being read: a reader that takes small bites goes on where it stopped instead of decoding anew. */
interface OpenRow {
  readonly frames: FrameReader
  readonly firstOffset: number
  readonly lastOffset: number
  nextOffset: number
}

/** Opens the journal to read from it, with a connection of its own; a journal that nobody has begun yet reads as empty. */
export function openJournalReader(file: string): JournalReader {
  let db: DatabaseSync | null = null
  let select: StatementSync | null = null
  let row: OpenRow | null = null

  function open(): DatabaseSync | null {
    db ??= openReadOnly(file)
    return db
  }

  /** The row that holds the entry at `offset`, standing before it; null where the journal ends before it. */
  function rowAt(offset: number, from: DatabaseSync): OpenRow | null {
    if (row !== null && row.nextOffset === offset && offset <= row.lastOffset) return row
    select ??= from.prepare(
      `SELECT * FROM groups WHERE first_offset >= coalesce(
         (SELECT max(first_offset) FROM groups WHERE first_offset <= :offset), 0)
         AND first_offset + count > :offset ORDER BY first_offset LIMIT 1`,
    )
    const found = select.get({ offset })
    if (found === undefined) return null
    return openRow(file, toGroupRow(found), offset)
  }

  function read(after: Place, limit: number): PlacedEntry[] {
    const from = open()
    const entries: PlacedEntry[] = []
    if (from === null) return entries
    let offset = after.offset + 1
    try {
      while (entries.length < limit) {
        row = rowAt(offset, from)
        if (row === null) break
        takeEntries(file, row, entries, limit)
        offset = row.nextOffset
      }
    } catch (error) {
      // What lies before the damage is sound: it is handed out first, and the next call meets the damage.
      if (entries.length === 0) throw error
      row = null
    }
    return entries
  }

  return {
    read,
    head() {
      const from = open()
      return from === null ? startOf(PARTITION) : headOf(from)
    },
    close() {
      db?.close()
      db = null
    },
  }
}

/** Checks a row and stands before the entry at `offset`. @throws OperationalError `journal-damaged`. */
function openRow(file: string, group: GroupRow, offset: number): OpenRow {
  // Before the first entry means "from the beginning", wherever retention has moved it; a hole anywhere else is loss.
  if (group.firstOffset > offset && offset !== 1) {
    const missing = `the entries ${offset} to ${group.firstOffset - 1} before it are missing`
    throw damaged(file, group.firstOffset, missing)
  }
  if (checksum(group) !== group.crc32) throw damaged(file, group.firstOffset, 'its checksum does not match')
  const row: OpenRow = {
    frames: new FrameReader(group.body),
    firstOffset: group.firstOffset,
    lastOffset: group.firstOffset + group.count - 1,
    nextOffset: group.firstOffset,
  }
  for (; row.nextOffset < offset; row.nextOffset++) row.frames.skip()
  return row
}

function takeEntries(file: string, row: OpenRow, entries: PlacedEntry[], limit: number): void {
  try {
    while (entries.length < limit && row.nextOffset <= row.lastOffset) {
      const entry = row.frames.next()
      entries.push({ place: { partition: PARTITION, offset: row.nextOffset }, entry })
      row.nextOffset++
    }
  } catch (error) {
    throw damaged(file, row.firstOffset, messageOf(error))
  }
}

function damaged(file: string, rowOffset: number, what: string): OperationalError {
  return new OperationalError(
    'journal-damaged',
    `the journal ${file} is damaged at row ${rowOffset}: ${what}. Run "hearthline journal verify", then restore the file from a backup or give the damaged entries up with "hearthline journal mend".`,
  )
}
