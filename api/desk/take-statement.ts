import { ALERT_KINDS, SEVERITIES } from '../../domain/alert-kinds.ts'
import type { Finding, Hold } from '../../domain/finding.ts'
import type { EpochMs } from '../../domain/time.ts'
import { alertIdOf } from './alert-id.ts'
import { closeIfSettled } from './close.ts'
import type { AlertChange } from './desk.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { holdForDetector, isHeldByDetector } from './hold.ts'
import { release } from './release.ts'
import { isToReopenOnEscalation, isToReopenOnRevival, reopen } from './reopen.ts'
import { dueAt } from './response-times.ts'
import { shortenHistory } from './shorten-history.ts'

type Raise = Extract<Finding, { type: 'raise' }>

export interface Taken {
  readonly alert: DeskAlert
  readonly change: AlertChange
}

/**
 * What the desk makes of all that the detector says of one matter at one place of its log. Pure. Late data makes it say
 * a matter over again (raise, then what still holds of escalation and clear), so the words are heard out first, and only
 * what is different in the end has consequences: a hold is not ended, nor a closed alert opened, by the same words again.
 * Returns null where nothing is different, or where the words are about an alert that nobody raised.
 */
export function takeStatement(
  known: DeskAlert | null,
  findings: readonly Finding[],
  region: string | null,
  nowMs: EpochMs,
): Taken | null {
  const told = findings.reduce((alert, finding) => hear(alert, finding, region, nowMs), known)
  if (told === null) return null
  if (known === null) return { alert: closeIfSettled(holdIfSaid(told, nowMs), nowMs), change: 'raised' }
  const change = changeBetween(known, told)
  if (change === null) return null
  const alert = follow(known, told, nowMs)
  return { alert: { ...alert, history: shortenHistory(alert.history) }, change }
}

/** The facts after one finding. */
function hear(
  alert: DeskAlert | null,
  finding: Finding,
  region: string | null,
  nowMs: EpochMs,
): DeskAlert | null {
  if (alert === null) return finding.type === 'raise' ? raise(finding, region, nowMs) : null
  const history = [...alert.history, entryOf(finding, nowMs)]
  switch (finding.type) {
    case 'raise':
      return { ...alert, ...factsOf(finding), condition: 'active', clearedAtMs: null, history }
    case 'escalate': {
      const { severity, explanation, evidence } = finding
      return { ...alert, severity, explanation, evidence, history }
    }
    case 'clear':
      // What was not so cannot have ended.
      if (alert.condition === 'retracted') return alert
      return { ...alert, condition: 'cleared', clearedAtMs: finding.atMs, history }
    case 'retract':
      return { ...alert, condition: 'retracted', history }
  }
}

function entryOf(finding: Finding, nowMs: EpochMs): DeskAlert['history'][number] {
  if (finding.type === 'raise' && finding.hold !== undefined) {
    const { explanation } = finding.hold
    return entry(nowMs, 'detector', 'hold', explanation.en, explanation)
  }
  const words = 'reason' in finding ? finding.reason : finding.explanation
  return entry(nowMs, 'detector', finding.type, words.en, words)
}

function factsOf({ atMs, severity, meters, explanation, evidence, hold }: Raise) {
  return { raisedAtMs: atMs, severity, meters, explanation, evidence, saidHold: hold ?? null }
}

function raise(finding: Raise, region: string | null, nowMs: EpochMs): DeskAlert {
  const { household, kind, onsetMs, severity } = finding
  return {
    id: alertIdOf(household, kind, onsetMs),
    household,
    region,
    kind,
    category: ALERT_KINDS[kind],
    state: 'open',
    condition: 'active',
    onsetMs,
    ...factsOf(finding),
    clearedAtMs: null,
    openedAtMs: nowMs,
    dueAtMs: dueAt(kind, severity, nowMs),
    heldUntilMs: null,
    hold: null,
    outcome: null,
    history: [entryOf(finding, nowMs)],
    touched: false,
    closedAs: null,
  }
}

/** What the difference is called, the gravest first. */
function changeBetween(before: DeskAlert, after: DeskAlert): AlertChange | null {
  if (after.condition !== before.condition) {
    return after.condition === 'active' ? 'revived' : after.condition
  }
  if (after.saidHold === null && before.saidHold !== null) return 'released'
  if (after.saidHold !== null && before.saidHold === null) return 'held'
  if (after.severity !== before.severity) return 'escalated'
  return JSON.stringify(saidOf(before)) === JSON.stringify(saidOf(after)) ? null : 'revised'
}

function saidOf(alert: DeskAlert): unknown[] {
  const { raisedAtMs, clearedAtMs, meters, explanation, evidence, saidHold } = alert
  return [raisedAtMs, clearedAtMs, meters, explanation.en, explanation.zh, evidence, saidHold]
}

/** What follows for the desk from the difference. */
function follow(before: DeskAlert, after: DeskAlert, nowMs: EpochMs): DeskAlert {
  if (after.condition === 'active' && before.condition !== 'active') return takeUpAgain(after, nowMs)
  const { saidHold } = after
  if (saidHold === null && isHeldByDetector(after)) return judgedAnew(after, nowMs)
  if (saidHold !== null && !isSameHold(saidHold, before.saidHold)) {
    return closeIfSettled(holdIfSaid(after, nowMs), nowMs)
  }
  if (SEVERITIES.indexOf(after.severity) > SEVERITIES.indexOf(before.severity)) return lookAgain(after, nowMs)
  return closeIfSettled(after, nowMs)
}

/** What somebody has taken up stays with them, whatever the detector would hold it for. */
function holdIfSaid(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  const isFree = (alert.state === 'open' && !alert.touched) || isHeldByDetector(alert)
  return alert.saidHold !== null && isFree ? holdForDetector(alert, alert.saidHold, nowMs) : alert
}

function isSameHold(one: Hold, other: Hold | null): boolean {
  return one.reason === other?.reason && one.untilMs === other.untilMs
}

/** The reason to hold it is over, and it goes on: somebody is called, at the severity that it has now. */
function judgedAnew(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  const why =
    alert.condition === 'active' ? 'It has been judged anew and goes on.' : 'It has been judged anew.'
  return closeIfSettled(release(alert, why, nowMs), nowMs)
}

/** It had cleared or been retracted, and goes on after all. */
function takeUpAgain(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  if (isToReopenOnRevival(alert)) {
    return holdIfSaid(reopen(alert, 'It goes on after all.', nowMs), nowMs)
  }
  if (alert.saidHold !== null) return holdIfSaid(alert, nowMs)
  if (alert.state !== 'open') return alert
  return { ...alert, dueAtMs: dueAt(alert.kind, alert.severity, nowMs) }
}

/** The severity has risen: what waits is due sooner, what was held or closed is looked at again. */
function lookAgain(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  if (isHeldByDetector(alert)) return closeIfSettled(alert, nowMs)
  if (alert.state === 'held') return release(alert, `It has become ${alert.severity}.`, nowMs)
  if (isToReopenOnEscalation(alert)) return reopen(alert, `It has become ${alert.severity}.`, nowMs)
  const due = dueAt(alert.kind, alert.severity, nowMs)
  if (alert.state !== 'open' || due === null) return alert
  return { ...alert, dueAtMs: Math.min(due, alert.dueAtMs ?? due) }
}
