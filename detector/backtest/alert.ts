import { SEVERITIES, type AlertKind, type Severity } from '../../domain/alert-kinds.ts'
import type { Evidence, Explanation, Finding } from '../../domain/finding.ts'
import type { HouseholdId, MeterId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

/** An alert that would have reached a person. */
export interface BacktestAlert {
  /** Of an area's alert: its subject (domain/area.ts). */
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

const WORDLESS = { explanation: { en: '', zh: '' }, evidence: {} } as const

/**
 * Works what was said of a home or an area into its alerts, of which a new one keeps its words or not. What is held has reached
 * nobody; what has reached somebody stays with them until it is cleared or retracted, also where it is held afterwards.
 * @param fromMs the moment before which this could not be said.
 */
export function applyFinding(
  alerts: BacktestAlert[],
  finding: Finding,
  worded: boolean,
  fromMs: EpochMs = -Infinity,
): void {
  const { household, kind, onsetMs } = finding
  const known = alerts.findLast(
    (alert) => alert.onsetMs === onsetMs && alert.kind === kind && alert.household === household,
  )
  const atMs = Math.max(finding.atMs, fromMs)
  switch (finding.type) {
    case 'raise':
      if (known !== undefined) {
        known.severity = higherOf(known.severity, finding.severity)
        known.clearedAtMs = null
      } else if (finding.hold === undefined) alerts.push(alertOf(finding, atMs, worded))
      return
    case 'escalate':
      if (known?.clearedAtMs === null) known.severity = finding.severity
      return
    case 'clear':
    case 'retract':
      if (known !== undefined) known.clearedAtMs ??= atMs
  }
}

function alertOf(
  raise: Extract<Finding, { type: 'raise' }>,
  raisedAtMs: EpochMs,
  worded: boolean,
): BacktestAlert {
  const { household, meters, kind, severity, onsetMs } = raise
  const { explanation, evidence } = worded ? raise : WORDLESS
  return { household, meters, kind, severity, onsetMs, raisedAtMs, clearedAtMs: null, explanation, evidence }
}

function higherOf(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other) ? other : one
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
