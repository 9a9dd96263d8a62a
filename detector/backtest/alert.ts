import type { AlertKind, Severity } from '../../domain/alert-kinds.ts'
import type { Evidence, Explanation, Finding } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'
import { matterKey } from '../core/matters.ts'

/** An alert that would have reached a person. */
export interface BacktestAlert {
  readonly household: HouseholdId
  readonly meters: readonly MeterId[]
  readonly kind: AlertKind
  /** The highest it came to. */
  severity: Severity
  readonly onsetMs: EpochMs
  readonly raisedAtMs: EpochMs
  clearedAtMs: EpochMs | null
  /** As it stood when it was raised. */
  readonly explanation: Explanation
  readonly evidence: Evidence
}

/** Alerts of a home that nothing has ended yet, by kind and onset: several kinds may stand at once. */
export type OpenAlerts = Map<string, BacktestAlert>

const WORDLESS = { explanation: { en: '', zh: '' }, evidence: {} } as const

/** Works what a fold said into the home's open alerts; a new alert also goes to `alerts`, with or without its words. */
export function applyFinding(
  open: OpenAlerts,
  finding: Finding,
  alerts: BacktestAlert[],
  worded: boolean,
): void {
  const { kind, onsetMs } = finding
  const key = matterKey(kind, onsetMs)
  switch (finding.type) {
    case 'raise': {
      const { household, meters, severity, atMs: raisedAtMs } = finding
      const { explanation, evidence } = worded ? finding : WORDLESS
      const said = { household, meters, kind, severity, onsetMs, raisedAtMs, explanation, evidence }
      const alert: BacktestAlert = { ...said, clearedAtMs: null }
      open.set(key, alert)
      alerts.push(alert)
      return
    }
    case 'escalate': {
      const alert = open.get(key)
      if (alert !== undefined) alert.severity = finding.severity
      return
    }
    case 'clear':
    case 'retract': {
      const alert = open.get(key)
      if (alert !== undefined) alert.clearedAtMs = finding.atMs
      open.delete(key)
    }
  }
}

/** By time, then by home: the order of an output that does not depend on who worked what. */
export function inOrder(alerts: BacktestAlert[]): BacktestAlert[] {
  return alerts.sort(
    (a, b) =>
      a.raisedAtMs - b.raisedAtMs ||
      compare(a.household, b.household) ||
      compare(a.kind, b.kind) ||
      a.onsetMs - b.onsetMs,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
