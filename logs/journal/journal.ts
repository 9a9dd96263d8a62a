import type { JournalEntry } from '../../domain/log-entry.ts'
import type { Place } from '../../domain/place.ts'

/**
 * The durable log of what the broker accepted and of everything else that changes what the detector will say
 * (DESIGN 3). Its writer is the broker's; commands may append beside a running system, so offsets are given inside the
 * writing transaction. Two backends pass one contract suite: sqlite and memory.
 */
export interface JournalWriter {
  /**
   * Resolves when the entry is on disk (fsync), in the order of the calls. One group commit holds all that came while
   * the one before it was being written. Rejects with OperationalError `journal-unwritable` or `journal-full` (its
   * waiting room has a limit in bytes): then nothing may be acknowledged.
   */
  append(entry: JournalEntry): Promise<void>
  /** null while it can be written; otherwise why not, in words for /readyz. */
  failure(): string | null
  /** Tells the journal how far a consumer has come, so that retention never removes what it has not passed. */
  passed(consumer: string, place: Place): void
  close(): Promise<void>
}

export interface PlacedEntry {
  readonly place: Place
  readonly entry: JournalEntry
}

export interface JournalReader {
  /** Up to `limit` entries behind `after`, oldest first; checks each row's checksum. @throws OperationalError `journal-damaged`. */
  read(after: Place, limit: number): PlacedEntry[]
  /** The place of the newest entry. */
  head(): Place
  close(): void
}
