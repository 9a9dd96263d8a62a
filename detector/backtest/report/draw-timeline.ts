import { HOUR_MS, type EpochMs } from '../../../domain/time.ts'
import { wallMs } from '../../core/local-time.ts'
import type { BacktestAlert } from '../alert.ts'
import type { Portrait } from '../portrait.ts'
import type { HomeResult } from '../share.ts'
import type { ReportAlert, ReportTimeline } from './report-data.ts'

const HOURS = 24
const CELLS_A_BYTE = 4
const NOT_CLEARED = -1

/** A home's days as small as they can be told: a page may hold hundreds of homes. */
export function drawTimeline(
  portrait: Portrait,
  home: HomeResult,
  alerts: readonly BacktestAlert[],
): ReportTimeline {
  const { household, timezone, firstDay, cells } = portrait
  const local = (timeMs: EpochMs): number => wallMs(timezone, timeMs)
  return {
    id: household,
    timezone,
    firstDay,
    days: cells.length / HOURS,
    cells: packCells(cells),
    use: portrait.use.map((perDay, at) => ({
      meter: portrait.meters[at]?.id ?? '',
      kind: portrait.meters[at]?.kind ?? '',
      perDay: Array.from(perDay, (amount) => (Number.isNaN(amount) ? null : Number(amount.toPrecision(3)))),
    })),
    alerts: alerts.map(({ kind, severity, onsetMs, raisedAtMs, clearedAtMs, explanation }): ReportAlert => ({
      kind,
      severity,
      onsetMs: local(onsetMs),
      raisedMs: local(raisedAtMs),
      clearedMs: clearedAtMs === null ? null : local(clearedAtMs),
      ...explanation,
    })),
    spans: home.alerts.map((times) =>
      Array.from(times, (timeMs) =>
        timeMs === Infinity ? NOT_CLEARED : Math.round(local(timeMs) / HOUR_MS),
      ),
    ),
  }
}

function packCells(cells: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(cells.length / CELLS_A_BYTE))
  for (const [at, cell] of cells.entries()) {
    const byte = Math.floor(at / CELLS_A_BYTE)
    bytes[byte] = (bytes[byte] ?? 0) | (cell << (2 * (at % CELLS_A_BYTE)))
  }
  return Buffer.from(bytes).toString('base64')
}
