import { ALERT_KINDS, SEVERITIES, type AlertKind, type Severity } from '../../domain/alert-kinds.ts'
import type { Finding } from '../../domain/finding.ts'
import type { HouseholdId } from '../../domain/ids.ts'
import type { EpochMs } from '../../domain/time.ts'

/** What somebody was told, in the end. */
export interface ToldAlert {
  readonly household: HouseholdId
  readonly kind: AlertKind
  readonly onsetMs: EpochMs
  /** Event time of the first raise. */
  readonly raisedMs: EpochMs
  /** When the system first said so: a home that reports once a day is heard of once a day. */
  readonly saidMs: EpochMs
  /** The highest it came to. */
  severity: Severity
  /** When the system said that it is over, or that it was not so; null: it stands. */
  endedMs: EpochMs | null
  retracted: boolean
}

export interface AlertCollector {
  take(finding: Finding, saidMs: EpochMs): void
  alerts(): ToldAlert[]
}

/** One alert a matter, however often it is said anew: whoever was told at first has gone to the door already. */
export function createAlertCollector(): AlertCollector {
  const alerts = new Map<string, ToldAlert>()
  return {
    take(finding, saidMs) {
      const { household, kind, onsetMs } = finding
      const key = `${household} ${kind} ${onsetMs}`
      const known = alerts.get(key)
      switch (finding.type) {
        case 'raise':
          if (known === undefined) {
            const { severity, atMs: raisedMs } = finding
            alerts.set(key, {
              household,
              kind,
              onsetMs,
              raisedMs,
              saidMs,
              severity,
              endedMs: null,
              retracted: false,
            })
          } else {
            known.severity = higher(known.severity, finding.severity)
            known.endedMs = null
            known.retracted = false
          }
          return
        case 'escalate':
          if (known !== undefined) known.severity = higher(known.severity, finding.severity)
          return
        case 'clear':
        case 'retract':
          if (known === undefined) return
          known.endedMs = saidMs
          known.retracted = finding.type === 'retract'
      }
    },
    alerts: () => [...alerts.values()].sort((a, b) => a.saidMs - b.saidMs),
  }
}

function higher(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) >= SEVERITIES.indexOf(other) ? one : other
}

/** Life and trend send somebody to a door; supply and devices do not. */
export function isKnock({ kind }: Pick<ToldAlert, 'kind'>): boolean {
  const category = ALERT_KINDS[kind]
  return category === 'life' || category === 'trend'
}
