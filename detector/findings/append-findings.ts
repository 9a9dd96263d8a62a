import type { DatabaseSync } from 'node:sqlite'
import type { Finding } from '../../domain/finding.ts'
import { transact } from '../../platform/sqlite.ts'

/** Findings of one log entry, in the order they were said. */
export interface SaidAt {
  readonly logOffset: number
  readonly findings: readonly Finding[]
}

export interface FindingsLog {
  /** Keeps them in one transaction; those of an entry that was folded before are there already and add nothing. Returns how many were new. */
  append(said: readonly SaidAt[]): number
  /** Findings kept since the folder began. */
  count(): number
}

export function openFindingsLog(db: DatabaseSync): FindingsLog {
  const insert = db.prepare('INSERT OR IGNORE INTO findings (log_offset, idx, json) VALUES (?, ?, ?)')
  let kept = Number(db.prepare('SELECT count(*) AS n FROM findings').get()?.['n'] ?? 0)
  return {
    append(said) {
      if (said.length === 0) return 0
      let added = 0
      transact(db, () => {
        for (const { logOffset, findings } of said) {
          for (const [index, finding] of findings.entries()) {
            added += Number(insert.run(logOffset, index, JSON.stringify(finding)).changes)
          }
        }
      })
      kept += added
      return added
    },
    count: () => kept,
  }
}
