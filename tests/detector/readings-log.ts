import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { createReadingsLogWriter, READINGS_LOG_SCHEMA } from '../../logs/readings/readings-log-writer.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openDatabase, transact } from '../../platform/sqlite.ts'

/** Appends to the readings log of a data folder as ingest does; each entry stays the entry it is. */
export function appendToLog(dataDir: string, entries: readonly ReadingsLogEntry[]): number {
  const db = openDatabase({
    file: dataFiles(dataDir).ingest,
    synchronous: 'NORMAL',
    migrations: [READINGS_LOG_SCHEMA],
  })
  const writer = createReadingsLogWriter(db)
  transact(db, () => {
    for (const entry of entries) {
      if (entry.type !== 'readings') writer.entry(entry)
      else for (const reading of entry.readings) writer.reading(reading)
      writer.flush()
    }
  })
  const { offset } = writer.head()
  db.close()
  return offset
}
