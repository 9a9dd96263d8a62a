import type { AlertCategory, AlertKind, Condition, Severity } from '../../domain/alert-kinds.ts'
import type { Evidence, Explanation, Finding } from '../../domain/finding.ts'
import type { AlertId, HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

export const ALERT_STATES = ['held', 'open', 'acknowledged', 'dispatched', 'closed'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** One step of an alert's life, as it is shown to whoever asks what happened. */
export interface HistoryEntry {
  readonly atMs: EpochMs
  readonly by: string
  readonly action: string
  readonly note: string | null
}

/** An alert as the desk keeps it; the wire shape is made from it in `api/routes`. */
export interface Alert {
  readonly id: AlertId
  readonly household: HouseholdId
  readonly region: string | null
  readonly meters: readonly MeterId[]
  readonly kind: AlertKind
  readonly category: AlertCategory
  readonly severity: Severity
  readonly state: AlertState
  readonly condition: Condition
  /** Event time. */
  readonly onsetMs: EpochMs
  readonly raisedAtMs: EpochMs
  readonly clearedAtMs: EpochMs | null
  /** The desk's clock: due times and response times count from here. */
  readonly openedAtMs: EpochMs
  readonly dueAtMs: EpochMs | null
  readonly explanation: Explanation
  readonly evidence: Evidence
  readonly history: readonly HistoryEntry[]
}

/**
 * A finding as the detector's findings log (table in detector.db) keeps it. `seq` grows by one per finding and is what
 * the desk's cursor counts; (`logOffset`, `index`) is where it came from, unique, so that folding the same log entry
 * again adds nothing.
 */
export interface PlacedFinding {
  readonly seq: number
  readonly logOffset: number
  readonly index: number
  readonly finding: Finding
}

export interface FindingsReader {
  /** Findings with `seq` > `afterSeq`, oldest first. */
  read(afterSeq: number, limit: number): PlacedFinding[]
  close(): void
}
