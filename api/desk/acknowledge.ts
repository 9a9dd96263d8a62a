import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'

/** Someone has seen it and takes care of it. */
export function acknowledge(alert: DeskAlert, note: string | null, by: string, nowMs: EpochMs): DeskAlert {
  return {
    ...alert,
    state: 'acknowledged',
    heldUntilMs: null,
    hold: null,
    touched: true,
    history: [...alert.history, entry(nowMs, by, 'acknowledge', note)],
  }
}
