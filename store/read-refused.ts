import type { DatabaseSync } from 'node:sqlite'
import { toIso } from '../domain/time.ts'
import type { Reading } from '../domain/reading.ts'
import type { Reject } from '../domain/reject-codes.ts'
import type { Page, RejectFilter } from '../ingest/registry-reader.ts'
import { dataFiles } from '../platform/data-folder.ts'
import { openReadOnly } from '../platform/sqlite.ts'

export interface RefusedReader {
  rejects(filter: RejectFilter, cursor: string | null, limit: number): Page<Reject & { id: number }>
  close(): void
}

const SELECT = `SELECT id, refused_at_ms, message, reading FROM store_rejects
  WHERE id < :before AND refused_at_ms >= :from AND refused_at_ms <= :to
    AND (:gateway IS NULL OR reading ->> '$.gateway' = :gateway)
  ORDER BY id DESC LIMIT :limit`

/** Readings that the database refused, newest first, as the rejects list shows them; empty until the store has run. */
export function openRefusedReader(dataDir: string): RefusedReader {
  let db: DatabaseSync | null = null
  return {
    rejects(filter, cursor, limit) {
      if (filter.code !== undefined && filter.code !== 'store-refused') return { items: [], next: null }
      db ??= openReadOnly(dataFiles(dataDir).store)
      if (db === null) return { items: [], next: null }
      const rows = db.prepare(SELECT).all({
        before: cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
        from: filter.fromMs ?? 0,
        to: filter.toMs ?? Number.MAX_SAFE_INTEGER,
        gateway: filter.gateway ?? null,
        limit: limit + 1,
      })
      const items = rows.slice(0, limit).map(toReject)
      return { items, next: rows.length > limit ? String(items.at(-1)?.id) : null }
    },
    close() {
      db?.close()
      db = null
    },
  }
}

function toReject(row: Record<string, unknown>): Reject & { id: number } {
  const payload = String(row['reading'])
  const reading = JSON.parse(payload) as Reading
  return {
    id: Number(row['id']),
    receivedAtMs: Number(row['refused_at_ms']),
    gateway: reading.gateway,
    topic: `hearthline/v1/${reading.gateway}/readings`,
    code: 'store-refused',
    message: `The database refused the reading of ${reading.meter} at ${toIso(reading.timeMs)}: ${String(row['message'])}`,
    payload,
  }
}
