import { areaOf } from '../../domain/area.ts'
import { regionOf, type RegionSource } from './region-of.ts'
import type { AlertTable } from './alert-table.ts'
import type { DeskAlert } from './desk-alert.ts'

/** Alerts looked at in one round of the pump. */
const ROUND_ALERTS = 50

/**
 * A home that is registered or moves after its alert was raised takes its unclosed alerts along, or its new officer
 * would never see them. Closed ones stay with those who closed them. Looks at a few alerts each time, round and round.
 */
export function startRegionRounds(alerts: AlertTable, registry: RegionSource): () => DeskAlert[] {
  let behind = 0
  return () => {
    const round = alerts.unclosedBehind(behind, ROUND_ALERTS)
    behind = round.length < ROUND_ALERTS ? 0 : (round.at(-1)?.n ?? 0)
    const moved: DeskAlert[] = []
    for (const { alert } of round) {
      if (areaOf(alert.household) !== null) continue
      const region = regionOf(registry, alert.household)
      if (region !== alert.region) moved.push({ ...alert, region })
    }
    return moved
  }
}
