import type { DatabaseSync } from 'node:sqlite'
import { absenceIdOf } from '../domain/absence.ts'
import type { ControlEntry } from '../domain/log-entry.ts'
import { DAY_MS } from '../domain/time.ts'

type AbsenceEntry = Extract<ControlEntry, { type: 'absence' | 'absence-end' }>

/** Absences that have been over for this long are forgotten, a few with each new one. */
export const KEEP_ABSENCES_MS = 400 * DAY_MS
const FORGOTTEN_AT_ONCE = 100

/** The calendar of the homes. */
export interface Absences {
  apply(entry: AbsenceEntry): void
}

export function createAbsences(db: DatabaseSync): Absences {
  // Told again, it stands again as it was told.
  const tell = db.prepare(`INSERT INTO absence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (household, id) DO UPDATE SET to_ms = excluded.to_ms, reason = excluded.reason, by = excluded.by,
      told_ms = excluded.told_ms, withdrawn_ms = NULL`)
  const end = db.prepare('UPDATE absence SET to_ms = ? WHERE household = ? AND id = ?')
  const withdraw = db.prepare('UPDATE absence SET withdrawn_ms = ? WHERE household = ? AND id = ?')
  const forget = db.prepare(`DELETE FROM absence WHERE (household, id) IN
    (SELECT household, id FROM absence WHERE to_ms < ? ORDER BY to_ms LIMIT ${FORGOTTEN_AT_ONCE})`)
  return {
    apply(entry) {
      const { household, receivedAtMs } = entry
      if (entry.type === 'absence') {
        const { kind = 'planned', fromMs, toMs, reason, by = null } = entry
        const id = absenceIdOf(kind, fromMs, toMs)
        tell.run(household, id, kind, fromMs, toMs, toMs, reason, by, receivedAtMs)
        forget.run(receivedAtMs - KEEP_ABSENCES_MS)
      } else if (entry.toMs === null) withdraw.run(receivedAtMs, household, entry.absence)
      else end.run(entry.toMs, household, entry.absence)
    },
  }
}
