import type { JournalEntry } from '../../domain/log-entry.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import type { Place } from '../../domain/place.ts'
import { FrameWriter } from './entry-codec.ts'
import { openJournalFile } from './journal-file.ts'
import { writeGroup } from './write-group.ts'

/**
 * Appends entries for a command, all of them or none, with or without a running `serve` on the same data folder, and
 * returns the place of the last once they are on disk. @throws OperationalError `journal-unwritable`.
 */
export function appendDirectly(file: string, ...entries: readonly JournalEntry[]): Place {
  const frames = new FrameWriter(4096)
  for (const entry of entries) frames.add(entry)
  const db = openJournalFile(file)
  try {
    return writeGroup(db, frames.count, new Uint8Array(frames.release(), 0, frames.bytes), Date.now())
  } catch (error) {
    throw unwritable(file, error)
  } finally {
    db.close()
  }
}

export function unwritable(file: string, error: unknown): OperationalError {
  // It says already what failed and how to mend it.
  const words = error instanceof OperationalError ? error.message : null
  return new OperationalError(
    'journal-unwritable',
    words ??
      `cannot write the journal ${file}: ${messageOf(error)}. Free space on its disk and check that the folder is writable; writing goes on by itself.`,
    { retry: true, cause: error },
  )
}
