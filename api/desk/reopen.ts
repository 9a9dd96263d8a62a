import type { Outcome } from './desk.ts'
import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { dueAt } from './response-times.ts'

/** Outcomes that explain a silence that goes on: growing evidence is no news behind them. */
const EXPLAINED: readonly (Outcome | null)[] = ['needs-help', 'hospital', 'moved-out', 'meter-fault']

/** A closed matter is taken up again: it is open and due as if new; what was found earlier stays in the history. */
export function reopen(alert: DeskAlert, why: string, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'open',
    outcome: null,
    closedAs: null,
    touched: false,
    openedAtMs: nowMs,
    dueAtMs: dueAt(alert.kind, alert.severity, nowMs),
    history: [...alert.history, entry(nowMs, 'desk', 'reopen', why)],
  }
}

/** It was closed because it had ended or had never been; now it is said to go on. Who closed it knowing that it went on, knew more. */
export function isToReopenOnRevival(alert: DeskAlert): boolean {
  return alert.state === 'closed' && alert.closedAs !== 'active'
}

/** "At home and fine" at yellow says nothing of the day after: when the same silence grows to red, someone looks again. */
export function isToReopenOnEscalation(alert: DeskAlert): boolean {
  return alert.state === 'closed' && alert.condition === 'active' && !EXPLAINED.includes(alert.outcome)
}
