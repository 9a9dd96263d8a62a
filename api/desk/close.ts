import type { EpochMs } from '../../domain/time.ts'
import type { Outcome } from './desk.ts'
import { type DeskAlert, entry } from './desk-alert.ts'
import { isHeldByDetector } from './hold.ts'

/** A person ends the matter and says what was found. */
export function close(
  alert: DeskAlert,
  outcome: Outcome,
  note: string | null,
  by: string,
  nowMs: EpochMs,
): DeskAlert {
  return {
    ...alert,
    state: 'closed',
    outcome,
    heldUntilMs: null,
    hold: null,
    touched: true,
    closedAs: alert.condition,
    history: [...alert.history, entry(nowMs, by, 'close', note === null ? outcome : `${outcome}: ${note}`)],
  }
}

/**
 * What has ended, or was not so, while the detector kept it back has called nobody: it closes whatever its kind. Else,
 * what nobody has touched and what has settled by itself closes by itself: a retracted alert of any kind (it was not
 * so), and a cleared one of supply and device (the meter is back; nothing to find out). A cleared life or trend alert
 * stays open: that a home fell silent long enough to be raised is something a person must have seen.
 */
export function closeIfSettled(alert: DeskAlert, nowMs: EpochMs): DeskAlert {
  if (alert.touched || alert.condition === 'active') return alert
  const wasHeld = isHeldByDetector(alert)
  if (alert.state !== 'open' && !wasHeld) return alert
  const concernsPerson = alert.category === 'life' || alert.category === 'trend'
  if (alert.condition === 'cleared' && concernsPerson && !wasHeld) return alert
  const held = wasHeld ? ' while it was held' : ''
  const why = alert.condition === 'cleared' ? `It has cleared by itself${held}.` : 'It was not so.'
  return {
    ...alert,
    state: 'closed',
    heldUntilMs: null,
    hold: null,
    closedAs: alert.condition,
    history: [...alert.history, entry(nowMs, 'desk', 'close', why)],
  }
}
