import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { JournalEntry, ReadingsLogEntry } from '../../domain/log-entry.ts'
import type { Reading } from '../../domain/reading.ts'
import { openIngestDatabase } from '../../ingest/database.ts'
import { createIngestStage, type BatchLimits, type IngestStage } from '../../ingest/ingest-stage.ts'
import { openRegistryReader } from '../../ingest/open-registry-reader.ts'
import type { RegistryReader } from '../../ingest/registry-reader.ts'
import { openReadingsLogReader } from '../../logs/readings/open-readings-log-reader.ts'
import { journalOf } from './journal-of.ts'

/** An ingest stage on a real database in a folder of its own, over a journal that is a list. */
export interface StageInFolder extends Disposable {
  readonly dir: string
  readonly entries: JournalEntry[]
  readonly registry: RegistryReader
  stage: IngestStage
  /** Adds to the journal and works all of it. */
  work(...entries: JournalEntry[]): void
  /** As after a kill between two batches: memory is gone, the database stays. */
  restart(): void
  log(): ReadingsLogEntry[]
  /** What a store would hold in the end, by `meter time`. */
  stored(): Map<string, Reading>
}

export function stageInFolder(
  limits?: BatchLimits,
  metersInMemory?: number,
  mostUnclaimed?: number,
): StageInFolder {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearthline-ingest-'))
  const entries: JournalEntry[] = []
  let db = openIngestDatabase(dir)
  const registry = openRegistryReader(dir)
  const open = (): IngestStage =>
    createIngestStage(db, journalOf(entries), limits, metersInMemory, mostUnclaimed)
  const world: StageInFolder = {
    dir,
    entries,
    registry,
    stage: open(),
    work(...more) {
      entries.push(...more)
      while (world.stage.workBatch() !== null);
    },
    restart() {
      db.close()
      db = openIngestDatabase(dir)
      world.stage = open()
    },
    log() {
      const reader = openReadingsLogReader(dir)
      try {
        return reader.read({ partition: 0, offset: 0 }, Infinity).map((placed) => placed.entry)
      } finally {
        reader.close()
      }
    },
    stored() {
      const stored = new Map<string, Reading>()
      for (const entry of world.log()) {
        if (entry.type !== 'readings') continue
        for (const reading of entry.readings) stored.set(`${reading.meter} ${reading.timeMs}`, reading)
      }
      return stored
    },
    [Symbol.dispose]() {
      registry.close()
      db.close()
      fs.rmSync(dir, { recursive: true })
    },
  }
  return world
}
