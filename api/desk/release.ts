import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { dueAt } from './response-times.ts'

/** A hold ends: its deadline has come, or the evidence has grown meanwhile. The second look is due from now. */
export function release(alert: DeskAlert, why: string, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'open',
    heldUntilMs: null,
    dueAtMs: dueAt(alert.kind, alert.severity, nowMs),
    history: [...alert.history, entry(nowMs, 'desk', 'release', why)],
  }
}
