import { DAY_MS, type EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { dueAt } from './response-times.ts'

/** Nothing is held longer than this: whoever needs more looks again and says so again (promise 6). */
export const MAX_HOLD_MS = 7 * DAY_MS

/** Kept back with a reason until a moment, at which it comes back by itself (release.ts) and is due again. */
export function hold(
  alert: DeskAlert,
  reason: string,
  untilMs: EpochMs,
  by: string,
  nowMs: EpochMs,
): DeskAlert {
  return {
    ...alert,
    state: 'held',
    heldUntilMs: untilMs,
    dueAtMs: dueAt(alert.kind, alert.severity, untilMs),
    touched: true,
    history: [...alert.history, entry(nowMs, by, 'hold', reason)],
  }
}
