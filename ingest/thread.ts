import { messageOf } from '../domain/operational-error.ts'
import { continueLogBehind } from '../logs/readings/readings-log-writer.ts'
import { openJournalReader } from '../logs/journal/read-journal.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { isOperational } from '../platform/sqlite.ts'
import { runStageThread } from '../platform/thread.ts'
import { openIngestDatabase } from './database.ts'
import { createIngestStage, type IngestStage } from './ingest-stage.ts'
import type { IngestCalls, IngestEvent, IngestOptions } from './start.ts'

/** How often the journal is looked at when nobody nudges. */
const POLL_MS = 250
/** How long entries gather after a batch: a commit for each would sync the disk for each, and hold up the journal's own syncs. */
const GATHER_MS = 100
/** With so many entries waiting there is nothing to gather for. */
const PLENTY_ENTRIES = 2_000
/** After a failure (disk full, database busy) the same batch is tried again, ever more slowly. */
const FIRST_RETRY_MS = 250
const SLOWEST_RETRY_MS = 10_000
const REMOVE_EVERY_MS = 60_000

await runStageThread<IngestOptions, IngestCalls, IngestEvent>(async (options, emit) => {
  const db = openIngestDatabase(options.dataDir)
  continueLogBehind(db, options.logBehind ?? 0)
  const journal = openJournalReader(dataFiles(options.dataDir).journal)
  const stage = createIngestStage(db, journal)
  const waiting = (): number => journal.head().offset - stage.advance().journal.offset
  const loop = runLoop(stage, waiting, emit)
  return {
    calls: {
      nudge: () => loop.wake(),
      passed: (reader, place) => stage.passed(reader, place),
      failure: () => loop.failure(),
    },
    async stop() {
      loop.stop()
      journal.close()
      db.close()
    },
  }
})

/** Batch after batch while there is something to do, giving way to calls between two of them. */
function runLoop(
  stage: IngestStage,
  waiting: () => number,
  emit: (event: IngestEvent) => void,
): { wake(): void; stop(): void; failure(): string | null } {
  let timer: NodeJS.Timeout | null = null
  let immediate: NodeJS.Immediate | null = null
  let failure: string | null = null
  let retryMs = FIRST_RETRY_MS
  let removeAtMs = 0
  let stopped = false
  let gathering = false

  function later(ms: number): void {
    timer = setTimeout(turn, ms)
  }

  function turn(): void {
    timer = null
    immediate = null
    gathering = false
    try {
      const advance = stage.workBatch()
      if (failure !== null) emit({ type: 'recovered' })
      failure = null
      retryMs = FIRST_RETRY_MS
      if (advance !== null) {
        emit({ type: 'advanced', ...advance })
        if (waiting() >= PLENTY_ENTRIES) immediate = setImmediate(turn)
        else {
          gathering = true
          later(GATHER_MS)
        }
        return
      }
      if (Date.now() >= removeAtMs && !stage.removeOld(Date.now())) removeAtMs = Date.now() + REMOVE_EVERY_MS
      later(POLL_MS)
    } catch (error) {
      if (!isOperational(error)) throw error
      const message = messageOf(error)
      if (failure !== message) emit({ type: 'failing', message })
      failure = message
      later(retryMs)
      retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS)
    }
  }

  // Not at once: the owner listens only when the stage has started. The first word is where the log stands already.
  immediate = setImmediate(() => {
    emit({ type: 'advanced', ...stage.advance() })
    turn()
  })
  return {
    wake() {
      if (stopped || gathering || immediate !== null || failure !== null) return
      if (timer !== null) clearTimeout(timer)
      timer = null
      immediate = setImmediate(turn)
    },
    stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      if (immediate !== null) clearImmediate(immediate)
    },
    failure: () => failure,
  }
}
