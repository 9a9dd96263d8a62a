import type { DatabaseSync } from 'node:sqlite'
import type { Page } from '../../ingest/registry-reader.ts'
import { readNumberCursor, writeCursor } from '../cursor.ts'
import { alertOf } from './alert-table.ts'
import type { AlertCount, AlertFilter } from './desk.ts'
import type { DeskAlert } from './desk-alert.ts'

const CURSOR = 'alerts'

/** A condition of SQL and the values of its question marks. */
interface Clause {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** Newest opened first; alerts that come meanwhile lie before the first page and never shift the others. */
export function listAlerts(
  db: DatabaseSync,
  filter: AlertFilter,
  cursor: string | null,
  limit: number,
): Page<DeskAlert> {
  const clauses = clausesOf(filter)
  if (cursor !== null) clauses.push({ sql: 'n < ?', values: [readNumberCursor(CURSOR, cursor)] })
  const rows = db
    .prepare(`SELECT n, body FROM alerts ${where(clauses)} ORDER BY n DESC LIMIT ?`)
    .all(...clauses.flatMap(({ values }) => values), limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(alertOf),
    next: rows.length > limit && last !== undefined ? writeCursor(CURSOR, Number(last['n'])) : null,
  }
}

/** From the counts that triggers keep: a table of a few thousand rows at most, however many alerts there have been. */
export function countAlerts(db: DatabaseSync, areas: readonly string[] | null): AlertCount[] {
  const clauses = clausesOf({ areas })
  return db
    .prepare(
      `SELECT kind, severity, state, condition, sum(count) AS count FROM alert_counts ${where(clauses)}
       GROUP BY kind, severity, state, condition HAVING sum(count) > 0`,
    )
    .all(...clauses.flatMap(({ values }) => values))
    .map((row) => ({ ...row }) as unknown as AlertCount)
}

function clausesOf(filter: AlertFilter): Clause[] {
  const clauses: Clause[] = []
  const anyOf = (column: string, values: readonly string[] | undefined): void => {
    if (values === undefined) return
    clauses.push({ sql: `${column} IN (${values.map(() => '?').join(', ')})`, values })
  }
  anyOf('state', filter.states)
  anyOf('condition', filter.conditions)
  anyOf('kind', filter.kinds)
  anyOf('severity', filter.severities)
  if (filter.household !== undefined) clauses.push({ sql: 'household = ?', values: [filter.household] })
  if (filter.sinceMs !== undefined) clauses.push({ sql: 'raised_at_ms >= ?', values: [filter.sinceMs] })
  if (filter.regions !== undefined) clauses.push(inAreas(filter.regions))
  if (filter.areas !== null) clauses.push(inAreas(filter.areas))
  return clauses
}

/** In one of the areas or below it; "0" is the character behind "/", so the range holds exactly the paths below. */
function inAreas(areas: readonly string[]): Clause {
  if (areas.length === 0) return { sql: 'FALSE', values: [] }
  return {
    sql: `(${areas.map(() => 'region = ? OR (region > ? AND region < ?)').join(' OR ')})`,
    values: areas.flatMap((area) => [area, `${area}/`, `${area}0`]),
  }
}

function where(clauses: readonly Clause[]): string {
  return clauses.length === 0 ? '' : `WHERE ${clauses.map(({ sql }) => sql).join(' AND ')}`
}
