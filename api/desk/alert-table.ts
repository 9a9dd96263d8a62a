import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AlertId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { DeskAlert } from './desk-alert.ts'

export interface AlertTable {
  get(id: AlertId): DeskAlert | null
  /** Inserts it or replaces it; its place in lists stays. */
  save(alert: DeskAlert): void
  heldUntil(nowMs: EpochMs, limit: number): DeskAlert[]
  /** Alerts that are not closed, in the order of `n`, for the round of refresh-regions.ts. */
  unclosedBehind(n: number, limit: number): { n: number; alert: DeskAlert }[]
}

export function openAlertTable(db: DatabaseSync): AlertTable {
  const get = db.prepare('SELECT body FROM alerts WHERE id = ?')
  const save = db.prepare(`
    INSERT INTO alerts (id, household, region, kind, severity, state, condition, raised_at_ms, held_until_ms, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET region = excluded.region, severity = excluded.severity, state = excluded.state,
      condition = excluded.condition, raised_at_ms = excluded.raised_at_ms, held_until_ms = excluded.held_until_ms,
      body = excluded.body`)
  const held = db.prepare('SELECT body FROM alerts WHERE held_until_ms <= ? ORDER BY held_until_ms LIMIT ?')
  const unclosed = db.prepare(
    `SELECT n, body FROM alerts WHERE state IN ('held', 'open', 'acknowledged', 'dispatched') AND n > ? ORDER BY n LIMIT ?`,
  )
  return {
    get(id) {
      const row = get.get(id)
      return row === undefined ? null : alertOf(row)
    },
    save(alert) {
      save.run(
        alert.id,
        alert.household,
        alert.region,
        alert.kind,
        alert.severity,
        alert.state,
        alert.condition,
        alert.raisedAtMs,
        alert.heldUntilMs,
        JSON.stringify(alert),
      )
    },
    heldUntil: (nowMs, limit) => held.all(nowMs, limit).map(alertOf),
    unclosedBehind: (n, limit) =>
      unclosed.all(n, limit).map((row) => ({ n: Number(row['n']), alert: alertOf(row) })),
  }
}

export function alertOf(row: Record<string, SQLOutputValue>): DeskAlert {
  // Alerts of before know of no holds but those of people.
  const known = { hold: null, saidHold: null }
  return { ...known, ...(JSON.parse(String(row['body'])) as DeskAlert) }
}
