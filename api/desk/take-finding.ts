import { ALERT_KINDS, SEVERITIES, type Severity } from '../../domain/alert-kinds.ts'
import type { Finding } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import { alertIdOf } from './alert-id.ts'
import { closeIfSettled } from './close.ts'
import type { AlertChange } from './desk.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { release } from './release.ts'
import { isToReopenOnEscalation, isToReopenOnRevival, reopen } from './reopen.ts'
import { dueAt } from './response-times.ts'

type Raise = Extract<Finding, { type: 'raise' }>
type Escalate = Extract<Finding, { type: 'escalate' }>
type Settle = Extract<Finding, { type: 'clear' | 'retract' }>

export interface Taken {
  readonly alert: DeskAlert
  readonly change: AlertChange
}

/**
 * What a finding makes of the alert that is known (null: none yet). Pure. Returns null where nothing changes: raised
 * while it is active, cleared or retracted already, the same evidence again, or words about an alert nobody raised.
 */
export function takeFinding(
  known: DeskAlert | null,
  finding: Finding,
  region: string | null,
  nowMs: EpochMs,
): Taken | null {
  if (known === null) return finding.type === 'raise' ? raise(finding, region, nowMs) : null
  switch (finding.type) {
    case 'raise':
      return known.condition === 'active' ? null : revive(known, finding, nowMs)
    case 'escalate':
      return escalate(known, finding, nowMs)
    case 'clear':
      if (known.condition === 'retracted') return null
      if (known.condition === 'cleared' && known.clearedAtMs === finding.atMs) return null
      return settle({ ...known, condition: 'cleared', clearedAtMs: finding.atMs }, finding, 'cleared', nowMs)
    case 'retract':
      if (known.condition === 'retracted') return null
      return settle({ ...known, condition: 'retracted' }, finding, 'retracted', nowMs)
  }
}

function raise(finding: Raise, region: string | null, nowMs: EpochMs): Taken {
  const { household, kind, onsetMs, severity, explanation } = finding
  const alert: DeskAlert = {
    id: alertIdOf(household, kind, onsetMs),
    household,
    region,
    meters: finding.meters,
    kind,
    category: ALERT_KINDS[kind],
    severity,
    state: 'open',
    condition: 'active',
    onsetMs,
    raisedAtMs: finding.atMs,
    clearedAtMs: null,
    openedAtMs: nowMs,
    dueAtMs: dueAt(kind, severity, nowMs),
    heldUntilMs: null,
    outcome: null,
    explanation,
    evidence: finding.evidence,
    history: [entry(nowMs, 'detector', 'raise', explanation.en, explanation)],
    touched: false,
    closedAs: null,
  }
  return { alert, change: 'raised' }
}

/** Said again after it had cleared or been retracted: it goes on after all. */
function revive(known: DeskAlert, finding: Raise, nowMs: EpochMs): Taken {
  const { severity, explanation } = finding
  const active: DeskAlert = {
    ...known,
    condition: 'active',
    clearedAtMs: null,
    raisedAtMs: finding.atMs,
    severity,
    explanation,
    evidence: finding.evidence,
    meters: finding.meters,
    dueAtMs: known.state === 'open' ? dueAt(known.kind, severity, nowMs) : known.dueAtMs,
    history: [...known.history, entry(nowMs, 'detector', 'raise', explanation.en, explanation)],
  }
  const alert = isToReopenOnRevival(known) ? reopen(active, 'It goes on after all.', nowMs) : active
  return { alert, change: 'revived' }
}

function escalate(known: DeskAlert, finding: Escalate, nowMs: EpochMs): Taken | null {
  const { severity, explanation, evidence } = finding
  const isSame =
    known.severity === severity &&
    JSON.stringify([known.explanation, known.evidence]) === JSON.stringify([explanation, evidence])
  if (isSame) return null
  const grown: DeskAlert = {
    ...known,
    severity,
    explanation,
    evidence,
    history: [...known.history, entry(nowMs, 'detector', 'escalate', explanation.en, explanation)],
  }
  if (rank(severity) <= rank(known.severity)) return { alert: grown, change: 'escalated' }
  return { alert: lookAgain(grown, nowMs), change: 'escalated' }
}

/** The severity has risen: what waits is due sooner, what was held or closed is looked at again. */
function lookAgain(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  if (alert.state === 'held') return release(alert, `It has become ${alert.severity}.`, nowMs)
  if (isToReopenOnEscalation(alert)) return reopen(alert, `It has become ${alert.severity}.`, nowMs)
  const due = dueAt(alert.kind, alert.severity, nowMs)
  if (alert.state !== 'open' || due === null) return alert
  return { ...alert, dueAtMs: Math.min(due, alert.dueAtMs ?? due) }
}

function settle(alert: DeskAlert, finding: Settle, change: 'cleared' | 'retracted', nowMs: EpochMs): Taken {
  const history = [
    ...alert.history,
    entry(nowMs, 'detector', finding.type, finding.reason.en, finding.reason),
  ]
  return { alert: closeIfSettled({ ...alert, history }, nowMs), change }
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}
