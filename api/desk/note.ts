import type { EpochMs } from '../../domain/time.ts'
import { type DeskAlert, entry } from './desk-alert.ts'

/** Words beside an alert, in any state: they change nothing but the history. */
export function note(alert: DeskAlert, words: string, by: string, nowMs: EpochMs): DeskAlert {
  return { ...alert, history: [...alert.history, entry(nowMs, by, 'note', words)] }
}
