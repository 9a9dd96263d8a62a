import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { ReadingsLogEntry } from '../../domain/log-entry.ts'
import { messageOf, OperationalError } from '../../domain/operational-error.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openReadOnly } from '../../platform/sqlite.ts'
import { decodeReadings } from './readings-codec.ts'
import type { PlacedReadings, ReadingsLogReader } from './readings-log.ts'

/** Entries of one `read` at most, however few readings they carry. */
const ENTRIES_PER_READ = 4_096

interface Statements {
  readonly db: DatabaseSync
  readonly behind: StatementSync
  readonly last: StatementSync
  readonly upTo: StatementSync
  readonly oldest: StatementSync
}

/**
 * Reads the readings log of a data folder, from any thread or process, beside the stage that writes it. Where ingest has
 * not made its database yet the log is empty, and is looked for again at each call.
 * @throws OperationalError `readings-log-damaged` from `read` where an entry does not have the checksum it was written with.
 */
export function openReadingsLogReader(dataDir: string): ReadingsLogReader {
  const file = dataFiles(dataDir).ingest
  let opened: Statements | null = null

  function statements(): Statements | null {
    opened ??= open(file)
    return opened
  }

  return {
    read(after, maxReadings) {
      const sql = statements()
      if (sql === null) return []
      const found: PlacedReadings[] = []
      let readings = 0
      for (const row of sql.behind.iterate(after.offset, ENTRIES_PER_READ)) {
        const offset = Number(row['seq'])
        const entry = parse(file, offset, Number(row['form']), Number(row['crc']), row['body'] as Uint8Array)
        found.push({ place: { partition: after.partition, offset }, entry })
        if (entry.type === 'readings') readings += entry.readings.length
        if (readings >= maxReadings) break
      }
      return found
    },
    head: () => ({ partition: 0, offset: Number(statements()?.last.get()?.['seq'] ?? 0) }),
    readingsBehind(after) {
      const sql = statements()
      const total = Number(sql?.last.get()?.['readings_to'] ?? 0)
      return total - Number(sql?.upTo.get(after.offset)?.['readings_to'] ?? 0)
    },
    oldestBehindMs(after) {
      const row = statements()?.oldest.get(after.offset)
      return row === undefined ? null : Number(row['received_ms'])
    },
    close() {
      opened?.db.close()
      opened = null
    },
  }
}

function open(file: string): Statements | null {
  const db = openReadOnly(file)
  if (db === null) return null
  const made = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'readings_log'").get() !== undefined
  if (!made) {
    db.close()
    return null
  }
  return {
    db,
    behind: db.prepare('SELECT seq, form, crc, body FROM readings_log WHERE seq > ? ORDER BY seq LIMIT ?'),
    last: db.prepare('SELECT seq, readings_to FROM readings_log ORDER BY seq DESC LIMIT 1'),
    upTo: db.prepare('SELECT readings_to FROM readings_log WHERE seq <= ? ORDER BY seq DESC LIMIT 1'),
    oldest: db.prepare('SELECT received_ms FROM readings_log WHERE seq > ? ORDER BY seq LIMIT 1'),
  }
}

function parse(file: string, seq: number, form: number, crc: number, body: Uint8Array): ReadingsLogEntry {
  try {
    if (crc32(body) !== crc) throw new Error('its checksum is another one')
    if (form === 0) return { type: 'readings', readings: decodeReadings(body) }
    return JSON.parse(Buffer.from(body).toString('utf8')) as ReadingsLogEntry
  } catch (error) {
    throw new OperationalError(
      'readings-log-damaged',
      `entry ${seq} of the readings log in ${file} is damaged: ${messageOf(error)}. Restore the data folder from a backup.`,
      { cause: error },
    )
  }
}
