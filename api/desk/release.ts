import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { isHeldByDetector } from './hold.ts'
import { dueAt } from './response-times.ts'

/** A hold ends: its deadline has come, or the evidence has grown meanwhile. The second look is due from now. */
export function release(alert: DeskAlert, why: string, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'open',
    heldUntilMs: null,
    hold: null,
    // What the detector kept back has been nobody's until now: response times count from here.
    openedAtMs: isHeldByDetector(alert) ? nowMs : alert.openedAtMs,
    dueAtMs: dueAt(alert.kind, alert.severity, nowMs),
    history: [...alert.history, entry(nowMs, 'desk', 'release', why)],
  }
}
