import type { Place } from '../../domain/place.ts'
import { startStageThread } from '../../platform/thread.ts'
import { GroupCommitter } from './commit-groups.ts'
import type { JournalCalls, JournalThreadOptions } from './journal-thread.ts'
import type { JournalWriter } from './journal.ts'
import { RETENTION, type Retention } from './retain.ts'

export interface JournalLimits {
  /** The waiting room: bytes appended and not yet on disk. When it is full, `append` rejects with `journal-full`. */
  readonly waitingBytes: number
  /** A group that has reached this size takes no more; what comes goes to the next. */
  readonly groupBytes: number
  /** A quota for the file on a shared disk. Beyond it the journal behaves as on a full disk. */
  readonly maxFileBytes: number
}

export const JOURNAL_LIMITS: JournalLimits = {
  waitingBytes: 64 * 1024 * 1024,
  groupBytes: 8 * 1024 * 1024,
  maxFileBytes: Infinity,
}

export interface JournalOptions {
  readonly file: string
  readonly limits?: Partial<JournalLimits>
  readonly retention?: Partial<Retention>
  /** After each group commit, with the place of its last entry: the next stage is nudged from here. */
  readonly onCommitted?: (head: Place) => void
  /** When writing begins to fail (words for the log), and with null when it works again. */
  readonly onFailure?: (failure: string | null) => void
  /** The thread has ended by an error of its own; nothing can be appended any more. Default: the process ends. */
  readonly onCrash?: (error: Error) => void
}

/** Starts the journal's writer: groups gather here, a thread of its own writes and syncs them. */
export async function startJournal(options: JournalOptions): Promise<JournalWriter> {
  const limits = { ...JOURNAL_LIMITS, ...options.limits }
  let committer: GroupCommitter | null = null
  const thread = await startStageThread<JournalCalls, never>(
    new URL('./journal-thread.ts', import.meta.url),
    {
      file: options.file,
      retention: { ...RETENTION, ...options.retention },
      maxFileBytes: limits.maxFileBytes,
    } satisfies JournalThreadOptions,
    (error) => {
      if (committer === null) return
      committer.crash(error)
      if (options.onCrash === undefined) throw error
      options.onCrash(error)
    },
  )
  committer = new GroupCommitter(thread, limits, options)
  return committer
}
