import type { JournalEntry } from '../../domain/log-entry.ts'
import { OperationalError } from '../../domain/operational-error.ts'
import type { Place } from '../../domain/place.ts'
import { PARTITION } from './journal-file.ts'
import type { JournalReader, JournalWriter, PlacedEntry } from './journal.ts'

/** The journal's in-memory twin: the same promises without a disk, and a world that can be made to misbehave. */
export interface MemoryJournal {
  readonly writer: JournalWriter
  readonly reader: JournalReader
  /** From now on appends wait, as on a slow disk, until `release`. */
  hold(): void
  release(): void
  /** From now on appends fail for this reason, as on a full disk; null: they work again. */
  fail(reason: string | null): void
  readonly passed: ReadonlyMap<string, Place>
}

export function createMemoryJournal(): MemoryJournal {
  const entries: JournalEntry[] = []
  const passed = new Map<string, Place>()
  let waiting: { entry: JournalEntry; resolve: () => void; reject: (error: Error) => void }[] = []
  let held = false
  let failure: string | null = null
  let closed = false
  const unwritable = (reason: string): OperationalError =>
    new OperationalError('journal-unwritable', reason, { retry: true })

  function flush(): void {
    if (held) return
    const group = waiting
    waiting = []
    for (const { entry, resolve, reject } of group) {
      if (failure !== null) {
        reject(unwritable(failure))
        continue
      }
      entries.push(entry)
      resolve()
    }
  }

  const writer: JournalWriter = {
    append(entry) {
      if (closed) return Promise.reject(unwritable('the journal has been closed.'))
      if (failure !== null) return Promise.reject(unwritable(failure))
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      // A payload may be a view into a socket's buffer: keep what it is now.
      const kept = entry.type === 'publish' ? { ...entry, payload: Uint8Array.from(entry.payload) } : entry
      waiting.push({ entry: kept, resolve, reject })
      if (waiting.length === 1) setImmediate(flush)
      return promise
    },
    failure: () => failure,
    passed: (consumer, place) => void passed.set(consumer, place),
    async close() {
      closed = true
      held = false
      flush()
    },
  }
  const reader: JournalReader = {
    read(after, limit) {
      return entries.slice(after.offset, after.offset + limit).map((entry, i): PlacedEntry => ({
        place: { partition: PARTITION, offset: after.offset + i + 1 },
        entry,
      }))
    },
    head: () => ({ partition: PARTITION, offset: entries.length }),
    close() {},
  }
  return {
    writer,
    reader,
    passed,
    hold() {
      held = true
    },
    release() {
      held = false
      flush()
    },
    fail(reason) {
      failure = reason
      flush()
    },
  }
}
