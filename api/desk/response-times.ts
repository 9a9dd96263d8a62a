import { ALERT_KINDS, type AlertKind, type Severity } from '../../domain/alert-kinds.ts'
import { HOUR_MS, MINUTE_MS, type EpochMs } from '../../domain/time.ts'

/** How soon someone must have taken up an alert that may lead to a door. */
export const RESPONSE_MS: Readonly<Record<Severity, number>> = {
  red: 30 * MINUTE_MS,
  orange: 2 * HOUR_MS,
  yellow: 12 * HOUR_MS,
}

/** Counted from the desk's clock; null where nobody waits behind a door (supply and device alerts). */
export function dueAt(kind: AlertKind, severity: Severity, fromMs: EpochMs): EpochMs | null {
  const category = ALERT_KINDS[kind]
  return category === 'life' || category === 'trend' ? fromMs + RESPONSE_MS[severity] : null
}
