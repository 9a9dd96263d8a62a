import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'

/** Someone is on the way to the door. */
export function dispatch(alert: DeskAlert, note: string | null, by: string, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'dispatched',
    heldUntilMs: null,
    hold: null,
    touched: true,
    history: [...alert.history, entry(nowMs, by, 'dispatch', note)],
  }
}
