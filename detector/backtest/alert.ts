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
 * Works what was said at once of homes or areas into their alerts, of which a new one keeps its words or not. What is held has
 * reached nobody; what has reached somebody stays with them until it is cleared or retracted, also where it is held afterwards. What is
 * raised again after that reaches somebody again; what is told late, or anew, of a matter that is over does not.
 * @param fromOf the moment before which a finding could not be said.
 */
export function applyFindings(
  alerts: BacktestAlert[],
  findings: readonly Finding[],
  worded: boolean,
  fromOf: (finding: Finding) => EpochMs,
): void {
  for (const finding of findings) {
    const known = alerts.findLast((alert) => isSameMatter(alert, finding))
    const atMs = Math.max(finding.atMs, fromOf(finding))
    switch (finding.type) {
      case 'raise':
        if (known?.clearedAtMs === null) known.severity = higherOf(known.severity, finding.severity)
        else if (finding.hold === undefined && !isOnlyTold(known, atMs, finding, findings))
          alerts.push(alertOf(finding, atMs, worded))
        break
      case 'escalate':
        if (known?.clearedAtMs === null) known.severity = finding.severity
        break
      case 'clear':
      case 'retract':
        if (known?.clearedAtMs === null) known.clearedAtMs = atMs
    }
  }
}

type Matter = Pick<Finding, 'household' | 'kind' | 'onsetMs'>

function isSameMatter(one: Matter, other: Matter): boolean {
  return one.onsetMs === other.onsetMs && one.kind === other.kind && one.household === other.household
}

/** Of a matter that was known before, or that could be known only now: it is over by what is said of it at once. */
function isOnlyTold(
  known: BacktestAlert | undefined,
  atMs: EpochMs,
  raise: Finding,
  findings: readonly Finding[],
): boolean {
  if (known === undefined && atMs === raise.atMs) return false
  return findings.some((each) => each.type === 'clear' && isSameMatter(each, raise))
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
