import type { Hold } from '../../domain/finding.ts'
import { DAY_MS, HOUR_MS, type EpochMs } from '../../domain/time.ts'
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
    hold: { reason: 'person', untilMs, explanation: { en: reason, zh: reason } },
    dueAtMs: dueAt(alert.kind, alert.severity, untilMs),
    touched: true,
    history: [...alert.history, entry(nowMs, by, 'hold', reason)],
  }
}

/**
 * The detector looks again at the deadline, with what it knows then. Where it says nothing (no data, no detector), the
 * desk's own clock ends the hold this much later, so that nobody is forgotten; and not at once where history is replayed.
 */
export const DETECTOR_GRACE_MS = HOUR_MS

/** The detector keeps it back: nobody is called meanwhile. */
export function holdForDetector(alert: DeskAlert, hold: Hold, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'held',
    heldUntilMs: Math.max(hold.untilMs, nowMs) + DETECTOR_GRACE_MS,
    hold,
    dueAtMs: null,
  }
}

/** Held by the detector, and not by a person. */
export function isHeldByDetector({ state, hold }: DeskAlert): boolean {
  return state === 'held' && hold !== null && hold.reason !== 'person'
}
