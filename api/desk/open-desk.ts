import { isInRegion } from '../../domain/household.ts'
import type { EpochMs } from '../../domain/time.ts'
import { dataFiles } from '../../platform/data-folder.ts'
import { openDatabase, transact } from '../../platform/sqlite.ts'
import { actOnAlert } from './act-on-alert.ts'
import { ALERT_LIFE } from './alert-life.ts'
import { openAlertTable } from './alert-table.ts'
import type { AlertChange, Desk, DeskEvent, FindingsReader, PumpResult } from './desk.ts'
import type { DeskAlert } from './desk-alert.ts'
import { openEventTable } from './event-table.ts'
import { isHeldByDetector } from './hold.ts'
import { countAlerts, listAlerts } from './list-alerts.ts'
import { startFindingsPump } from './pump-findings.ts'
import { startRegionRounds } from './refresh-regions.ts'
import type { RegionSource } from './region-of.ts'
import { release } from './release.ts'
import { DESK_MIGRATIONS } from './schema.ts'

export interface DeskOptions {
  readonly dataDir: string
  readonly clock: () => EpochMs
  readonly findings: FindingsReader
  readonly registry: RegionSource
}

const RELEASES_PER_PUMP = 200

/**
 * The monitoring centre's desk over desk.db. A pump: findings → deadlines of holds → homes that moved → old events.
 * Whatever changes an alert goes through `record`: alert and event in one transaction, listeners after the commit.
 */
export function openDesk(options: DeskOptions): Desk {
  const db = openDatabase({
    file: dataFiles(options.dataDir).desk,
    synchronous: 'FULL',
    migrations: DESK_MIGRATIONS,
  })
  const alerts = openAlertTable(db)
  const events = openEventTable(db)
  const findings = startFindingsPump(db, options.findings, alerts, options.registry)
  const nextMoved = startRegionRounds(alerts, options.registry)
  const listeners = new Set<(event: DeskEvent) => void>()

  /** `work` reports each change; all of it holds, or none, and only then is it told. */
  function record<T>(work: (add: (change: AlertChange, alert: DeskAlert) => void) => T): T {
    const told: DeskEvent[] = []
    const nowMs = options.clock()
    const result = transact(db, () =>
      work((change, alert) => void told.push(events.add(change, alert, nowMs))),
    )
    for (const event of told) for (const listener of listeners) listener(event)
    return result
  }

  function save(changes: readonly DeskAlert[], change: AlertChange): void {
    if (changes.length === 0) return
    record((add) => {
      for (const alert of changes) {
        alerts.save(alert)
        add(change, alert)
      }
    })
  }

  function pumpFindings(): PumpResult {
    const nowMs = options.clock()
    const { worked } = record((add) => findings.work(nowMs, ({ change, alert }) => add(change, alert)))
    return { applied: worked, more: worked > 0 }
  }

  return {
    pump() {
      const result = pumpFindings()
      const nowMs = options.clock()
      const ended = alerts.heldUntil(nowMs, RELEASES_PER_PUMP)
      save(
        ended.map((alert) => release(alert, whyReleased(alert), nowMs)),
        ALERT_LIFE.release.change,
      )
      save(nextMoved(), 'moved')
      events.trim(nowMs)
      return result
    },
    get(id, areas) {
      const alert = alerts.get(id)
      return alert === null || !isVisible(alert.region, areas) ? null : alert
    },
    list: (filter, cursor, limit) => listAlerts(db, filter, cursor, limit),
    act(id, action, by, areas) {
      return record((add) => {
        const alert = alerts.get(id)
        if (alert === null || !isVisible(alert.region, areas)) return { ok: false, code: 'alert-not-found' }
        const result = actOnAlert(alert, action, by, options.clock())
        if (!result.ok) return result
        alerts.save(result.alert)
        add(ALERT_LIFE[action.type].change, result.alert)
        return result
      })
    },
    counts: (areas) => countAlerts(db, areas),
    findingsApplied: () => findings.applied(),
    events,
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      db.close()
    },
  }
}

function whyReleased(alert: DeskAlert): string {
  return isHeldByDetector(alert)
    ? 'The hold has ended, and the detector has no data to judge it anew by.'
    : 'The hold has ended.'
}

/** null: no limit, and what has no region too. */
export function isVisible(region: string | null, areas: readonly string[] | null): boolean {
  return areas === null || areas.some((area) => isInRegion(region, area))
}
