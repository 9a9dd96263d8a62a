import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FindingsReader, PlacedFinding } from '../../api/desk/desk.ts'
import type { Finding } from '../../domain/finding.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openReadOnly } from '../../platform/sqlite.ts'

/** Reads what the detector of this data folder has said; nothing while the detector has never run on it. */
export function openFindingsReader(dataDir: string): FindingsReader {
  let db: DatabaseSync | null = null
  let select: StatementSync | null = null

  function prepared(): StatementSync | null {
    if (select !== null) return select
    db ??= openReadOnly(dataFiles(dataDir).detector)
    if (db === null || !hasFindings(db)) return null
    select = db.prepare('SELECT seq, log_offset, idx, json FROM findings WHERE seq > ? ORDER BY seq LIMIT ?')
    return select
  }

  return {
    read(afterSeq, limit) {
      const rows = prepared()?.all(afterSeq, limit) ?? []
      return rows.map((row): PlacedFinding => ({
        seq: Number(row['seq']),
        logOffset: Number(row['log_offset']),
        index: Number(row['idx']),
        finding: JSON.parse(String(row['json'])) as Finding,
      }))
    },
    close() {
      db?.close()
      db = null
      select = null
    },
  }
}

/** The file exists from the moment its owner opens it, its tables a moment later. */
function hasFindings(db: DatabaseSync): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'findings'`).get() !== undefined
}
